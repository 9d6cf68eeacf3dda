# Which AWS services are used through the NAT gateway instead of an endpoint?
data "vpcflow_log_summary" "services_behind_nat" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  interface_id   = "eni-00000000000000009"
  flow_direction = "egress"
  group_by       = ["pkt-dst-aws-service"]
  order_by       = "bytes"
  exclude {
    fields = { "pkt-dst-aws-service" = "-" }
  }
}

output "services_behind_nat" {
  value = [for group in data.vpcflow_log_summary.services_behind_nat.groups : "${group.key["pkt-dst-aws-service"]} ${group.bytes}"]
}
