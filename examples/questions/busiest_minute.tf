# What was the busiest minute?
data "vpcflow_log_summary" "busiest_minute" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  bin            = "1m"
  order_by       = "flows"
  limit          = 1
}

output "busiest_minute" {
  value = [for group in data.vpcflow_log_summary.busiest_minute.groups : group.flows]
}
