# Which ports are used the least?
data "vpcflow_log_summary" "rarest_ports" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  action         = "ACCEPT"
  group_by       = ["dst_port"]
  order_by       = "-flows"
  limit          = 3
}

output "rarest_ports" {
  value = [for group in data.vpcflow_log_summary.rarest_ports.groups : "${group.key["dst_port"]} ${group.flows}"]
}
