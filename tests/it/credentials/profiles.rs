//! The contents of one profile: precedence, and incomplete settings.

use super::case::{
    Case, READER, SESSION_CACHE, START_URL, WRITER, case, keys, role, section, sent,
};

const BEGUN: &str = "an incomplete profile must not fall back to another identity";

pub(super) fn cases() -> Vec<Case> {
    [order(), order_of_roles(), halves(), roles(), unsupported()].concat()
}

fn process() -> &'static str {
    "credential_process = cat {home}/out.json"
}

fn with_process(case: Case) -> Case {
    let printed = r#"{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"CANARY-secret"}"#;
    case.file("out.json", printed)
}

/// Returns the SSO settings of a profile, and the section of the session.
fn sso() -> (String, String) {
    let profile = "sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Reader";
    let url = format!("sso_start_url = {START_URL}");
    (
        profile.to_owned(),
        section("sso-session corp", &[&url, "sso_region = eu-west-1"]),
    )
}

fn with_token(case: Case) -> Case {
    let token = r#"{"startUrl":"https://corp.awsapps.com/start","region":"eu-west-1","accessToken":"CANARY-cached","expiresAt":"{+28800}"}"#;
    case.file(SESSION_CACHE, token)
}

fn order() -> Vec<Case> {
    let (sso, session) = sso();
    let keys_then = |lines: &[&str]| keys("profile dev", "DEV") + &lines.join("\n") + "\n";
    let dev = |name: &str| case(name).set("AWS_PROFILE", "dev");
    let sso_first =
        "botocore uses single sign-on before the keys; the AWS provider uses the keys first";
    vec![
        with_process(dev("static keys before a process"))
            .config(keys_then(&[process()]))
            .signed("DEV")
            .botocore(
                "key:PROCESS",
                "botocore runs the program before it reads keys in the config file; the AWS provider does the reverse",
            ),
        with_process(dev(
            "static keys of the credentials file before a process of the config file",
        ))
        .config(section("profile dev", &[process()]))
        .credentials(keys("dev", "DEV"))
        .signed("DEV"),
        with_token(dev("static keys before single sign-on"))
            .config(keys_then(&[&sso]) + &session)
            .signed("DEV")
            .never("GetRoleCredentials")
            .botocore("key:SSO.Reader", sso_first),
        with_process(with_token(dev("single sign-on before a process")))
            .config(section("profile dev", &[&sso, process()]) + &session)
            .signed("SSO.Reader"),
        with_process(dev("web identity before a process"))
            .config(section(
                "profile dev",
                &[
                    "web_identity_token_file = {home}/token",
                    &role(READER),
                    process(),
                ],
            ))
            .file("token", "CANARY-web")
            .signed("WEB.Reader"),
        with_token(dev("web identity before single sign-on"))
            .config(
                section(
                    "profile dev",
                    &[
                        "web_identity_token_file = {home}/token",
                        &role(READER),
                        &sso,
                    ],
                ) + &session,
            )
            .file("token", "CANARY-web")
            .signed("WEB.Reader"),
    ]
}

fn order_of_roles() -> Vec<Case> {
    let keys_then = |lines: &[&str]| keys("profile dev", "DEV") + &lines.join("\n") + "\n";
    let dev = |name: &str| case(name).set("AWS_PROFILE", "dev");
    vec![
        dev("static keys before web identity, as the source of the role")
            .config(keys_then(&[
                "web_identity_token_file = {home}/token",
                &role(READER),
            ]))
            .file("token", "CANARY-web")
            .sent(sent("AssumeRole").by("DEV"))
            .signed("ASSUMED.Reader")
            .botocore(
                "key:WEB.Reader",
                "botocore uses web identity before the keys; the AWS provider uses the keys first",
            ),
        dev("a source profile before static keys")
            .config(keys_then(&["source_profile = base", &role(READER)]))
            .credentials(keys("base", "BASE"))
            .sent(sent("AssumeRole").by("BASE"))
            .signed("ASSUMED.Reader"),
        dev("a source profile without a role is an error")
            .config(keys_then(&["source_profile = base"]))
            .credentials(keys("base", "BASE"))
            .fails(&["dev", "source_profile", "role_arn"])
            .botocore("key:DEV", BEGUN),
        dev("static keys before a credential source")
            .config(keys_then(&[
                "credential_source = Ec2InstanceMetadata",
                &role(READER),
            ]))
            .sent(sent("AssumeRole").by("DEV"))
            .signed("ASSUMED.Reader"),
        dev("a credential source before a process")
            .config(section(
                "profile dev",
                &["credential_source = Environment", &role(READER), process()],
            ))
            .profile("dev")
            .environment_keys()
            .sent(sent("AssumeRole").by("ENV"))
            .signed("ASSUMED.Reader")
            .warns(&["AWS_ACCESS_KEY_ID"]),
    ]
}

