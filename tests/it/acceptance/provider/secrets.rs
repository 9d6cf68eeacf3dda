//! No secret of a provider block, a profile or the environment comes out, whatever goes wrong with it.

use crate::acceptance::provider::configuration::with_block;
use crate::harness::terraform::{Run, Version, Workspace};

/// What must not be seen, in every place that may hold a secret.
const CANARY: &str = "CANARY-7f3a";

/// What is wrong, and what is said of it; the arguments stand each on a line of its own.
struct Case {
    arguments: String,
    variables: Vec<(&'static str, String)>,
    said: &'static str,
}

fn case(arguments: &str, said: &'static str) -> Case {
    Case {
        arguments: arguments.replace("SECRET", CANARY),
        variables: Vec::new(),
        said,
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
        // Nobody listens behind it.
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

/// Plans with everything logged, and gives what Terraform prints.
fn planned(work: &Workspace, variables: &[(&str, String)]) -> Run {
    let mut command = work.command(&["plan", "-no-color"]);
    command.env("TF_LOG_PROVIDER", "TRACE");
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    Run::of(&command.output().unwrap())
}

#[test]
fn what_is_wrong_is_said_without_the_secret_and_without_the_line_that_holds_it() {
    for Case {
        arguments,
        variables,
        said,
    } in cases()
    {
        let work = Workspace::new(Version::Any, "unused");
        let block = format!("provider \"vpcflow\" {{\nregion = \"us-east-1\"\n{arguments}\n}}");
        with_block(&work, &block);
        let run = planned(&work, &variables).fails_with(&[said]);
        assert!(!run.output.contains(CANARY), "{arguments}:\n{}", run.output);
    }
}

/// A profile whose program fails, and one that builds on it.
#[test]
fn what_a_credential_process_prints_is_not_shown() {
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
            let said = "the credential_process of profile \"process\" returned no credentials";
            let run = planned(&work, &[]).fails_with(&[said]);
            assert!(!run.output.contains(CANARY), "{program}:\n{}", run.output);
        }
    }
}
