# Traffic of each network interface

variable "flow_log_id" {
  type = string
}

# All network interfaces with traffic during the last hour.
data "vpcflow_log_summary" "interfaces" {
  flow_log_id = var.flow_log_id
  lookback    = "1h"
  log_status  = "OK"
  group_by    = ["interface_id"]
}

output "interfaces" {
  value = sort([for group in data.vpcflow_log_summary.interfaces.groups : group.key["interface_id"]])
}
