//! The likely cause of a failure and what to do about it, in AWS's words.
//!
//! AWS's messages seldom name the permission or the policy that is missing. What is said here is a likely cause,
//! never a certain one; a failure that nothing is known about gets no advice.
//! This module must not know who shows the advice, nor any configuration language.

use super::error::{Error, Kind};

/// The service that writes records on behalf of a flow log, and must be trusted by the delivery role.
const DELIVERY_PRINCIPAL: &str = "vpc-flow-logs.amazonaws.com";

impl Error {
    /// The likely cause and the fix, where they are known.
    pub fn advice(&self) -> Option<String> {
        self.about_code().or_else(|| self.about_kind())
    }

    fn about_code(&self) -> Option<String> {
        let code = self.code.as_deref()?;
        let advice = self
            .about_permission(code)
            .or_else(|| self.about_credentials(code))
            .or_else(|| self.about_destination(code))
            .or_else(|| self.about_request(code))?;
        Some(advice)
    }

    /// Permissions that are missing, of the caller or of the delivery role.
    fn about_permission(&self, code: &str) -> Option<String> {
        let denied = matches!(
            code,
            "UnauthorizedOperation"
                | "AccessDenied"
                | "AccessDeniedException"
                | "Client.UnauthorizedOperation"
        );
        if self.says_role_not_assumable() {
            return Some(format!(
                "EC2 could not assume the delivery role. Its trust policy must allow sts:AssumeRole to the service \
                 principal {DELIVERY_PRINCIPAL} (for delivery across accounts to delivery.logs.amazonaws.com); a role \
                 that was just made may take two minutes to become known."
            ));
        }
        if !denied {
            return None;
        }
        let advice = match self.operation {
            "CreateFlowLogs" => {
                "The caller needs ec2:CreateFlowLogs and ec2:CreateTags, and beyond them logs:CreateLogDelivery, which \
                 the message does not name; iam:PassRole on the delivery role for CloudWatch Logs; s3:GetBucketPolicy \
                 and s3:PutBucketPolicy on the bucket for S3; iam:CreateServiceLinkedRole for tag fields."
            }
            "DeleteFlowLogs" => "The caller needs ec2:DeleteFlowLogs and logs:DeleteLogDelivery.",
            "DescribeFlowLogs" => "The caller needs ec2:DescribeFlowLogs.",
            "CreateTags" => "The caller needs ec2:CreateTags on vpc-flow-log resources.",
            "DeleteTags" => "The caller needs ec2:DeleteTags on vpc-flow-log resources.",
            "FilterLogEvents" => {
                "The caller needs logs:FilterLogEvents on the log group (and logs:Unmask to see masked data)."
            }
            _ if self.kind == Kind::Credentials => {
                "The role's trust policy must allow sts:AssumeRole to the caller, with the external id and source \
                 identity that it asks for; and the caller must be allowed sts:AssumeRole on the role."
            }
            _ => {
                "The caller lacks a permission for this operation, or a service control policy forbids it."
            }
        };
        Some(advice.to_owned())
    }

    /// Credentials that AWS does not accept.
    fn about_credentials(&self, code: &str) -> Option<String> {
        let advice = match code {
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "IDPExpiredToken" => {
                "The session is over, or this machine's clock is wrong. Sign in again (`aws sso login`, or new keys) \
                 and run again."
            }
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "AuthFailure" => {
                "AWS does not know this access key. Check AWS_ACCESS_KEY_ID or the profile, that a session token \
                 belongs to temporary keys, and that the partition and region are the right ones: keys of aws-cn and \
                 aws-us-gov are valid there alone, and some regions must be enabled for the account."
            }
            "SignatureDoesNotMatch" | "InvalidSignatureException" => {
                "The secret key does not belong to the access key, or this machine's clock is wrong."
            }
            "OptInRequired" | "RegionDisabledException" => {
                "This region is not enabled for the account."
            }
            "InvalidIdentityToken" | "IDPRejectedClaim" => {
                "STS did not accept the web identity token. Check that the identity provider exists in the account, \
                 and that the role's trust policy names its audience and subject."
            }
            _ => return None,
        };
        Some(advice.to_owned())
    }

    /// What a flow log delivers to.
    fn about_destination(&self, code: &str) -> Option<String> {
        let advice = match code {
            "LogDestinationPermissionIssueException" => {
                "The bucket or stream does not let the delivery service write. The bucket's policy must allow \
                 delivery.logs.amazonaws.com s3:PutObject and s3:GetBucketAcl. EC2 adds a statement for each flow log \
                 by itself if the caller may change the policy, until the policy's 20 KB are full: then allow one \
                 common prefix instead."
            }
            "LogDestinationNotFoundException" => {
                "The bucket or delivery stream does not exist, or its ARN names another account, region or partition."
            }
            "400" | "LogDestination.Undeliverable" | "InvalidLogDestination" => {
                "Check that the destination exists, and that a bucket encrypted with SSE-KMS names its key by ARN, in a \
                 key policy that allows delivery.logs.amazonaws.com."
            }
            "ResourceNotFoundException" => {
                "There is no such log group in this account and region. The flow log's service makes it when the first \
                 traffic is recorded; a group of another account must be named by its ARN."
            }
            _ if self
                .message
                .contains("DeliverLogsPermissionArn is not applicable") =>
            {
                "A delivery role belongs to CloudWatch Logs (and to Firehose in another account) alone: remove it."
            }
            _ => return None,
        };
        Some(advice.to_owned())
    }

