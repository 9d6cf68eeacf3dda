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
        case("AWS_ROLE_SESSION_NAME is sent")
            .web_identity()
            .set("AWS_ROLE_SESSION_NAME", "build-7")
            .sent(sent(ASSUME).with("RoleSessionName", "build-7"))
            .signed("WEB.Reader"),
        case("the line break at the end of the token is not sent")
            .web_identity()
            .file("token", "CANARY-web-identity\n")
            .sent(sent(ASSUME).with("WebIdentityToken", "CANARY-web-identity"))
            .signed("WEB.Reader"),
        case_of_aws("requests to STS use the region of the provider")
            .web_identity()
            .set("AWS_REGION", "eu-west-1")
            .sent(sent(ASSUME).host("sts.eu-west-1.amazonaws.com"))
            .signed_at("WEB.Reader", "eu-west-1", "ec2.eu-west-1.amazonaws.com"),
        case_of_aws("requests to STS in GovCloud use its hosts")
            .web_identity()
            .set("AWS_REGION", "us-gov-west-1")
            .sent(sent(ASSUME).host("sts.us-gov-west-1.amazonaws.com"))
            .signed_for("WEB.Reader", "us-gov-west-1"),
        case("a missing token file")
            .web_identity()
            .set("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/no-such-token")
            .container()
            .never(ASSUME)
            .fails(&["no-such-token", "AWS_WEB_IDENTITY_TOKEN_FILE"]),
        case("an empty token file")
            .web_identity()
            .file("token", "")
            .container()
            .never(ASSUME)
            .fails(&["/token"]),
        case("an invalid role of the environment")
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
        case("a web identity of a profile in the provider block")
            .config(profile(&[]))
            .file("token", "CANARY-web")
            .profile("dev")
            .signed("WEB.Reader"),
        case("role_session_name of a web identity's profile is sent")
            .config(profile(&["role_session_name = build-7"]))
            .file("token", "CANARY-web")
            .profile("dev")
            .sent(sent(ASSUME).with("RoleSessionName", "build-7"))
            .signed("WEB.Reader"),
        case("with a profile of the provider block, the role of the environment is ignored")
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
        case("a missing token file of a profile")
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
        case("a missing token file of the default profile")
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
        failing("the web identity has expired")
            .always(ASSUME, error(400, "ExpiredTokenException"))
            .fails(&["Reader", "ExpiredTokenException"]),
        failing("the web identity is not allowed to assume the role")
            .always(ASSUME, error(403, "AccessDenied"))
            .times(ASSUME, 1)
            .fails(&["Reader", "AccessDenied"]),
        failing("STS repeats the web identity in its error")
            .always(
                ASSUME,
                Fault::Error(
                    400,
                    "InvalidIdentityToken",
                    "Token CANARY-web-identity is bad",
                ),
            )
            .fails(&["Reader", "InvalidIdentityToken"]),
        failing("STS always throttles the web identity")
            .always(ASSUME, error(400, "Throttling"))
            .times(ASSUME, 5)
            .fails(&["Reader", "Throttling"]),
        failing("STS fails once to reach the issuer")
            .fault(ASSUME, error(400, "IDPCommunicationError"), 1)
            .times(ASSUME, 2)
            .signed("WEB.Reader"),
        failing("STS returns a server error for the web identity")
            .always(ASSUME, error(500, "InternalFailure"))
            .times(ASSUME, 5)
            .fails(&["Reader"]),
        failing("STS returns a truncated reply for the web identity")
            .always(ASSUME, Fault::Half)
            .fails(&["Reader"]),
        failing("a foreign reply instead of STS's")
            .always(
                ASSUME,
                Fault::Instead(200, "<html><p>CANARY: sign in</html>"),
            )
            .fails(&["Reader"]),
    ]
}
