//! IAM Identity Center, with and without sessions: valid, refreshed and expired tokens.

use super::case::{
    Case, Left, SESSION_CACHE, START_URL, URL_CACHE, WRITER, case, error, role, section, sent,
};
use crate::harness::world::Fault;

const CREDENTIALS: &str = "GetRoleCredentials";
const REFRESH: &str = "CreateToken";
const LOGIN: &str = "aws sso login";

pub(super) fn cases() -> Vec<Case> {
    [
        found(),
        expired(),
        refreshed(),
        not_refreshed(),
        incomplete(),
        incomplete_sessions(),
        failures(),
    ]
    .concat()
}

/// Returns the profile `dev` of the session `corp`.
fn config() -> String {
    let url = format!("sso_start_url = {START_URL}");
    let profile = [
        "sso_session = corp",
        "sso_account_id = 111122223333",
        "sso_role_name = Reader",
    ];
    section("profile dev", &profile)
        + &section(
            "sso-session corp",
            &[
                &url,
                "sso_region = eu-west-1",
                "sso_registration_scopes = sso:account:access",
            ],
        )
}

/// Returns the same profile without a session.
fn legacy() -> String {
    let url = format!("sso_start_url = {START_URL}");
    section(
        "profile dev",
        &[
            &url,
            "sso_region = eu-west-1",
            "sso_account_id = 111122223333",
            "sso_role_name = Reader",
        ],
    )
}

/// Returns a token that is valid for a number of seconds and cannot be refreshed.
fn token(seconds: &str) -> String {
    format!(
        r#"{{"startUrl":"{START_URL}","region":"eu-west-1","accessToken":"CANARY-cached","expiresAt":"{{{seconds}}}"}}"#
    )
}

/// Returns a token that is valid for a number of seconds, with a registration that is valid for another number of
/// seconds.
fn refreshable(seconds: &str, registered: &str) -> String {
    format!(
        r#"{{"startUrl":"{START_URL}","region":"eu-west-1","accessToken":"CANARY-cached","expiresAt":"{{{seconds}}}","clientId":"client","clientSecret":"CANARY-client-secret","refreshToken":"CANARY-refresh","registrationExpiresAt":"{{{registered}}}"}}"#
    )
}

fn session(name: &str) -> Case {
    case(name).config(config()).set("AWS_PROFILE", "dev")
}

fn found() -> Vec<Case> {
    let default = config().replace("profile dev", "default");
    let asked = || {
        sent(CREDENTIALS)
            .bearer("CANARY-cached")
            .with("role_name", "Reader")
            .with("account_id", "111122223333")
    };
    vec![
        session("a session with a token")
            .file(SESSION_CACHE, token("+28800"))
            .sent(asked())
            .times(CREDENTIALS, 1)
            .never(REFRESH)
            .signed("SSO.Reader"),
        session("a profile of the provider block with a session")
            .without("AWS_PROFILE")
            .profile("dev")
            .file(SESSION_CACHE, token("+28800"))
            .signed("SSO.Reader"),
        case("a token for a start URL")
            .config(legacy())
            .set("AWS_PROFILE", "dev")
            .file(URL_CACHE, token("+28800"))
            .sent(asked())
            .times(CREDENTIALS, 1)
            .signed("SSO.Reader"),
        case("a session of the default profile")
            .config(default)
            .file(SESSION_CACHE, token("+28800"))
            .container()
            .signed("SSO.Reader"),
        session("a role with single sign-on as its source")
            .config(config() + &section("profile top", &[&role(WRITER), "source_profile = dev"]))
            .set("AWS_PROFILE", "top")
            .file(SESSION_CACHE, token("+28800"))
            .sent(sent("AssumeRole").by("SSO.Reader"))
            .signed("ASSUMED.Writer"),
        session("the expiration of a token contains the name of a time zone")
            .file(SESSION_CACHE, token("+28800").replace("Z\"", "UTC\""))
            .signed("SSO.Reader"),
    ]
}

