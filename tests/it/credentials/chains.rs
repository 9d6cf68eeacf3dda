//! Chains of roles in profiles: source profiles and credential sources.

use serde_json::json;

use super::case::{Case, READER, WRITER, case, error, keys, role, section, sent};
use crate::harness::world::Fault;

pub(super) fn cases() -> Vec<Case> {
    [
        sources(),
        other_sources(),
        broken(),
        named_sources(),
        settings(),
        failures(),
    ]
    .concat()
}

/// Returns a case with a profile `dev` whose role `Reader` is assumed with the keys of the profile `base`.
fn over_keys(name: &str) -> Case {
    case(name)
        .config(section(
            "profile dev",
            &[&role(READER), "source_profile = base"],
        ))
        .credentials(keys("base", "BASE"))
        .set("AWS_PROFILE", "dev")
}

fn sources() -> Vec<Case> {
    let middle = section("profile mid", &[&role(READER), "source_profile = base"]);
    let top = section("profile dev", &[&role(WRITER), "source_profile = mid"]);
    vec![
        over_keys("a role with static keys as its source")
            .sent(sent("AssumeRole").by("BASE").with("RoleArn", READER))
            .times("AssumeRole", 1)
            .signed("ASSUMED.Reader"),
        case("a role with the keys of the default profile as its source")
            .config(section(
                "profile dev",
                &[&role(READER), "source_profile = default"],
            ))
            .credentials(keys("default", "FILE"))
            .profile("dev")
            .sent(sent("AssumeRole").by("FILE"))
            .signed("ASSUMED.Reader"),
        case("a role of the default profile")
            .config(section(
                "default",
                &[&role(READER), "source_profile = base"],
            ))
            .credentials(keys("base", "BASE"))
            .signed("ASSUMED.Reader"),
        case("a role in the credentials file")
            .credentials(
                keys("base", "BASE") + &section("dev", &[&role(READER), "source_profile = base"]),
            )
            .set("AWS_PROFILE", "dev")
            .signed("ASSUMED.Reader"),
        case("a chain of two roles")
            .config(top.clone() + &middle)
            .credentials(keys("base", "BASE"))
            .set("AWS_PROFILE", "dev")
            .sent(sent("AssumeRole").by("BASE").with("RoleArn", READER))
            .sent(
                sent("AssumeRole")
                    .by("ASSUMED.Reader")
                    .with("RoleArn", WRITER),
            )
            .times("AssumeRole", 2)
            .signed("ASSUMED.Writer"),
        case("a role over a profile with keys and a role with a source")
            .config(top + &middle)
            .credentials(keys("base", "BASE") + &keys("mid", "MID"))
            .set("AWS_PROFILE", "dev")
            .sent(
                sent("AssumeRole")
                    .by("ASSUMED.Reader")
                    .with("RoleArn", WRITER),
            )
            .signed("ASSUMED.Writer"),
    ]
}

fn other_sources() -> Vec<Case> {
    vec![
        case("a profile that is its own source")
            .config(section(
                "profile dev",
                &[&role(READER), "source_profile = dev"],
            ))
            .credentials(keys("dev", "DEV"))
            .profile("dev")
            .sent(sent("AssumeRole").by("DEV"))
            .times("AssumeRole", 1)
            .signed("ASSUMED.Reader"),
        case("a role with a credential process as its source")
            .config(
                section("profile dev", &[&role(READER), "source_profile = base"])
                    + &section(
                        "profile base",
                        &["credential_process = cat {home}/out.json"],
                    ),
            )
            .file(
                "out.json",
                r#"{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"CANARY-s"}"#,
            )
            .profile("dev")
            .sent(sent("AssumeRole").by("PROCESS"))
            .signed("ASSUMED.Reader"),
        case("a role with a web identity as its source")
            .config(
                section("profile dev", &[&role(WRITER), "source_profile = base"])
                    + &section(
                        "profile base",
                        &[&role(READER), "web_identity_token_file = {home}/token"],
                    ),
            )
            .file("token", "CANARY-web")
            .set("AWS_PROFILE", "dev")
            .sent(sent("AssumeRole").by("WEB.Reader"))
            .signed("ASSUMED.Writer"),
    ]
}

