import {
  to = vpcflow_log.ireland
  id = "fl-0123456789abcdef0@eu-west-1"
}

resource "vpcflow_log" "ireland" {
  region         = "eu-west-1"
  vpc_id         = "vpc-0123456789abcdef0"
  traffic_type   = "ALL"
  log_group_name = "vpc-flow-logs"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs"
}
