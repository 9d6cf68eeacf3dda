# Which sources try to log in, and are rejected?
data "vpcflow_log_summary" "rejected_logins" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  action         = "REJECT"
  dst_port       = "22,3389"
  group_by       = ["src_addr", "dst_service"]
}

output "rejected_logins" {
  value = [for group in data.vpcflow_log_summary.rejected_logins.groups : "${group.key["src_addr"]} ${group.key["dst_service"]} ${group.flows}"]
}
