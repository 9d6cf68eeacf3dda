# Which source sends the most in each availability zone?
data "vpcflow_log_summary" "top_source_of_each_zone" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  log_status     = "OK"
  group_by       = ["az-id", "src_addr"]
  order_by       = "bytes"
  top            = 1
}

output "top_source_of_each_zone" {
  value = {
    top    = [for group in data.vpcflow_log_summary.top_source_of_each_zone.groups : "${group.key["az-id"]} ${group.key["src_addr"]} ${group.bytes}"]
    others = data.vpcflow_log_summary.top_source_of_each_zone.others.bytes
    total  = data.vpcflow_log_summary.top_source_of_each_zone.total.bytes
  }
}
