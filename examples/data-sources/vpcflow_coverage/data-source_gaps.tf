# Record what nothing records

# Records each VPC that nothing else records.
data "vpcflow_coverage" "gaps" {
  # Without this, the VPCs are covered as soon as the flow logs below exist, and the next plan deletes the flow logs.
  ignore_flow_log_tags = { Purpose = "close-gaps" }
}

variable "bucket_arn" {
  description = "The ARN of the S3 bucket for the records."
  type        = string
}

resource "vpcflow_log" "gap" {
  for_each = data.vpcflow_coverage.gaps.uncovered

  resource_id     = each.key
  region          = each.value.region
  traffic_type    = "ALL"
  log_destination = var.bucket_arn
  tags            = { Purpose = "close-gaps" }
}
