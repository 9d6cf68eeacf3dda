import {
  to = vpcflow_log.vpc
  # Also fl-0123456789abcdef0@eu-central-1, for a region that is not the provider's, or the flow log's ARN.
  id = "fl-0123456789abcdef0"
}
