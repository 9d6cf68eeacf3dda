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
        case("the authorization token is sent")
            .container()
            .sent(
                sent("Container")
                    .bearer("CANARY-of-container")
                    .path("/creds"),
            )
            .times("Container", 1)
            .signed("CONTAINER"),
        case("without a token none is sent")
            .set(FULL, "{world}/creds")
            .sent(sent("Container").bearer(""))
            .signed("CONTAINER"),
        case("the token is in a file")
            .set(FULL, "{world}/creds")
            .set(TOKEN_FILE, "{home}/pod-token")
            .file("pod-token", "CANARY-of-pod")
            .sent(sent("Container").bearer("CANARY-of-pod"))
            .signed("CONTAINER"),
        case("the token of the file takes precedence over the variable")
            .container()
            .set(TOKEN_FILE, "{home}/pod-token")
            .file("pod-token", "CANARY-of-pod")
            .sent(sent("Container").bearer("CANARY-of-pod"))
            .signed("CONTAINER"),
        case("the address has a query")
            .set(FULL, "{world}/creds?id=1")
            .sent(sent("Container").with("id", "1"))
            .signed("CONTAINER"),
        case("a server error of a container is retried")
            .container()
            .fault("Container", error(500, "InternalError"), 1)
            .times("Container", 2)
            .signed("CONTAINER"),
        case("an empty address is unset")
            .set(FULL, "")
            .signed("INSTANCE")
            .botocore(
                "error:ValueError",
                "everywhere else an empty variable counts as unset",
            ),
        case("the instance is disabled, the container is not")
            .container()
            .set("AWS_EC2_METADATA_DISABLED", "true")
            .signed("CONTAINER"),
    ]
}

fn refused() -> Vec<Case> {
    let at = |name: &str, address: &str| case(name).set(FULL, address).never("Container");
    vec![
        at(
            "a container at another host without TLS",
            "http://192.0.2.7/CANARY",
        )
        .fails(&[FULL]),
        at("an invalid address of a container", "CANARY").fails(&[FULL]),
        at("an address of a container that is only a path", "/CANARY").fails(&[FULL]),
        at(
            "a container at an address that refuses connections",
            "http://127.0.0.1:1/creds",
        )
        .fails(&["http://127.0.0.1:1/creds"]),
        case("a container at a loopback address")
            .set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/no/such/role")
            .fails(&["169.254.170.2/no/such/role"]),
        case("a missing token file for a container")
            .set(FULL, "{world}/creds")
            .set(TOKEN_FILE, "{home}/no-such-token")
            .never("Container")
            .fails(&[TOKEN_FILE, "no-such-token"]),
        case("a token with a line break")
            .set(FULL, "{world}/creds")
            .set(TOKEN, "CANARY\r\nX-More: CANARY")
            .never("Container")
            .fails(&["authorization token of the container"]),
    ]
}

fn failures() -> Vec<Case> {
    let failing = |name: &str| case(name).container().asks_container();
    // The address identifies the container in these errors.
    let told = &["container credentials at http://127.0.0.1:", "/creds"];
    let secret = r#"{"code":"AccessDenied","message":"CANARY-of-container is bad"}"#;
    let half = r#"{"AccessKeyId":"CANARY-key","Expiration":"2099-01-01T00:00:00Z"}"#;
    vec![
        failing("a container refuses the request")
            .always("Container", error(403, "AccessDenied"))
            .times("Container", 1)
            .fails(told),
        failing("a container repeats the token in its error")
            .always("Container", Fault::Instead(400, secret))
            .fails(told),
        failing("a container has no role")
            .always("Container", error(404, "NotFound"))
            .fails(told),
        failing("a container always returns a server error")
            .always("Container", error(500, "InternalError"))
            .fails(told),
        failing("a container returns no secret")
            .always("Container", Fault::Instead(200, half))
            .fails(told),
        failing("a container returns invalid JSON")
            .always("Container", Fault::Instead(200, "<html>CANARY</html>"))
            .fails(told),
        failing("a container returns a truncated reply")
            .always("Container", Fault::Half)
            .fails(told),
        failing("a container closes the connection")
            .always("Container", Fault::Drop)
            .fails(told),
    ]
}
