# The policy of a bucket for the flow logs of two accounts with the log_destination arn:aws:s3:::flow-logs/network/.
output "bucket_policy" {
  value = provider::vpcflow::delivery_bucket_policy(
    "arn:aws:s3:::flow-logs",
    "network",
    ["123456789012", "210987654321"],
    ["eu-central-1"],
  )
}
