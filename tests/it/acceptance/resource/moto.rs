//! moto as an independent implementation of EC2, CloudWatch Logs and STS.

use crate::harness::moto::Moto;
use crate::harness::terraform::{Version, Workspace};

#[test]
fn flow_logs_can_be_applied_imported_and_destroyed_on_moto_with_both_terraforms() {
    for version in [Version::Any, Version::V115] {
        let moto = Moto::start();
        let vpc = moto.create_vpc();
        moto.create_log_group("moto-logs");
        let work = Workspace::new(version, moto.url());
        let configure = |tags: &str| {
            work.configure(&format!(
                r#"
resource "vpcflow_log" "main" {{
  vpc_id         = "{vpc}"
  traffic_type   = "ALL"
  log_group_name = "moto-logs"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs"
  tags           = {tags}
}}"#
            ));
        };
        configure(r#"{ Name = "first" }"#);
        work.apply();
        work.plans_empty();
        configure(r#"{ Name = "second", More = "x" }"#);
        work.apply();
        work.plans_empty();
        let id = work.instance("vpcflow_log.main")["id"]
            .as_str()
            .unwrap()
            .to_owned();
        work.run(&["state", "rm", "vpcflow_log.main"]).succeeds();
        work.run(&["import", "-no-color", "vpcflow_log.main", &id])
            .succeeds();
        work.plans_empty();
        work.destroy();
        assert_eq!(moto.count_flow_logs(), 0);
    }
}

#[test]
fn a_missing_bucket_is_an_error_although_moto_returns_200() {
    let moto = Moto::start();
    let vpc = moto.create_vpc();
    let work = Workspace::new(Version::Any, moto.url());
    work.configure(&format!(
        r#"
resource "vpcflow_log" "s3" {{
  vpc_id          = "{vpc}"
  traffic_type    = "ALL"
  log_destination = "arn:aws:s3:::no-such-bucket"
}}"#
    ));
    work.run(&["apply", "-auto-approve", "-no-color"])
        .fails_with(&["Flow log not created", "no-such-bucket does not exist"]);
    assert_eq!(moto.count_flow_logs(), 0);
}

#[test]
fn failed_delivery_on_moto_is_a_warning() {
    let moto = Moto::start();
    let vpc = moto.create_vpc();
    let work = Workspace::new(Version::Any, moto.url());
    work.configure(&format!(
        r#"
resource "vpcflow_log" "main" {{
  vpc_id          = "{vpc}"
  traffic_type    = "ALL"
  log_destination = "arn:aws:logs:us-east-1:123456789012:log-group:somewhere"
  iam_role_arn    = "arn:aws:iam::123456789012:role/flow-logs"
}}"#
    ));
    work.apply().says(&["does not deliver", "Access error"]);
}

#[test]
fn rejected_traffic_is_read_from_moto() {
    let moto = Moto::start();
    let now = jiff::Timestamp::now().as_second();
    let line = |source: &str, port: u16, action: &str, start: i64| {
        format!(
            "2 123456789012 eni-0123456789abcdef0 {source} 10.0.0.9 40000 {port} 6 1 60 {start} {} {action} OK",
            start + 30
        )
    };
    moto.create_log_group("moto-logs");
    moto.put_events(
        "moto-logs",
        "eni-0123456789abcdef0-all",
        &[
            (
                (now - 600) * 1000,
                line("192.0.2.1", 22, "REJECT", now - 600),
            ),
            (
                (now - 500) * 1000,
                line("192.0.2.2", 443, "ACCEPT", now - 500),
            ),
            (
                (now - 400) * 1000,
                line("192.0.2.3", 3389, "REJECT", now - 400),
            ),
            (
                (now - 300) * 1000,
                line("192.0.2.4", 80, "REJECT", now - 300),
            ),
        ],
    );
    let work = Workspace::new(Version::Any, moto.url());
    work.configure(
        r#"
data "vpcflow_log_events" "rejected" {
  log_group_name = "moto-logs"
  lookback       = "1h"
  action         = "REJECT"
  dst_port       = "22,3389"
}
output "sources" { value = data.vpcflow_log_events.rejected.events[*].src_addr }
"#,
    );
    work.apply();
    let sources = work.state()["values"]["outputs"]["sources"]["value"].clone();
    assert_eq!(sources, serde_json::json!(["192.0.2.1", "192.0.2.3"]));
}
