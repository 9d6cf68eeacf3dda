import {
  to = vpcflow_log.vpc
  # In a region other than the provider's: fl-0123456789abcdef0@eu-west-1, with region = "eu-west-1" on the resource.
  id = "fl-0123456789abcdef0"
}
