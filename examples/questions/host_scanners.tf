# Which sources try one port of many addresses?
data "vpcflow_log_summary" "host_scanners" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  action         = "REJECT"
  group_by       = ["src_addr", "dst_port"]
  count_distinct = ["dst_addr"]
  having {
    distinct = { dst_addr = ">=20" }
  }
}

output "host_scanners" {
  value = [for group in data.vpcflow_log_summary.host_scanners.groups : "${group.key["src_addr"]} ${group.key["dst_port"]} ${group.distinct["dst_addr"]}"]
}
