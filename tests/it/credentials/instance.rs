//! The role of an instance, and the error without any credentials.

use serde_json::json;

use super::case::{Case, case, error, sent};
use crate::harness::world::Fault;

/// Without any credentials, the error names the ways to set them.
const WAYS: &[&str] = &["AWS_ACCESS_KEY_ID", "profile"];
const ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";

pub(super) fn cases() -> Vec<Case> {
    [works(), alone(), failures()].concat()
}

fn works() -> Vec<Case> {
    let once = "botocore asks the instance once, unless it is told otherwise";
    vec![
        case("an instance is asked with a token")
            .sent(sent("InstanceRole").bearer("CANARY-token-of-instance"))
            .times("InstanceToken", 1)
            .signed("INSTANCE"),
        case("the address of the instance's service is an argument")
            .without(ENDPOINT)
            .arguments(json!({ "ec2_metadata_service_endpoint": "{world}" }))
            .signed("INSTANCE"),
        case("the argument goes before the variable")
            .set(ENDPOINT, "http://127.0.0.1:1")
            .arguments(json!({ "ec2_metadata_service_endpoint": "{world}" }))
            .signed("INSTANCE"),
        case("an instance tells the region")
            .without("AWS_REGION")
            .signed_for("INSTANCE", "eu-north-1")
            .botocore(
                "error:NoRegionError",
                "the AWS provider asks the instance for the region",
            ),
        case("an instance is broken once")
            .fault("InstanceRole", error(500, "InternalError"), 1)
            .signed("INSTANCE")
            .botocore("error:NoCredentialsError", once),
        case("an instance hangs up once")
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
        case("skip_metadata_api_check leaves the instance alone")
            .arguments(json!({ "skip_metadata_api_check": "true" }))
            .never("InstanceToken")
            .fails(WAYS),
        case("skip_metadata_api_check may be false")
            .arguments(json!({ "skip_metadata_api_check": "false" }))
            .signed("INSTANCE"),
        case("an instance that is left alone tells no region")
            .environment_keys()
            .without("AWS_REGION")
            .set("AWS_EC2_METADATA_DISABLED", "true")
            .fails(&["AWS_REGION"]),
    ]
}

fn failures() -> Vec<Case> {
    let failing = |name: &str| case(name).asks_instance();
    let old = "only the first version of the service answers, which anything on the machine can be made to ask";
    let unauthorized =
        r#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role CANARY"}"#;
    vec![
        failing("an instance refuses the token (403)")
            .always("InstanceToken", error(403, "Forbidden"))
            .never("InstanceRole")
            .fails(&["IMDSv2"])
            .botocore("key:INSTANCE", old),
        failing("an instance knows no token (404)")
            .always("InstanceToken", error(404, "NotFound"))
            .never("InstanceRole")
            .fails(&["IMDSv2"])
            .botocore("key:INSTANCE", old),
        failing("an instance without a role")
            .always("InstanceRoles", error(404, "NotFound"))
            .fails(WAYS),
        failing("an instance that may not take its role")
            .always("InstanceRole", Fault::Instead(200, unauthorized))
            .fails(&["instance"]),
        failing("an instance answers no JSON")
            .always("InstanceRole", Fault::Instead(200, "<html>CANARY</html>"))
            .fails(&["instance"]),
        failing("an instance answers half")
            .always("InstanceRole", Fault::Half)
            .fails(&["instance"]),
        failing("an instance is broken for ever")
            .always("InstanceRole", error(500, "InternalError"))
            .fails(&["instance"]),
        failing("an instance never answers")
            .always("InstanceToken", Fault::Hang)
            .fails(WAYS)
            .apart("botocore waits as long as it was told to"),
        case("nobody listens where the instance's service is")
            .set(ENDPOINT, "http://127.0.0.1:1")
            .fails(WAYS),
        case("the address of the instance's service is none")
            .set(ENDPOINT, "localhost:1338")
            .environment_keys()
            .fails(&[ENDPOINT]),
        case("the argument for the instance's service is none")
            .environment_keys()
            .arguments(json!({ "ec2_metadata_service_endpoint": "http://me:CANARY@[bad" }))
            .fails(&["ec2_metadata_service_endpoint"]),
    ]
}
