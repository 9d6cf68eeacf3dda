//! The network: proxies, certificates, and missing hosts.

use serde_json::json;

use super::case::{Case, READER, case, case_of_aws, keys, role, section, sent};
use crate::harness::world::Fault;

pub(super) fn cases() -> Vec<Case> {
    [proxies(), refusing(), certificates(), unreachable()].concat()
}

/// Adds a role that is assumed with keys, so that a call for credentials fails.
fn roles(case: Case) -> Case {
    case.config(section(
        "profile dev",
        &[&role(READER), "source_profile = base"],
    ))
    .credentials(keys("base", "BASE"))
    .set("AWS_PROFILE", "dev")
}

fn proxies() -> Vec<Case> {
    let through = |name: &str| {
        roles(case_of_aws(name))
            .sent(sent("Connect").host("sts.us-east-1.amazonaws.com:443"))
            .sent(sent("Connect").host("ec2.us-east-1.amazonaws.com:443"))
            .signed("ASSUMED.Reader")
    };
    vec![
        through("HTTPS_PROXY applies to STS and EC2"),
        through("https_proxy in lowercase applies")
            .without("HTTPS_PROXY")
            .set("https_proxy", "{world}"),
        through("the argument https_proxy")
            .without("HTTPS_PROXY")
            .arguments(json!({ "https_proxy": "{world}" })),
        through("a proxy with a password")
            .set("HTTPS_PROXY", "http://me:CANARY-password@127.0.0.1:{port}")
            .sent(sent("Connect").bearer("Basic bWU6Q0FOQVJZLXBhc3N3b3Jk")),
        roles(case("requests to loopback addresses do not use the proxy"))
            .set("HTTP_PROXY", "http://127.0.0.1:1")
            .set("HTTPS_PROXY", "http://127.0.0.1:1")
            .signed("ASSUMED.Reader")
            .botocore(
                "error:ProxyConnectionError",
                "botocore uses the proxy for loopback addresses, unless NO_PROXY names them",
            ),
        roles(case("NO_PROXY names the host"))
            .set("AWS_ENDPOINT_URL", "http://localhost:{port}")
            .set("HTTP_PROXY", "http://127.0.0.1:1")
            .set("NO_PROXY", "localhost")
            .signed("ASSUMED.Reader"),
        case_of_aws("the proxy applies to requests of web identities")
            .web_identity()
            .sent(sent("Connect").host("sts.us-east-1.amazonaws.com:443"))
            .signed("WEB.Reader"),
    ]
}

fn refusing() -> Vec<Case> {
    let refusing = |name: &str, fault: Fault| roles(case_of_aws(name)).always("Connect", fault);
    let wants = Fault::Error(407, "Proxy Authentication Required", "CANARY: who are you?");
    vec![
        refusing("a proxy requires authentication", wants.clone()).fails(&["proxy", "password"]),
        refusing("a proxy refuses the password", wants)
            .set("HTTPS_PROXY", "http://me:CANARY-password@127.0.0.1:{port}")
            .fails(&["proxy", "password"]),
        refusing(
            "a proxy forbids the host",
            Fault::Error(403, "Forbidden", "CANARY: not here"),
        )
        .fails(&["proxy"]),
        refusing(
            "a proxy returns a server error",
            Fault::Error(502, "Bad Gateway", "CANARY"),
        )
        .fails(&["proxy"]),
        refusing("a proxy closes the connection", Fault::Drop).fails(&["Reader"]),
        roles(case_of_aws("a proxy that refuses connections"))
            .set("HTTPS_PROXY", "http://me:CANARY-password@127.0.0.1:1")
            .fails(&["127.0.0.1:1"]),
        roles(case_of_aws("an invalid address of a proxy"))
            .set("HTTPS_PROXY", "socks5://me:CANARY-password@127.0.0.1:1")
            .fails(&["HTTPS_PROXY"])
            .apart("botocore requires another package for this proxy"),
    ]
}

fn certificates() -> Vec<Case> {
    let secure = |name: &str| roles(case(name)).set("AWS_ENDPOINT_URL", "https://localhost:{port}");
    let bundle = "{home}/ca.pem";
    let trusting = |name: &str| secure(name).signed("ASSUMED.Reader");
    let profile = section(
        "profile dev",
        &[
            &role(READER),
            "source_profile = base",
            "ca_bundle = {home}/ca.pem",
        ],
    );
    vec![
        secure("an unknown issuer").fails(&["localhost", "certificate"]),
        secure("an unknown issuer, for a web identity")
            .web_identity()
            .fails(&["localhost", "certificate"]),
        trusting("AWS_CA_BUNDLE applies").set("AWS_CA_BUNDLE", bundle),
        trusting("custom_ca_bundle applies").arguments(json!({ "custom_ca_bundle": bundle })),
        trusting("ca_bundle of the profile applies").config(profile),
        secure("a certificate of another host")
            .set("AWS_CA_BUNDLE", bundle)
            .set("AWS_ENDPOINT_URL", "https://127.0.0.1:{port}")
            .fails(&["127.0.0.1", "certificate"]),
        secure("a missing bundle")
            .set("AWS_CA_BUNDLE", "{home}/no-such-bundle")
            .fails(&["AWS_CA_BUNDLE", "no-such-bundle"]),
        secure("an invalid bundle")
            .file("garbage.pem", "CANARY")
            .set("AWS_CA_BUNDLE", "{home}/garbage.pem")
            .fails(&["AWS_CA_BUNDLE"]),
        secure("a missing bundle of the argument")
            .arguments(json!({ "custom_ca_bundle": "{home}/no-such-bundle" }))
            .fails(&["custom_ca_bundle", "no-such-bundle"]),
    ]
}

fn unreachable() -> Vec<Case> {
    let sts = |name: &str, address: &str| roles(case(name)).set("AWS_ENDPOINT_URL_STS", address);
    vec![
        sts("STS refuses connections", "http://127.0.0.1:1").fails(&["127.0.0.1:1", "Reader"]),
        sts("STS at a name that does not exist", "http://sts.invalid").fails(&["sts.invalid"]),
        sts("STS refuses connections, with TLS", "https://127.0.0.1:1").fails(&["127.0.0.1:1"]),
        case("STS refuses connections, for a web identity")
            .web_identity()
            .set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
            .container()
            .fails(&["127.0.0.1:1", "Reader"]),
        roles(case("STS always closes the connection"))
            .always("AssumeRole", Fault::Drop)
            .fails(&["Reader"]),
    ]
}
