import {
  to = vpcflow_log.vpc
  identity = {
    id = "fl-0123456789abcdef0"
    # region = "eu-west-1" # only if it is not the provider's, and then also on the resource
  }
}
