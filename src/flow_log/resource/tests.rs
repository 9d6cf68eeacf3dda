use expect_test::expect_file;

use super::super::create::{NotCreated, NotFound};
use super::*;
use crate::aws::{self, Kind, ec2};

const ROLE: &str = "Unable to assume given IAM role";

/// The operation, how it failed, AWS's code and AWS's message.
const FAILURES: [(&str, Kind, &str, &str); 40] = [
    (
        "CreateFlowLogs",
        Kind::Refused,
        "UnauthorizedOperation",
        "You are not authorized to perform this operation.",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "AccessDenied",
        "Access Denied for LogDestination: bucket",
    ),
    ("CreateFlowLogs", Kind::Refused, "InvalidParameter", ROLE),
    (
        "CreateFlowLogs",
        Kind::Unsuccessful,
        "InvalidParameter",
        ROLE,
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "InvalidParameter",
        "DeliverLogsPermissionArn can't be empty",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "InvalidParameterValue",
        "Value (x) for parameter trafficType is invalid.",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "InvalidParameterCombination",
        "These do not go together.",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "MissingParameter",
        "The request must contain the parameter ResourceType",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "UnknownParameter",
        "The parameter TagFieldSpecification is not recognized",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "IdempotentParameterMismatch",
        "The token was used before.",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "FlowLogAlreadyExists",
        "There is an existing Flow Log",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "FlowLogsLimitExceeded",
        "The limit is reached.",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "TagLimitExceeded",
        "More than 50 tags.",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "InvalidVpcID.NotFound",
        "The vpc ID 'vpc-1' does not exist",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "InvalidSubnetID.NotFound",
        "The subnet ID 'subnet-1' does not exist",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "InvalidNetworkInterfaceID.NotFound",
        "It does not exist",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "InvalidTransitGatewayID.NotFound",
        "It does not exist",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "InvalidTransitGatewayAttachmentID.NotFound",
        "It does not exist",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "NatGatewayNotFound",
        "It does not exist",
    ),
    (
        "CreateFlowLogs",
        Kind::Unsuccessful,
        "400",
        "LogDestination: bucket does not exist.",
    ),
    (
        "CreateFlowLogs",
        Kind::Unsuccessful,
        "400",
        "DeliverLogsPermissionArn is not applicable for s3 delivery",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "InvalidParameter",
        "LogDestination bucket is undeliverable",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "LogDestinationPermissionIssueException",
        "Policy too long",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "LogDestinationNotFoundException",
        "LogDestination: bucket does not exist",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "RequestLimitExceeded",
        "Request limit exceeded.",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "ServiceUnavailable",
        "The service is unavailable.",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "InternalError",
        "An internal error has occurred",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "OptInRequired",
        "You are not subscribed to this service.",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "ExpiredToken",
        "The security token is expired",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "AuthFailure",
        "AWS was not able to validate the access credentials",
    ),
    (
        "CreateFlowLogs",
        Kind::Refused,
        "SignatureDoesNotMatch",
        "The signature does not match.",
    ),
    (
        "CreateFlowLogs",
        Kind::Unreachable,
        "",
        "http://127.0.0.1:9: connection refused",
    ),
    (
        "CreateFlowLogs",
        Kind::NoAnswer,
        "",
        "https://ec2.us-east-1.amazonaws.com: connection closed",
    ),
    (
        "DeleteFlowLogs",
        Kind::Refused,
        "UnauthorizedOperation",
        "Not authorized.",
    ),
    (
        "DeleteFlowLogs",
        Kind::Unsuccessful,
        "InternalError",
        "try later",
    ),
    (
        "DescribeFlowLogs",
        Kind::Refused,
        "UnauthorizedOperation",
        "Not authorized.",
    ),
    (
        "DescribeFlowLogs",
        Kind::Refused,
        "InvalidFlowLogId.NotFound",
        "It does not exist",
    ),
    (
        "DescribeFlowLogs",
        Kind::Refused,
        "FilterLimitExceeded",
        "Too many filter values",
    ),
    (
        "CreateTags",
        Kind::Refused,
        "UnauthorizedOperation",
        "Not authorized.",
    ),
    (
        "DeleteTags",
        Kind::Refused,
        "UnauthorizedOperation",
        "Not authorized.",
    ),
];

fn failure((operation, kind, code, message): (&'static str, Kind, &str, &str)) -> aws::Error {
    let answered = matches!(kind, Kind::Refused | Kind::Unsuccessful);
    aws::Error {
        operation,
        kind,
        code: Some(code.to_owned()).filter(|code| !code.is_empty()),
        message: message.to_owned(),
        request_id: answered.then(|| "8f1c".into()),
        region: Some("us-east-1".into()),
        status: match kind {
            Kind::Refused => Some(400),
            Kind::Unsuccessful => Some(200),
            _ => None,
        },
        unanswered: kind == Kind::NoAnswer,
        attempts: 1,
        cause: None,
        network: (kind == Kind::Unreachable).then_some(aws::NetworkProblem::Refused),
        setting: None,
        skew: 0,
    }
}

fn shown(error: aws::Error) -> Diagnostic {
    let request = ec2::NewFlowLog {
        resource_id: "vpc-1".to_owned(),
        ..ec2::NewFlowLog::default()
    };
    let summary = match error.operation {
        "CreateFlowLogs" => {
            let is_without_reply = error.unanswered;
            let mut not_created = NotCreated::from(error);
            if is_without_reply {
                not_created = not_created.without_reply(&NotFound::None, "vpc-1");
            }
            return not_created.diagnostic(&request);
        }
        "DeleteFlowLogs" => "Flow log fl-1 not deleted",
        "DescribeFlowLogs" => "Flow log fl-1 not read",
        _ => "Tags of flow log fl-1 not changed",
    };
    call_failed("call-failed", summary.to_owned(), "It was tried.", &error)
}

#[test]
fn failures_are_told_with_cause_and_fix() {
    let mut text = String::new();
    for row in FAILURES {
        let error = failure(row);
        assert!(error.hint().is_some(), "no hint for {row:?}");
        let Diagnostic {
            summary, detail, ..
        } = shown(error);
        text.push_str(&format!("## {summary}\n{detail}\n\n"));
    }
    expect_file!["failures.txt"].assert_eq(&text);
}
