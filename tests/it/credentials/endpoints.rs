//! The addresses of services: precedence, and errors that name an invalid setting.

use serde_json::json;

use super::case::{
    Case, READER, SESSION_CACHE, START_URL, case, case_of_aws, keys, role, section, sent,
};
use crate::harness::world::Fault;

pub(super) fn cases() -> Vec<Case> {
    [order(), ignored(), sso(), malformed(), of_profiles()].concat()
}

/// Returns a case in which the role of the default profile is assumed with keys, so that STS is called before EC2.
fn with_role(name: &str, lines: &[&str]) -> Case {
    let role = role(READER);
    let common = [role.as_str(), "source_profile = base"];
    case(name)
        .without("AWS_ENDPOINT_URL")
        .config(section("default", &[&common[..], lines].concat()))
        .credentials(keys("base", "BASE"))
        .signed("ASSUMED.Reader")
}

/// Returns the same case with a section `services` in the file.
fn with_services(name: &str, lines: &[&str]) -> Case {
    let role = role(READER);
    let common = [role.as_str(), "source_profile = base", "services = local"];
    let services = "[services local]\nsts =\n  endpoint_url = {world}/services-sts\nec2 =\n  endpoint_url = {world}/services-ec2\n";
    let text = section("default", &[&common[..], lines].concat());
    with_role(name, lines).config(text + services)
}

fn at(sts: &'static str, ec2: &'static str) -> impl Fn(Case) -> Case {
    move |case| {
        case.sent(sent("AssumeRole").path(sts))
            .sent(sent("DescribeFlowLogs").path(ec2))
    }
}

fn order() -> Vec<Case> {
    let argument = json!({ "endpoints": { "sts": "{world}/argument-sts" } });
    vec![
        at("/all", "/all")(with_role("AWS_ENDPOINT_URL applies to all services", &[]))
            .set("AWS_ENDPOINT_URL", "{world}/all"),
        at("/sts", "/all")(with_role(
            "AWS_ENDPOINT_URL_STS goes before AWS_ENDPOINT_URL",
            &[],
        ))
        .set("AWS_ENDPOINT_URL", "{world}/all")
        .set("AWS_ENDPOINT_URL_STS", "{world}/sts"),
        at("/all", "/ec2")(with_role(
            "AWS_ENDPOINT_URL_EC2 goes before AWS_ENDPOINT_URL",
            &[],
        ))
        .set("AWS_ENDPOINT_URL", "{world}/all")
        .set("AWS_ENDPOINT_URL_EC2", "{world}/ec2"),
        at("/sts", "/ec2")(with_role("each service has a variable", &[]))
            .set("AWS_ENDPOINT_URL_STS", "{world}/sts")
            .set("AWS_ENDPOINT_URL_EC2", "{world}/ec2"),
        at("/profile", "/profile")(with_role(
            "endpoint_url of a profile applies to all services",
            &["endpoint_url = {world}/profile"],
        )),
        at("/all", "/all")(with_role(
            "AWS_ENDPOINT_URL goes before endpoint_url of a profile",
            &["endpoint_url = {world}/profile"],
        ))
        .set("AWS_ENDPOINT_URL", "{world}/all"),
        at("/services-sts", "/services-ec2")(with_services("a services section applies", &[])),
        at("/services-sts", "/services-ec2")(with_services(
            "a services section takes precedence over endpoint_url of the profile",
            &["endpoint_url = {world}/profile"],
        )),
        at("/sts", "/services-ec2")(with_services(
            "the variable of a service takes precedence over the section",
            &[],
        ))
        .set("AWS_ENDPOINT_URL_STS", "{world}/sts"),
        at("/argument-sts", "/all")(with_role(
            "the argument takes precedence over the variables",
            &[],
        ))
        .set("AWS_ENDPOINT_URL", "{world}/all")
        .set("AWS_ENDPOINT_URL_STS", "{world}/sts")
        .arguments(argument.clone()),
        at("/argument-sts", "/services-ec2")(with_services(
            "the argument takes precedence over the section",
            &[],
        ))
        .arguments(argument),
        at("/all", "/all")(with_role("an empty variable of a service is unset", &[]))
            .set("AWS_ENDPOINT_URL", "{world}/all")
            .set("AWS_ENDPOINT_URL_STS", ""),
        with_role("the argument endpoints.sts applies to web identity", &[])
            .web_identity()
            .set("AWS_ENDPOINT_URL", "{world}/all")
            .arguments(json!({ "endpoints": { "sts": "{world}/argument-sts" } }))
            .sent(sent("AssumeRoleWithWebIdentity").path("/argument-sts"))
            .signed("WEB.Reader"),
    ]
}

