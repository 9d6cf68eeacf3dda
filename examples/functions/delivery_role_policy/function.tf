# The policy of the role in iam_role_arn.
output "role_policy" {
  value = provider::vpcflow::delivery_role_policy(
    "arn:aws:logs:eu-central-1:123456789012:log-group:vpc-flow-logs",
  )
}
