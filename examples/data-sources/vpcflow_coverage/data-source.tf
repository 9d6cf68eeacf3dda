# Is every VPC recorded?

# Every VPC in all enabled regions records at least rejected traffic.
data "vpcflow_coverage" "vpcs" {
  regions = ["*"]

  require {
    traffic = "REJECT"
  }

  exclude {
    tags = { Environment = "sandbox*" }
  }
}

check "every_vpc_is_recorded" {
  assert {
    condition = data.vpcflow_coverage.vpcs.compliant
    error_message = join("\n", [
      for network in data.vpcflow_coverage.vpcs.networks :
      "${network.region} ${coalesce(network.id, network.kind)}: ${network.verdict}"
      if !contains(["covered", "covered_by_children", "not_applicable"], network.verdict)
    ])
  }
}

output "counts" {
  value = data.vpcflow_coverage.vpcs.counts
}
