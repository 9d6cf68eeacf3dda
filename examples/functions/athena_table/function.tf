# The statement that creates a table of Athena over the objects of a flow log. Run it once, for example as an
# `aws_athena_named_query`, or in the console of Athena.
output "flow_log_table" {
  value = provider::vpcflow::athena_table(
    "network.flow_logs",
    provider::vpcflow::log_format("version", "srcaddr", "dstaddr", "dstport", "start", "end", "action"),
    "arn:aws:s3:::flow-logs/network",
    {
      file_format        = "parquet"
      per_hour_partition = true
      accounts           = ["123456789012"]
      regions            = ["eu-central-1"]
      since              = "2026-05-01"
    }
  )
}
