# How many bytes do two subnets exchange, in both directions?
data "vpcflow_log_summary" "both_ways" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  flow_direction = "egress"
  group_by       = ["src_addr/24", "dst_addr/24"]
  order_by       = "bytes"
  where {
    src_addr = "10.0.1.0/24"
    dst_addr = "10.0.2.0/24"
  }
  where {
    src_addr = "10.0.2.0/24"
    dst_addr = "10.0.1.0/24"
  }
}

output "both_ways" {
  value = [for group in data.vpcflow_log_summary.both_ways.groups : "${group.key["src_addr/24"]} ${group.key["dst_addr/24"]} ${group.bytes}"]
}
