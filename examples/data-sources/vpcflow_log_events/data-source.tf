variable "flow_log_id" {
  type = string
}

# What tried to log in from outside during the last hour, and was refused.
data "vpcflow_log_events" "refused_logins" {
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

# A check warns; a postcondition on the data source would fail the run.
check "no_refused_logins" {
  assert {
    condition     = length(data.vpcflow_log_events.refused_logins.events) == 0
    error_message = "Refused logins in the last hour: ${join(", ", distinct(data.vpcflow_log_events.refused_logins.events[*].src_addr))}."
  }
}
