# The pattern of a metric filter that counts rejected logins from outside the network.
output "rejected_logins" {
  value = provider::vpcflow::filter_pattern({
    action   = "REJECT"
    dst_port = "22,3389"
    exclude  = [{ src_addr = "10.0.0.0/8" }]
  })
}
