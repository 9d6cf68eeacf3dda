//! The account of the credentials, and whether the provider may use it.

use serde_json::json;

use super::case::{Case, READER, case, case_of_aws, error, keys, role, section, sent};

const CALLER: &str = "GetCallerIdentity";
/// The account of static keys, and that of the role `Reader`.
const OWN: &str = "123456789012";
const OTHER: &str = "111122223333";

pub(super) fn cases() -> Vec<Case> {
    [lists(), account_requests(), failures()].concat()
}

/// A case that reads the account.
fn with_account(name: &str) -> Case {
    case(name).arguments(json!({ "skip_requesting_account_id": false }))
}

fn lists() -> Vec<Case> {
    let keys = |name: &str| with_account(name).environment_keys();
    let allowed = |accounts: &[&str]| json!({ "allowed_account_ids": accounts });
    let forbidden = |accounts: &[&str]| json!({ "forbidden_account_ids": accounts });
    let block = json!({ "assume_role": [{ "role_arn": READER }] });
    vec![
        keys("an allowed account")
            .arguments(allowed(&[OWN]))
            .signed("ENV"),
        keys("an account that is not allowed")
            .arguments(allowed(&[OTHER]))
            .never("DescribeFlowLogs")
            .fails(&[OWN, "allowed_account_ids"]),
        keys("a forbidden account")
            .arguments(forbidden(&[OWN]))
            .never("DescribeFlowLogs")
            .fails(&[OWN, "forbidden_account_ids"]),
        keys("an account that is not forbidden")
            .arguments(forbidden(&[OTHER]))
            .signed("ENV"),
        keys("the account of a role is the account in its ARN")
            .arguments(block.clone())
            .arguments(allowed(&[OTHER]))
            .sent(sent(CALLER).by("ASSUMED.Reader"))
            .signed("ASSUMED.Reader"),
        keys("with a role the account of the keys is not checked")
            .arguments(block)
            .arguments(allowed(&[OWN]))
            .never("DescribeFlowLogs")
            .fails(&[OTHER, "allowed_account_ids"]),
        case("a list of accounts requires the account")
            .environment_keys()
            .arguments(allowed(&[OWN]))
            .never(CALLER)
            .fails(&["allowed_account_ids", "skip_requesting_account_id"]),
    ]
}

fn account_requests() -> Vec<Case> {
    let because = "botocore does not request the account";
    vec![
        with_account("the account of environment keys")
            .environment_keys()
            .times(CALLER, 1)
            .sent(sent(CALLER).by("ENV").region("us-east-1"))
            .signed("ENV"),
        with_account("the account of a web identity")
            .web_identity()
            .times("AssumeRoleWithWebIdentity", 1)
            .sent(sent(CALLER).by("WEB.Reader"))
            .signed("WEB.Reader"),
        with_account("the account of a role of a profile")
            .config(section(
                "profile dev",
                &[&role(READER), "source_profile = base"],
            ))
            .credentials(keys("base", "BASE"))
            .profile("dev")
            .times("AssumeRole", 1)
            .sent(sent(CALLER).by("ASSUMED.Reader"))
            .signed("ASSUMED.Reader"),
        with_account("the account is requested in sts_region")
            .environment_keys()
            .arguments(json!({ "sts_region": "eu-west-1" }))
            .sent(sent(CALLER).region("eu-west-1"))
            .signed("ENV"),
        with_account("the account is requested from endpoints.sts")
            .environment_keys()
            .arguments(json!({ "endpoints": { "sts": "{world}/argument" } }))
            .sent(sent(CALLER).path("/argument"))
            .signed("ENV"),
        case_of_aws("the account is requested from a FIPS endpoint")
            .arguments(json!({ "skip_requesting_account_id": false }))
            .environment_keys()
            .set("AWS_USE_FIPS_ENDPOINT", "true")
            .sent(sent(CALLER).host("sts-fips.us-east-1.amazonaws.com"))
            .signed("ENV")
            .apart(because),
        case("the account is not requested")
            .environment_keys()
            .never(CALLER)
            .signed("ENV"),
    ]
}

fn failures() -> Vec<Case> {
    let list = json!({ "allowed_account_ids": [OWN] });
    let because = "botocore does not request the account";
    vec![
        with_account("STS does not tell the account that must be known")
            .environment_keys()
            .arguments(list.clone())
            .always(CALLER, error(403, "AccessDenied"))
            .never("DescribeFlowLogs")
            .fails(&["account"]),
        with_account("STS does not know the keys")
            .environment_keys()
            .always(CALLER, error(403, "InvalidClientTokenId"))
            .times(CALLER, 1)
            .fails(&["InvalidClientTokenId"])
            .apart(because),
        with_account("no credentials, and the account is required")
            .set("AWS_EC2_METADATA_DISABLED", "true")
            .never(CALLER)
            .fails(&["AWS_ACCESS_KEY_ID"]),
        with_account("the role is refused, and the account is required")
            .config(section(
                "profile dev",
                &[&role(READER), "source_profile = base"],
            ))
            .credentials(keys("base", "BASE"))
            .profile("dev")
            .always("AssumeRole", error(403, "AccessDenied"))
            .times("AssumeRole", 1)
            .never(CALLER)
            .fails(&["Reader", "AccessDenied"]),
        with_account("a web identity is refused, and the account is required")
            .web_identity()
            .container()
            .always("AssumeRoleWithWebIdentity", error(403, "AccessDenied"))
            .times("AssumeRoleWithWebIdentity", 1)
            .never(CALLER)
            .fails(&["Reader", "AccessDenied"]),
    ]
}
