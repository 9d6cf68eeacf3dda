# Which sources send the most bytes?
data "vpcflow_log_summary" "top_talkers" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  group_by       = ["src_addr"]
  order_by       = "bytes"
  limit          = 5
}

output "top_talkers" {
  value = [for group in data.vpcflow_log_summary.top_talkers.groups : "${group.key["src_addr"]} ${group.bytes}"]
}
