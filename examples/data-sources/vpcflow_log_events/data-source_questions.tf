# All traffic, rejected traffic, one address, one network, an earlier hour

variable "flow_log_id" {
  type = string
}

# All traffic of the last hour.
data "vpcflow_log_events" "all" {
  flow_log_id = var.flow_log_id
  lookback    = "1h"
}

# Rejected traffic.
data "vpcflow_log_events" "rejected" {
  flow_log_id = var.flow_log_id
  lookback    = "1h"
  action      = "REJECT"
}

# Traffic from or to one address, in the log stream of one network interface.
data "vpcflow_log_events" "one_address" {
  flow_log_id     = var.flow_log_id
  log_stream_name = "eni-0123456789abcdef0-all"
  lookback        = "1h"
  addr            = "10.0.0.5"
}

# Traffic from a network.
data "vpcflow_log_events" "from_a_range" {
  flow_log_id = var.flow_log_id
  lookback    = "1h"
  src_addr    = "10.0.0.0/24"
}

# Traffic between two hours and one hour ago.
data "vpcflow_log_events" "an_hour_ago" {
  flow_log_id = var.flow_log_id
  lookback    = "1h"
  end_time    = timeadd(plantimestamp(), "-1h")
}

output "rejected" {
  value = [for event in data.vpcflow_log_events.rejected.events : "${event.timestamp} ${event.src_addr} to port ${event.dst_port}"]
}
