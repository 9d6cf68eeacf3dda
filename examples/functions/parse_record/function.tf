locals {
  line   = "198.51.100.7 40022 22 REJECT euc1-az1"
  record = provider::vpcflow::parse_record(local.line, "$${srcaddr} $${srcport} $${dstport} $${action} $${az-id}")
}

# { address = "198.51.100.7", port = 22, zone = "euc1-az1" }
output "rejected_from" {
  value = {
    address = local.record.src_addr
    port    = local.record.dst_port
    zone    = local.record.fields["az-id"]
  }
}
