# The log_format of a flow log with seven fields.
output "record_format" {
  value = provider::vpcflow::log_format(
    "version", "interface-id", "srcaddr", "dstaddr", "dstport", "action", "log-status",
  )
}
