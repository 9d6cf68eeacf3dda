//! No error shows a secret of a provider block, a profile or the environment.

use crate::acceptance::provider::configuration::with_block;
use crate::harness::terraform::{Run, Version, Workspace};

/// A text in every secret, which no output may contain.
const CANARY: &str = "CANARY-7f3a";

/// An invalid configuration, and the expected text of its error. Each argument is on its own line.
struct Case {
    arguments: String,
    variables: Vec<(&'static str, String)>,
    expected: &'static str,
}

fn case(arguments: &str, expected: &'static str) -> Case {
    Case {
        arguments: arguments.replace("SECRET", CANARY),
        variables: Vec::new(),
        expected,
    }
}

const KEYS: &str =
    "access_key = \"AKIAEXAMPLE\"\nsecret_key = \"SECRET\"\ntoken = \"SECRET\"\nmax_retries = 0";

fn cases() -> Vec<Case> {
    let userinfo = "it contains a user name or a password, which AWS services do not accept";
    let mut cases = vec![
        case(
            "endpoints {\nec2 = \"https://me:SECRET@localhost:1\"\n}",
            userinfo,
        ),
        case(
            "endpoints {\nsts = \"me:SECRET@localhost\"\n}",
            "not an address such as https://host",
        ),
        case("endpoints {\nlogs = \"https://me:SECRET @h/\"\n}", userinfo),
        case(
            "ec2_metadata_service_endpoint = \"http://me:SECRET@localhost\"",
            userinfo,
        ),
        case("secret_key = \"SECRET\"", "it requires access_key"),
        case(
            "token = \"SECRET\"",
            "it requires access_key and secret_key",
        ),
    ];
    for proxy in ["http_proxy", "https_proxy"] {
        cases.push(case(
            &format!("{KEYS}\n{proxy} = \"socks5://me:SECRET@localhost:1\""),
            "it is not the address of a proxy",
        ));
        // The host does not exist.
        cases.push(case(
            &format!(
                "{KEYS}\n{proxy} = \"http://me:SECRET@localhost:1\"\nendpoints {{\nsts = \"{}://sts.invalid\"\n}}",
                proxy.trim_end_matches("_proxy")
            ),
            "could not reach",
        ));
    }
    cases.push(Case {
        variables: vec![(
            "AWS_ENDPOINT_URL",
            format!("http://me:{CANARY}@localhost:1"),
        )],
        ..case(KEYS, "`AWS_ENDPOINT_URL`: it contains a user name")
    });
    cases
}

/// Runs a plan with all logs, and returns its output.
fn plan_with_logs(work: &Workspace, variables: &[(&str, String)]) -> Run {
    let mut command = work.command(&["plan", "-no-color"]);
    command.env_remove("TF_LOG_PATH");
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    Run::of(&command.output().unwrap())
}

#[test]
fn errors_show_neither_the_secret_nor_its_line() {
    for Case {
        arguments,
        variables,
        expected,
    } in cases()
    {
        let work = Workspace::new(Version::Any, "unused");
        let block = format!("provider \"vpcflow\" {{\nregion = \"us-east-1\"\n{arguments}\n}}");
        with_block(&work, &block);
        let run = plan_with_logs(&work, &variables).fails_with(&[expected]);
        assert!(!run.output.contains(CANARY), "{arguments}:\n{}", run.output);
    }
}

/// One profile runs the program, the other one has it as its source profile.
#[test]
fn the_output_of_a_credential_process_is_not_shown() {
    let programs = [
        format!("sh -c 'echo {CANARY} >&2; exit 3'"),
        format!("echo {CANARY}"),
        format!("echo '{{\"Version\": \"{CANARY}\"}}'"),
        format!("/nowhere/{CANARY}"),
    ];
    for program in programs {
        for profile in ["process", "above"] {
            let work = Workspace::new(Version::Any, "unused");
            work.write(
                "config",
                &format!(
                    "[profile process]\ncredential_process = {program}\n[profile above]\n\
                     role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = process\n"
                ),
            );
            let block = format!(
                "provider \"vpcflow\" {{\nregion = \"us-east-1\"\nprofile = \"{profile}\"\nmax_retries = 0\n\
                 shared_config_files = [\"config\"]\n}}"
            );
            with_block(&work, &block);
            let expected = "the credential_process of profile \"process\" returned no credentials";
            let run = plan_with_logs(&work, &[]).fails_with(&[expected]);
            assert!(!run.output.contains(CANARY), "{program}:\n{}", run.output);
        }
    }
}
