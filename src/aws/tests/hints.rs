//! Each known failure has a hint.

use super::super::*;

fn refused(operation: &'static str, code: &str, message: &str) -> Error {
    Error {
        code: Some(code.to_owned()),
        ..Error::new(operation, Kind::Refused, message)
    }
}

const ROLE: &str = "Unable to assume given IAM role";
const S3_ROLE: &str = "DeliverLogsPermissionArn is not applicable for s3 delivery";

/// Operations, codes and messages, with a part of their hint.
const FIXES: &[(&str, &str, &str, &str)] = &[
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
        ROLE,
        "vpc-flow-logs.amazonaws.com",
    ),
    ("CreateFlowLogs", "InvalidParameter", S3_ROLE, "remove it"),
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
];

#[test]
fn codes_lead_to_their_fix() {
    for &(operation, code, message, fix) in FIXES {
        let hint = refused(operation, code, message).hint().unwrap_or_default();
        assert!(hint.contains(fix), "{operation} {code} {message}: {hint:?}");
    }
}

#[test]
fn network_problems_lead_to_their_fix() {
    for (problem, fix) in [
        (NetworkProblem::Refused, "No program listens"),
        (NetworkProblem::HostName, "does not resolve"),
        (NetworkProblem::Certificate, "custom_ca_bundle"),
        (NetworkProblem::ProxyAuthentication, "user:password@"),
        (NetworkProblem::Proxy, "no_proxy"),
        (NetworkProblem::Other, "firewall"),
    ] {
        let error = Error {
            network: Some(problem),
            ..Error::new("CreateFlowLogs", Kind::Unreachable, "https://h")
        };
        assert!(error.hint().unwrap().contains(fix), "{problem:?}");
    }
}

#[test]
fn an_unknown_code_has_no_hint() {
    assert_eq!(refused("CreateFlowLogs", "BrandNewCode", "x").hint(), None);
}
