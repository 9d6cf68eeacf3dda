variable "vpc_id" {
  type = string
}

variable "delivery_role_arn" {
  type = string
}

# What was an aws_flow_log becomes a vpcflow_log: the arguments stay, the type changes, and the plan
# has nothing to do. From awscc_ec2_flow_log it is the same, with the arguments renamed.
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
