# A Cloud WAN core network

variable "bucket_arn" {
  type = string
}

# The ID of an edge has no known prefix, so an edge also needs resource_type = "CoreNetworkEdge".
resource "vpcflow_log" "core_network" {
  resource_id     = "core-network-0123456789abcdef0"
  log_destination = var.bucket_arn
}