fn expired() -> Vec<Case> {
    let nothing = |case: Case| case.container().never(CREDENTIALS);
    let old = |name: &str| case(name).config(legacy()).set("AWS_PROFILE", "dev");
    vec![
        nothing(session("a session without a token")).fails(&[LOGIN]),
        nothing(old("a start URL without a token")).fails(&[LOGIN, "dev"]),
        nothing(session("a session with an expired token"))
            .file(SESSION_CACHE, token("-60"))
            .fails(&[LOGIN]),
        nothing(old("a start URL with an expired token"))
            .file(URL_CACHE, token("-60"))
            .fails(&[LOGIN, "dev"]),
        nothing(session(
            "a session with an expired token and an expired registration",
        ))
        .file(SESSION_CACHE, refreshable("-60", "-30"))
        .never(REFRESH)
        .fails(&[LOGIN]),
        nothing(session("a cached token that is not JSON"))
            .file(SESSION_CACHE, "CANARY {")
            .fails(&[LOGIN]),
        nothing(session("a cached token without an access token"))
            .file(SESSION_CACHE, r#"{"startUrl":"x","expiresAt":"{+3600}"}"#)
            .fails(&[LOGIN]),
        nothing(session("a cached token with an invalid expiration"))
            .file(
                SESSION_CACHE,
                r#"{"accessToken":"CANARY-cached","expiresAt":"soon"}"#,
            )
            .fails(&[LOGIN]),
        nothing(session("a session of the default profile without a token"))
            .without("AWS_PROFILE")
            .config(config().replace("profile dev", "default"))
            .fails(&[LOGIN]),
    ]
}

fn refreshed() -> Vec<Case> {
    let registered = "+864000";
    let asked = || {
        sent(REFRESH)
            .with("clientId", "client")
            .with("refreshToken", "CANARY-refresh")
            .with("grantType", "refresh_token")
    };
    vec![
        session("an expired token is refreshed and cached")
            .file(SESSION_CACHE, refreshable("-60", registered))
            .sent(asked())
            .sent(sent(CREDENTIALS).bearer("CANARY-token-refreshed"))
            .times(REFRESH, 1)
            .leaves(SESSION_CACHE, Left::Secret("CANARY-token-refreshed"))
            .signed("SSO.Reader"),
        session("the new refresh token is cached with the registration")
            .file(SESSION_CACHE, refreshable("-60", registered))
            .leaves(
                SESSION_CACHE,
                Left::Secret("CANARY-refresh-token-refreshed"),
            )
            .leaves(SESSION_CACHE, Left::Secret("CANARY-client-secret"))
            .signed("SSO.Reader"),
        session("a token that expires soon is refreshed")
            .file(SESSION_CACHE, refreshable("+300", registered))
            .sent(sent(CREDENTIALS).bearer("CANARY-token-refreshed"))
            .times(REFRESH, 1)
            .signed("SSO.Reader"),
        session("a token that expires soon is used if the refresh is refused")
            .file(SESSION_CACHE, refreshable("+300", registered))
            .always(REFRESH, error(400, "InvalidGrantException"))
            .sent(sent(CREDENTIALS).bearer("CANARY-cached"))
            .signed("SSO.Reader"),
        session("a valid token is not refreshed")
            .file(SESSION_CACHE, refreshable("+28800", registered))
            .never(REFRESH)
            .sent(sent(CREDENTIALS).bearer("CANARY-cached"))
            .signed("SSO.Reader"),
    ]
}

fn not_refreshed() -> Vec<Case> {
    let registered = "+864000";
    vec![
        session("an expired token whose refresh is refused")
            .file(SESSION_CACHE, refreshable("-60", registered))
            .always(REFRESH, error(400, "InvalidGrantException"))
            .times(REFRESH, 1)
            .never(CREDENTIALS)
            .container()
            .fails(&[LOGIN]),
        session("an expired token whose refresh repeats secrets in its error")
            .file(SESSION_CACHE, refreshable("-60", registered))
            .always(
                REFRESH,
                Fault::Error(
                    401,
                    "UnauthorizedClientException",
                    "CANARY-client-secret is bad",
                ),
            )
            .fails(&[LOGIN]),
        session("an expired token whose refresh fails once")
            .file(SESSION_CACHE, refreshable("-60", registered))
            .fault(REFRESH, error(500, "InternalServerException"), 1)
            .times(REFRESH, 2)
            .signed("SSO.Reader"),
    ]
}

/// Returns a case with an incomplete profile and valid tokens.
fn of(name: &str, lines: &[&str]) -> Case {
    case(name)
        .config(section("profile dev", lines))
        .set("AWS_PROFILE", "dev")
        .container()
        .never(CREDENTIALS)
        .file(SESSION_CACHE, token("+28800"))
        .file(URL_CACHE, token("+28800"))
}

const ACCOUNT: &str = "sso_account_id = 111122223333";
const ROLE: &str = "sso_role_name = Reader";
const REGION: &str = "sso_region = eu-west-1";
const SESSION: &str = "sso_session = corp";

fn incomplete() -> Vec<Case> {
    let url = format!("sso_start_url = {START_URL}");
    vec![
        of("a start URL without a region", &[&url, ACCOUNT, ROLE]).fails(&["dev", "sso_region"]),
        of("a start URL without an account", &[&url, REGION, ROLE])
            .fails(&["dev", "sso_account_id"]),
        of("a start URL without a role", &[&url, REGION, ACCOUNT]).fails(&["dev", "sso_role_name"]),
        of("an account without a start URL", &[REGION, ACCOUNT, ROLE])
            .fails(&["dev", "sso_start_url"]),
        of("a missing session", &[SESSION, ACCOUNT, ROLE]).fails(&["corp"]),
    ]
}

fn incomplete_sessions() -> Vec<Case> {
    let url = format!("sso_start_url = {START_URL}");
    let begun = |name: &str, profile: &[&str], session: &[&str]| {
        let text = section("profile dev", profile) + &section("sso-session corp", session);
        of(name, &[]).config(text)
    };
    vec![
        begun(
            "a session without a region",
            &[SESSION, ACCOUNT, ROLE],
            &[&url],
        )
        .fails(&["dev", "sso_region"]),
        begun(
            "a session without a start URL",
            &[SESSION, ACCOUNT, ROLE],
            &[REGION],
        )
        .fails(&["dev", "sso_start_url"]),
        begun(
            "a session without an account",
            &[SESSION, ROLE],
            &[&url, REGION],
        )
        .fails(&["dev", "sso_account_id"]),
        begun(
            "a session in another region than the profile",
            &[SESSION, ACCOUNT, ROLE, "sso_region = us-east-1"],
            &[&url, REGION],
        )
        .fails(&["sso_region"]),
        of("a start URL of the default profile without a region", &[])
            .without("AWS_PROFILE")
            .config(section("default", &[&url, ACCOUNT, ROLE]))
            .fails(&["default", "sso_region"]),
    ]
}

fn failures() -> Vec<Case> {
    let failing = |name: &str| {
        session(name)
            .file(SESSION_CACHE, token("+28800"))
            .container()
    };
    vec![
        failing("the portal refuses the token")
            .always(CREDENTIALS, error(401, "UnauthorizedException"))
            .times(CREDENTIALS, 1)
            .fails(&[LOGIN]),
        failing("the portal repeats the token in its error")
            .always(
                CREDENTIALS,
                Fault::Error(
                    401,
                    "UnauthorizedException",
                    "Session token CANARY-cached is bad",
                ),
            )
            .fails(&[LOGIN]),
        failing("the portal refuses the role")
            .always(CREDENTIALS, error(403, "ForbiddenException"))
            .times(CREDENTIALS, 1)
            .fails(&["Reader", "111122223333"]),
        failing("the portal does not know the role")
            .always(CREDENTIALS, error(404, "ResourceNotFoundException"))
            .times(CREDENTIALS, 1)
            .fails(&["Reader"]),
        failing("the portal always throttles")
            .always(CREDENTIALS, error(429, "TooManyRequestsException"))
            .times(CREDENTIALS, 5)
            .fails(&["Reader"]),
        failing("the portal throttles once")
            .fault(CREDENTIALS, error(429, "TooManyRequestsException"), 1)
            .times(CREDENTIALS, 2)
            .signed("SSO.Reader"),
        failing("the portal always returns a server error")
            .always(CREDENTIALS, error(500, "InternalServerException"))
            .times(CREDENTIALS, 5)
            .fails(&["Reader"]),
        failing("the portal returns a truncated reply")
            .always(CREDENTIALS, Fault::Half)
            .fails(&["Reader"]),
        failing("a foreign reply instead of the portal's")
            .always(
                CREDENTIALS,
                Fault::Instead(200, "<html><p>CANARY: sign in</html>"),
            )
            .fails(&["Reader"]),
    ]
}
