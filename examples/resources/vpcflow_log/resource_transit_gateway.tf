# A transit gateway

variable "bucket_arn" {
  type = string
}

# Flow logs of transit gateways record all traffic, so there is no traffic_type. The aggregation interval is 60 seconds.
resource "vpcflow_log" "transit_gateway" {
  transit_gateway_id = "tgw-0123456789abcdef0"
  log_destination    = var.bucket_arn
}
