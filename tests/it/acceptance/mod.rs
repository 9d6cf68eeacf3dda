//! What a user does: a real Terraform, the built provider, and a server that speaks AWS's wire.

mod documents;
mod events;
mod examples;
mod functions;
mod provider;
mod resource;
mod sources;

/// A flow log of a VPC to a log group, with what a test adds.
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
