# How many flows are rejected in each five minutes?
data "vpcflow_log_summary" "rejects_per_five_minutes" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  action         = "REJECT"
  bin            = "5m"
}

output "rejects_per_five_minutes" {
  value = {
    bins    = length(data.vpcflow_log_summary.rejects_per_five_minutes.groups)
    flows   = sum(data.vpcflow_log_summary.rejects_per_five_minutes.groups[*].flows)
    nothing = length([for group in data.vpcflow_log_summary.rejects_per_five_minutes.groups : group if group.flows == 0])
  }
}
