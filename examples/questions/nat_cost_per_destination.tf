# What does the NAT gateway cost for each destination, at 0.045 dollars for each GB?
data "vpcflow_log_summary" "nat_cost_per_destination" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  interface_id   = "eni-00000000000000009"
  flow_direction = "egress"
  group_by       = ["pkt-dstaddr"]
  order_by       = "bytes"
  exclude {
    dst_addr = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"
  }
}

output "nat_cost_per_destination" {
  value = [for group in data.vpcflow_log_summary.nat_cost_per_destination.groups : "${group.key["pkt-dstaddr"]} ${format("%.6f", group.bytes / 1e9 * 0.045)}"]
}
