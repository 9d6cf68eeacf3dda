# What is the share of each protocol in the bytes?
data "vpcflow_log_summary" "share_per_protocol" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  log_status     = "OK"
  group_by       = ["protocol_name"]
  order_by       = "bytes"
}

output "share_per_protocol" {
  value = [for group in data.vpcflow_log_summary.share_per_protocol.groups : "${group.key["protocol_name"]} ${format("%.4f", group.share.bytes)}"]
}
