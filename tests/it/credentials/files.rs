//! The files that are read, and the names of their sections.

use serde_json::json;

use super::case::{Case, case, keys, section};

const BLANK: &str =
    "botocore wants a name with a blank in quotes; the AWS provider takes it as it is";

pub(super) fn cases() -> Vec<Case> {
    [places(), missing(), arguments(), names(), forms()].concat()
}

fn places() -> Vec<Case> {
    vec![
        case("keys of the credentials file go before those of the config file")
            .config(keys("default", "CONFIG"))
            .credentials(keys("default", "FILE"))
            .signed("FILE"),
        case("keys of the config file alone")
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
        case("AWS_CONFIG_FILE begins with the home folder")
            .file("elsewhere/config", keys("profile dev", "DEV"))
            .set("AWS_CONFIG_FILE", "~/elsewhere/config")
            .set("AWS_PROFILE", "dev")
            .signed("DEV"),
        case("AWS_SHARED_CREDENTIALS_FILE begins with the home folder")
            .file("elsewhere/credentials", keys("dev", "DEV"))
            .set("AWS_SHARED_CREDENTIALS_FILE", "~/elsewhere/credentials")
            .set("AWS_PROFILE", "dev")
            .signed("DEV"),
    ]
}

fn missing() -> Vec<Case> {
    vec![
        case("AWS_CONFIG_FILE names a file that is not there")
            .credentials(keys("default", "FILE"))
            .set("AWS_CONFIG_FILE", "{home}/no-such-config")
            .signed("FILE"),
        case("AWS_SHARED_CREDENTIALS_FILE names a file that is not there")
            .config(keys("default", "CONFIG"))
            .set("AWS_SHARED_CREDENTIALS_FILE", "{home}/no-such-credentials")
            .signed("CONFIG"),
        case("a profile is missing with its file")
            .set("AWS_CONFIG_FILE", "{home}/no-such-config")
            .set("AWS_SHARED_CREDENTIALS_FILE", "{home}/no-such-credentials")
            .set("AWS_PROFILE", "dev")
            .container()
            .fails(&["dev", "no-such-config", "no-such-credentials"]),
        case("a profile is missing where there are no files at all")
            .container()
            .profile("dev")
            .fails(&["dev", ".aws/config", ".aws/credentials"]),
        case("without any file the machine is asked").signed("INSTANCE"),
    ]
}

fn arguments() -> Vec<Case> {
    vec![
        case("shared_credentials_files replaces the usual file")
            .credentials(keys("default", "USUAL"))
            .file("other", keys("default", "OTHER"))
            .arguments(json!({ "shared_credentials_files": ["{home}/other"] }))
            .signed("OTHER"),
        case("shared_config_files replaces the usual file")
            .config(keys("default", "USUAL"))
            .file("other", keys("default", "OTHER"))
            .arguments(json!({ "shared_config_files": ["{home}/other"] }))
            .signed("OTHER"),
        case("shared_credentials_files goes before AWS_SHARED_CREDENTIALS_FILE")
            .file("variable", keys("default", "VARIABLE"))
            .file("argument", keys("default", "ARGUMENT"))
            .set("AWS_SHARED_CREDENTIALS_FILE", "{home}/variable")
            .arguments(json!({ "shared_credentials_files": ["{home}/argument"] }))
            .signed("ARGUMENT"),
        case("a profile may be in the second of several files")
            .file("one", keys("ops", "OPS"))
            .file("two", keys("dev", "DEV"))
            .arguments(json!({ "shared_credentials_files": ["{home}/one", "{home}/two"] }))
            .profile("dev")
            .signed("DEV"),
        case("the later of several files goes before the earlier")
            .file("one", keys("dev", "ONE"))
            .file("two", keys("dev", "TWO"))
            .arguments(json!({ "shared_credentials_files": ["{home}/one", "{home}/two"] }))
            .profile("dev")
            .signed("TWO"),
        case("a file that is not there among several is skipped")
            .file("two", keys("dev", "DEV"))
            .arguments(json!({ "shared_credentials_files": ["{home}/no-such-file", "{home}/two"] }))
            .profile("dev")
            .signed("DEV"),
        case("a config file that is not there among several is skipped")
            .file("two", keys("profile dev", "DEV"))
            .arguments(json!({ "shared_config_files": ["{home}/no-such-file", "{home}/two"] }))
            .profile("dev")
            .signed("DEV"),
        case("a profile is missing with the file of the argument")
            .container()
            .arguments(json!({ "shared_config_files": ["{home}/no-such-file"] }))
            .profile("dev")
            .fails(&["dev", "no-such-file"]),
        case("a file of the argument begins with the home folder")
            .file("elsewhere/credentials", keys("dev", "DEV"))
            .arguments(json!({ "shared_credentials_files": ["~/elsewhere/credentials"] }))
            .profile("dev")
            .signed("DEV"),
    ]
}

/// Each name as a section of the config file, in quotes too, and of the credentials file.
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
        case("a source profile whose name has a blank")
            .config(spaced)
            .credentials(keys("my base", "BASE"))
            .set("AWS_PROFILE", "my dev")
            .signed("ASSUMED.Reader")
            .botocore("error:ProfileNotFound", BLANK),
        case("names of profiles are told apart by case")
            .credentials(keys("dev", "DEV"))
            .set("AWS_PROFILE", "Dev")
            .fails(&["Dev"]),
        case("a section of the config file without the word profile is none")
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
        case("lines end as on Windows")
            .credentials(keys("default", "FILE").replace('\n', "\r\n"))
            .signed("FILE"),
        case("no blanks around the equals signs")
            .credentials(keys("default", "FILE").replace(" = ", "="))
            .signed("FILE"),
        case("names of settings in capitals")
            .credentials("[default]\nAWS_ACCESS_KEY_ID = FILE\nAWS_SECRET_ACCESS_KEY = CANARY-secret\n")
            .signed("FILE"),
        case("comments and empty lines")
            .credentials(format!("# one\n\n; two\n{}\n# three\n", keys("default", "FILE")))
            .signed("FILE"),
        case("settings below settings are left alone")
            .config("[default]\ns3 =\n  max_concurrent_requests = 20\n  addressing_style = path\nregion = eu-west-1\n")
            .credentials(keys("default", "FILE"))
            .signed("FILE"),
        case("a line that is none is told with its file, without its text")
            .credentials(broken)
            .fails(&["credentials"]),
        case("a section that does not end is told with its file")
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
