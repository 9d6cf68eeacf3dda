//! Acceptance tests: a real Terraform, the built provider, and a server that implements AWS's APIs.

mod coverage;
pub(crate) mod documents;
mod events;
mod examples;
mod functions;
mod installed;
mod provider;
mod questions;
mod resource;
mod sources;
pub(crate) mod traffic;
mod verify;

/// Returns the configuration of a flow log of a VPC that delivers to a log group, with additional arguments.
pub(crate) fn flow_log(name: &str, more: &str) -> String {
    format!(
        r#"
resource "vpcflow_log" "{name}" {{
  vpc_id         = "vpc-0123456789abcdef0"
  traffic_type   = "ALL"
  log_group_name = "flow-logs"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs"
  {more}
}}
"#
    )
}
