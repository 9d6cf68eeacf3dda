variable "flow_log_id" {
  type = string
}

# One flow log by its ID. With filters or tags, exactly one flow log must match.
data "vpcflow_log" "main" {
  id = var.flow_log_id

  # Fails the run if the flow log does not deliver its records.
  lifecycle {
    postcondition {
      condition     = self.deliver_logs_status == "SUCCESS"
      error_message = "Flow log ${self.id} does not deliver: ${coalesce(self.deliver_logs_error_message, "no reason given")}."
    }
  }
}

output "log_group_name" {
  value = data.vpcflow_log.main.log_group_name
}
