# Failing deliveries, and production flow logs

# All flow logs in the region whose delivery fails.
data "vpcflow_logs" "failing" {
  filter {
    name   = "deliver-log-status"
    values = ["FAILED"]
  }
}

# All production flow logs that record rejected traffic.
data "vpcflow_logs" "production" {
  tags = {
    Environment = "prod*"
  }

  filter {
    name   = "traffic-type"
    values = ["ALL", "REJECT"]
  }
}

output "failing" {
  value = {
    for flow_log in data.vpcflow_logs.failing.flow_logs :
    flow_log.id => flow_log.deliver_logs_error_message
  }
}

output "production" {
  value = data.vpcflow_logs.production.ids
}
