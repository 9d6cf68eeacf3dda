# Each new flow log is verified, and each changed one. `terraform apply -invoke=action.vpcflow_verify_delivery.main` verifies
# it at any other time.
resource "vpcflow_log" "main" {
  vpc_id         = var.vpc_id
  traffic_type   = "ALL"
  log_group_name = "vpc-flow-logs"
  iam_role_arn   = var.delivery_role_arn

  # One minute instead of ten, so that the first records come sooner.
  max_aggregation_interval = 60

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.vpcflow_verify_delivery.main]
    }
  }
}

action "vpcflow_verify_delivery" "main" {
  config {
    flow_log_id = vpcflow_log.main.id
    timeout     = "20m"
  }
}

variable "vpc_id" {
  description = "The ID of the VPC."
  type        = string
}

variable "delivery_role_arn" {
  description = "The ARN of the role that writes to the log group."
  type        = string
}
