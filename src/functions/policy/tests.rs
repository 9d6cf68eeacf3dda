use super::*;

const ACCOUNT: &str = "012345678901";

fn texts(given: &[&str]) -> Vec<String> {
    given.iter().map(|text| (*text).to_owned()).collect()
}

fn json(policy: Result<Value, FunctionError>) -> Json {
    let Value::String(text) = policy.unwrap() else {
        unreachable!("a policy is a text")
    };
    let json: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(json.to_string(), text, "not canonical");
    assert_eq!(json["Version"], "2012-10-17");
    json
}

fn trust(account: &str, region: &str, partition: &[&str]) -> Result<Value, FunctionError> {
    DeliveryTrustPolicy {
        account_id: account.to_owned(),
        region: region.to_owned(),
        partition: texts(partition).into_iter().map(Some).collect(),
    }
    .call()
}

fn role(arn: &str) -> Result<Value, FunctionError> {
    DeliveryRolePolicy {
        log_group_arn: arn.to_owned(),
    }
    .call()
}

fn bucket(
    arn: &str,
    prefix: &str,
    accounts: &[&str],
    regions: &[&str],
) -> Result<Value, FunctionError> {
    DeliveryBucketPolicy {
        bucket_arn: arn.to_owned(),
        prefix: Attr::Known(prefix.to_owned()),
        account_ids: texts(accounts),
        regions: texts(regions),
    }
    .call()
}

fn check(call: Result<Value, FunctionError>, path: &str, text: &str) {
    let error = call.unwrap_err();
    assert_eq!(error.path.to_string(), path, "{error:?}");
    assert!(error.text.contains(text), "{error:?}");
}

#[test]
fn trust_is_for_the_service_on_behalf_of_one_account_and_region() {
    let policy = json(trust(ACCOUNT, "eu-central-1", &[]));
    let [statement] = policy["Statement"].as_array().unwrap().as_slice() else {
        panic!("{policy}")
    };
    assert_eq!(statement["Effect"], "Allow");
    assert_eq!(statement["Action"], "sts:AssumeRole");
    assert_eq!(
        statement["Principal"],
        json!({ "Service": "vpc-flow-logs.amazonaws.com" })
    );
    assert_eq!(
        statement["Condition"],
        json!({
            "StringEquals": { "aws:SourceAccount": "012345678901" },
            "ArnLike": { "aws:SourceArn": "arn:aws:ec2:eu-central-1:012345678901:vpc-flow-log/*" },
        })
    );
}

#[test]
fn trust_follows_the_partition() {
    let source = |policy: Result<Value, FunctionError>| {
        let policy = json(policy);
        let source = &policy["Statement"][0]["Condition"]["ArnLike"]["aws:SourceArn"];
        source.as_str().unwrap().to_owned()
    };
    let cases = [
        (
            trust(ACCOUNT, "cn-north-1", &[]),
            "arn:aws-cn:ec2:cn-north-1:",
        ),
        (
            trust(ACCOUNT, "us-gov-west-1", &[""]),
            "arn:aws-us-gov:ec2:us-gov-west-1:",
        ),
        (
            trust(ACCOUNT, "*", &["aws-cn"]),
            "arn:aws-cn:ec2:*:012345678901:vpc-flow-log/*",
        ),
        (
            trust(ACCOUNT, "xx-new-1", &["aws-new"]),
            "arn:aws-new:ec2:xx-new-1:",
        ),
    ];
    for (policy, head) in cases {
        assert!(source(policy).starts_with(head), "{head}");
    }
}

#[test]
fn trust_refuses_what_would_not_match() {
    check(
        trust("12345678901", "eu-central-1", &[]),
        "account_id",
        "in quotes to keep leading zeros",
    );
    check(
        trust("*", "eu-central-1", &[]),
        "account_id",
        "twelve digits",
    );
    check(
        trust(ACCOUNT, "eu-central-1a", &[]),
        "region",
        "neither a region",
    );
    check(trust(ACCOUNT, "", &[]), "region", "neither a region");
    check(
        trust(ACCOUNT, "*", &["china"]),
        "partition",
        "not a partition",
    );
    check(
        trust(ACCOUNT, "*", &["aws", "aws"]),
        "partition[1]",
        "only one",
    );
}

