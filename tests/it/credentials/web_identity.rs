//! Web identities of the environment and of profiles, as EKS and CI pipelines provide them.

use super::case::{Case, READER, WRITER, case, case_of_aws, error, role, section, sent};
use crate::harness::world::Fault;

const ASSUME: &str = "AssumeRoleWithWebIdentity";

pub(super) fn cases() -> Vec<Case> {
    [environment(), profiles(), missing(), failures()].concat()
}

fn environment() -> Vec<Case> {
    vec![
        case("the token is sent without a signature")
            .web_identity()
            .sent(
                sent(ASSUME)
                    .by("")
                    .with("WebIdentityToken", "CANARY-web-identity")
                    .with("RoleArn", READER),
            )
            .times(ASSUME, 1)
            .signed("WEB.Reader"),
        case("AWS_ROLE_SESSION_NAME counts")
            .web_identity()
            .set("AWS_ROLE_SESSION_NAME", "build-7")
            .sent(sent(ASSUME).with("RoleSessionName", "build-7"))
            .signed("WEB.Reader"),
        case("the end of the token's line is not sent")
            .web_identity()
            .file("token", "CANARY-web-identity\n")
            .sent(sent(ASSUME).with("WebIdentityToken", "CANARY-web-identity"))
            .signed("WEB.Reader"),
        case_of_aws("STS is asked where the work is")
            .web_identity()
            .set("AWS_REGION", "eu-west-1")
            .sent(sent(ASSUME).host("sts.eu-west-1.amazonaws.com"))
            .signed_at("WEB.Reader", "eu-west-1", "ec2.eu-west-1.amazonaws.com"),
        case_of_aws("STS of GovCloud is asked there")
            .web_identity()
            .set("AWS_REGION", "us-gov-west-1")
            .sent(sent(ASSUME).host("sts.us-gov-west-1.amazonaws.com"))
            .signed_for("WEB.Reader", "us-gov-west-1"),
        case("a token file that is not there")
            .web_identity()
            .set("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/no-such-token")
            .container()
            .never(ASSUME)
            .fails(&["no-such-token", "AWS_WEB_IDENTITY_TOKEN_FILE"]),
        case("a token file that is empty")
            .web_identity()
            .file("token", "")
            .container()
            .never(ASSUME)
            .fails(&["/token"]),
        case("a role of the environment that is none")
            .web_identity()
            .set("AWS_ROLE_ARN", "Reader")
            .always(ASSUME, error(400, "ValidationError"))
            .fails(&["Reader"]),
    ]
}

fn profiles() -> Vec<Case> {
    let profile = |lines: &[&str]| {
        let common = [&role(READER), "web_identity_token_file = {home}/token"];
        section("profile dev", &[&common[..], lines].concat())
    };
    vec![
        case("a web identity of a profile")
            .config(profile(&[]))
            .file("token", "CANARY-web")
            .set("AWS_PROFILE", "dev")
            .sent(sent(ASSUME).by("").with("WebIdentityToken", "CANARY-web"))
            .signed("WEB.Reader"),
        case("a web identity of a profile that the provider block names")
            .config(profile(&[]))
            .file("token", "CANARY-web")
            .profile("dev")
            .signed("WEB.Reader"),
        case("role_session_name of a web identity's profile counts")
            .config(profile(&["role_session_name = build-7"]))
            .file("token", "CANARY-web")
            .profile("dev")
            .sent(sent(ASSUME).with("RoleSessionName", "build-7"))
            .signed("WEB.Reader"),
        case("the environment's role does not count beside a profile of the provider block")
            .config(profile(&[]))
            .file("token", "CANARY-web")
            .set("AWS_ROLE_ARN", WRITER)
            .profile("dev")
            .signed("WEB.Reader"),
        case("a web identity of the default profile")
            .config(section(
                "default",
                &[&role(READER), "web_identity_token_file = {home}/token"],
            ))
            .file("token", "CANARY-web")
            .container()
            .signed("WEB.Reader"),
    ]
}

fn missing() -> Vec<Case> {
    vec![
        case("a token file of a profile that is not there")
            .config(section(
                "profile dev",
                &[
                    &role(READER),
                    "web_identity_token_file = {home}/no-such-token",
                ],
            ))
            .profile("dev")
            .container()
            .never(ASSUME)
            .fails(&["no-such-token", "dev"]),
        case("a token file of the default profile that is not there")
            .config(section(
                "default",
                &[
                    &role(READER),
                    "web_identity_token_file = {home}/no-such-token",
                ],
            ))
            .container()
            .never(ASSUME)
            .fails(&["no-such-token", "default"]),
    ]
}

fn failures() -> Vec<Case> {
    let failing = |name: &str| case(name).web_identity().container();
    vec![
        failing("STS refuses the web identity")
            .always(ASSUME, error(400, "InvalidIdentityToken"))
            .times(ASSUME, 1)
            .fails(&["Reader", "InvalidIdentityToken"]),
        failing("the web identity is over")
            .always(ASSUME, error(400, "ExpiredTokenException"))
            .fails(&["Reader", "ExpiredTokenException"]),
        failing("the web identity may not take the role")
            .always(ASSUME, error(403, "AccessDenied"))
            .times(ASSUME, 1)
            .fails(&["Reader", "AccessDenied"]),
        failing("STS shows the web identity in its refusal")
            .always(
                ASSUME,
                Fault::Error(
                    400,
                    "InvalidIdentityToken",
                    "Token CANARY-web-identity is bad",
                ),
            )
            .fails(&["Reader", "InvalidIdentityToken"]),
        failing("STS wants the web identity slower for ever")
            .always(ASSUME, error(400, "Throttling"))
            .times(ASSUME, 5)
            .fails(&["Reader", "Throttling"]),
        failing("STS cannot reach the issuer once")
            .fault(ASSUME, error(400, "IDPCommunicationError"), 1)
            .times(ASSUME, 2)
            .signed("WEB.Reader"),
        failing("STS is broken for the web identity")
            .always(ASSUME, error(500, "InternalFailure"))
            .times(ASSUME, 5)
            .fails(&["Reader"]),
        failing("STS answers the web identity with half")
            .always(ASSUME, Fault::Half)
            .fails(&["Reader"]),
        failing("somebody else answers the web identity")
            .always(
                ASSUME,
                Fault::Instead(200, "<html><p>CANARY: sign in</html>"),
            )
            .fails(&["Reader"]),
    ]
}
