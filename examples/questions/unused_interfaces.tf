# Which interfaces have no traffic?
data "vpcflow_log_summary" "unused_interfaces" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  log_status     = "NODATA"
  group_by       = ["interface_id"]
}

output "unused_interfaces" {
  value = [for group in data.vpcflow_log_summary.unused_interfaces.groups : "${group.key["interface_id"]}"]
}
