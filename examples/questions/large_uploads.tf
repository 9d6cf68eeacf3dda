# Which pairs with outside addresses send more than a million bytes?
data "vpcflow_log_summary" "large_uploads" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  flow_direction = "egress"
  group_by       = ["src_addr", "dst_addr"]
  order_by       = "bytes"
  having {
    bytes = ">=1000000"
  }
  exclude {
    dst_addr = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"
  }
}

output "large_uploads" {
  value = [for group in data.vpcflow_log_summary.large_uploads.groups : "${group.key["src_addr"]} ${group.key["dst_addr"]} ${group.bytes}"]
}
