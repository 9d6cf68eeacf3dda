//! moto as an independent third party.

use super::{Folder, STACK};
use crate::harness::moto::Moto;
use crate::harness::terraform::{Version, Workspace};

#[test]
fn drift_is_found_in_what_moto_runs() {
    let moto = Moto::start();
    let vpc = moto.create_vpc();
    moto.create_log_group("sample");
    let work = Workspace::new(Version::Any, moto.url());
    work.configure(&format!(
        r#"
resource "vpcflow_log" "main" {{
  vpc_id         = "{vpc}"
  traffic_type   = "ALL"
  log_group_name = "sample"
  iam_role_arn   = "arn:aws:iam::123456789012:role/sample"
  tags           = {{ Name = "main" }}
}}"#
    ));
    work.apply();
    let stack = STACK.replace("vpc-0123456789abcdef0", &vpc);
    let folder = Folder::with("stack.yaml", &stack);
    folder.write("terraform.tfstate", &work.read("terraform.tfstate"));
    for declared in [["--stack", "stack.yaml"], ["--state", "terraform.tfstate"]] {
        let (code, report) = folder.drift(moto.url(), &declared);
        assert_eq!(code, 0, "{report:#}");
    }
    folder.write(
        "stack.yaml",
        &stack.replace("TrafficType: ALL", "TrafficType: REJECT"),
    );
    let (code, report) = folder.drift(moto.url(), &["--stack", "stack.yaml"]);
    assert_eq!(code, 2);
    assert_eq!(
        report["findings"][0]["changes"][0]["attribute"],
        "TrafficType"
    );
    // moto reports a failing delivery for a destination that is an ARN.
    work.configure(&format!(
        r#"
resource "vpcflow_log" "main" {{
  vpc_id          = "{vpc}"
  traffic_type    = "ALL"
  log_destination = "arn:aws:logs:us-east-1:123456789012:log-group:elsewhere"
  iam_role_arn    = "arn:aws:iam::123456789012:role/sample"
}}"#
    ));
    work.apply();
    folder.write("terraform.tfstate", &work.read("terraform.tfstate"));
    let (code, report) = folder.drift(moto.url(), &["--state", "terraform.tfstate"]);
    assert_eq!(
        (code, &report["findings"][0]["kind"]),
        (2, &"delivery_failing".into())
    );
    let folder_of_nothing = Folder::with(
        "stack.yaml",
        &STACK.replace("LogGroupName: sample", "LogGroupName: other"),
    );
    let nothing = ["--stack", "stack.yaml", "--unmanaged"];
    let (code, report) = folder_of_nothing.drift(moto.url(), &nothing);
    let kinds = [0, 1].map(|place| report["findings"][place]["kind"].clone());
    assert_eq!(
        (code, kinds),
        (2, ["missing".into(), "unmanaged".into()]),
        "{report:#}"
    );
    assert_eq!(report["findings"][1]["resource_id"], vpc.as_str());
    work.destroy();
    let (code, report) = folder.drift(moto.url(), &["--state", "terraform.tfstate", "--unmanaged"]);
    assert_eq!(
        (code, &report["findings"][0]["kind"]),
        (2, &"missing".into())
    );
}
