//! Time: credentials that expire during the run, and wrong clocks.

use serde_json::json;

use super::case::{Case, READER, SESSION_CACHE, START_URL, case, error, keys, role, section, sent};
use crate::harness::world::{Fault, READ};

pub(super) fn cases() -> Vec<Case> {
    [
        roles_expire(),
        other_sources_expire(),
        not_renewed(),
        clocks(),
        other_causes(),
    ]
    .concat()
}

const ONCE_MORE: &str = "botocore does not assume a role again after one refused call";

/// Returns a case with a role that is assumed with keys.
fn roles(name: &str) -> Case {
    case(name)
        .config(section(
            "profile dev",
            &[&role(READER), "source_profile = base"],
        ))
        .credentials(keys("base", "BASE"))
        .set("AWS_PROFILE", "dev")
}

/// Refuses the first call of a case with this code.
fn expires(case: Case, code: &'static str) -> Case {
    case.fault(READ, error(400, code), 1).times(READ, 2)
}

fn roles_expire() -> Vec<Case> {
    vec![
        expires(roles("an expired role is assumed again"), "ExpiredToken")
            .times("AssumeRole", 2)
            .signed("ASSUMED.Reader")
            .botocore("error:ExpiredToken", ONCE_MORE),
        expires(
            roles("an expired role is assumed again after the other error code"),
            "ExpiredTokenException",
        )
        .times("AssumeRole", 2)
        .signed("ASSUMED.Reader")
        .botocore("error:ExpiredTokenException", ONCE_MORE),
        expires(
            roles("a role is assumed again after RequestExpired"),
            "RequestExpired",
        )
        .times("AssumeRole", 2)
        .signed("ASSUMED.Reader")
        .botocore("error:RequestExpired", ONCE_MORE),
    ]
}

fn other_sources_expire() -> Vec<Case> {
    let url = format!("sso_start_url = {START_URL}");
    let sso = section(
        "default",
        &[
            &url,
            "sso_region = eu-west-1",
            "sso_account_id = 111122223333",
            "sso_role_name = Reader",
        ],
    );
    let token = r#"{"startUrl":"https://corp.awsapps.com/start","region":"eu-west-1","accessToken":"CANARY-cached","expiresAt":"{+28800}"}"#;
    let block = json!({ "assume_role": [{ "role_arn": READER }] });
    let printed = r#"{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"CANARY-s","SessionToken":"CANARY-t","Expiration":"{+3600}"}"#;
    vec![
        expires(
            case("an expired web identity is assumed again"),
            "ExpiredToken",
        )
        .web_identity()
        .times("AssumeRoleWithWebIdentity", 2)
        .signed("WEB.Reader")
        .botocore("error:ExpiredToken", ONCE_MORE),
        expires(
            case("an expired role of a block is assumed again"),
            "ExpiredToken",
        )
        .environment_keys()
        .arguments(block)
        .times("AssumeRole", 2)
        .signed("ASSUMED.Reader"),
        expires(
            case("expired credentials of single sign-on are requested again"),
            "ExpiredToken",
        )
        .config(sso)
        .file(super::case::URL_CACHE, token)
        .file(SESSION_CACHE, token)
        .times("GetRoleCredentials", 2)
        .signed("SSO.Reader")
        .botocore("error:ExpiredToken", ONCE_MORE),
        expires(
            case("expired credentials of a container are requested again"),
            "ExpiredToken",
        )
        .container()
        .times("Container", 2)
        .signed("CONTAINER")
        .botocore("error:ExpiredToken", ONCE_MORE),
        expires(
            case("expired credentials of an instance are requested again"),
            "ExpiredToken",
        )
        .times("InstanceRole", 2)
        .signed("INSTANCE")
        .botocore("error:ExpiredToken", ONCE_MORE),
        expires(
            case("a program with expired credentials runs again"),
            "ExpiredToken",
        )
        .config(section(
            "default",
            &["credential_process = sh {home}/script.sh"],
        ))
        .file(
            "script.sh",
            "echo run >> {home}/runs\ncat {home}/out.json\n",
        )
        .file("out.json", printed)
        .leaves("runs", super::case::Left::Exactly("run\nrun\n"))
        .signed("PROCESS")
        .botocore("error:ExpiredToken", ONCE_MORE),
    ]
}