fn broken() -> Vec<Case> {
    let half = section("base", &["aws_access_key_id = HALF"]);
    let over = |name: &str| over_keys(name).container().never("AssumeRole");
    let dev = section("profile dev", &[&role(READER), "source_profile = base"]);
    let broken = |name: &str| {
        case(name)
            .set("AWS_PROFILE", "dev")
            .container()
            .never("AssumeRole")
    };
    vec![
        over("a source that does not exist")
            .config(section(
                "profile dev",
                &[&role(READER), "source_profile = ghost"],
            ))
            .fails(&["ghost", "dev"]),
        broken("a source of the default profile that does not exist")
            .without("AWS_PROFILE")
            .config(section(
                "default",
                &[&role(READER), "source_profile = ghost"],
            ))
            .fails(&["ghost", "default"]),
        broken("a source without credentials")
            .config(dev.clone() + &section("profile base", &["region = eu-west-1"]))
            .fails(&["base"]),
        broken("a source with an incomplete pair of keys")
            .config(dev.clone())
            .credentials(half)
            .fails(&["base", "aws_secret_access_key"]),
        broken("a source with a role and no source of its own")
            .config(dev.clone() + &section("profile base", &[&role(WRITER)]))
            .fails(&["base", "source_profile"]),
        broken("two profiles with each other as the source")
            .config(dev + &section("profile base", &[&role(WRITER), "source_profile = dev"]))
            .fails(&["dev", "base"]),
        broken("a profile that is its own source and has no keys")
            .config(section(
                "profile dev",
                &[&role(READER), "source_profile = dev"],
            ))
            .fails(&["dev"]),
        broken("a cycle of three profiles")
            .config(
                section("profile dev", &[&role(READER), "source_profile = b"])
                    + &section("profile b", &[&role(READER), "source_profile = c"])
                    + &section("profile c", &[&role(READER), "source_profile = dev"]),
            )
            .fails(&["dev"]),
    ]
}

fn named_sources() -> Vec<Case> {
    let from = |name: &str, source: &str| {
        let source = format!("credential_source = {source}");
        case(name)
            .config(section("profile dev", &[&role(READER), &source]))
            .profile("dev")
    };
    vec![
        from("a role with the environment as its source", "Environment")
            .environment_keys()
            .sent(sent("AssumeRole").by("ENV"))
            .signed("ASSUMED.Reader")
            .warns(&["AWS_ACCESS_KEY_ID"]),
        from(
            "a role with the instance as its source",
            "Ec2InstanceMetadata",
        )
        .asks_instance()
        .sent(sent("AssumeRole").by("INSTANCE"))
        .signed("ASSUMED.Reader"),
        from("a role with the container as its source", "EcsContainer")
            .container()
            .asks_container()
            .sent(sent("AssumeRole").by("CONTAINER"))
            .signed("ASSUMED.Reader"),
        from(
            "a role with the environment as its source, without keys",
            "Environment",
        )
        .container()
        .never("AssumeRole")
        .fails(&["dev", "Environment"]),
        from(
            "a role with the environment as its source, with an incomplete pair",
            "Environment",
        )
        .set("AWS_ACCESS_KEY_ID", "ENV")
        .never("AssumeRole")
        .fails(&["AWS_SECRET_ACCESS_KEY"]),
        from(
            "a role with the container as its source, without a container",
            "EcsContainer",
        )
        .never("AssumeRole")
        .fails(&["dev", "EcsContainer"]),
        from(
            "a role with the instance as its source, with the instance disabled",
            "Ec2InstanceMetadata",
        )
        .set("AWS_EC2_METADATA_DISABLED", "true")
        .never("AssumeRole")
        .fails(&["dev", "Ec2InstanceMetadata"]),
        from(
            "a role with the instance as its source, without a role of the instance",
            "Ec2InstanceMetadata",
        )
        .asks_instance()
        .always("InstanceRoles", error(404, "NotFound"))
        .never("AssumeRole")
        .fails(&["dev"]),
        from("a role with an unknown credential source", "Magic")
            .never("AssumeRole")
            .fails(&["dev", "Magic"]),
        case("a role of the default profile with the instance as its source")
            .config(section(
                "default",
                &[&role(READER), "credential_source = Ec2InstanceMetadata"],
            ))
            .asks_instance()
            .sent(sent("AssumeRole").by("INSTANCE"))
            .signed("ASSUMED.Reader"),
    ]
}

