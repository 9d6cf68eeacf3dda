# How many bytes are recorded in each hour?
data "vpcflow_log_summary" "bytes_per_hour" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1d"
  bin            = "1h"
}

output "bytes_per_hour" {
  value = {
    hours = length(data.vpcflow_log_summary.bytes_per_hour.groups)
    bytes = sum(data.vpcflow_log_summary.bytes_per_hour.groups[*].bytes)
  }
}
