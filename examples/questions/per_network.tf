# Which networks receive the most bytes?
data "vpcflow_log_summary" "per_network" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  log_status     = "OK"
  group_by       = ["dst_addr/24"]
  order_by       = "bytes"
  limit          = 4
}

output "per_network" {
  value = [for group in data.vpcflow_log_summary.per_network.groups : "${group.key["dst_addr/24"]} ${group.bytes}"]
}
