# Which DNS resolvers are used?
data "vpcflow_log_summary" "resolvers" {
  log_group_name = "vpc-flow-logs"
  lookback       = "1h"
  dst_port       = "53"
  group_by       = ["dst_addr", "protocol_name"]
}

output "resolvers" {
  value = [for group in data.vpcflow_log_summary.resolvers.groups : "${group.key["dst_addr"]} ${group.key["protocol_name"]} ${group.flows}"]
}
