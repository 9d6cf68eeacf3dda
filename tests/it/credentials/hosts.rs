//! Regions and their hosts: partitions, FIPS, dual-stack.
//!
//! AWS's hosts are called by name, through a proxy that replies for all of them.

use serde_json::json;

use super::case::{
    Case, READER, SESSION_CACHE, START_URL, case, case_of_aws, keys, role, section, sent,
};

const REGION: &str = "an invalid region is an error before it becomes part of a host name";

pub(super) fn cases() -> Vec<Case> {
    [
        regions(),
        regions_refused(),
        partitions(),
        variants(),
        of_profiles(),
        sso(),
    ]
    .concat()
}

/// Returns a case in which the role of the profile `dev` is assumed with keys, so that STS is called before EC2.
fn with_role(name: impl Into<String>, lines: &[&str]) -> Case {
    let role = role(READER);
    let common = [role.as_str(), "source_profile = base"];
    case_of_aws(name)
        .config(section("profile dev", &[&common[..], lines].concat()))
        .credentials(keys("base", "BASE"))
        .set("AWS_PROFILE", "dev")
}

/// Returns a case with keys in the environment and an expected region.
fn region(name: &str, wanted: &'static str) -> Case {
    case(name)
        .environment_keys()
        .without("AWS_REGION")
        .signed_for("ENV", wanted)
}

fn regions() -> Vec<Case> {
    let profile = |name: &str| section(name, &["region = ap-southeast-2"]);
    vec![
        region("AWS_REGION applies", "eu-west-1").set("AWS_REGION", "eu-west-1"),
        region("AWS_DEFAULT_REGION applies", "eu-west-1").set("AWS_DEFAULT_REGION", "eu-west-1"),
        region(
            "AWS_REGION takes precedence over AWS_DEFAULT_REGION",
            "eu-west-1",
        )
        .set("AWS_REGION", "eu-west-1")
        .set("AWS_DEFAULT_REGION", "eu-west-2"),
        region("an empty AWS_REGION is unset", "eu-west-2")
            .set("AWS_REGION", "")
            .set("AWS_DEFAULT_REGION", "eu-west-2"),
        region(
            "AWS_REGION takes precedence over the region of the profile",
            "eu-west-1",
        )
        .config(profile("default"))
        .set("AWS_REGION", "eu-west-1"),
        region(
            "AWS_DEFAULT_REGION takes precedence over the region of the profile",
            "eu-west-1",
        )
        .config(profile("default"))
        .set("AWS_DEFAULT_REGION", "eu-west-1"),
        region("the region of the default profile", "ap-southeast-2").config(profile("default")),
        region("the region of AWS_PROFILE", "ap-southeast-2")
            .config(profile("profile dev"))
            .set("AWS_PROFILE", "dev"),
        case("the region of the argument profile")
            .without("AWS_REGION")
            .config(profile("profile dev"))
            .credentials(keys("dev", "DEV"))
            .profile("dev")
            .signed_for("DEV", "ap-southeast-2"),
        region(
            "the argument region takes precedence over all others",
            "us-west-2",
        )
        .config(profile("default"))
        .set("AWS_REGION", "eu-west-1")
        .arguments(json!({ "region": "us-west-2" })),
        case("the region of the source profile is not used")
            .without("AWS_REGION")
            .config(section(
                "profile dev",
                &[&role(READER), "source_profile = base", "region = eu-west-1"],
            ))
            .credentials(keys("base", "BASE") + "region = us-west-2\n")
            .set("AWS_PROFILE", "dev")
            .sent(sent("AssumeRole").region("eu-west-1"))
            .signed_for("ASSUMED.Reader", "eu-west-1"),
    ]
}

