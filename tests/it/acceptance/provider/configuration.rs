//! The provider block: valid, invalid and unknown arguments.

use crate::acceptance::flow_log;
use crate::harness::fake::{Fake, Fault, REGION};
use crate::harness::terraform::{Run, Version, Workspace};

#[test]
fn invalid_arguments_are_refused_with_a_reason() {
    let fake = Fake::start();
    let refused = [
        ("insecure = true", "custom_ca_bundle"),
        (r#"retry_mode = "eager""#, "\"standard\", \"adaptive\""),
        (
            "allowed_account_ids = [\"1\"]\n forbidden_account_ids = [\"2\"]",
            "cannot be given together",
        ),
        (
            r#"custom_ca_bundle = "/no/such/file.pem""#,
            "/no/such/file.pem",
        ),
        (r#"https_proxy = "not a url""#, "https_proxy"),
        (
            r#"allowed_account_ids = ["999999999999"]"#,
            "account 123456789012, which is not an allowed account",
        ),
        (
            r#"forbidden_account_ids = ["123456789012"]"#,
            "which is a forbidden account",
        ),
        ("assume_role { session_name = \"x\" }", "Set `role_arn`"),
    ];
    for (settings, text) in refused {
        let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
        work.configure(&flow_log("main", ""));
        // The address of a proxy can contain a password, so its line is not shown.
        let line = if settings.starts_with("https_proxy") {
            "provider \"vpcflow\" {"
        } else {
            settings.lines().next().unwrap()
        };
        work.run(&["plan", "-no-color"])
            .fails_with(&[text, &format!(": {line}")]);
    }
}

/// A block written for the AWS provider and an emulator, with endpoints of services that this provider does not call.
const COPIED: &str = r#"
  access_key                  = "test"
  secret_key                  = "test"
  region                      = "us-east-1"
  insecure                    = false
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    apigateway     = "URL"
    cloudwatchlogs = "URL"
    dynamodb       = "URL"
    ec2            = "URL"
    es             = "URL"
    iam            = "URL"
    lambda         = "URL"
    s3             = "URL"
    stepfunctions  = "URL"
    sts            = "URL"
  }
"#;

#[test]
fn a_block_copied_from_the_aws_provider_is_accepted_with_one_warning() {
    for version in [Version::Any, Version::V115] {
        let fake = Fake::start();
        fake.put_events("flow-logs", "eni-1-all", Vec::new());
        let work = Workspace::new(version, fake.url());
        let block = COPIED.replace("URL", fake.url());
        with_block(&work, &format!("provider \"vpcflow\" {{{block}}}"));
        let plan = work.plan();
        assert_eq!(plan.code, 2, "{}", plan.output);
        assert_eq!(plan.output.matches("without effect").count(), 1);
        plan.says(&[
            "Warning: Provider arguments without effect",
            "`endpoints.apigateway`, `endpoints.dynamodb`, `endpoints.es`, `endpoints.lambda`, \
             `endpoints.stepfunctions`.",
        ]);
        work.apply();
        work.plans_empty();
    }
}

#[test]
fn several_assume_role_blocks_form_a_chain() {
    let fake = Fake::start();
    let settings = r#"
      assume_role {
        role_arn     = "arn:aws:iam::111111111111:role/hub"
        session_name = "hub"
      }
      assume_role {
        role_arn    = "arn:aws:iam::222222222222:role/spoke"
        external_id = "external-canary"
        duration    = "30m"
      }
    "#;
    let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
    work.configure(&flow_log("main", ""));
    work.apply();
    let assumed: Vec<_> = fake
        .calls_of("AssumeRole")
        .into_iter()
        .map(|call| call.parameters["RoleArn"].clone())
        .collect();
    let pair = [
        "arn:aws:iam::111111111111:role/hub",
        "arn:aws:iam::222222222222:role/spoke",
    ];
    assert_eq!(assumed[..2], pair);
    let second = &fake.calls_of("AssumeRole")[1].parameters;
    assert_eq!(second["ExternalId"], "external-canary");
    assert_eq!(second["DurationSeconds"], "1800");
    assert_eq!(fake.flow_logs(REGION)[0].account, "222222222222");
    assert!(
        work.instance("vpcflow_log.main")["arn"]
            .as_str()
            .unwrap()
            .contains("222222222222")
    );
}

#[test]
fn without_an_account_id_arns_are_null() {
    let fake = Fake::start();
    let settings = "skip_requesting_account_id = true";
    let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
    work.configure(&flow_log("main", ""));
    work.apply();
    work.plans_empty();
    let state = work.instance("vpcflow_log.main");
    assert_eq!(state["arn"], serde_json::Value::Null);
    assert_eq!(state["log_destination"], serde_json::Value::Null);
    assert!(fake.calls_of("GetCallerIdentity").is_empty());
}

#[test]
fn credentials_that_sts_refuses_fail_unless_validation_is_skipped() {
    let fake = Fake::start();
    let text = "The security token included in the request is invalid";
    fake.fail(
        "GetCallerIdentity",
        Fault::error("InvalidClientTokenId", text),
        1,
    );
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    work.run(&["plan", "-no-color"])
        .fails_with(&["Could not determine the AWS account", text]);
    fake.fail(
        "GetCallerIdentity",
        Fault::error("InvalidClientTokenId", text),
        1,
    );
    let work = work.with_settings("skip_credentials_validation = true");
    work.configure(&flow_log("main", ""));
    let plan = work.plan();
    assert_eq!(plan.code, 2);
    plan.says(&["Warning: Could not determine the AWS account"]);
}

/// Writes a configuration with only this provider block.
pub(super) fn with_block(work: &Workspace, block: &str) {
    work.configure(&flow_log("main", ""));
    let text = work.read("main.tf");
    let start = text.find("provider \"vpcflow\"").unwrap();
    let end = text.find("\nresource").unwrap();
    work.write(
        "main.tf",
        &format!("{}{block}{}", &text[..start], &text[end..]),
    );
}

#[test]
fn missing_credentials_a_missing_region_and_an_unreachable_endpoint_are_errors() {
    let fake = Fake::start();
    let url = fake.url();
    let work = Workspace::new(Version::Any, url);
    let endpoints = format!("endpoints {{\n ec2 = \"{url}\"\n sts = \"{url}\"\n}}");
    with_block(
        &work,
        &format!("provider \"vpcflow\" {{\n region = \"us-east-1\"\n {endpoints}\n}}"),
    );
    work.run(&["plan", "-no-color"]).fails_with(&[
        "Could not determine the AWS account",
        "had no usable credentials",
        "Set credentials with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile (AWS_PROFILE",
    ]);
    with_block(
        &work,
        &format!(
            "provider \"vpcflow\" {{\n access_key = \"x\"\n secret_key = \"y\"\n skip_requesting_account_id = true\n {endpoints}\n}}"
        ),
    );
    work.run(&["plan", "-no-color"])
        .fails_with(&["No region", "AWS_REGION"]);
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let unreachable = format!("http://127.0.0.1:{port}");
    let work = Workspace::new(Version::Any, &unreachable).with_settings("max_retries = 0");
    work.configure(&flow_log("main", ""));
    work.run(&["plan", "-no-color"]).fails_with(&[
        "Could not determine the AWS account",
        &format!("could not reach {unreachable}"),
        "Connection refused",
        "No program listens at this address. Check the endpoint (endpoints, AWS_ENDPOINT_URL)",
    ]);
}

#[test]
fn a_reply_that_is_not_xml_is_an_error_about_the_endpoint() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url()).with_settings("max_retries = 0");
    work.configure(&flow_log("main", ""));
    work.apply();
    fake.fail("DescribeFlowLogs", Fault::Garbage, 10);
    work.run(&["plan", "-no-color"]).fails_with(&[
        "Flow log",
        "not read",
        "DescribeFlowLogs in us-east-1 got a reply that is not from AWS",
        "This reply is not from AWS. Check the endpoint, and whether a proxy replied instead of AWS.",
    ]);
}

