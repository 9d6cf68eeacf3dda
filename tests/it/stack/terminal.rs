//! What the program prints to a terminal, and to a pipe.

use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::coverage::{OTHER, add_vpc};
use super::{Folder, VPC, program, python};
use crate::harness::fake::{ACCOUNT, Fake, Fault};
use crate::harness::terraform::Run;

/// Runs a command in a pseudo-terminal, and prints what it shows.
const ON_TERMINAL: &str = "import pty, sys; pty.spawn(sys.argv[1:])";

/// Returns a stack with a flow log in each of several regions, where nothing runs.
fn stack(regions: usize) -> String {
    let names = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"];
    let entries = names[..regions].iter().map(|region| {
        format!(
            "  in-{region}: {{ Region: {region}, ResourceId: {VPC}, TrafficType: ALL, LogDestination: 'arn:aws:s3:::b-1' }}\n"
        )
    });
    format!("FlowLogs:\n{}", entries.collect::<String>())
}

const DRIFT: [&str; 3] = ["drift", "--stack", "stack.yaml"];

fn shown(folder: &Folder, fake: &Fake, variables: &[(&str, &str)], terminal: bool) -> String {
    shown_by(&DRIFT, folder, fake, variables, terminal)
}

fn shown_by(
    arguments: &[&str],
    folder: &Folder,
    fake: &Fake,
    variables: &[(&str, &str)],
    terminal: bool,
) -> String {
    let mut command: Command = if terminal {
        let mut command = folder.command(python(), Some(fake.url()));
        command.args(["-c", ON_TERMINAL, program()]);
        command
    } else {
        folder.command(program(), Some(fake.url()))
    };
    command.args(arguments).env_remove("NO_COLOR");
    let output = command.envs(variables.iter().copied()).output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn only_a_terminal_shows_colors_and_progress() {
    let fake = Fake::start();
    let folder = Folder::with("stack.yaml", &stack(4));
    let on_terminal = shown(&folder, &fake, &[], true);
    for part in [
        "\rRead 1 of 4 regions",
        "\rRead 3 of 4 regions\r\u{1b}[K",
        "\u{1b}[1;31merror  \u{1b}[0m missing: \u{1b}[1min-us-east-1\u{1b}[0m",
        "4 missing.",
    ] {
        assert!(on_terminal.contains(part), "{part:?}: {on_terminal:?}");
    }
    let plain = shown(&folder, &fake, &[("NO_COLOR", "1")], true);
    assert!(plain.contains("error   missing: in-us-east-1"), "{plain:?}");
    assert!(plain.contains("\rRead 1 of 4 regions"), "{plain:?}");
    // The remaining sequence erases the progress line.
    assert_eq!(plain.matches('\u{1b}').count(), 1, "{plain:?}");
    let piped = shown(&folder, &fake, &[], false);
    assert!(piped.contains("error   missing: in-us-east-1"), "{piped:?}");
    assert!(!piped.contains(['\u{1b}', '\r']), "{piped:?}");
    folder.write("stack.yaml", &stack(3));
    let few = shown(&folder, &fake, &[], true);
    assert!(!few.contains("regions"), "{few:?}");
}

#[test]
fn the_regions_of_all_accounts_are_counted_as_they_become_known() {
    let fake = Fake::start();
    fake.enable_regions(&["us-east-1", "us-west-2", "eu-west-1"]);
    add_vpc(&fake, ACCOUNT, "us-east-1", VPC);
    let accounts = format!("{ACCOUNT},{OTHER}");
    let arguments = ["coverage", "--region", "us-east-1", "--regions", "all"];
    let role = ["--role", "arn:aws:iam::{account}:role/audit"];
    let accounts = ["--accounts", &accounts];
    let all = [&arguments[..], &role, &accounts].concat();
    let folder = Folder::new();
    let on_terminal = shown_by(&all, &folder, &fake, &[], true);
    for part in ["\rRead 5 of 6 regions\r\u{1b}[K", "uncovered"] {
        assert!(on_terminal.contains(part), "{part:?}: {on_terminal:?}");
    }
    let piped = shown_by(&all, &folder, &fake, &[], false);
    assert!(piped.contains("uncovered: vpc-"), "{piped:?}");
    assert!(!piped.contains(['\u{1b}', '\r']), "{piped:?}");
}

#[test]
fn a_signal_ends_a_check_of_many_regions_without_a_report() {
    let fake = Fake::start();
    fake.fail("DescribeVpcs", Fault::Hang(true), 100);
    let folder = Folder::new();
    let regions = "us-east-1,us-west-2,eu-west-1,eu-central-1";
    let mut command = folder.command(program(), Some(fake.url()));
    let gaps = [
        "--write-stack",
        "gaps.yaml",
        "--destination",
        "arn:aws:s3:::b-1",
    ];
    let json = ["--format", "json", "--output", "report.json"];
    command
        .args(["coverage", "--regions", regions])
        .args(gaps)
        .args(json);
    let mut child = command.spawn().unwrap();
    fake.wait_for_calls("DescribeVpcs", 4, Duration::from_secs(60));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let began = Instant::now();
    let status = child.wait().unwrap();
    assert!(began.elapsed() < Duration::from_secs(30));
    assert!(!status.success());
    for file in ["gaps.yaml", "report.json"] {
        assert!(!folder.path().join(file).exists(), "{file}");
    }
}

#[test]
fn completions_are_printed_for_each_shell() {
    for (shell, begins) in [("bash", "_terraform"), ("zsh", "#compdef"), ("fish", "#")] {
        let run = Folder::new().run(None, &["completions", shell]).succeeds();
        assert!(
            run.stdout.starts_with(begins),
            "{shell}: {}",
            &run.stdout[..80]
        );
        assert!(run.stdout.contains("ignore-tag-prefix"), "{shell}");
    }
    // bash is always available: it lists what the script defines, and what it completes.
    let folder = Folder::new();
    let script = folder.run(None, &["completions", "bash"]).stdout;
    folder.write("completions", &script);
    let completed = |line: &str, word: &str, before: &str| {
        let words = format!(
            "source completions; taught=$(complete -p terraform-provider-vpcflow); [[ $taught =~ '-F '([^ ]+) ]]; \
             COMP_WORDS=(terraform-provider-vpcflow {line} {word}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             ${{BASH_REMATCH[1]}} terraform-provider-vpcflow {word} {before}; echo \"${{COMPREPLY[@]}}\""
        );
        let output = folder.command("bash", None).args(["-c", &words]).output();
        Run::of(&output.unwrap())
            .succeeds()
            .output
            .trim()
            .to_owned()
    };
    assert_eq!(
        completed("drift", "--ignore-", "drift"),
        "--ignore-attribute --ignore-tag-prefix"
    );
    assert_eq!(completed("stack", "to", "stack"), "to-terraform");
    assert_eq!(
        completed("stack to-terraform", "--no", "to-terraform"),
        "--no-import"
    );
}
