# A regional NAT gateway

variable "bucket_arn" {
  type = string
}

resource "vpcflow_log" "nat_gateway" {
  regional_nat_gateway_id = "nat-0123456789abcdef0"
  traffic_type            = "ALL"
  log_destination         = var.bucket_arn
}