#[test]
fn an_account_that_cannot_be_checked_is_refused() {
    let fake = Fake::start();
    let refuse = || {
        let refusal = Fault::error("InvalidClientTokenId", "The security token is invalid");
        fake.fail("GetCallerIdentity", refusal, 1);
    };
    let work = Workspace::new(Version::Any, fake.url()).with_settings(
        "skip_credentials_validation = true\nforbidden_account_ids = [\"999999999999\"]",
    );
    work.configure(&flow_log("main", ""));
    refuse();
    work.run(&["plan", "-no-color"]).fails_with(&[
        "AWS account not checked",
        "`forbidden_account_ids` restricts the account",
    ]);
    let work = work.with_settings("skip_credentials_validation = true\nforbidden_account_ids = []");
    work.configure(&flow_log("main", ""));
    refuse();
    assert_eq!(work.plan().code, 2);
    let work = work.with_settings("allowed_account_ids = []");
    work.configure(&flow_log("main", ""));
    assert_eq!(work.plan().code, 2);
}

#[test]
fn default_and_ignored_tags_come_from_the_environment() {
    use std::os::unix::ffi::OsStrExt;
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url())
        .with_settings("default_tags {\ntags = { team = \"net\" }\n}");
    work.configure(&flow_log("main", ""));
    let run = |arguments: &[&str]| {
        let mut command = work.command(arguments);
        command
            .env("TF_AWS_DEFAULT_TAGS_team", "ops")
            .env("TF_AWS_DEFAULT_TAGS_stage", "test")
            .env("TF_AWS_IGNORE_TAGS_KEYS", "owner")
            .env("TF_AWS_IGNORE_TAGS_KEY_PREFIXES", "cost:")
            .env("ODD", std::ffi::OsStr::from_bytes(b"\xff"));
        Run::of(&command.output().unwrap())
    };
    run(&["apply", "-auto-approve", "-no-color"]).succeeds();
    let created = fake.flow_logs(REGION).remove(0);
    assert_eq!(created.tags["team"], "net");
    assert_eq!(created.tags["stage"], "test");
    fake.change(&created.id, |log| {
        for key in ["owner", "cost:center"] {
            log.tags.insert(key.to_owned(), "else".to_owned());
        }
    });
    let plan = run(&["plan", "-detailed-exitcode", "-no-color"]);
    assert_eq!(plan.code, 0, "{}", plan.output);
    fake.change(&created.id, |log| {
        drop(log.tags.insert("other".to_owned(), "else".to_owned()))
    });
    let plan = run(&["plan", "-detailed-exitcode", "-no-color"]);
    assert_eq!(plan.code, 2, "another key is not ignored:\n{}", plan.output);
}

