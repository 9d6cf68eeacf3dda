# All flow logs in the provider's region. `terraform query -generate-config-out=found.tf` writes a
# resource and an import block for each flow log.
list "vpcflow_log" "all" {
  provider = vpcflow
  limit    = 1000
}

# The flow logs of the platform teams to S3 in another region, with all their attributes.
list "vpcflow_log" "archives" {
  provider         = vpcflow
  include_resource = true

  config {
    region = "eu-west-1"
    tags   = { Owner = "platform-*" }

    filter {
      name   = "log-destination-type"
      values = ["s3"]
    }
  }
}
