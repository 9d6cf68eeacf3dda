# Which sources try many ports of one address?
data "vpcflow_log_summary" "port_scanners" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  action         = "REJECT"
  group_by       = ["src_addr", "dst_addr"]
  count_distinct = ["dst_port"]
  order_by       = "distinct.dst_port"
  having {
    distinct = { dst_port = ">=100" }
  }
}

output "port_scanners" {
  value = [for group in data.vpcflow_log_summary.port_scanners.groups : "${group.key["src_addr"]} ${group.key["dst_addr"]} ${group.distinct["dst_port"]}"]
}
