# A network interface to Firehose

variable "delivery_stream_arn" {
  type        = string
  description = "The delivery stream, in the region of the flow log."
}

resource "vpcflow_log" "interface" {
  eni_id          = "eni-0123456789abcdef0"
  traffic_type    = "ALL"
  log_destination = var.delivery_stream_arn
}
