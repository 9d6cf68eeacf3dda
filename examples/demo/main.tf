terraform {
  required_providers {
    vpcflow = {
      source = "vpcflow/vpcflow"
    }
  }
}

# The region, the endpoint and the credentials come from the environment.
provider "vpcflow" {}

variable "vpc_id" {
  type = string
}

variable "log_group_name" {
  type = string
}

variable "role_arn" {
  type        = string
  description = "The role that the flow log service assumes to write to the log group."
}

resource "vpcflow_log" "main" {
  vpc_id         = var.vpc_id
  traffic_type   = "ALL"
  log_group_name = var.log_group_name
  iam_role_arn   = var.role_arn

  tags = {
    Name        = "demo"
    Environment = "sandbox"
  }
}

output "flow_log_id" {
  value = vpcflow_log.main.id
}