fn settings() -> Vec<Case> {
    let with = |name: &str, line: &str| {
        case(name)
            .config(section(
                "profile dev",
                &[&role(READER), "source_profile = base", line],
            ))
            .credentials(keys("base", "BASE"))
            .set("AWS_PROFILE", "dev")
            .signed("ASSUMED.Reader")
    };
    vec![
        with("role_session_name is sent", "role_session_name = build-7")
            .sent(sent("AssumeRole").with("RoleSessionName", "build-7")),
        with("external_id is sent", "external_id = CANARY-external")
            .sent(sent("AssumeRole").with("ExternalId", "CANARY-external")),
        with("duration_seconds is sent", "duration_seconds = 1800")
            .sent(sent("AssumeRole").with("DurationSeconds", "1800")),
        with(
            "requests to STS use the region of the configuration",
            "region = eu-west-1",
        )
        .without("AWS_REGION")
        .sent(sent("AssumeRole").region("eu-west-1")),
        with("requests to STS use sts_region", "region = eu-west-1")
            .without("AWS_REGION")
            .arguments(json!({ "sts_region": "us-west-2" }))
            .sent(sent("AssumeRole").region("us-west-2"))
            .signed_for("ASSUMED.Reader", "eu-west-1"),
    ]
}

fn failures() -> Vec<Case> {
    vec![
        over_keys("STS refuses")
            .container()
            .always("AssumeRole", error(403, "AccessDenied"))
            .times("AssumeRole", 1)
            .fails(&["Reader", "AccessDenied"]),
        over_keys("STS refuses with the external id in its message")
            .config(section(
                "profile dev",
                &[
                    &role(READER),
                    "source_profile = base",
                    "external_id = CANARY-external",
                ],
            ))
            .always(
                "AssumeRole",
                Fault::Error(400, "ValidationError", "externalId CANARY-external is bad"),
            )
            .times("AssumeRole", 1)
            .fails(&["Reader", "ValidationError"]),
        over_keys("STS always throttles")
            .always("AssumeRole", error(400, "Throttling"))
            .times("AssumeRole", 5)
            .fails(&["Reader", "Throttling"]),
        over_keys("STS throttles twice")
            .set("AWS_MAX_ATTEMPTS", "5")
            .fault("AssumeRole", error(400, "Throttling"), 2)
            .times("AssumeRole", 3)
            .signed("ASSUMED.Reader"),
        over_keys("STS always returns a server error")
            .always("AssumeRole", error(500, "InternalFailure"))
            .times("AssumeRole", 5)
            .fails(&["Reader"]),
        over_keys("STS is broken once")
            .fault("AssumeRole", error(503, "ServiceUnavailable"), 1)
            .times("AssumeRole", 2)
            .signed("ASSUMED.Reader"),
        over_keys("STS closes the connection once")
            .fault("AssumeRole", Fault::Drop, 1)
            .signed("ASSUMED.Reader"),
        over_keys("STS returns a truncated reply once")
            .fault("AssumeRole", Fault::Half, 1)
            .signed("ASSUMED.Reader")
            .botocore(
                "error:ResponseParserError",
                "botocore does not repeat a request after a truncated reply",
            ),
        over_keys("STS always returns a truncated reply")
            .always("AssumeRole", Fault::Half)
            .fails(&["Reader"]),
        over_keys("the token of the source has expired")
            .always("AssumeRole", error(403, "ExpiredToken"))
            .times("AssumeRole", 1)
            .fails(&["Reader", "ExpiredToken"]),
        over_keys("max_retries limits the attempts")
            .set("AWS_MAX_ATTEMPTS", "1")
            .always("AssumeRole", error(400, "Throttling"))
            .times("AssumeRole", 1)
            .fails(&["Reader", "Throttling"]),
    ]
}
