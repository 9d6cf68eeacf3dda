# A subnet to a bucket, as Parquet

variable "subnet_id" {
  type = string
}

variable "bucket_arn" {
  type        = string
  description = "The bucket for the records. Its policy lets delivery.logs.amazonaws.com write."
}

# Records the rejected traffic of a subnet as Parquet files in a bucket, with one folder per hour.
resource "vpcflow_log" "subnet" {
  subnet_id            = var.subnet_id
  traffic_type         = "REJECT"
  log_destination_type = "s3"
  log_destination      = var.bucket_arn

  destination_options {
    file_format                = "parquet"
    hive_compatible_partitions = true
    per_hour_partition         = true
  }
}
