# How many bytes do the subnets send to each other, by availability zone?
data "vpcflow_log_summary" "cross_zone_bytes" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  flow_direction = "egress"
  src_addr       = "10.0.0.0/16"
  dst_addr       = "10.0.0.0/16"
  group_by       = ["az-id", "dst_addr/24"]
  order_by       = "bytes"
}

output "cross_zone_bytes" {
  value = [for group in data.vpcflow_log_summary.cross_zone_bytes.groups : "${group.key["az-id"]} ${group.key["dst_addr/24"]} ${group.bytes}"]
}
