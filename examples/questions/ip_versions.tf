# How many flows are IPv4 and IPv6?
data "vpcflow_log_summary" "ip_versions" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  log_status     = "OK"
  group_by       = ["type"]
}

output "ip_versions" {
  value = [for group in data.vpcflow_log_summary.ip_versions.groups : "${group.key["type"]} ${group.flows}"]
}