fn halves() -> Vec<Case> {
    let access = "aws_access_key_id = HALF";
    let secret = "aws_secret_access_key = CANARY-secret";
    vec![
        case("an access key of the default profile without its secret")
            .credentials(section("default", &[access]))
            .container()
            .fails(&["default", "aws_secret_access_key"]),
        case("a secret of the default profile without its access key")
            .credentials(section("default", &[secret]))
            .container()
            .fails(&["default", "aws_access_key_id"])
            .botocore("key:CONTAINER", BEGUN),
        case("an access key of a named profile without its secret")
            .credentials(section("dev", &[access]))
            .set("AWS_PROFILE", "dev")
            .container()
            .fails(&["dev", "aws_secret_access_key"]),
        case("a secret of a named profile without its access key")
            .config(section("profile dev", &[secret]))
            .profile("dev")
            .container()
            .fails(&["dev", "aws_access_key_id"])
            .botocore("key:CONTAINER", BEGUN),
        case("web identity of the default profile without a role")
            .config(section(
                "default",
                &["web_identity_token_file = {home}/token"],
            ))
            .file("token", "CANARY-web")
            .container()
            .fails(&["default", "role_arn"]),
        case("web identity of a named profile without a role")
            .config(section(
                "profile dev",
                &["web_identity_token_file = {home}/token"],
            ))
            .file("token", "CANARY-web")
            .profile("dev")
            .fails(&["dev", "role_arn"]),
    ]
}

fn roles() -> Vec<Case> {
    vec![
        case("a role of the default profile without a source")
            .config(section("default", &[&role(READER)]))
            .container()
            .never("AssumeRole")
            .fails(&["default", "source_profile"]),
        case("a role of a named profile without a source")
            .config(section("profile dev", &[&role(READER)]))
            .profile("dev")
            .container()
            .never("AssumeRole")
            .fails(&["dev", "source_profile"]),
        case("a role of a named profile without a source, with keys of the default profile")
            .config(section("profile dev", &[&role(READER)]))
            .credentials(keys("default", "FILE"))
            .set("AWS_PROFILE", "dev")
            .never("AssumeRole")
            .fails(&["dev", "source_profile"]),
        case("a role with the keys of its own profile")
            .config(section("profile dev", &[&role(READER)]))
            .credentials(keys("dev", "DEV"))
            .set("AWS_PROFILE", "dev")
            .sent(sent("AssumeRole").by("DEV"))
            .signed("ASSUMED.Reader")
            .botocore(
                "error:PartialCredentialsError",
                "botocore requires the profile to name itself as its source; the AWS provider does not",
            ),
        case("a credential source without a role is ignored")
            .config(section("profile dev", &["credential_source = Ec2InstanceMetadata"]))
            .profile("dev")
            .fails(&["dev"])
            .botocore("key:INSTANCE", BEGUN),
        case("two profiles in one file are independent")
            .config(
                section("profile dev", &[&role(READER), "source_profile = base"])
                    + &section("profile ops", &[&role(WRITER), "source_profile = base"]),
            )
            .credentials(keys("base", "BASE"))
            .set("AWS_PROFILE", "ops")
            .sent(sent("AssumeRole").with("RoleArn", WRITER))
            .times("AssumeRole", 1)
            .signed("ASSUMED.Writer"),
    ]
}

fn unsupported() -> Vec<Case> {
    let mfa = "mfa_serial = arn:aws:iam::123456789012:mfa/somebody";
    let prompts = "botocore prompts for a code";
    vec![
        case("a role that requires MFA")
            .config(section(
                "profile dev",
                &[&role(READER), "source_profile = base", mfa],
            ))
            .credentials(keys("base", "BASE"))
            .profile("dev")
            .never("AssumeRole")
            .fails(&["dev", "mfa_serial"])
            .apart(prompts),
        case("a role of the default profile that requires MFA")
            .config(section(
                "default",
                &[&role(READER), "source_profile = base", mfa],
            ))
            .credentials(keys("base", "BASE"))
            .container()
            .never("AssumeRole")
            .fails(&["default", "mfa_serial"])
            .apart(prompts),
        case("a source profile that requires MFA")
            .config(
                section("profile dev", &[&role(WRITER), "source_profile = mid"])
                    + &section(
                        "profile mid",
                        &[&role(READER), "source_profile = base", mfa],
                    ),
            )
            .credentials(keys("base", "BASE"))
            .profile("dev")
            .never("AssumeRole")
            .fails(&["mid", "mfa_serial"])
            .apart(prompts),
        case("mfa_serial without a role is ignored")
            .credentials(keys("dev", "DEV") + mfa + "\n")
            .set("AWS_PROFILE", "dev")
            .signed("DEV"),
        case("a session of aws login")
            .config(section(
                "profile dev",
                &["login_session = arn:aws:iam::123456789012:user/somebody"],
            ))
            .profile("dev")
            .container()
            .fails(&["dev", "login_session"]),
        case("a session of aws login in the default profile")
            .config(section(
                "default",
                &["login_session = arn:aws:iam::123456789012:user/somebody"],
            ))
            .container()
            .fails(&["default", "login_session"]),
    ]
}
