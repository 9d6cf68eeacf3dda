# Which interfaces get traffic to more than 100 ports?
data "vpcflow_log_summary" "scanned_interfaces" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  group_by       = ["interface_id"]
  count_distinct = ["dst_port"]
  having {
    distinct = { dst_port = ">100" }
  }
}

output "scanned_interfaces" {
  value = [for group in data.vpcflow_log_summary.scanned_interfaces.groups : "${group.key["interface_id"]} ${group.distinct["dst_port"]}"]
}
