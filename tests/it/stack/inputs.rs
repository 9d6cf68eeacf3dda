//! Files that never end, are very large, or expand to much more than their size.

use super::{Folder, STACK, program, running, script};
use crate::harness::fake::Fake;
use crate::harness::terraform::Run;

/// Runs the program with these arguments, and prints its exit code, its peak memory in KiB, and what it says.
const MEASURED: &str = "\
import resource, subprocess, sys
done = subprocess.run(sys.argv[2:], cwd=sys.argv[1], capture_output=True, text=True, timeout=120)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(done.stdout + done.stderr)
";

/// Runs a command, and gives what it says with its peak memory in MiB.
pub(super) fn measured(folder: &Folder, arguments: &[&str]) -> (i32, usize, String) {
    let mut all = vec![folder.path().to_str().unwrap(), program()];
    all.extend(arguments);
    let output = script(MEASURED, &all);
    let (head, said) = output.split_once('\n').unwrap();
    let (code, peak) = head.split_once(' ').unwrap();
    let peak: usize = peak.parse().unwrap();
    (code.parse().unwrap(), peak / 1024, said.to_owned())
}

#[test]
fn an_endless_device_is_refused_at_the_size_limit() {
    let folder = Folder::new();
    for (arguments, most) in [
        (&["stack", "validate", "/dev/zero"][..], "8 MiB"),
        (&["stack", "to-terraform", "/dev/zero"], "8 MiB"),
        (&["drift", "--stack", "/dev/zero"], "8 MiB"),
        (&["drift", "--state", "/dev/zero"], "256 MiB"),
    ] {
        let (code, peak, said) = measured(&folder, arguments);
        assert_eq!(code, 1, "{said}");
        let refused = format!("error: /dev/zero: larger than {most}");
        assert!(said.contains(&refused), "{said}");
        assert!(peak < 900, "{arguments:?} took {peak} MiB");
    }
    let endless = folder
        .command("sh", None)
        .args(["-c", &format!("yes | {} stack validate -", program())])
        .output();
    Run::of(&endless.unwrap()).fails_with(&["error: -: larger than 8 MiB"]);
}

#[test]
fn a_pipe_is_read_like_a_file() {
    let fake = Fake::start();
    fake.insert(running());
    let folder = Folder::with("stack.yaml", STACK);
    let words = format!("{} drift --stack <(cat stack.yaml)", program());
    let output = folder
        .command("bash", Some(fake.url()))
        .args(["-c", &words])
        .output();
    Run::of(&output.unwrap()).succeeds().says(&["1 in sync"]);
}

/// Each of these is some bytes for each value on the wire, and many in memory.
#[test]
fn memory_is_bounded_by_the_limits_of_a_file() {
    let folder = Folder::new();
    let many = "0,".repeat(20_000_000);
    let state = |resources: &str| {
        format!(
            "{{\"format_version\":\"1.0\",\"values\":{{\"root_module\":{{\"resources\":[{resources}]}}}}}}"
        )
    };
    let flow_log = format!(
        "{{\"address\":\"a\",\"mode\":\"managed\",\"type\":\"vpcflow_log\",\"values\":{{\"tags\":[{many}0]}}}}"
    );
    folder.write("list.json", &state(&flow_log));
    folder.write(
        "empties.json",
        &state(&format!("{}{{}}", "{},".repeat(15_000_000))),
    );
    for name in ["list.json", "empties.json"] {
        let (code, peak, said) = measured(&folder, &["drift", "--state", name]);
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains("it holds too many values for its size"),
            "{said}"
        );
        assert!(peak < 250, "{name} took {peak} MiB");
    }
    folder.write(
        "dense.yaml",
        &format!("FlowLogs: [{}0]", "0,".repeat(4_000_000)),
    );
    let (code, peak, said) = measured(&folder, &["stack", "validate", "dense.yaml"]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("the file holds more than 200000 values"),
        "{said}"
    );
    assert!(peak < 200, "dense.yaml took {peak} MiB");
}

#[test]
fn a_quoted_value_takes_one_line_at_most() {
    let folder = Folder::with(
        "long.yaml",
        &STACK.replace("ALL", &format!("\"{}\"", "ALL".repeat(500_000))),
    );
    let run = folder
        .run(None, &["stack", "validate", "long.yaml"])
        .fails_with(&["more characters) …"]);
    assert!(run.output.len() < 10_000, "{} bytes", run.output.len());
}

#[test]
fn a_large_state_costs_little_more_than_its_size() {
    let folder = Folder::new();
    let attributes = format!(
        "{{\"id\":\"x\",\"tags\":{{\"a\":\"{}\"}},\"sensitive\":[1,2,3]}}",
        "b".repeat(1000)
    );
    let path = "[{\"type\":\"get_attr\",\"value\":\"tags\"},{\"type\":\"index\",\"value\":{\"value\":\"a\",\"type\":\"string\"}}]";
    let instance =
        format!("{{\"attributes\":{attributes},\"sensitive_attributes\":[{path},{path}]}},");
    let resource = format!(
        "{{\"mode\":\"managed\",\"type\":\"aws_vpc\",\"name\":\"x\",\"instances\":[{}{{}}]}},",
        instance.repeat(40)
    );
    let state = format!(
        "{{\"version\":4,\"lineage\":\"x\",\"resources\":[{}{{}}]}}",
        resource.repeat(800)
    );
    folder.write("state", &state);
    let (code, peak, said) = measured(&folder, &["drift", "--state", "state"]);
    let size = state.len() >> 20;
    assert_eq!(code, 0, "{said}");
    assert!(size > 30 && peak < size + 60, "{size} MiB took {peak} MiB");
}

