variable "flow_log_id" {
  type = string
}

# Looked at in the plan and again in the apply, and kept in neither: neither plan nor state holds the traffic.
ephemeral "vpcflow_log_events" "from_outside" {
  flow_log_id = var.flow_log_id
  lookback    = "1h"
  action      = "ACCEPT"
  dst_port    = "22,3389"

  exclude {
    src_addr = "10.0.0.0/8"
  }

  # A gate that cannot see everything does not pass.
  require_complete = true

  lifecycle {
    postcondition {
      condition     = length(self.events) == 0
      error_message = "Somebody outside logged in during the last hour."
    }
  }
}
