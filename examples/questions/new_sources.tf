# Which sources are new, compared with yesterday?
data "vpcflow_log_summary" "sources_today" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  dst_port       = "443"
  flow_direction = "ingress"
  group_by       = ["src_addr"]
}

data "vpcflow_log_summary" "sources_yesterday" {
  log_group_name = "vpc-flow-logs"
  start_time     = timeadd(plantimestamp(), "-48h")
  end_time       = timeadd(plantimestamp(), "-1h")
  dst_port       = "443"
  flow_direction = "ingress"
  group_by       = ["src_addr"]
}

output "new_sources" {
  value = setsubtract(
    data.vpcflow_log_summary.sources_today.groups[*].key["src_addr"],
    data.vpcflow_log_summary.sources_yesterday.groups[*].key["src_addr"],
  )
}
