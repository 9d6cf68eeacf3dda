# Where did AWS skip records?
data "vpcflow_log_summary" "skipped_records" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  log_status     = "SKIPDATA"
  group_by       = ["interface_id"]
}

output "skipped_records" {
  value = [for group in data.vpcflow_log_summary.skipped_records.groups : "${group.key["interface_id"]} ${group.flows}"]
}
