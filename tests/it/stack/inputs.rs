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
fn measured(folder: &Folder, arguments: &[&str]) -> (i32, usize, String) {
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
