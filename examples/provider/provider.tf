terraform {
  required_providers {
    vpcflow = {
      source  = "vpcflow/vpcflow"
      version = "~> 0.1"
    }
  }
}

# The provider finds credentials in the same way as the AWS CLI.
provider "vpcflow" {
  region = "eu-central-1"

  default_tags {
    tags = {
      ManagedBy = "terraform"
    }
  }
}
