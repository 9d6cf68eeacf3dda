//! Roles that the blocks of the provider assume.

use serde_json::{Map, Value, json};

use super::case::{Case, READER, WRITER, case, keys, role, section, sent};

pub(super) fn cases() -> Vec<Case> {
    [blocks(), spellings(), web(), refused()].concat()
}

fn web() -> Vec<Case> {
    let block = |name: &str, block: Value| {
        case(name).arguments(json!({ "assume_role_with_web_identity": block }))
    };
    let token = "CANARY-web-identity";
    vec![
        block("a web identity of the provider block", json!({ "role_arn": READER, "web_identity_token": token }))
            .sent(sent("AssumeRoleWithWebIdentity").by("").with("WebIdentityToken", token))
            .signed("WEB.Reader"),
        block(
            "a web identity in a file that the provider block names",
            json!({ "role_arn": READER, "web_identity_token_file": "{home}/token", "session_name": "build-7" }),
        )
        .file("token", "CANARY-web-identity\n")
        .sent(
            sent("AssumeRoleWithWebIdentity")
                .with("WebIdentityToken", token)
                .with("RoleSessionName", "build-7"),
        )
        .signed("WEB.Reader"),
        block("a web identity of the provider block takes precedence over keys", json!({ "role_arn": READER, "web_identity_token": token }))
            .environment_keys()
            .signed("WEB.Reader"),
        block("a web identity of the provider block for a role of the environment", json!({ "web_identity_token": token }))
            .set("AWS_ROLE_ARN", READER)
            .signed("WEB.Reader"),
        block("a role of the provider block for a web identity of the environment", json!({ "role_arn": WRITER }))
            .web_identity()
            .signed("WEB.Writer"),
        block("a role and a web identity, both of the provider block", json!({ "role_arn": READER, "web_identity_token": token }))
            .arguments(json!({ "assume_role": [{ "role_arn": WRITER }] }))
            .sent(sent("AssumeRole").by("WEB.Reader"))
            .signed("ASSUMED.Writer"),
        block("a web identity of the provider block without a token", json!({ "role_arn": READER }))
            .environment_keys()
            .fails(&["assume_role_with_web_identity", "web_identity_token_file"]),
        block("a web identity of the provider block in a missing file",
            json!({ "role_arn": READER, "web_identity_token_file": "{home}/no-such-token" }))
            .environment_keys()
            .never("AssumeRoleWithWebIdentity")
            .fails(&["no-such-token"]),
        block("a web identity of the provider block for an invalid role", json!({ "role_arn": "Reader", "web_identity_token": token }))
            .never("AssumeRoleWithWebIdentity")
            .fails(&["assume_role_with_web_identity", "role_arn"]),
        block("a web identity of the provider block with an empty session name",
            json!({ "role_arn": READER, "web_identity_token": token, "session_name": "x" }))
            .never("AssumeRoleWithWebIdentity")
            .fails(&["assume_role_with_web_identity", "session_name"]),
        block("a web identity of the provider block with a policy that is not JSON",
            json!({ "role_arn": READER, "web_identity_token": token, "policy": "CANARY" }))
            .never("AssumeRoleWithWebIdentity")
            .fails(&["assume_role_with_web_identity", "policy"]),
    ]
}

/// Returns a case with keys and roles of the provider block.
fn block(name: &str, block: Value) -> Case {
    let arguments = Map::from_iter([("assume_role".to_owned(), block)]);
    case(name).environment_keys().arguments(arguments.into())
}

fn blocks() -> Vec<Case> {
    vec![
        block("a role of the provider block", json!([{ "role_arn": READER }]))
            .sent(sent("AssumeRole").by("ENV"))
            .signed("ASSUMED.Reader"),
        block("two roles of the provider block", json!([{ "role_arn": READER }, { "role_arn": WRITER }]))
            .sent(sent("AssumeRole").by("ENV").with("RoleArn", READER))
            .sent(sent("AssumeRole").by("ASSUMED.Reader").with("RoleArn", WRITER))
            .times("AssumeRole", 2)
            .signed("ASSUMED.Writer"),
        block(
            "a role of the provider block with all of its settings",
            json!([{
                "role_arn": READER, "session_name": "build-7", "external_id": "CANARY-external", "duration": "30m",
                "source_identity": "somebody", "policy": "{\"Version\":\"2012-10-17\"}",
            }]),
        )
        .sent(
            sent("AssumeRole")
                .with("RoleSessionName", "build-7")
                .with("ExternalId", "CANARY-external")
                .with("DurationSeconds", "1800")
                .with("SourceIdentity", "somebody"),
        )
        .signed("ASSUMED.Reader"),
    ]
}

