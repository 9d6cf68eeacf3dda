# Which servers have the most clients?
data "vpcflow_log_summary" "most_popular_servers" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  action         = "ACCEPT"
  flow_direction = "ingress"
  group_by       = ["dst_addr", "dst_port"]
  count_distinct = ["src_addr"]
  order_by       = "distinct.src_addr"
  limit          = 2
}

output "most_popular_servers" {
  value = [for group in data.vpcflow_log_summary.most_popular_servers.groups : "${group.key["dst_addr"]} ${group.key["dst_port"]} ${group.distinct["src_addr"]}"]
}
