# Take over an `aws_flow_log`

variable "vpc_id" {
  type = string
}

variable "delivery_role_arn" {
  type = string
}

# Moves an aws_flow_log to vpcflow_log. The arguments stay the same, and the plan contains no changes.
# An awscc_ec2_flow_log moves in the same way, but some of its arguments have other names.
moved {
  from = aws_flow_log.taken_over
  to   = vpcflow_log.taken_over
}

resource "vpcflow_log" "taken_over" {
  vpc_id          = var.vpc_id
  traffic_type    = "REJECT"
  log_destination = "arn:aws:logs:us-east-1:123456789012:log-group:vpc-rejects"
  iam_role_arn    = var.delivery_role_arn
}
