# Which paths does outgoing traffic take?
data "vpcflow_log_summary" "paths_of_egress" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  flow_direction = "egress"
  group_by       = ["traffic-path"]
  order_by       = "bytes"
}

output "paths_of_egress" {
  value = [for group in data.vpcflow_log_summary.paths_of_egress.groups : "${group.key["traffic-path"]} ${group.bytes}"]
}