#[test]
fn the_role_writes_into_the_group_and_does_not_create_it() {
    const GROUP: &str = "arn:aws:logs:eu-central-1:012345678901:log-group:/vpc/flow";
    let policy = json(role(GROUP));
    assert_eq!(json(role(&format!("{GROUP}:*"))), policy);
    let [statement] = policy["Statement"].as_array().unwrap().as_slice() else {
        panic!("{policy}")
    };
    assert_eq!(statement["Effect"], "Allow");
    assert_eq!(statement["Resource"], format!("{GROUP}:*"));
    assert_eq!(
        statement["Action"],
        json!([
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents"
        ])
    );
    assert!(statement.get("Condition").is_none());
    assert!(!policy.to_string().contains("CreateLogGroup"));
}

#[test]
fn the_role_is_for_one_group() {
    for arn in [
        "",
        "/vpc/flow",
        "arn:aws:s3:::bucket",
        "arn:aws:logs:eu-central-1:012345678901:log-group:",
        "arn:aws:logs:eu-central-1:012345678901:log-group:*",
        "arn:aws:logs:*:012345678901:log-group:a",
        "arn:aws:logs:eu-central-1:012345678901:log-group:a:log-stream:b",
        "arn:aws:logs:eu-central-1:012345678901:log-group:a:*:*",
    ] {
        check(role(arn), "log_group_arn", "is not the ARN of a log group");
    }
}

#[test]
fn the_bucket_lets_delivery_write_below_the_accounts_own_folders() {
    let policy = json(bucket(
        "arn:aws:s3:::logs",
        "net/flow",
        &[ACCOUNT],
        &["eu-central-1"],
    ));
    let [write, check] = policy["Statement"].as_array().unwrap().as_slice() else {
        panic!("{policy}")
    };
    let principal = json!({ "Service": "delivery.logs.amazonaws.com" });
    let source = json!({ "aws:SourceArn": "arn:aws:logs:eu-central-1:012345678901:*" });
    assert_eq!(write["Sid"], "AWSLogDeliveryWrite");
    assert_eq!(write["Effect"], "Allow");
    assert_eq!(write["Principal"], principal);
    assert_eq!(write["Action"], "s3:PutObject");
    assert_eq!(
        write["Resource"],
        json!([
            "arn:aws:s3:::logs/net/flow/AWSLogs/012345678901/*",
            "arn:aws:s3:::logs/net/flow/AWSLogs/aws-account-id=012345678901/*",
        ])
    );
    assert_eq!(
        write["Condition"],
        json!({
            "StringEquals": {
                "aws:SourceAccount": "012345678901",
                "s3:x-amz-acl": "bucket-owner-full-control",
            },
            "ArnLike": source,
        })
    );
    assert_eq!(check["Sid"], "AWSLogDeliveryAclCheck");
    assert_eq!(check["Effect"], "Allow");
    assert_eq!(check["Principal"], principal);
    assert_eq!(check["Action"], "s3:GetBucketAcl");
    assert_eq!(check["Resource"], "arn:aws:s3:::logs");
    assert_eq!(
        check["Condition"],
        json!({
            "StringEquals": { "aws:SourceAccount": "012345678901" },
            "ArnLike": source,
        })
    );
}

