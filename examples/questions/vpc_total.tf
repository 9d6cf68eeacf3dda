# How much traffic is recorded in total?
data "vpcflow_log_summary" "vpc_total" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  log_status     = "OK"
  count_distinct = ["src_addr", "dst_addr"]
}

output "vpc_total" {
  value = [for group in data.vpcflow_log_summary.vpc_total.groups : "${group.flows} ${group.bytes} ${group.distinct["src_addr"]} ${group.distinct["dst_addr"]}"]
}
