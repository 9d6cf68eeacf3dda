//! The role of an instance, and the error without any credentials.

use serde_json::json;

use super::case::{Case, case, error, sent};
use crate::harness::world::Fault;

/// The error without any credentials lists the ways to set them.
const WAYS: &[&str] = &["AWS_ACCESS_KEY_ID", "profile"];
const ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";

pub(super) fn cases() -> Vec<Case> {
    [works(), alone(), failures()].concat()
}

fn works() -> Vec<Case> {
    let once = "by default botocore sends one request to the instance";
    vec![
        case("a request to an instance contains a token")
            .sent(sent("InstanceRole").bearer("CANARY-token-of-instance"))
            .times("InstanceToken", 1)
            .signed("INSTANCE"),
        case("the argument sets the endpoint of the metadata service")
            .without(ENDPOINT)
            .arguments(json!({ "ec2_metadata_service_endpoint": "{world}" }))
            .signed("INSTANCE"),
        case("the argument takes precedence over the variable")
            .set(ENDPOINT, "http://127.0.0.1:1")
            .arguments(json!({ "ec2_metadata_service_endpoint": "{world}" }))
            .signed("INSTANCE"),
        case("an instance provides the region")
            .without("AWS_REGION")
            .signed_for("INSTANCE", "eu-north-1")
            .botocore(
                "error:NoRegionError",
                "the AWS provider gets the region from the instance",
            ),
        case("a server error of an instance is retried")
            .fault("InstanceRole", error(500, "InternalError"), 1)
            .signed("INSTANCE")
            .botocore("error:NoCredentialsError", once),
        case("a connection closed by an instance is retried")
            .fault("InstanceToken", Fault::Drop, 1)
            .signed("INSTANCE"),
    ]
}

fn alone() -> Vec<Case> {
    let disabled = |value: &str| {
        case(format!("AWS_EC2_METADATA_DISABLED is {value}"))
            .set("AWS_EC2_METADATA_DISABLED", value)
            .never("InstanceToken")
            .fails(WAYS)
    };
    vec![
        disabled("true"),
        disabled("TRUE"),
        case("AWS_EC2_METADATA_DISABLED is false")
            .set("AWS_EC2_METADATA_DISABLED", "false")
            .signed("INSTANCE"),
        case("skip_metadata_api_check disables the instance")
            .arguments(json!({ "skip_metadata_api_check": "true" }))
            .never("InstanceToken")
            .fails(WAYS),
        case("skip_metadata_api_check is false")
            .arguments(json!({ "skip_metadata_api_check": "false" }))
            .signed("INSTANCE"),
        case("a disabled instance provides no region")
            .environment_keys()
            .without("AWS_REGION")
            .set("AWS_EC2_METADATA_DISABLED", "true")
            .fails(&["AWS_REGION"]),
    ]
}

fn failures() -> Vec<Case> {
    let failing = |name: &str| case(name).asks_instance();
    let old = "only version 1 of the service replies, which is open to request forgery";
    let unauthorized =
        r#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role CANARY"}"#;
    vec![
        failing("an instance refuses the token (403)")
            .always("InstanceToken", error(403, "Forbidden"))
            .never("InstanceRole")
            .fails(&["IMDSv2"])
            .botocore("key:INSTANCE", old),
        failing("an instance does not support tokens (404)")
            .always("InstanceToken", error(404, "NotFound"))
            .never("InstanceRole")
            .fails(&["IMDSv2"])
            .botocore("key:INSTANCE", old),
        failing("an instance without a role")
            .always("InstanceRoles", error(404, "NotFound"))
            .fails(WAYS),
        failing("an instance that is not allowed to assume its role")
            .always("InstanceRole", Fault::Instead(200, unauthorized))
            .fails(&["instance"]),
        failing("an instance returns invalid JSON")
            .always("InstanceRole", Fault::Instead(200, "<html>CANARY</html>"))
            .fails(&["instance"]),
        failing("an instance returns a truncated reply")
            .always("InstanceRole", Fault::Half)
            .fails(&["instance"]),
        failing("an instance always returns a server error")
            .always("InstanceRole", error(500, "InternalError"))
            .fails(&["instance"]),
        failing("an instance never replies")
            .always("InstanceToken", Fault::Hang)
            .fails(WAYS)
            .apart("botocore waits until its timeout"),
        case("the metadata service refuses connections")
            .set(ENDPOINT, "http://127.0.0.1:1")
            .fails(WAYS),
        case("the endpoint of the metadata service is invalid")
            .set(ENDPOINT, "localhost:1338")
            .environment_keys()
            .fails(&[ENDPOINT]),
        case("the argument for the metadata service is invalid")
            .environment_keys()
            .arguments(json!({ "ec2_metadata_service_endpoint": "http://me:CANARY@[bad" }))
            .fails(&["ec2_metadata_service_endpoint"]),
    ]
}
