# The assume_role_policy of the role in iam_role_arn.
output "trust_policy" {
  value = provider::vpcflow::delivery_trust_policy("123456789012", "eu-central-1")
}