#[test]
fn accounts_and_regions_are_sorted_and_named_once() {
    let other = "999999999999";
    let one = bucket(
        "arn:aws-cn:s3:::logs",
        "",
        &[other, ACCOUNT, other],
        &["cn-north-1"],
    );
    let same = bucket(
        "arn:aws-cn:s3:::logs",
        "/",
        &[ACCOUNT, other],
        &["cn-north-1"],
    );
    assert_eq!(one, same);
    let policy = json(one);
    let write = &policy["Statement"][0];
    assert_eq!(
        write["Condition"]["StringEquals"]["aws:SourceAccount"],
        json!([ACCOUNT, other])
    );
    assert_eq!(
        write["Condition"]["ArnLike"]["aws:SourceArn"],
        json!([
            "arn:aws-cn:logs:cn-north-1:012345678901:*",
            "arn:aws-cn:logs:cn-north-1:999999999999:*"
        ])
    );
    assert_eq!(write["Resource"].as_array().unwrap().len(), 4);
    assert_eq!(
        write["Resource"][0],
        "arn:aws-cn:s3:::logs/AWSLogs/012345678901/*"
    );
    let both = json(bucket(
        "arn:aws:s3:::logs",
        "",
        &[ACCOUNT],
        &["us-east-1", "eu-west-1"],
    ));
    assert_eq!(
        both["Statement"][1]["Condition"]["ArnLike"]["aws:SourceArn"],
        json!([
            "arn:aws:logs:eu-west-1:012345678901:*",
            "arn:aws:logs:us-east-1:012345678901:*"
        ])
    );
}

#[test]
fn no_prefix_and_a_null_one_are_the_same() {
    let null = DeliveryBucketPolicy {
        bucket_arn: "arn:aws:s3:::logs".to_owned(),
        prefix: Attr::Null,
        account_ids: texts(&[ACCOUNT]),
        regions: texts(&["*"]),
    };
    assert_eq!(
        null.call(),
        bucket("arn:aws:s3:::logs", "", &[ACCOUNT], &["*"])
    );
}

#[test]
fn the_bucket_refuses_what_would_be_wider_or_never_match() {
    const BUCKET: &str = "arn:aws:s3:::logs";
    const REGION: &[&str] = &["eu-central-1"];
    check(
        bucket("logs", "", &[ACCOUNT], REGION),
        "bucket_arn",
        "not the ARN of a bucket",
    );
    check(
        bucket("arn:aws:s3:::*", "", &[ACCOUNT], REGION),
        "bucket_arn",
        "not the ARN of a bucket",
    );
    check(
        bucket("arn:aws:s3:::logs/net/", "", &[ACCOUNT], REGION),
        "bucket_arn",
        "the folder as `prefix`",
    );
    check(
        bucket(BUCKET, "AWSLogs/a", &[ACCOUNT], REGION),
        "prefix",
        "AWS adds itself",
    );
    check(
        bucket(BUCKET, "a*", &[ACCOUNT], REGION),
        "prefix",
        "not a folder",
    );
    check(bucket(BUCKET, "", &[], REGION), "account_ids", "is empty");
    check(
        bucket(BUCKET, "", &["*"], REGION),
        "account_ids",
        "twelve digits",
    );
    check(bucket(BUCKET, "", &[ACCOUNT], &[]), "regions", "is empty");
    check(
        bucket(BUCKET, "", &[ACCOUNT], &["here"]),
        "regions",
        "neither a region",
    );
}

#[test]
fn a_policy_that_s3_would_not_take_is_refused() {
    let accounts: Vec<String> = (0..200).map(|n| format!("{n:012}")).collect();
    let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let call = bucket("arn:aws:s3:::logs", "", &accounts, &["*"]);
    check(call, "account_ids", "S3 takes 20480");
    json(bucket("arn:aws:s3:::logs", "", &accounts[..50], &["*"]));
}

#[test]
fn the_text_is_canonical() {
    let policy = trust(ACCOUNT, "eu-central-1", &[]).unwrap();
    let expected = concat!(
        r#"{"Statement":[{"Action":"sts:AssumeRole","Condition":{"ArnLike":"#,
        r#"{"aws:SourceArn":"arn:aws:ec2:eu-central-1:012345678901:vpc-flow-log/*"},"#,
        r#""StringEquals":{"aws:SourceAccount":"012345678901"}},"Effect":"Allow","#,
        r#""Principal":{"Service":"vpc-flow-logs.amazonaws.com"},"#,
        r#""Sid":"VPCFlowLogsAssumeRole"}],"Version":"2012-10-17"}"#,
    );
    assert_eq!(policy, expected.into());
}
