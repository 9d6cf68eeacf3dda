# Which subnets reject traffic?
data "vpcflow_log_summary" "rejects_per_subnet" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  group_by       = ["subnet_id"]
  order_by       = "rejected"
  having {
    rejected = ">0"
  }
}

output "rejects_per_subnet" {
  value = [for group in data.vpcflow_log_summary.rejects_per_subnet.groups : "${group.key["subnet_id"]} ${group.rejected} ${group.flows}"]
}
