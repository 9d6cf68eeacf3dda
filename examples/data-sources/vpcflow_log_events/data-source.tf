# Rejected logins

variable "flow_log_id" {
  type = string
}

# Rejected logins from outside the network during the last hour.
data "vpcflow_log_events" "rejected_logins" {
  flow_log_id = var.flow_log_id
  lookback    = "1h"
  action      = "REJECT"

  where {
    dst_port = "22,3389"
    protocol = "tcp"
  }

  exclude {
    src_addr = "10.0.0.0/8"
  }

  limit = 1000
  order = "newest_first"
}

# A check warns. A postcondition in the data source fails the run.
check "no_rejected_logins" {
  assert {
    condition     = length(data.vpcflow_log_events.rejected_logins.events) == 0
    error_message = "Rejected logins in the last hour: ${join(", ", distinct(data.vpcflow_log_events.rejected_logins.events[*].src_addr))}."
  }
}
