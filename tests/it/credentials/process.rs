//! Programs that print credentials.

use super::case::{Case, Left, READER, case, keys, role, section, sent};

const PROCESS: &str = "credential_process";

pub(super) fn cases() -> Vec<Case> {
    [works(), fails(), ends()].concat()
}

/// Returns a case with a profile whose program prints a file.
fn printing(name: &str, text: &str) -> Case {
    case(name)
        .config(section(
            "profile dev",
            &["credential_process = cat {home}/out.json"],
        ))
        .file("out.json", text)
        .set("AWS_PROFILE", "dev")
}

/// Returns a case with a profile whose program is a script that records its runs.
fn script(name: &str, script: &str) -> Case {
    case(name)
        .config(section(
            "profile dev",
            &["credential_process = sh {home}/script.sh"],
        ))
        .file(
            "script.sh",
            format!("echo run >> {{home}}/runs\n{script}\n"),
        )
        .file("out.json", WHOLE)
        .set("AWS_PROFILE", "dev")
        .leaves("runs", Left::Exactly("run\n"))
}

const WHOLE: &str = r#"{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"CANARY-secret","SessionToken":"CANARY-token","Expiration":"{+3600}"}"#;
const LASTING: &str = r#"{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"CANARY-secret"}"#;

fn works() -> Vec<Case> {
    let spaced = r#"credential_process = cat "{home}/my folder/out.json""#;
    vec![
        printing("a program prints session credentials", WHOLE)
            .sent(sent("DescribeFlowLogs").bearer("CANARY-token"))
            .signed("PROCESS"),
        printing("a program prints lasting keys", LASTING).signed("PROCESS"),
        printing("a program prints additional members", &LASTING.replace("1,", "1,\"AccountId\":\"1\",\"More\":[],"))
            .signed("PROCESS"),
        case("a program of the default profile")
            .config(section("default", &["credential_process = cat {home}/out.json"]))
            .file("out.json", WHOLE)
            .container()
            .signed("PROCESS"),
        case("a program of a profile in the provider block")
            .config(section("profile dev", &["credential_process = cat {home}/out.json"]))
            .file("out.json", WHOLE)
            .profile("dev")
            .signed("PROCESS"),
        case("a program of the credentials file")
            .credentials(section("dev", &["credential_process = cat {home}/out.json"]))
            .file("out.json", WHOLE)
            .set("AWS_PROFILE", "dev")
            .signed("PROCESS"),
        case("an argument of the program in quotes")
            .config(section("profile dev", &[spaced]))
            .file("my folder/out.json", WHOLE)
            .set("AWS_PROFILE", "dev")
            .signed("PROCESS"),
        script("a program runs once", "cat {home}/out.json").signed("PROCESS"),
        script("the standard error of a program is not shown", "echo CANARY >&2; cat {home}/out.json")
            .signed("PROCESS"),
        script("a program runs once for a role", "cat {home}/out.json")
            .config(
                section("profile dev", &[&role(READER), "source_profile = base"])
                    + &section("profile base", &["credential_process = sh {home}/script.sh"]),
            )
            .sent(sent("AssumeRole").by("PROCESS"))
            .signed("ASSUMED.Reader"),
        printing("a role with the program of its own profile", WHOLE)
            .config(section("profile dev", &["credential_process = cat {home}/out.json", &role(READER)]))
            .sent(sent("AssumeRole").by("PROCESS"))
            .signed("ASSUMED.Reader")
            .botocore(
                "error:PartialCredentialsError",
                "botocore requires a source for a role; the AWS provider uses the program of the profile",
            ),
        script("with environment keys the program does not run", "cat {home}/out.json")
            .environment_keys()
            .without_left()
            .leaves("runs", Left::Exactly(""))
            .signed("ENV"),
        printing("the program of another profile does not run", WHOLE)
            .credentials(keys("ops", "OPS"))
            .set("AWS_PROFILE", "ops")
            .signed("OPS"),
    ]
}

fn fails() -> Vec<Case> {
    let printing = |name: &str, text: &str| printing(name, text).container();
    let told = &["dev", PROCESS];
    vec![
        printing(
            "a program prints another version",
            &LASTING.replace("1,", "2,"),
        )
        .fails(told),
        printing(
            "a program prints no version",
            r#"{"AccessKeyId":"PROCESS","SecretAccessKey":"CANARY"}"#,
        )
        .fails(told),
        printing("a program prints invalid JSON", "CANARY-secret, and more").fails(told),
        case("a program prints endlessly")
            .config(section(
                "profile dev",
                &["credential_process = yes CANARY-secret"],
            ))
            .set("AWS_PROFILE", "dev")
            .fails(&["dev", "more than 64 KiB"])
            .apart("botocore reads endlessly"),
        printing("a program prints nothing", "").fails(told),
        printing(
            "a program prints no secret",
            r#"{"Version":1,"AccessKeyId":"CANARY-key"}"#,
        )
        .fails(told),
        printing(
            "a program prints an empty secret",
            r#"{"Version":1,"AccessKeyId":"CANARY-k","SecretAccessKey":""}"#,
        )
        .fails(told)
        .botocore("key:CANARY-k", "an empty member counts as missing"),
    ]
}

fn ends() -> Vec<Case> {
    let printing = |name: &str, text: &str| printing(name, text).container();
    let told = &["dev", PROCESS];
    vec![
        script(
            "a program fails",
            "echo CANARY-secret >&2; echo CANARY-output; exit 3",
        )
        .container()
        .fails(told),
        script(
            "a program of the default profile fails",
            "echo CANARY-secret >&2; exit 1",
        )
        .config(section(
            "default",
            &["credential_process = sh {home}/script.sh"],
        ))
        .without("AWS_PROFILE")
        .container()
        .fails(&["default", PROCESS]),
        script("a program that a signal ends", "kill -9 $$")
            .container()
            .fails(told),
        case("a missing program")
            .config(section(
                "profile dev",
                &["credential_process = no-such-program --secret CANARY"],
            ))
            .set("AWS_PROFILE", "dev")
            .container()
            .fails(told),
        case("a program without execute permission")
            .config(section(
                "profile dev",
                &["credential_process = {home}/out.json"],
            ))
            .file("out.json", WHOLE)
            .set("AWS_PROFILE", "dev")
            .container()
            .fails(told),
        printing(
            "a program prints expired credentials",
            &WHOLE.replace("+3600", "-3600"),
        )
        .signed("PROCESS")
        .botocore(
            "error:RuntimeError",
            "the service checks the expiration; the AWS provider sends expired credentials as well",
        ),
    ]
}
