# How many bytes does each service carry?
data "vpcflow_log_summary" "bytes_per_service" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  action         = "ACCEPT"
  group_by       = ["dst_service"]
  order_by       = "bytes"
  limit          = 3
}

output "bytes_per_service" {
  value = [for group in data.vpcflow_log_summary.bytes_per_service.groups : "${group.key["dst_service"]} ${group.bytes}"]
}