fn regions_refused() -> Vec<Case> {
    vec![
        region("an invalid region", "")
            .set("AWS_REGION", "Frankfurt")
            .never("DescribeFlowLogs")
            .fails(&["AWS_REGION", "Frankfurt"])
            .botocore("key:ENV", REGION),
        region("an invalid region of the profile", "")
            .config(section("default", &["region = Frankfurt"]))
            .never("DescribeFlowLogs")
            .fails(&["region", "Frankfurt"])
            .botocore("key:ENV", REGION),
        region("an invalid argument region", "")
            .arguments(json!({ "region": "eu-central" }))
            .never("DescribeFlowLogs")
            .fails(&["region", "eu-central"])
            .botocore("key:ENV", REGION),
    ]
}

fn partitions() -> Vec<Case> {
    let hosts = [
        (
            "us-east-1",
            "sts.us-east-1.amazonaws.com",
            "ec2.us-east-1.amazonaws.com",
        ),
        (
            "eu-central-1",
            "sts.eu-central-1.amazonaws.com",
            "ec2.eu-central-1.amazonaws.com",
        ),
        (
            "us-gov-west-1",
            "sts.us-gov-west-1.amazonaws.com",
            "ec2.us-gov-west-1.amazonaws.com",
        ),
        (
            "cn-north-1",
            "sts.cn-north-1.amazonaws.com.cn",
            "ec2.cn-north-1.amazonaws.com.cn",
        ),
        (
            "us-iso-east-1",
            "sts.us-iso-east-1.c2s.ic.gov",
            "ec2.us-iso-east-1.c2s.ic.gov",
        ),
        (
            "us-isob-east-1",
            "sts.us-isob-east-1.sc2s.sgov.gov",
            "ec2.us-isob-east-1.sc2s.sgov.gov",
        ),
        (
            "eusc-de-east-1",
            "sts.eusc-de-east-1.amazonaws.eu",
            "ec2.eusc-de-east-1.amazonaws.eu",
        ),
    ];
    let hosts = hosts.into_iter().map(|(region, sts, ec2)| {
        with_role(format!("the hosts of {region}"), &[])
            .set("AWS_REGION", region)
            .sent(sent("AssumeRole").host(sts).region(region))
            .signed_at("ASSUMED.Reader", region, ec2)
    });
    hosts.collect()
}

