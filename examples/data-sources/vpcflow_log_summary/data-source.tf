# Rejected traffic by port and source

variable "flow_log_id" {
  type = string
}

# The sources and ports with the most rejected flows during the last hour.
data "vpcflow_log_summary" "rejected" {
  flow_log_id = var.flow_log_id
  lookback    = "1h"
  action      = "REJECT"
  group_by    = ["src_addr", "dst_port"]
  limit       = 20
}

# For more than a day of a busy network, CloudWatch Logs Insights counts the records.
data "vpcflow_log_summary" "volume" {
  flow_log_id = var.flow_log_id
  lookback    = "2d"
  group_by    = ["interface_id"]
  order_by    = "bytes"
  engine      = "insights"
}

output "rejected" {
  value = [for group in data.vpcflow_log_summary.rejected.groups : {
    from  = group.key["src_addr"]
    port  = group.key["dst_port"]
    times = group.flows
  }]
}
