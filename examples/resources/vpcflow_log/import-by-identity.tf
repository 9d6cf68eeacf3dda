import {
  to = vpcflow_log.vpc
  identity = {
    id     = "fl-0123456789abcdef0"
    region = "eu-central-1"
  }
}