fn variants() -> Vec<Case> {
    let fips = ("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    let dual = ("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    let hosts = [
        (
            fips,
            "us-east-1",
            "sts-fips.us-east-1.amazonaws.com",
            "ec2-fips.us-east-1.amazonaws.com",
        ),
        (
            fips,
            "us-west-2",
            "sts-fips.us-west-2.amazonaws.com",
            "ec2-fips.us-west-2.amazonaws.com",
        ),
        (
            fips,
            "us-gov-west-1",
            "sts.us-gov-west-1.amazonaws.com",
            "ec2.us-gov-west-1.amazonaws.com",
        ),
        (
            dual,
            "us-east-1",
            "sts.us-east-1.api.aws",
            "ec2.us-east-1.api.aws",
        ),
        (
            dual,
            "eu-west-1",
            "sts.eu-west-1.api.aws",
            "ec2.eu-west-1.api.aws",
        ),
    ];
    let mut cases = Vec::new();
    for ((variable, setting), region, sts, ec2) in hosts {
        let with = |source: &str, lines: &[&str]| {
            with_role(format!("{setting} from {source} in {region}"), lines)
                .set("AWS_REGION", region)
                .sent(sent("AssumeRole").host(sts))
                .signed_at("ASSUMED.Reader", region, ec2)
        };
        let line = format!("{setting} = true");
        cases.extend([
            with("the environment", &[]).set(variable, "true"),
            with("the profile", &[&line]),
            with("the argument", &[]).arguments(json!({ setting: true })),
        ]);
    }
    cases
}

fn of_profiles() -> Vec<Case> {
    let plain = "ec2.us-east-1.amazonaws.com";
    let fips = "use_fips_endpoint = true";
    vec![
        with_role("both FIPS and dual-stack", &[])
            .set("AWS_USE_FIPS_ENDPOINT", "true")
            .set("AWS_USE_DUALSTACK_ENDPOINT", "true")
            .sent(sent("AssumeRole").host("sts-fips.us-east-1.api.aws"))
            .signed_at("ASSUMED.Reader", "us-east-1", "ec2-fips.us-east-1.api.aws"),
        with_role("the environment overrides FIPS of the profile", &[fips])
            .set("AWS_USE_FIPS_ENDPOINT", "false")
            .sent(sent("AssumeRole").host("sts.us-east-1.amazonaws.com"))
            .signed_at("ASSUMED.Reader", "us-east-1", plain),
        with_role("the argument overrides FIPS of the environment", &[])
            .set("AWS_USE_FIPS_ENDPOINT", "true")
            .arguments(json!({ "use_fips_endpoint": false }))
            .sent(sent("AssumeRole").host("sts.us-east-1.amazonaws.com"))
            .signed_at("ASSUMED.Reader", "us-east-1", plain),
        case_of_aws("FIPS applies to the STS of a web identity")
            .web_identity()
            .set("AWS_USE_FIPS_ENDPOINT", "true")
            .sent(sent("AssumeRoleWithWebIdentity").host("sts-fips.us-east-1.amazonaws.com"))
            .signed("WEB.Reader"),
        case_of_aws("FIPS applies to the STS of a block")
            .environment_keys()
            .arguments(
                json!({ "use_fips_endpoint": true, "assume_role": [{ "role_arn": READER }] }),
            )
            .sent(sent("AssumeRole").host("sts-fips.us-east-1.amazonaws.com"))
            .signed("ASSUMED.Reader"),
        with_role("a custom endpoint with FIPS", &[])
            .set("AWS_USE_FIPS_ENDPOINT", "true")
            .set("AWS_ENDPOINT_URL", "{world}")
            .never("AssumeRole")
            .fails(&["FIPS", "endpoint"])
            .botocore(
                "key:ASSUMED.Reader",
                "a custom endpoint is not known to comply with FIPS 140; the SDKs refuse both together, botocore does not",
            ),
        with_role("sts_region determines the host of STS", &[])
            .arguments(json!({ "sts_region": "eu-west-1" }))
            .sent(
                sent("AssumeRole")
                    .host("sts.eu-west-1.amazonaws.com")
                    .region("eu-west-1"),
            )
            .signed_at("ASSUMED.Reader", "us-east-1", plain),
    ]
}

fn sso() -> Vec<Case> {
    let url = format!("sso_start_url = {START_URL}");
    let token = r#"{"startUrl":"https://corp.awsapps.com/start","region":"eu-west-1","accessToken":"CANARY-cached","expiresAt":"{-60}","clientId":"client","clientSecret":"CANARY-client-secret","refreshToken":"CANARY-refresh","registrationExpiresAt":"{+864000}"}"#;
    let profile = [
        "sso_session = corp",
        "sso_account_id = 111122223333",
        "sso_role_name = Reader",
    ];
    let with = |name: &str, region: &str, oidc, portal| {
        let region = format!("sso_region = {region}");
        case_of_aws(name)
            .config(section("default", &profile) + &section("sso-session corp", &[&url, &region]))
            .file(SESSION_CACHE, token)
            .sent(sent("CreateToken").host(oidc))
            .sent(sent("GetRoleCredentials").host(portal))
            .signed("SSO.Reader")
    };
    vec![
        with(
            "the hosts of single sign-on are in its region",
            "eu-west-1",
            "oidc.eu-west-1.amazonaws.com",
            "portal.sso.eu-west-1.amazonaws.com",
        ),
        with(
            "the hosts of single sign-on with FIPS",
            "us-east-1",
            "oidc-fips.us-east-1.amazonaws.com",
            "portal.sso-fips.us-east-1.amazonaws.com",
        )
        .set("AWS_USE_FIPS_ENDPOINT", "true"),
        with(
            "the hosts of single sign-on with dual-stack",
            "eu-west-1",
            "oidc.eu-west-1.api.aws",
            "portal.sso.eu-west-1.api.aws",
        )
        .set("AWS_USE_DUALSTACK_ENDPOINT", "true"),
    ]
}
