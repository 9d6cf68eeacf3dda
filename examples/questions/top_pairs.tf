# Which pairs of addresses exchange the most bytes?
data "vpcflow_log_summary" "top_pairs" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  group_by       = ["src_addr", "dst_addr"]
  order_by       = "bytes"
  limit          = 3
}

output "top_pairs" {
  value = [for group in data.vpcflow_log_summary.top_pairs.groups : "${group.key["src_addr"]} ${group.key["dst_addr"]} ${group.bytes}"]
}
