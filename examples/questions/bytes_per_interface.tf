# How many bytes does each interface carry?
data "vpcflow_log_summary" "bytes_per_interface" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  log_status     = "OK"
  group_by       = ["interface_id"]
  order_by       = "bytes"
}

output "bytes_per_interface" {
  value = [for group in data.vpcflow_log_summary.bytes_per_interface.groups : "${group.key["interface_id"]} ${group.bytes}"]
}