#[test]
fn no_secret_appears_in_logs_or_diagnostics() {
    let fake = Fake::start();
    let settings = r#"
      token = "token-canary"
      assume_role {
        role_arn    = "arn:aws:iam::111111111111:role/hub"
        external_id = "external-canary"
      }
    "#;
    let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
    work.configure(&flow_log("main", ""));
    fake.fail(
        "CreateFlowLogs",
        Fault::error("UnauthorizedOperation", "no"),
        1,
    );
    let mut command = work.command(&["apply", "-auto-approve", "-no-color"]);
    // At TRACE, Terraform logs the configuration itself. Only the provider's log is checked here.
    command.env_remove("TF_LOG_PATH");
    let output = Run::of(&command.output().unwrap());
    assert_ne!(output.code, 0);
    assert!(
        output.output.contains("call answered"),
        "no log of the provider:\n{}",
        output.output
    );
    for canary in ["secret-canary", "token-canary", "external-canary"] {
        assert!(
            !output.output.contains(canary),
            "{canary} leaked:\n{}",
            output.output
        );
    }
}

#[test]
fn a_changed_provider_region_plans_a_replacement() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    work.apply();
    let text = work.read("main.tf").replace("us-east-1", "eu-west-1");
    work.write("main.tf", &text);
    work.plan().says(&[
        "must be replaced",
        "region",
        "\"us-east-1\" -> \"eu-west-1\"",
    ]);
    work.apply();
    assert_eq!(fake.flow_logs(REGION).len(), 0);
    assert_eq!(fake.flow_logs("eu-west-1").len(), 1);
}
