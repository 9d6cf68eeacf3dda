//! Time: credentials that expire during the run, and wrong clocks.

use serde_json::json;

use super::case::{Case, READER, SESSION_CACHE, START_URL, case, error, keys, role, section, sent};
use crate::harness::world::{Fault, READ};

pub(super) fn cases() -> Vec<Case> {
    [
        over_here(),
        over_elsewhere(),
        over_for_good(),
        clocks(),
        clocks_aside(),
    ]
    .concat()
}

const ONCE_MORE: &str = "botocore does not take a role again for one refused call";

/// A role, assumed with keys.
fn roles(name: &str) -> Case {
    case(name)
        .config(section(
            "profile dev",
            &[&role(READER), "source_profile = base"],
        ))
        .credentials(keys("base", "BASE"))
        .set("AWS_PROFILE", "dev")
}

/// The first call of a case is refused with this code.
fn over(case: Case, code: &'static str) -> Case {
    case.fault(READ, error(400, code), 1).times(READ, 2)
}

fn over_here() -> Vec<Case> {
    vec![
        over(roles("a role that is over is taken again"), "ExpiredToken")
            .times("AssumeRole", 2)
            .signed("ASSUMED.Reader")
            .botocore("error:ExpiredToken", ONCE_MORE),
        over(
            roles("a role is taken again by the other code"),
            "ExpiredTokenException",
        )
        .times("AssumeRole", 2)
        .signed("ASSUMED.Reader")
        .botocore("error:ExpiredTokenException", ONCE_MORE),
        over(
            roles("a role is taken again where the request is over"),
            "RequestExpired",
        )
        .times("AssumeRole", 2)
        .signed("ASSUMED.Reader")
        .botocore("error:RequestExpired", ONCE_MORE),
    ]
}

fn over_elsewhere() -> Vec<Case> {
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
        over(case("a web identity is taken again"), "ExpiredToken")
            .web_identity()
            .times("AssumeRoleWithWebIdentity", 2)
            .signed("WEB.Reader")
            .botocore("error:ExpiredToken", ONCE_MORE),
        over(case("a role of a block is taken again"), "ExpiredToken")
            .environment_keys()
            .arguments(block)
            .times("AssumeRole", 2)
            .signed("ASSUMED.Reader"),
        over(case("single sign-on is asked again"), "ExpiredToken")
            .config(sso)
            .file(super::case::URL_CACHE, token)
            .file(SESSION_CACHE, token)
            .times("GetRoleCredentials", 2)
            .signed("SSO.Reader")
            .botocore("error:ExpiredToken", ONCE_MORE),
        over(case("a container is asked again"), "ExpiredToken")
            .container()
            .times("Container", 2)
            .signed("CONTAINER")
            .botocore("error:ExpiredToken", ONCE_MORE),
        over(case("an instance is asked again"), "ExpiredToken")
            .times("InstanceRole", 2)
            .signed("INSTANCE")
            .botocore("error:ExpiredToken", ONCE_MORE),
        over(case("a program is run again"), "ExpiredToken")
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

fn over_for_good() -> Vec<Case> {
    vec![
        roles("a role that is over again is told")
            .always(READ, error(400, "ExpiredToken"))
            .times("AssumeRole", 2)
            .times(READ, 2)
            .fails(&["ExpiredToken"]),
        case("static keys are not taken again")
            .environment_keys()
            .set("AWS_SESSION_TOKEN", "CANARY-token")
            .always(READ, error(400, "ExpiredToken"))
            .times(READ, 1)
            .fails(&["ExpiredToken"]),
        roles("a refusal is no end of a role")
            .always(READ, error(403, "UnauthorizedOperation"))
            .times("AssumeRole", 1)
            .times(READ, 1)
            .fails(&["UnauthorizedOperation"]),
    ]
}

/// Every call of a case with static keys is refused with this code, by a clock that is a number of seconds ahead.
fn keys_alone(name: &str, seconds: i64, code: &'static str) -> Case {
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
            "the clock is behind for STS, by the other code",
            "AssumeRole",
            "RequestExpired",
        ),
        keys_alone("the clock is behind for EC2", 3600, "AuthFailure").fails(&["clock", "behind"]),
        keys_alone(
            "the clock is behind for EC2, by a signature",
            3600,
            "SignatureDoesNotMatch",
        )
        .fails(&["clock", "behind"]),
        keys_alone("the clock is ahead for EC2", -3600, "RequestExpired")
            .fails(&["clock", "ahead"]),
        keys_alone(
            "the clock is ahead by too much",
            -86_400,
            "RequestTimeTooSkewed",
        )
        .fails(&["clock", "ahead"]),
    ]
}

fn clocks_aside() -> Vec<Case> {
    let corrected = |name: &str, seconds| {
        roles(name)
            .clock(seconds)
            .always("AssumeRole", Fault::WrongTime(403, "SignatureDoesNotMatch"))
            .always(READ, Fault::WrongTime(401, "AuthFailure"))
            .signed("ASSUMED.Reader")
            .botocore(
                "error:SignatureDoesNotMatch",
                "the SDK signs again by the clock of the reply, botocore does not",
            )
    };
    vec![
        keys_alone("the clock is right enough", 120, "AuthFailure")
            .fails(&["AuthFailure"])
            .untold("minutes"),
        keys_alone(
            "the clock is right and the signature is not",
            0,
            "SignatureDoesNotMatch",
        )
        .fails(&["SignatureDoesNotMatch"])
        .untold("minutes"),
        keys_alone(
            "the clock is behind, and that is not why",
            3600,
            "UnauthorizedOperation",
        )
        .fails(&["UnauthorizedOperation"])
        .untold("minutes"),
        corrected("a clock that is behind is corrected", 3600),
        corrected("a clock that is ahead is corrected", -3600),
        case("a web identity under a wrong clock")
            .web_identity()
            .clock(3600)
            .sent(sent("AssumeRoleWithWebIdentity"))
            .signed("WEB.Reader"),
    ]
}
