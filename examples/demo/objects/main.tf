# Rejected connections to SSH and RDP of the last hour, from the objects of a bucket.

terraform {
  required_providers {
    vpcflow = {
      source = "vpcflow/vpcflow"
    }
  }
}

variable "s3_uri" {
  type = string
}

data "vpcflow_log_events" "rejected_logins" {
  s3_uri   = var.s3_uri
  lookback = "1h"
  action   = "REJECT"
  dst_port = "22,3389"
}

output "rejected_logins" {
  value = data.vpcflow_log_events.rejected_logins.events
}
