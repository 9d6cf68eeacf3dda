//! Endpoints and credentials that arguments and environment variables select.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use crate::acceptance::flow_log;
use crate::acceptance::provider::configuration::with_block;
use crate::harness::fake::{Fake, Fault};
use crate::harness::terraform::{Run, Version, Workspace};

/// Runs a plan with a proxy that refuses every request, and returns the first line of the request.
fn first_request(arguments: &str, variable: (&str, &str)) -> String {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let lines = std::thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        let refusal = b"HTTP/1.1 403 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(refusal).unwrap();
        line.trim_end().to_owned()
    });
    let work = Workspace::new(Version::Any, "unused");
    let block = format!(
        "provider \"vpcflow\" {{\nregion = \"us-east-1\"\naccess_key = \"x\"\nsecret_key = \"y\"\n\
         max_retries = 0\nhttps_proxy = \"http://{address}\"\n{arguments}\n}}"
    );
    with_block(&work, &block);
    let mut command = work.command(&["plan", "-no-color"]);
    let run = Run::of(&command.env(variable.0, variable.1).output().unwrap());
    run.fails_with(&["Could not determine the AWS account"]);
    // If no request was sent to the proxy, this connection ends its wait.
    drop(TcpStream::connect(address));
    lines.join().unwrap()
}

#[test]
fn fips_dual_stack_and_sts_region_determine_the_endpoint() {
    let none = ("VPCFLOW_NONE", "");
    let cases = [
        ("", none, "sts.us-east-1.amazonaws.com"),
        (
            "use_fips_endpoint = true",
            none,
            "sts-fips.us-east-1.amazonaws.com",
        ),
        (
            "",
            ("AWS_USE_FIPS_ENDPOINT", "true"),
            "sts-fips.us-east-1.amazonaws.com",
        ),
        (
            "use_dualstack_endpoint = true",
            none,
            "sts.us-east-1.api.aws",
        ),
        (
            "",
            ("AWS_USE_DUALSTACK_ENDPOINT", "true"),
            "sts.us-east-1.api.aws",
        ),
        (
            "sts_region = \"eu-west-1\"",
            none,
            "sts.eu-west-1.amazonaws.com",
        ),
    ];
    for (arguments, variable, host) in cases {
        let line = first_request(arguments, variable);
        let expected = format!("CONNECT {host}:443 HTTP/1.1");
        assert_eq!(line, expected, "{arguments} {variable:?}");
    }
}

#[test]
fn credentials_and_region_come_from_the_configured_files() {
    let fake = Fake::start();
    let url = fake.url();
    let endpoints = format!("endpoints {{\n ec2 = \"{url}\"\n sts = \"{url}\"\n}}");
    let files = "shared_config_files = [\"settings\"]\nshared_credentials_files = [\"keys\"]\nprofile = \"p\"";
    let by_environment = [
        ("AWS_CONFIG_FILE", "settings"),
        ("AWS_SHARED_CREDENTIALS_FILE", "keys"),
        ("AWS_PROFILE", "p"),
    ];
    for (arguments, variables) in [(files, &[][..]), ("", &by_environment[..])] {
        let work = Workspace::new(Version::Any, url);
        work.write("settings", "[profile p]\nregion = eu-west-1\n");
        work.write(
            "keys",
            "[p]\naws_access_key_id = x\naws_secret_access_key = y\n",
        );
        with_block(
            &work,
            &format!("provider \"vpcflow\" {{\n{arguments}\n{endpoints}\n}}"),
        );
        let mut command = work.command(&["apply", "-auto-approve", "-no-color"]);
        command.envs(variables.iter().copied());
        Run::of(&command.output().unwrap()).succeeds();
        assert_eq!(fake.flow_logs("eu-west-1").len(), 1, "{arguments}");
        let created = fake.flow_logs("eu-west-1").remove(0);
        fake.remove(&created.id);
    }
}

/// One retry consumes all tokens, so the next failure is not retried.
#[test]
fn a_small_retry_token_bucket_ends_the_retries() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url())
        .with_settings("token_bucket_rate_limiter_capacity = 5");
    work.configure(&flow_log("main", ""));
    fake.fail("CreateFlowLogs", Fault::Throttle, 9);
    work.run(&["apply", "-auto-approve", "-no-color"])
        .fails_with(&["Flow log not created", "RequestLimitExceeded"]);
    assert_eq!(fake.calls_of("CreateFlowLogs").len(), 2);
}
