//! terraform-provider-vpcflow: manages, queries and checks VPC flow logs.
