# How many bytes does each instance send outside the private networks (RFC 1918)?
data "vpcflow_log_summary" "egress_per_instance" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  flow_direction = "egress"
  group_by       = ["instance_id"]
  order_by       = "bytes"
  exclude {
    dst_addr = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"
  }
}

output "egress_per_instance" {
  value = [for group in data.vpcflow_log_summary.egress_per_instance.groups : "${coalesce(group.key["instance_id"], "none")} ${group.bytes}"]
}
