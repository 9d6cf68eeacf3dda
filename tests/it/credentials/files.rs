//! The files that are read, and the names of their sections.

use serde_json::json;

use super::case::{Case, case, keys, section};

const BLANK: &str =
    "botocore requires quotes around a name with a space; the AWS provider does not";

pub(super) fn cases() -> Vec<Case> {
    [places(), missing(), arguments(), names(), forms()].concat()
}

fn places() -> Vec<Case> {
    vec![
        case("keys of the credentials file take precedence over the config file")
            .config(keys("default", "CONFIG"))
            .credentials(keys("default", "FILE"))
            .signed("FILE"),
        case("keys in the config file only")
            .config(keys("default", "CONFIG"))
            .signed("CONFIG"),
        case("the files complete each other")
            .config(section("profile dev", &["region = eu-west-1"]))
            .credentials(keys("dev", "DEV"))
            .without("AWS_REGION")
            .set("AWS_PROFILE", "dev")
            .signed_for("DEV", "eu-west-1"),
        case("AWS_CONFIG_FILE names another file")
            .config(keys("default", "USUAL"))
            .file("elsewhere/config", keys("default", "OTHER"))
            .set("AWS_CONFIG_FILE", "{home}/elsewhere/config")
            .signed("OTHER"),
        case("AWS_SHARED_CREDENTIALS_FILE names another file")
            .credentials(keys("default", "USUAL"))
            .file("elsewhere/credentials", keys("default", "OTHER"))
            .set(
                "AWS_SHARED_CREDENTIALS_FILE",
                "{home}/elsewhere/credentials",
            )
            .signed("OTHER"),
        case("AWS_CONFIG_FILE begins with ~")
            .file("elsewhere/config", keys("profile dev", "DEV"))
            .set("AWS_CONFIG_FILE", "~/elsewhere/config")
            .set("AWS_PROFILE", "dev")
            .signed("DEV"),
        case("AWS_SHARED_CREDENTIALS_FILE begins with ~")
            .file("elsewhere/credentials", keys("dev", "DEV"))
            .set("AWS_SHARED_CREDENTIALS_FILE", "~/elsewhere/credentials")
            .set("AWS_PROFILE", "dev")
            .signed("DEV"),
    ]
}

fn missing() -> Vec<Case> {
    vec![
        case("AWS_CONFIG_FILE names a missing file")
            .credentials(keys("default", "FILE"))
            .set("AWS_CONFIG_FILE", "{home}/no-such-config")
            .signed("FILE"),
        case("AWS_SHARED_CREDENTIALS_FILE names a missing file")
            .config(keys("default", "CONFIG"))
            .set("AWS_SHARED_CREDENTIALS_FILE", "{home}/no-such-credentials")
            .signed("CONFIG"),
        case("a profile is missing with its file")
            .set("AWS_CONFIG_FILE", "{home}/no-such-config")
            .set("AWS_SHARED_CREDENTIALS_FILE", "{home}/no-such-credentials")
            .set("AWS_PROFILE", "dev")
            .container()
            .fails(&["dev", "no-such-config", "no-such-credentials"]),
        case("a profile is missing without any file")
            .container()
            .profile("dev")
            .fails(&["dev", ".aws/config", ".aws/credentials"]),
        case("without any file the role of the machine is used").signed("INSTANCE"),
    ]
}

fn arguments() -> Vec<Case> {
    vec![
        case("shared_credentials_files replaces the default file")
            .credentials(keys("default", "USUAL"))
            .file("other", keys("default", "OTHER"))
            .arguments(json!({ "shared_credentials_files": ["{home}/other"] }))
            .signed("OTHER"),
        case("shared_config_files replaces the default file")
            .config(keys("default", "USUAL"))
            .file("other", keys("default", "OTHER"))
            .arguments(json!({ "shared_config_files": ["{home}/other"] }))
            .signed("OTHER"),
        case("shared_credentials_files takes precedence over AWS_SHARED_CREDENTIALS_FILE")
            .file("variable", keys("default", "VARIABLE"))
            .file("argument", keys("default", "ARGUMENT"))
            .set("AWS_SHARED_CREDENTIALS_FILE", "{home}/variable")
            .arguments(json!({ "shared_credentials_files": ["{home}/argument"] }))
            .signed("ARGUMENT"),
        case("a profile in the second of several files")
            .file("one", keys("ops", "OPS"))
            .file("two", keys("dev", "DEV"))
            .arguments(json!({ "shared_credentials_files": ["{home}/one", "{home}/two"] }))
            .profile("dev")
            .signed("DEV"),
        case("a later file takes precedence over an earlier one")
            .file("one", keys("dev", "ONE"))
            .file("two", keys("dev", "TWO"))
            .arguments(json!({ "shared_credentials_files": ["{home}/one", "{home}/two"] }))
            .profile("dev")
            .signed("TWO"),
        case("a missing file among several is skipped")
            .file("two", keys("dev", "DEV"))
            .arguments(json!({ "shared_credentials_files": ["{home}/no-such-file", "{home}/two"] }))
            .profile("dev")
            .signed("DEV"),
        case("a missing config file among several is skipped")
            .file("two", keys("profile dev", "DEV"))
            .arguments(json!({ "shared_config_files": ["{home}/no-such-file", "{home}/two"] }))
            .profile("dev")
            .signed("DEV"),
        case("a profile is missing with the file of the argument")
            .container()
            .arguments(json!({ "shared_config_files": ["{home}/no-such-file"] }))
            .profile("dev")
            .fails(&["dev", "no-such-file"]),
        case("a file of the argument begins with ~")
            .file("elsewhere/credentials", keys("dev", "DEV"))
            .arguments(json!({ "shared_credentials_files": ["~/elsewhere/credentials"] }))
            .profile("dev")
            .signed("DEV"),
    ]
}

