# A VPC to CloudWatch Logs

variable "vpc_id" {
  type = string
}

variable "delivery_role_arn" {
  type        = string
  description = "The role that vpc-flow-logs.amazonaws.com assumes to write to the log group."
}

# Records all traffic of a VPC in CloudWatch Logs, with an aggregation interval of one minute.
resource "vpcflow_log" "vpc" {
  vpc_id                   = var.vpc_id
  traffic_type             = "ALL"
  log_group_name           = "vpc-flow-logs"
  iam_role_arn             = var.delivery_role_arn
  max_aggregation_interval = 60

  tags = {
    Name = "vpc-all-traffic"
  }
}
