terraform import vpcflow_log.vpc fl-0123456789abcdef0