/// Returns cases in which each name is a section of the config file, with and without quotes, and of the credentials
/// file.
fn names() -> Vec<Case> {
    let strange = [
        "my dev", "münchen", "team/dev", "a.b", "me@corp", "dev+1", "dev:eu", "dev_1-x",
    ];
    let mut cases = Vec::new();
    for name in strange {
        let mut in_config = case(format!("a profile called {name} in the config file"))
            .config(keys(&format!("profile {name}"), "DEV"))
            .set("AWS_PROFILE", name)
            .signed("DEV");
        if name.contains(' ') {
            in_config = in_config.botocore("error:ProfileNotFound", BLANK);
        }
        cases.extend([
            in_config,
            case(format!("a profile called {name} in the credentials file"))
                .credentials(keys(name, "DEV"))
                .profile(name)
                .signed("DEV"),
        ]);
    }
    for name in ["my dev", "dev", "team/dev"] {
        let quoted = format!("profile \"{name}\"");
        cases.push(
            case(format!("a profile called {name} in quotes"))
                .config(keys(&quoted, "DEV"))
                .profile(name)
                .signed("DEV"),
        );
    }
    let spaced = section(
        "profile my dev",
        &[
            &super::case::role(super::case::READER),
            "source_profile = my base",
        ],
    );
    cases.extend([
        case("a source profile whose name contains a space")
            .config(spaced)
            .credentials(keys("my base", "BASE"))
            .set("AWS_PROFILE", "my dev")
            .signed("ASSUMED.Reader")
            .botocore("error:ProfileNotFound", BLANK),
        case("names of profiles are case-sensitive")
            .credentials(keys("dev", "DEV"))
            .set("AWS_PROFILE", "Dev")
            .fails(&["Dev"]),
        case("a section of the config file without the prefix profile is not a profile")
            .config(keys("dev", "DEV"))
            .set("AWS_PROFILE", "dev")
            .container()
            .fails(&["dev"]),
    ]);
    cases
}

fn forms() -> Vec<Case> {
    let broken = "[default]\naws_access_key_id = FILE\naws_secret_access_key CANARY-secret\n";
    vec![
        case("Windows line endings")
            .credentials(keys("default", "FILE").replace('\n', "\r\n"))
            .signed("FILE"),
        case("no spaces around the equals signs")
            .credentials(keys("default", "FILE").replace(" = ", "="))
            .signed("FILE"),
        case("uppercase names of settings")
            .credentials("[default]\nAWS_ACCESS_KEY_ID = FILE\nAWS_SECRET_ACCESS_KEY = CANARY-secret\n")
            .signed("FILE"),
        case("comments and empty lines")
            .credentials(format!("# one\n\n; two\n{}\n# three\n", keys("default", "FILE")))
            .signed("FILE"),
        case("nested settings are ignored")
            .config("[default]\ns3 =\n  max_concurrent_requests = 20\n  addressing_style = path\nregion = eu-west-1\n")
            .credentials(keys("default", "FILE"))
            .signed("FILE"),
        case("an invalid line is reported with its file, without its text")
            .credentials(broken)
            .fails(&["credentials"]),
        case("an unclosed section is reported with its file")
            .config("[default\nregion = eu-west-1\n")
            .credentials(keys("default", "FILE"))
            .fails(&["config"]),
        case("aws_session_token of a profile is sent")
            .credentials(keys("default", "FILE") + "aws_session_token = CANARY-token\n")
            .sent(super::case::sent("DescribeFlowLogs").bearer("CANARY-token"))
            .signed("FILE"),
        case("aws_security_token of a profile is sent")
            .credentials(keys("default", "FILE") + "aws_security_token = CANARY-token\n")
            .sent(super::case::sent("DescribeFlowLogs").bearer("CANARY-token"))
            .signed("FILE"),
    ]
}
