//! Each known failure leads to its fix.

use super::super::*;

fn refused(operation: &'static str, code: &str, message: &str) -> Error {
    Error {
        code: Some(code.to_owned()),
        ..Error::new(operation, Kind::Refused, message)
    }
}

#[test]
fn codes_lead_to_their_fix() {
    let role = "Unable to assume given IAM role";
    let s3_role = "DeliverLogsPermissionArn is not applicable for s3 delivery";
    for (operation, code, message, fix) in [
        (
            "CreateFlowLogs",
            "UnauthorizedOperation",
            "",
            "logs:CreateLogDelivery",
        ),
        (
            "CreateFlowLogs",
            "UnauthorizedOperation",
            "",
            "iam:PassRole",
        ),
        (
            "DeleteFlowLogs",
            "UnauthorizedOperation",
            "",
            "logs:DeleteLogDelivery",
        ),
        (
            "DescribeFlowLogs",
            "UnauthorizedOperation",
            "",
            "ec2:DescribeFlowLogs",
        ),
        ("CreateTags", "UnauthorizedOperation", "", "ec2:CreateTags"),
        ("DeleteTags", "UnauthorizedOperation", "", "ec2:DeleteTags"),
        (
            "FilterLogEvents",
            "AccessDeniedException",
            "",
            "logs:FilterLogEvents",
        ),
        (
            "GetCallerIdentity",
            "AccessDenied",
            "",
            "service control policy",
        ),
        (
            "CreateFlowLogs",
            "InvalidParameter",
            role,
            "vpc-flow-logs.amazonaws.com",
        ),
        ("CreateFlowLogs", "InvalidParameter", s3_role, "remove it"),
        (
            "CreateFlowLogs",
            "InvalidParameter",
            "",
            "tag field specifications",
        ),
        ("CreateFlowLogs", "FlowLogAlreadyExists", "", "import it"),
        ("CreateFlowLogs", "FlowLogsLimitExceeded", "", "quota"),
        (
            "CreateFlowLogs",
            "LogDestinationPermissionIssueException",
            "",
            "s3:PutObject",
        ),
        (
            "CreateFlowLogs",
            "LogDestinationNotFoundException",
            "",
            "does not exist",
        ),
        ("CreateFlowLogs", "400", "LogDestination: x", "SSE-KMS"),
        (
            "CreateFlowLogs",
            "InvalidVpcID.NotFound",
            "",
            "account and region",
        ),
        (
            "CreateFlowLogs",
            "IdempotentParameterMismatch",
            "",
            "new token",
        ),
        ("DescribeFlowLogs", "FilterLimitExceeded", "", "200"),
        (
            "DescribeFlowLogs",
            "RequestLimitExceeded",
            "",
            "less parallelism",
        ),
        ("DescribeFlowLogs", "ServiceUnavailable", "", "Health"),
        ("DescribeFlowLogs", "ExpiredToken", "", "sso login"),
        ("DescribeFlowLogs", "AuthFailure", "", "access key"),
        (
            "FilterLogEvents",
            "UnrecognizedClientException",
            "",
            "access key",
        ),
        (
            "GetCallerIdentity",
            "InvalidClientTokenId",
            "",
            "aws-us-gov",
        ),
        ("GetCallerIdentity", "SignatureDoesNotMatch", "", "clock"),
        (
            "FilterLogEvents",
            "ResourceNotFoundException",
            "",
            "first traffic",
        ),
        ("CreateTags", "TagLimitExceeded", "", "50"),
        ("CreateTags", "InvalidFlowLogId.NotFound", "", "deleted"),
        ("DescribeFlowLogs", "OptInRequired", "", "enabled"),
    ] {
        let advice = refused(operation, code, message)
            .advice()
            .unwrap_or_default();
        assert!(
            advice.contains(fix),
            "{operation} {code} {message}: {advice:?}"
        );
    }
}

#[test]
fn network_failures_are_told_apart() {
    for (message, fix) in [
        (
            "https://h: Connection refused (os error 111)",
            "Nothing listens",
        ),
        (
            "https://h: dns error: failed to lookup address information",
            "does not resolve",
        ),
        (
            "https://h: invalid peer certificate: UnknownIssuer",
            "custom_ca_bundle",
        ),
        (
            "https://h: HTTP connect timeout occurred after 5s",
            "firewall",
        ),
    ] {
        let error = Error::new("CreateFlowLogs", Kind::Unreachable, message);
        assert!(error.advice().unwrap().contains(fix), "{message}");
    }
}

#[test]
fn nothing_is_said_about_what_is_not_known() {
    assert_eq!(
        refused("CreateFlowLogs", "BrandNewCode", "x").advice(),
        None
    );
}
