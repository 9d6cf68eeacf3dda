//! The command line does not show secrets: it reports an invalid endpoint by the name of its setting in every report
//! format, with every source of credentials.

use std::process::Stdio;

use super::case::{Case, READER, SESSION_CACHE, START_URL, case, keys, role, section};
use super::runner::{STACK, Scene};
use crate::harness::world::CANARY;

const FORMATS: [&str; 7] = [
    "text", "json", "markdown", "github", "sarif", "junit", "html",
];

/// Returns cases with a name and a source of credentials, without an endpoint.
fn identities() -> Vec<Case> {
    let url = format!("sso_start_url = {START_URL}");
    let profile = [
        "sso_session = corp",
        "sso_account_id = 111122223333",
        "sso_role_name = Reader",
    ];
    let token = r#"{"startUrl":"x","region":"eu-west-1","accessToken":"CANARY-cached","expiresAt":"{+28800}"}"#;
    let external = [
        &role(READER),
        "source_profile = base",
        "external_id = CANARY-external",
    ];
    vec![
        case("a web identity").web_identity(),
        case("an external id")
            .set("AWS_PROFILE", "dev")
            .config(section("profile dev", &external))
            .credentials(keys("base", "BASE")),
        case("single sign-on")
            .set("AWS_PROFILE", "dev")
            .config(
                section("profile dev", &profile)
                    + &section("sso-session corp", &[&url, "sso_region = eu-west-1"]),
            )
            .file(SESSION_CACHE, token),
    ]
}

/// Returns the same case with an invalid endpoint, and the name of its setting.
fn malformed(identity: &Case) -> Vec<(Case, &'static str)> {
    let mut cases = Vec::new();
    for variable in [
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_STS",
        "AWS_ENDPOINT_URL_SSO",
    ] {
        for address in [
            "localhost:4566",
            " http://localhost:1",
            "http://[bad",
            "http://me:CANARY@[bad",
        ] {
            cases.push((identity.clone().set(variable, address), variable));
        }
    }
    let mut of_profile = identity.clone().without("AWS_ENDPOINT_URL");
    let mut of_services = of_profile.clone();
    let config = |case: &mut Case, more: &str, end: &str| {
        let path = ".aws/config".to_owned();
        let found = case.files.iter().position(|(name, _)| *name == path);
        let text = found.map_or_else(
            || "[default]\n".to_owned(),
            |index| case.files.swap_remove(index).1,
        );
        // The profile is the first section.
        let (head, rest) = text.split_once('\n').unwrap();
        case.files
            .push((path, format!("{head}\n{more}{rest}{end}")));
    };
    config(&mut of_profile, "endpoint_url = localhost:4566\n", "");
    let services = "[services local]\nsts =\n  endpoint_url = http://[bad\nsso =\n  endpoint_url = http://[bad\n";
    config(&mut of_services, "services = local\n", services);
    cases.push((of_profile, "endpoint_url"));
    cases.push((of_services, "endpoint_url"));
    cases
}

/// Runs a check and returns a problem of its output, if any.
fn problem(case: &Case, setting: &str, format: &str) -> Option<String> {
    let case = case.clone().file("stack.yaml", STACK);
    let scene = Scene::set(&case);
    let output = scene
        .command(&case)
        .args(["drift", "--stack", "stack.yaml", "--format", format])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let mut printed = String::from_utf8_lossy(&output.stdout).into_owned();
    printed += &String::from_utf8_lossy(&output.stderr);
    let problem = match () {
        () if printed.contains(CANARY) => "a secret is shown",
        () if output.status.code() != Some(1) => "the check does not fail",
        () if !printed.contains(setting) => "the setting is not named",
        () => return None,
    };
    let (name, address) = (&case.name, case.variables.get(setting));
    Some(format!(
        "{name}, {setting} = {address:?}, {format}: {problem}:\n{printed}"
    ))
}

#[test]
fn an_invalid_endpoint_is_reported_by_its_setting_in_every_format() {
    let mut problems = Vec::new();
    for identity in identities() {
        for (number, (case, setting)) in malformed(&identity).into_iter().enumerate() {
            // All formats for the first setting, and one format for each other setting.
            let forms = match number {
                0 => &FORMATS[..],
                _ => &FORMATS[number % FORMATS.len()..][..1],
            };
            problems.extend(
                forms
                    .iter()
                    .filter_map(|format| problem(&case, setting, format)),
            );
        }
    }
    let count = problems.len();
    assert!(problems.is_empty(), "{count}:\n{}", problems.join("\n"));
}