fn not_renewed() -> Vec<Case> {
    vec![
        roles("a role that expires again is an error")
            .always(READ, error(400, "ExpiredToken"))
            .times("AssumeRole", 2)
            .times(READ, 2)
            .fails(&["ExpiredToken"]),
        case("expired static keys are an error")
            .environment_keys()
            .set("AWS_SESSION_TOKEN", "CANARY-token")
            .always(READ, error(400, "ExpiredToken"))
            .times(READ, 1)
            .fails(&["ExpiredToken"]),
        roles("a refusal does not expire a role")
            .always(READ, error(403, "UnauthorizedOperation"))
            .times("AssumeRole", 1)
            .times(READ, 1)
            .fails(&["UnauthorizedOperation"]),
    ]
}

/// Returns a case with static keys in which every call is refused with this code. The clock of AWS is ahead by a number
/// of seconds.
fn static_keys(name: &str, seconds: i64, code: &'static str) -> Case {
    case(name)
        .environment_keys()
        .clock(seconds)
        .always(READ, error(403, code))
}

fn clocks() -> Vec<Case> {
    let hour = |name: &str, operation, code| {
        roles(name)
            .clock(3600)
            .always(operation, error(403, code))
            .fails(&["clock"])
    };
    vec![
        hour(
            "the clock is behind for STS",
            "AssumeRole",
            "SignatureDoesNotMatch",
        ),
        hour(
            "the clock is behind for STS, with the other error code",
            "AssumeRole",
            "RequestExpired",
        ),
        static_keys("the clock is behind for EC2", 3600, "AuthFailure").fails(&["clock", "behind"]),
        static_keys(
            "the clock is behind for EC2, with an invalid signature",
            3600,
            "SignatureDoesNotMatch",
        )
        .fails(&["clock", "behind"]),
        static_keys("the clock is ahead for EC2", -3600, "RequestExpired")
            .fails(&["clock", "ahead"]),
        static_keys("the clock is a day ahead", -86_400, "RequestTimeTooSkewed")
            .fails(&["clock", "ahead"]),
    ]
}

fn other_causes() -> Vec<Case> {
    let corrected = |name: &str, seconds| {
        roles(name)
            .clock(seconds)
            .always("AssumeRole", Fault::WrongTime(403, "SignatureDoesNotMatch"))
            .always(READ, Fault::WrongTime(401, "AuthFailure"))
            .signed("ASSUMED.Reader")
            .botocore(
                "error:SignatureDoesNotMatch",
                "the SDK signs again with the time of the reply, botocore does not",
            )
    };
    vec![
        static_keys(
            "a small difference of the clock is not reported",
            120,
            "AuthFailure",
        )
        .fails(&["AuthFailure"])
        .untold("minutes"),
        static_keys(
            "the clock is correct and the signature is invalid",
            0,
            "SignatureDoesNotMatch",
        )
        .fails(&["SignatureDoesNotMatch"])
        .untold("minutes"),
        static_keys(
            "the clock is behind, but is not the cause",
            3600,
            "UnauthorizedOperation",
        )
        .fails(&["UnauthorizedOperation"])
        .untold("minutes"),
        corrected("a clock that is behind is corrected", 3600),
        corrected("a clock that is ahead is corrected", -3600),
        case("a web identity with a wrong clock")
            .web_identity()
            .clock(3600)
            .sent(sent("AssumeRoleWithWebIdentity"))
            .signed("WEB.Reader"),
    ]
}
