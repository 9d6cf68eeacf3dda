# Which ports of instances were used?
data "vpcflow_log_summary" "ports_in_use" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  action         = "ACCEPT"
  flow_direction = "ingress"
  group_by       = ["instance_id", "protocol_name", "dst_port"]
  order_by       = "-key"
  exclude {
    instance_id = "-"
  }
}

output "ports_in_use" {
  value = [for group in data.vpcflow_log_summary.ports_in_use.groups : "${group.key["instance_id"]} ${group.key["protocol_name"]} ${group.key["dst_port"]}"]
}