#[test]
fn a_stack_in_json_is_read_by_a_json_parser() {
    let stack = r#"{
  "Region": "us-east-1",
  "FlowLogs": {
    "main": {
      "ResourceId": "vpc-0123456789abcdef0", "TrafficType": "ALL",
      "LogDestination": "arn:aws:s3:::bucket",
      "Tags": [{ "Key": "Name", "Value": "\ud83d\ude80" }]
    }
  }
}"#;
    let folder = Folder::with("stack.json", stack);
    let validate = ["stack", "validate", "stack.json"];
    folder
        .run(None, &validate)
        .succeeds()
        .says(&["1 flow log, no errors"]);
    let fake = Fake::start();
    let mut log = super::states::on_s3(0, super::VPC);
    log.tags = [("Name".to_owned(), "🚀".to_owned())].into();
    fake.insert(log);
    folder
        .run(Some(fake.url()), &["drift", "--stack", "stack.json"])
        .succeeds();
    for (from, to, said) in [
        (
            "\"ALL\"",
            "\"SOME\"",
            "stack.json:5:61: error: `TrafficType` is \"SOME\"",
        ),
        (
            "\"ALL\"",
            "5",
            "stack.json:5:61: error: `TrafficType` is a number",
        ),
        (
            "\"TrafficType\"",
            "\"Traffic\"",
            "stack.json:5:46: error: there is no `Traffic`",
        ),
        (
            "\"TrafficType\"",
            "\"ResourceId\"",
            "stack.json:5:46: error: duplicate key `ResourceId` (first defined on line 5, column 7)",
        ),
        ("\\ude80", "", "stack.json:7:"),
        (
            "bucket\",",
            "bucket\"",
            "stack.json:7:7: error: this is not JSON",
        ),
        (
            "\"us-east-1\",",
            "\"us-east-1\",,",
            "stack.json:2:25: error: this is not JSON",
        ),
    ] {
        folder.write("stack.json", &stack.replacen(from, to, 1));
        folder.run(None, &validate).fails_with(&[said]);
    }
    // A trailing comma is YAML, and told. Surrogate pairs are not.
    let nearly = stack.replace("}]\n", "}],\n");
    folder.write("stack.json", &nearly);
    folder.run(None, &validate).fails_with(&[
        "stack.json:8:5: error: this is not JSON: remove the comma before this bracket",
    ]);
    folder.write("stack.json", &nearly.replace("\\ud83d\\ude80", "x"));
    folder.run(None, &validate).succeeds().says(&[
        "stack.json:8:5: warning: this is not JSON: remove the comma before this bracket. It is read as YAML",
        "no errors",
    ]);
}

/// Editors and shells of Windows write UTF-16, or UTF-8 with a byte-order mark.
#[test]
fn stacks_and_parameters_are_read_in_each_encoding() {
    let folder = Folder::new();
    let write = |name: &str, text: &str, bytes: fn(u16) -> [u8; 2]| {
        let marked = format!("\u{feff}{text}");
        let bytes: Vec<u8> = marked.encode_utf16().flat_map(bytes).collect();
        std::fs::write(folder.path().join(name), bytes).unwrap();
    };
    let template = "\
Parameters: { Vpc: { Type: String } }
Resources:
  Main:
    Type: AWS::EC2::FlowLog
    Properties:
      ResourceId: !Ref Vpc
      ResourceType: VPC
      TrafficType: ALL
      LogDestination: arn:aws:s3:::bucket
      Tags: [{ Key: Name, Value: 🚀 }]
";
    let parameters = r#"[{ "ParameterKey": "Vpc", "ParameterValue": "vpc-0123456789abcdef0" }]"#;
    for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        write("stack.yaml", &STACK.replace("main", "märz 🚀"), bytes);
        write("template.yaml", template, bytes);
        write("parameters.json", parameters, bytes);
        folder
            .run(None, &["stack", "validate", "stack.yaml"])
            .succeeds()
            .says(&["1 flow log, no errors"]);
        folder
            .run(
                None,
                &[
                    "stack",
                    "validate",
                    "template.yaml",
                    "--parameters",
                    "parameters.json",
                ],
            )
            .succeeds()
            .says(&["1 flow log, no errors"]);
        write(
            "wrong.yaml",
            &STACK.replace("TrafficType: ALL", "Traffic🚀: ALL"),
            bytes,
        );
        folder
            .run(None, &["stack", "validate", "wrong.yaml"])
            .fails_with(&["wrong.yaml:5:5: error: there is no `Traffic🚀`"]);
    }
    std::fs::write(folder.path().join("half.yaml"), b"\xff\xfea\0\n\0\0\xd8").unwrap();
    folder
        .run(None, &["stack", "validate", "half.yaml", "/bin/true"])
        .fails_with(&[
            "half.yaml:2:1: error: the file is not UTF-16 text",
            "/bin/true:1:8: error: the file is not text",
        ]);
}