fn spellings() -> Vec<Case> {
    vec![
        block(
            "a role with a path and a session name with all allowed characters",
            json!([{
                "role_arn": "arn:aws:iam::111122223333:role/team/a/Reader", "session_name": "a.b=c,d@e-f_g+h",
            }]),
        )
        .sent(sent("AssumeRole").with("RoleSessionName", "a.b=c,d@e-f_g+h"))
        .signed("ASSUMED.Reader"),
        block(
            "a role of GovCloud",
            json!([{ "role_arn": "arn:aws-us-gov:iam::111122223333:role/Reader" }]),
        )
        .signed("ASSUMED.Reader"),
        block(
            "a role of China",
            json!([{ "role_arn": "arn:aws-cn:iam::111122223333:role/Reader" }]),
        )
        .signed("ASSUMED.Reader"),
        block(
            "session names of 2 and of 64 characters",
            json!([
                { "role_arn": READER, "session_name": "ab" },
                { "role_arn": WRITER, "session_name": "x".repeat(64) },
            ]),
        )
        .signed("ASSUMED.Writer"),
        case("a role of the provider block, assumed with a role of a profile")
            .config(section("profile dev", &[&role(READER), "source_profile = base"]))
            .credentials(keys("base", "BASE"))
            .profile("dev")
            .arguments(json!({ "assume_role": [{ "role_arn": WRITER }] }))
            .sent(sent("AssumeRole").by("ASSUMED.Reader").with("RoleArn", WRITER))
            .signed("ASSUMED.Writer"),
        case("a role of the provider block, assumed with the instance")
            .arguments(json!({ "assume_role": [{ "role_arn": READER }] }))
            .asks_instance()
            .sent(sent("AssumeRole").by("INSTANCE"))
            .signed("ASSUMED.Reader"),
        case("a role of the provider block without credentials")
            .set("AWS_EC2_METADATA_DISABLED", "true")
            .arguments(json!({ "assume_role": [{ "role_arn": READER }] }))
            .never("AssumeRole")
            .fails(&["AWS_ACCESS_KEY_ID"]),
    ]
}

/// Cases with errors that validation reports before any request.
fn refused() -> Vec<Case> {
    let refused = |name: &str, block: Value, text: &'static str| {
        case(name)
            .environment_keys()
            .arguments(json!({ "assume_role": [block] }))
            .never("AssumeRole")
            .never("DescribeFlowLogs")
            .fails(&["assume_role", text])
    };
    let named = |session: &str| json!({ "role_arn": READER, "session_name": session });
    let policy = json!({ "role_arn": READER, "policy": "{\"Version\": CANARY" });
    vec![
        refused(
            "a text that is not an ARN",
            json!({ "role_arn": "Reader" }),
            "role_arn",
        ),
        refused(
            "an ARN of a user",
            json!({ "role_arn": "arn:aws:iam::123456789012:user/me" }),
            "role_arn",
        ),
        refused(
            "an ARN without an account",
            json!({ "role_arn": "arn:aws:iam:::role/Reader" }),
            "role_arn",
        ),
        refused("a session name of 1 character", named("x"), "session_name"),
        refused(
            "a session name with a space",
            named("my session"),
            "session_name",
        ),
        refused(
            "a session name of 65 characters",
            named(&"x".repeat(65)),
            "session_name",
        ),
        refused("a policy that is not JSON", policy, "policy"),
        refused(
            "an invalid duration",
            json!({ "role_arn": READER, "duration": "soon" }),
            "duration",
        ),
    ]
}
