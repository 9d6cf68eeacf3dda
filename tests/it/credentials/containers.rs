//! The role of a container: ECS, EKS, and other servers of the same protocol.

use super::case::{Case, case, error, sent};
use crate::harness::world::Fault;

const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

pub(super) fn cases() -> Vec<Case> {
    [works(), refused(), failures()].concat()
}

fn works() -> Vec<Case> {
    vec![
        case("a token goes with the question")
            .container()
            .sent(
                sent("Container")
                    .bearer("CANARY-of-container")
                    .path("/creds"),
            )
            .times("Container", 1)
            .signed("CONTAINER"),
        case("no token is asked for")
            .set(FULL, "{world}/creds")
            .sent(sent("Container").bearer(""))
            .signed("CONTAINER"),
        case("the token is in a file")
            .set(FULL, "{world}/creds")
            .set(TOKEN_FILE, "{home}/pod-token")
            .file("pod-token", "CANARY-of-pod")
            .sent(sent("Container").bearer("CANARY-of-pod"))
            .signed("CONTAINER"),
        case("the token of the file goes before the one of the environment")
            .container()
            .set(TOKEN_FILE, "{home}/pod-token")
            .file("pod-token", "CANARY-of-pod")
            .sent(sent("Container").bearer("CANARY-of-pod"))
            .signed("CONTAINER"),
        case("the address has a query")
            .set(FULL, "{world}/creds?id=1")
            .sent(sent("Container").with("id", "1"))
            .signed("CONTAINER"),
        case("a container is broken once")
            .container()
            .fault("Container", error(500, "InternalError"), 1)
            .times("Container", 2)
            .signed("CONTAINER"),
        case("an empty address is unset")
            .set(FULL, "")
            .signed("INSTANCE")
            .botocore(
                "error:ValueError",
                "an empty variable is an unset one everywhere else",
            ),
        case("the instance is left alone, the container is not")
            .container()
            .set("AWS_EC2_METADATA_DISABLED", "true")
            .signed("CONTAINER"),
    ]
}

fn refused() -> Vec<Case> {
    let at = |name: &str, address: &str| case(name).set(FULL, address).never("Container");
    vec![
        at(
            "a container at another machine without TLS",
            "http://192.0.2.7/CANARY",
        )
        .fails(&[FULL]),
        at("a container at no address", "CANARY").fails(&[FULL]),
        at("a container at a path", "/CANARY").fails(&[FULL]),
        at(
            "a container where nobody listens",
            "http://127.0.0.1:1/creds",
        )
        .fails(&["http://127.0.0.1:1/creds"]),
        case("a container of this machine's own address")
            .set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/no/such/role")
            .fails(&["169.254.170.2/no/such/role"]),
        case("a token file that is not there for a container")
            .set(FULL, "{world}/creds")
            .set(TOKEN_FILE, "{home}/no-such-token")
            .never("Container")
            .fails(&[TOKEN_FILE, "no-such-token"]),
        case("a token with the end of a line within")
            .set(FULL, "{world}/creds")
            .set(TOKEN, "CANARY\r\nX-More: CANARY")
            .never("Container")
            .fails(&["authorization token of the container"]),
    ]
}

fn failures() -> Vec<Case> {
    let failing = |name: &str| case(name).container().asks_container();
    // By its address.
    let told = &["container credentials at http://127.0.0.1:", "/creds"];
    let secret = r#"{"code":"AccessDenied","message":"CANARY-of-container is bad"}"#;
    let half = r#"{"AccessKeyId":"CANARY-key","Expiration":"2099-01-01T00:00:00Z"}"#;
    vec![
        failing("a container refuses")
            .always("Container", error(403, "AccessDenied"))
            .times("Container", 1)
            .fails(told),
        failing("a container shows the token in its refusal")
            .always("Container", Fault::Instead(400, secret))
            .fails(told),
        failing("a container has no role")
            .always("Container", error(404, "NotFound"))
            .fails(told),
        failing("a container is broken for ever")
            .always("Container", error(500, "InternalError"))
            .fails(told),
        failing("a container answers without a secret")
            .always("Container", Fault::Instead(200, half))
            .fails(told),
        failing("a container answers no JSON")
            .always("Container", Fault::Instead(200, "<html>CANARY</html>"))
            .fails(told),
        failing("a container answers half")
            .always("Container", Fault::Half)
            .fails(told),
        failing("a container hangs up")
            .always("Container", Fault::Drop)
            .fails(told),
    ]
}
