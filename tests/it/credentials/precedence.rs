//! The precedence of several sources.

use serde_json::json;

use super::case::{Case, READER, WRITER, case, keys, section};

const ORDER: &str = "the AWS provider reads this variable, botocore does not";
const NAMED: &str =
    "a configured profile without credentials must not fall back to the role of the machine";

pub(super) fn cases() -> Vec<Case> {
    [
        arguments(),
        environment(),
        machines(),
        halves(),
        beside(),
        named(),
    ]
    .concat()
}

fn default_keys() -> String {
    keys("default", "FILE")
}

fn arguments() -> Vec<Case> {
    let given = json!({ "access_key": "ARGUMENT", "secret_key": "CANARY-secret" });
    vec![
        case("arguments take precedence over all other sources")
            .environment_keys()
            .web_identity()
            .container()
            .credentials(default_keys())
            .arguments(given.clone())
            .signed("ARGUMENT"),
        case("arguments with a token")
            .arguments(
                json!({ "access_key": "ARGUMENT", "secret_key": "CANARY-s", "token": "CANARY-t" }),
            )
            .signed("ARGUMENT"),
        case("an access key without its secret is refused")
            .environment_keys()
            .arguments(json!({ "access_key": "ARGUMENT" }))
            .fails(&["access_key", "secret_key"]),
        case("a secret without its access key is refused")
            .arguments(json!({ "secret_key": "CANARY-s" }))
            .fails(&["access_key", "secret_key"]),
        case("a token without keys is refused")
            .arguments(json!({ "token": "CANARY-t" }))
            .fails(&["token", "access_key"]),
        case("keys take precedence over a profile, with a warning")
            .credentials(keys("dev", "DEV"))
            .arguments(given)
            .profile("dev")
            .signed("ARGUMENT")
            .warns(&["profile", "access_key"]),
    ]
}

fn environment() -> Vec<Case> {
    vec![
        case("environment keys take precedence over the default profile")
            .environment_keys()
            .credentials(default_keys())
            .signed("ENV"),
        case("environment keys take precedence over web identity")
            .environment_keys()
            .web_identity()
            .signed("ENV")
            .never("AssumeRoleWithWebIdentity"),
        case("environment keys take precedence over a container and an instance")
            .environment_keys()
            .container()
            .signed("ENV"),
        case("environment keys take precedence over AWS_PROFILE")
            .environment_keys()
            .credentials(keys("dev", "DEV"))
            .set("AWS_PROFILE", "dev")
            .signed("ENV"),
        case("AWS_ACCESS_KEY is another name of the access key")
            .set("AWS_ACCESS_KEY", "OLD")
            .set("AWS_SECRET_KEY", "CANARY-secret-of-OLD")
            .signed("OLD")
            .botocore("key:INSTANCE", ORDER),
        case("AWS_ACCESS_KEY_ID takes precedence over AWS_ACCESS_KEY")
            .environment_keys()
            .set("AWS_ACCESS_KEY", "OLD")
            .set("AWS_SECRET_KEY", "CANARY-secret-of-OLD")
            .signed("ENV"),
        case("AWS_SESSION_TOKEN is sent with the keys")
            .environment_keys()
            .set("AWS_SESSION_TOKEN", "CANARY-token")
            .signed("ENV"),
        case("AWS_SECURITY_TOKEN is sent with the keys")
            .environment_keys()
            .set("AWS_SECURITY_TOKEN", "CANARY-token")
            .signed("ENV"),
    ]
}

fn machines() -> Vec<Case> {
    vec![
        case("web identity takes precedence over the default profile")
            .web_identity()
            .credentials(default_keys())
            .signed("WEB.Reader"),
        case("web identity takes precedence over AWS_PROFILE")
            .web_identity()
            .credentials(keys("dev", "DEV"))
            .set("AWS_PROFILE", "dev")
            .signed("WEB.Reader"),
        case("web identity takes precedence over a container")
            .web_identity()
            .container()
            .signed("WEB.Reader"),
        case("web identity takes precedence over a role of the default profile")
            .web_identity()
            .credentials(keys("base", "BASE"))
            .config(section("default", &["source_profile = base", &super::case::role(WRITER)]))
            .signed("WEB.Reader")
            .botocore(
                "key:ASSUMED.Writer",
                "botocore uses the role of the profile first; the AWS provider uses the environment first",
            ),
        case("the default profile takes precedence over a container")
            .credentials(default_keys())
            .container()
            .signed("FILE"),
        case("a container takes precedence over an instance").container().signed("CONTAINER"),
        case("an instance is the last source").signed("INSTANCE"),
        case("a role without a token file is ignored")
            .set("AWS_ROLE_ARN", READER)
            .credentials(default_keys())
            .signed("FILE"),
        case("a role without a token file is ignored, with an instance")
            .set("AWS_ROLE_ARN", READER)
            .signed("INSTANCE"),
    ]
}

