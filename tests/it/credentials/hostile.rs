//! Services and sources of credentials that send a request elsewhere, or repeat it in their error.

use serde_json::json;

use super::case::{Case, READER, SESSION_CACHE, START_URL, case, case_of_aws, keys, role, section};
use super::runner::{failed, run_all};
use crate::harness::canary;
use crate::harness::world::{Behaviour, CANARY, Fault, World};

/// The statuses of redirects.
const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

/// Returns a case for each operation that gets a request, with the operation.
fn operations() -> Vec<(&'static str, Case)> {
    let roles = || {
        case("role")
            .config(section(
                "profile dev",
                &[
                    &role(READER),
                    "source_profile = base",
                    "external_id = CANARY-external-id",
                ],
            ))
            .credentials(keys("base", "BASE") + "aws_session_token = CANARY-token/of+base==\n")
            .set("AWS_PROFILE", "dev")
    };
    let proxied = Case {
        variables: case_of_aws("proxy").variables,
        ..roles()
    };
    let token = |left: &str| {
        format!(
            r#"{{"startUrl":"{START_URL}","region":"eu-west-1","accessToken":"CANARY-cached","expiresAt":"{{{left}}}","clientId":"client","clientSecret":"CANARY-client-secret","refreshToken":"CANARY-refresh","registrationExpiresAt":"{{+28800}}"}}"#
        )
    };
    let session = |left: &str| {
        let url = format!("sso_start_url = {START_URL}");
        let profile = section(
            "profile dev",
            &[
                "sso_session = corp",
                "sso_account_id = 111122223333",
                "sso_role_name = Reader",
            ],
        );
        case("session")
            .config(profile + &section("sso-session corp", &[&url, "sso_region = eu-west-1"]))
            .file(SESSION_CACHE, token(left))
            .set("AWS_PROFILE", "dev")
    };
    let with_token = || {
        case("keys")
            .environment_keys()
            .set("AWS_SESSION_TOKEN", "CANARY-token/of+ENV==")
    };
    vec![
        ("AssumeRole", roles()),
        ("AssumeRoleWithWebIdentity", case("web").web_identity()),
        ("GetRoleCredentials", session("+28800")),
        ("CreateToken", session("-60")),
        ("InstanceToken", case("instance")),
        ("InstanceRoles", case("instance")),
        ("InstanceRole", case("instance")),
        ("Container", case("container").container()),
        ("DescribeFlowLogs", with_token()),
        (
            "GetCallerIdentity",
            with_token().arguments(json!({ "skip_requesting_account_id": false })),
        ),
        (
            "Connect",
            proxied.set("HTTPS_PROXY", "http://me:CANARY-password@127.0.0.1:{port}"),
        ),
    ]
}

/// Runs all operations with faults, each of which must fail without a secret in its messages or logs.
fn fail(faults: &[Fault]) {
    let mut cases = Vec::new();
    for (operation, case) in operations() {
        for fault in faults {
            let mut case = case
                .clone()
                .set("AWS_MAX_ATTEMPTS", "1")
                .always(operation, fault.clone());
            case.name = format!("{operation}: {fault:?}");
            cases.push(case);
        }
    }
    for (case, ran) in run_all(cases) {
        let (operation, ..) = case.behaviour.faults[0];
        let name = &case.name;
        let met = ran.notes.iter().any(|note| note.operation == operation);
        assert!(met, "{name}: no request");
        assert!(failed(&ran.messages), "{name}: it does not fail");
        for message in &ran.messages {
            let form = canary::form_of(CANARY, message.text.as_bytes());
            assert_eq!(form, None, "{name}: {}", message.text);
        }
        let form = canary::form_of(CANARY, ran.stderr.as_bytes());
        assert_eq!(form, None, "{name}: {}", ran.stderr);
        assert!(ran.stderr.contains("vpcflow"), "{name}: no log");
    }
}

#[test]
fn a_redirect_to_another_host_is_not_followed() {
    let elsewhere = World::start(Behaviour::default());
    let faults = REDIRECTS.map(|status| Fault::Redirect(status, elsewhere.url()));
    fail(&faults);
    let followed = elsewhere.notes();
    let followed: Vec<_> = followed.iter().map(|note| &note.operation).collect();
    assert!(followed.is_empty(), "sent to another host: {followed:?}");
}

#[test]
fn a_secret_that_a_reply_repeats_is_not_shown() {
    fail(&[
        Fault::Echo(400),
        Fault::Echo(403),
        Fault::EchoPage(200),
        Fault::EchoPage(403),
    ]);
}

/// Every source of credentials may reply with one mebibyte.
#[test]
fn a_source_of_credentials_cannot_fill_the_memory() {
    let large: &'static str = "x".repeat((1 << 20) + 1).leak();
    let cases = operations().into_iter().filter_map(|(operation, case)| {
        let named = ["Connect", "DescribeFlowLogs"].contains(&operation);
        let case = case.set("AWS_MAX_ATTEMPTS", "1");
        (!named).then(|| Case {
            name: operation.to_owned(),
            ..case.always(operation, Fault::Instead(200, large))
        })
    });
    for (case, ran) in run_all(cases.collect()) {
        assert!(failed(&ran.messages), "{}: it does not fail", case.name);
        let told = ran.messages.iter().map(|message| message.text.as_str());
        let told = told.collect::<Vec<_>>().join("\n");
        // The SDK's client of the instance metadata service only says that a reply is malformed.
        let is_of_instance = case.name.starts_with("Instance");
        let is_told = told.contains("larger than 1 MiB");
        assert!(is_told || is_of_instance, "{}: {told}", case.name);
    }
}

#[test]
fn an_endless_file_is_refused() {
    let endless = "/dev/zero";
    let config = |case: Case| case.set("AWS_PROFILE", "dev").environment_keys();
    let token = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    let cases = [
        ("AWS_CONFIG_FILE", config(case(""))),
        ("AWS_SHARED_CREDENTIALS_FILE", config(case(""))),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", case("").web_identity()),
        (
            token,
            case("")
                .container()
                .without("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
        ),
        ("AWS_CA_BUNDLE", case("").environment_keys()),
    ];
    let cases = cases.map(|(variable, case)| Case {
        name: variable.to_owned(),
        ..case.set(variable, endless)
    });
    for (case, ran) in run_all(cases.to_vec()) {
        let told = ran.messages.iter().map(|message| message.text.as_str());
        let told = told.collect::<Vec<_>>().join("\n");
        assert!(failed(&ran.messages), "{}: it does not fail", case.name);
        assert!(told.contains("larger than 8 MiB"), "{}: {told}", case.name);
    }
}
