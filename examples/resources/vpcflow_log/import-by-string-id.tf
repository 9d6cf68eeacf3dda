import {
  to = vpcflow_log.vpc
  id = "fl-0123456789abcdef0"
}