fn halves() -> Vec<Case> {
    let half = "an incomplete pair is an error; botocore checks only the access key";
    vec![
        case("an access key of the environment without its secret")
            .set("AWS_ACCESS_KEY_ID", "ENV")
            .credentials(default_keys())
            .fails(&["AWS_SECRET_ACCESS_KEY"]),
        case("a secret of the environment without its access key")
            .set("AWS_SECRET_ACCESS_KEY", "CANARY-secret")
            .credentials(default_keys())
            .fails(&["AWS_ACCESS_KEY_ID"])
            .botocore("key:FILE", half),
        case("an incomplete pair with a container and an instance")
            .set("AWS_ACCESS_KEY_ID", "ENV")
            .container()
            .fails(&["AWS_SECRET_ACCESS_KEY"]),
        case("an incomplete pair with an empty variable")
            .set("AWS_ACCESS_KEY_ID", "ENV")
            .set("AWS_SECRET_ACCESS_KEY", "")
            .fails(&["AWS_SECRET_ACCESS_KEY"]),
        case("empty keys are unset")
            .set("AWS_ACCESS_KEY_ID", "")
            .set("AWS_SECRET_ACCESS_KEY", "")
            .credentials(default_keys())
            .signed("FILE"),
        case("an empty AWS_PROFILE is unset")
            .set("AWS_PROFILE", "")
            .credentials(default_keys())
            .signed("FILE")
            .botocore(
                "error:ProfileNotFound",
                "everywhere else an empty variable counts as unset",
            ),
        case("with an empty AWS_PROFILE, AWS_DEFAULT_PROFILE applies")
            .set("AWS_PROFILE", "")
            .set("AWS_DEFAULT_PROFILE", "dev")
            .credentials(default_keys() + &keys("dev", "DEV"))
            .signed("DEV"),
        case("a token file without a role")
            .set("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token")
            .file("token", "CANARY-web-identity")
            .credentials(default_keys())
            .fails(&["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"]),
        case("a token file without a role, with a container and an instance")
            .set("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token")
            .file("token", "CANARY-web-identity")
            .container()
            .fails(&["AWS_ROLE_ARN"]),
        case("an empty token file name is unset")
            .set("AWS_WEB_IDENTITY_TOKEN_FILE", "")
            .set("AWS_ROLE_ARN", READER)
            .credentials(default_keys())
            .signed("FILE"),
    ]
}

fn beside() -> Vec<Case> {
    vec![
        case("the argument profile excludes environment keys, with a warning")
            .environment_keys()
            .credentials(keys("dev", "DEV"))
            .profile("dev")
            .signed("DEV")
            .warns(&["profile", "AWS_ACCESS_KEY_ID"]),
        case("the argument profile excludes web identity")
            .web_identity()
            .credentials(keys("dev", "DEV"))
            .profile("dev")
            .signed("DEV")
            .never("AssumeRoleWithWebIdentity"),
        case("the argument profile takes precedence over AWS_PROFILE")
            .set("AWS_PROFILE", "other")
            .credentials(keys("dev", "DEV") + &keys("other", "OTHER"))
            .profile("dev")
            .signed("DEV"),
        case("the argument profile can name the default profile")
            .environment_keys()
            .credentials(default_keys())
            .profile("default")
            .signed("FILE")
            .warns(&["profile", "AWS_ACCESS_KEY_ID"]),
        case("with a profile, an incomplete pair of the environment is ignored")
            .set("AWS_ACCESS_KEY_ID", "ENV")
            .credentials(keys("dev", "DEV"))
            .profile("dev")
            .signed("DEV"),
        case("AWS_PROFILE takes precedence over AWS_DEFAULT_PROFILE")
            .set("AWS_PROFILE", "dev")
            .set("AWS_DEFAULT_PROFILE", "other")
            .credentials(keys("dev", "DEV") + &keys("other", "OTHER"))
            .signed("DEV")
            .botocore(
                "key:OTHER",
                "the AWS provider and the AWS CLI version 2 read AWS_PROFILE first",
            ),
        case("AWS_DEFAULT_PROFILE applies")
            .set("AWS_DEFAULT_PROFILE", "dev")
            .credentials(keys("dev", "DEV") + &default_keys())
            .signed("DEV"),
    ]
}

fn named() -> Vec<Case> {
    let empty = section("profile dev", &["region = eu-west-1"]);
    let named = |name: &str| case(name).config(empty.clone()).container();
    vec![
        case("an argument that names a missing profile")
            .container()
            .profile("ghost")
            .fails(&["ghost"]),
        case("AWS_PROFILE names a missing profile")
            .container()
            .set("AWS_PROFILE", "ghost")
            .fails(&["ghost", "AWS_PROFILE"]),
        case("AWS_DEFAULT_PROFILE names a missing profile")
            .container()
            .set("AWS_DEFAULT_PROFILE", "ghost")
            .fails(&["ghost", "AWS_DEFAULT_PROFILE"]),
        named("an argument names a profile without credentials")
            .profile("dev")
            .fails(&["dev"])
            .botocore("key:CONTAINER", NAMED),
        named("AWS_PROFILE names a profile without credentials")
            .set("AWS_PROFILE", "dev")
            .fails(&["dev"])
            .botocore("key:CONTAINER", NAMED),
        named("AWS_DEFAULT_PROFILE names a profile without credentials")
            .set("AWS_DEFAULT_PROFILE", "dev")
            .fails(&["dev"])
            .botocore("key:CONTAINER", NAMED),
        case("a default profile without credentials falls back to the container")
            .config(section("default", &["region = eu-west-1"]))
            .container()
            .signed("CONTAINER"),
        case("a default profile without credentials falls back to the instance")
            .config(section("default", &["output = json"]))
            .signed("INSTANCE"),
        case("AWS_PROFILE can name a missing default profile")
            .set("AWS_PROFILE", "default")
            .signed("INSTANCE")
            .botocore(
                "error:ProfileNotFound",
                "a missing default profile is not an error in any setting",
            ),
        case("a default profile that is named explicitly falls back to the container")
            .config(section("default", &["region = eu-west-1"]))
            .container()
            .profile("default")
            .signed("CONTAINER"),
        case("a missing profile is an error even with environment keys")
            .environment_keys()
            .set("AWS_PROFILE", "ghost")
            .fails(&["ghost"]),
    ]
}
