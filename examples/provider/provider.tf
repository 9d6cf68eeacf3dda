terraform {
  required_providers {
    vpcflow = {
      source  = "vpcflow/vpcflow"
      version = "~> 0.1"
    }
  }
}

# Credentials are found as the AWS command line finds them.
provider "vpcflow" {
  region = "eu-central-1"

  default_tags {
    tags = {
      ManagedBy = "terraform"
    }
  }
}
