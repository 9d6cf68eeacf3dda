# Which addresses get connection attempts that nobody answers?
data "vpcflow_log_summary" "connection_attempts" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  tcp_flags      = "=syn"
  action         = "REJECT"
  group_by       = ["dst_addr"]
  limit          = 2
}

output "connection_attempts" {
  value = [for group in data.vpcflow_log_summary.connection_attempts.groups : "${group.key["dst_addr"]} ${group.flows}"]
}