    /// What was asked for.
    fn about_request(&self, code: &str) -> Option<String> {
        let advice = match code {
            "FlowLogAlreadyExists" => {
                "An equal flow log watches this resource already: import it, or change the destination or the format."
            }
            "FlowLogsLimitExceeded" => {
                "The resource has as many flow logs as it may have. Delete one, or ask for a higher quota under VPC in \
                 Service Quotas."
            }
            "TagLimitExceeded" => "A resource carries at most 50 tags of its own.",
            "InvalidFlowLogId.NotFound" => {
                "The flow log was deleted, or it lives in another region or account."
            }
            "InvalidVpcID.NotFound"
            | "InvalidVpcId.NotFound"
            | "InvalidSubnetID.NotFound"
            | "InvalidSubnetId.NotFound"
            | "InvalidNetworkInterfaceID.NotFound"
            | "InvalidNetworkInterfaceId.NotFound"
            | "InvalidTransitGatewayID.NotFound"
            | "InvalidTransitGatewayAttachmentID.NotFound"
            | "NatGatewayNotFound" => {
                "The resource to watch does not exist in this account and region. A flow log can only be made where \
                 its resource lives."
            }
            "IdempotentParameterMismatch" => {
                "A flow log was made under the same token with other parameters. Run again: a new token is used then."
            }
            "FilterLimitExceeded" => {
                "DescribeFlowLogs takes at most 200 values in all its filters: use fewer."
            }
            "MissingParameter"
            | "InvalidParameter"
            | "InvalidParameterValue"
            | "InvalidParameterCombination"
                if self.operation == "CreateFlowLogs" =>
            {
                "EC2 does not accept this combination. CloudWatch Logs needs a delivery role and a group; S3 takes \
                 neither; transit gateways take no traffic type and an interval of 60; tag fields in the format need \
                 tag field specifications."
            }
            "InvalidParameterException" if self.operation == "FilterLogEvents" => {
                "CloudWatch Logs does not accept the filter pattern, the time window or the group's name."
            }
            "RequestLimitExceeded"
            | "Throttling"
            | "ThrottlingException"
            | "EC2ThrottledException" => {
                "AWS limits the rate of calls of an account and region, and other tools share it. Run again later, with \
                 less parallelism or more retries."
            }
            "ServiceUnavailable"
            | "Unavailable"
            | "InternalError"
            | "InternalFailure"
            | "ServiceUnavailableException" => {
                "AWS failed by itself. Run again later; see the AWS Health Dashboard."
            }
            _ => return None,
        };
        Some(advice.to_owned())
    }

    fn about_kind(&self) -> Option<String> {
        let advice = match self.kind {
            Kind::Unreachable => self.about_network(),
            Kind::NoAnswer => {
                "The connection was made and then failed. A proxy, a firewall or a VPN on the way may cut it."
            }
            Kind::Unreadable => {
                "This is not an answer of AWS. Check the endpoint, and whether a proxy answers in its place."
            }
            Kind::Credentials => {
                "Give credentials by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, by a profile (AWS_PROFILE, \
                 `aws sso login`), by a web identity, or by the role of the instance or container."
            }
            Kind::Refused | Kind::Unsuccessful | Kind::Configuration | Kind::Stopped => {
                return None;
            }
        };
        Some(advice.to_owned())
    }

    fn about_network(&self) -> &'static str {
        let says = |word: &str| self.message.contains(word);
        if says("certificate") || says("UnknownIssuer") {
            "The server's certificate is not trusted. Name the file of your own certificate authority in \
             custom_ca_bundle or AWS_CA_BUNDLE."
        } else if says("refused") {
            "Nothing listens at this address. Check the endpoint (endpoints, AWS_ENDPOINT_URL) and the proxy."
        } else if says("dns") || says("lookup") {
            "The host name does not resolve. Check the region, the endpoint and the name servers; in a network without \
             internet access a VPC endpoint or a proxy is needed."
        } else {
            "The address cannot be reached from here. Check the region, the endpoint, the proxy (HTTPS_PROXY, NO_PROXY) \
             and the firewall."
        }
    }

    /// Tells whether EC2 could not assume the delivery role: the role is too new, or does not trust the service.
    pub(super) fn says_role_not_assumable(&self) -> bool {
        matches!(self.kind, Kind::Refused | Kind::Unsuccessful)
            && self.message.contains("Unable to assume given IAM role")
    }
}
