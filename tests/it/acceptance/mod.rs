//! What a user does: a real Terraform, the built provider, and a server that speaks AWS's wire.

mod completeness;
mod configuration;
mod documents;
mod drift;
mod ephemeral;
mod events;
mod events_push_down;
mod events_sources;
mod examples;
mod frozen;
mod functions;
mod gates;
mod interrupt;
mod kinds;
mod lifecycle;
mod lost;
mod ministack;
mod misconfigured;
mod mocked;
mod moto;
mod moves;
mod outside;
mod paging;
mod places;
mod query;
mod random;
mod reaching;
mod refused;
mod replies;
mod schema;
mod secrets;
mod shown;
mod sources;
mod spellings;
mod summary;
mod summary_groups;
mod tags;
mod twice;
mod unknown;

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
