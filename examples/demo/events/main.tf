# A second configuration, which knows only the ID of the flow log. The provider finds the log group and the record format.

terraform {
  required_providers {
    vpcflow = {
      source = "vpcflow/vpcflow"
    }
  }
}

provider "vpcflow" {}

variable "flow_log_id" {
  type = string
}

data "vpcflow_log_events" "rejected_logins" {
  flow_log_id = var.flow_log_id
  lookback    = "1h"
  action      = "REJECT"
  dst_port    = "22,3389"
}

output "rejected_logins" {
  value = [
    for event in data.vpcflow_log_events.rejected_logins.events : {
      src_addr = event.src_addr
      dst_addr = event.dst_addr
      dst_port = event.dst_port
      packets  = event.packets
    }
  ]
}
