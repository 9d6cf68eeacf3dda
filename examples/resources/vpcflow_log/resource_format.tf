# Choose the fields of a record

variable "bucket_arn" {
  type = string
}

resource "vpcflow_log" "fields" {
  vpc_id          = "vpc-0123456789abcdef0"
  traffic_type    = "ALL"
  log_destination = var.bucket_arn

  # The same as "$${interface-id} $${srcaddr} …", with names that are checked in the plan.
  log_format = provider::vpcflow::log_format(
    "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "action",
    "log-status", "vpc-id", "tcp-flags", "flow-direction", "traffic-path",
  )
}
