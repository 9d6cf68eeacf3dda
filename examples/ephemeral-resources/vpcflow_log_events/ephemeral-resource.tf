variable "flow_log_id" {
  type = string
}

# Terraform runs the query in the plan and again in the apply. Neither the plan nor the state contains the traffic.
ephemeral "vpcflow_log_events" "from_outside" {
  flow_log_id = var.flow_log_id
  lookback    = "1h"
  action      = "ACCEPT"
  dst_port    = "22,3389"

  exclude {
    src_addr = "10.0.0.0/8"
  }

  # Fails the run if the query cannot see everything.
  require_complete = true

  lifecycle {
    postcondition {
      condition     = length(self.events) == 0
      error_message = "Logins from outside the network were accepted during the last hour."
    }
  }
}