fn ignored() -> Vec<Case> {
    let role = role(READER);
    let of_aws = |name: &str, lines: &[&str]| {
        let common = [role.as_str(), "source_profile = base"];
        case_of_aws(name)
            .config(section("default", &[&common[..], lines].concat()))
            .credentials(keys("base", "BASE"))
            .set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
            .set("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
            .sent(sent("AssumeRole").host("sts.us-east-1.amazonaws.com"))
            .signed_at("ASSUMED.Reader", "us-east-1", "ec2.us-east-1.amazonaws.com")
    };
    let switched = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
    vec![
        of_aws(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS switches the variables off",
            &[],
        )
        .set(switched, "true"),
        of_aws(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS switches the profile off",
            &["endpoint_url = http://127.0.0.1:1"],
        )
        .set(switched, "TRUE"),
        of_aws(
            "ignore_configured_endpoint_urls of a profile disables all endpoints",
            &["ignore_configured_endpoint_urls = true"],
        ),
        case("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS does not switch arguments off")
            .environment_keys()
            .without("AWS_ENDPOINT_URL")
            .set(switched, "true")
            .arguments(json!({ "endpoints": { "ec2": "{world}/argument" } }))
            .sent(sent("DescribeFlowLogs").path("/argument"))
            .signed("ENV"),
        case("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS may be false")
            .environment_keys()
            .set(switched, "false")
            .signed("ENV"),
    ]
}

fn with_sso(name: &str) -> Case {
    let url = format!("sso_start_url = {START_URL}");
    let profile = [
        "sso_session = corp",
        "sso_account_id = 111122223333",
        "sso_role_name = Reader",
    ];
    let token = r#"{"startUrl":"https://corp.awsapps.com/start","region":"eu-west-1","accessToken":"CANARY-cached","expiresAt":"{-60}","clientId":"client","clientSecret":"CANARY-client-secret","refreshToken":"CANARY-refresh","registrationExpiresAt":"{+864000}"}"#;
    case(name)
        .config(
            section("default", &profile)
                + &section("sso-session corp", &[&url, "sso_region = eu-west-1"]),
        )
        .file(SESSION_CACHE, token)
        .signed("SSO.Reader")
}

fn sso() -> Vec<Case> {
    let asked = |oidc, portal| {
        move |case: Case| {
            case.sent(sent("CreateToken").path(oidc))
                .sent(sent("GetRoleCredentials").path(portal))
        }
    };
    vec![
        asked("/oidc", "/portal")(with_sso(
            "single sign-on has an endpoint for each of its two services",
        ))
        .set("AWS_ENDPOINT_URL_SSO", "{world}/portal")
        .set("AWS_ENDPOINT_URL_SSO_OIDC", "{world}/oidc"),
        asked("/all", "/all")(with_sso("AWS_ENDPOINT_URL is for single sign-on, too"))
            .set("AWS_ENDPOINT_URL", "{world}/all"),
        asked("/all", "/argument")(with_sso(
            "endpoints.sso takes precedence over the variables",
        ))
        .set("AWS_ENDPOINT_URL", "{world}/all")
        .set("AWS_ENDPOINT_URL_SSO", "{world}/portal")
        .arguments(json!({ "endpoints": { "sso": "{world}/argument" } })),
    ]
}

/// Texts that are not addresses.
const MALFORMED: [(&str, &str); 7] = [
    ("without a scheme", "localhost:4566"),
    ("with a leading space", " http://localhost:4566"),
    ("with a line break", "http://localhost:4566\n"),
    ("with an unclosed bracket", "http://[bad"),
    ("with another scheme", "ftp://localhost:4566"),
    ("without a host", "http://"),
    ("with a password", "http://me:CANARY-password@localhost:1"),
];

const NOTHING: [&str; 5] = [
    "AssumeRole",
    "AssumeRoleWithWebIdentity",
    "GetRoleCredentials",
    "CreateToken",
    "DescribeFlowLogs",
];

fn unasked(case: Case) -> Case {
    NOTHING.into_iter().fold(case, Case::never)
}

/// Returns cases with variables and arguments, and a web identity that must not be shown.
fn malformed() -> Vec<Case> {
    let because = "botocore accepts more texts, and fails at the call";
    let mut cases = Vec::new();
    for (how, address) in MALFORMED {
        for variable in [
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_STS",
            "AWS_ENDPOINT_URL_EC2",
            "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
        ] {
            let case = case(format!("{variable} {how}"))
                .web_identity()
                .set(variable, address)
                .fails(&[variable])
                .apart(because);
            cases.push(unasked(case));
        }
        for service in ["sts", "ec2", "logs"] {
            let case = case(format!("endpoints.{service} {how}"))
                .web_identity()
                .arguments(json!({ "endpoints": { service: address } }))
                .fails(&["endpoints", service]);
            cases.push(unasked(case));
        }
    }
    for variable in ["AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC"] {
        let name = format!("{variable} without a scheme");
        let case = with_sso(&name)
            .set(variable, "localhost:4566")
            .fails(&[variable])
            .apart(because);
        cases.push(unasked(case));
    }
    cases
}

fn of_profiles() -> Vec<Case> {
    let because = "botocore fails at the call";
    let external = [
        "external_id = CANARY-external",
        "endpoint_url = localhost:4566",
    ];
    let services = "[services local]\nsts =\n  endpoint_url = http://[bad\n";
    let sso = "[services local]\nsso =\n  endpoint_url = localhost:4566\n";
    let text = section(
        "default",
        &[&role(READER), "source_profile = base", "services = local"],
    );
    vec![
        unasked(with_role(
            "endpoint_url of a profile without a scheme",
            &external,
        ))
        .fails(&["endpoint_url", "profile"])
        .apart(because),
        unasked(with_role(
            "endpoint_url of a services section with an unclosed bracket",
            &[],
        ))
        .config(text.clone() + services)
        .fails(&["endpoint_url", "sts", "services"])
        .apart(because),
        unasked(with_role(
            "endpoint_url of single sign-on in a services section",
            &[],
        ))
        .config(text + sso)
        .fails(&["endpoint_url", "sso", "services"])
        .apart(because),
        case("an endpoint that refuses connections")
            .environment_keys()
            .arguments(json!({
                "endpoints": { "sts": "http://127.0.0.1:1" },
                "assume_role": [{ "role_arn": READER, "external_id": "CANARY-external" }],
            }))
            .never("DescribeFlowLogs")
            .fails(&["Reader", "127.0.0.1:1"]),
        with_role("an endpoint that is not an AWS service", &[])
            .set("AWS_ENDPOINT_URL", "{world}")
            .always(
                "AssumeRole",
                Fault::Instead(200, "<html><p>CANARY: sign in</html>"),
            )
            .fails(&["Reader"]),
    ]
}
