//! The likely cause of a failure and what to do about it, in AWS's words.
//!
//! AWS's messages seldom name the permission or the policy that is missing. What is said here is a likely cause,
//! never a certain one; a failure that nothing is known about gets no advice.
//! This module must not know who shows the advice, nor any configuration language.

use super::{
    error::{Error, Kind, SKEW, SKEWED},
    roots::NO_TLS,
};

impl Error {
    /// The likely cause and the fix, where they are known.
    pub fn advice(&self) -> Option<String> {
        let known = || self.about_code().or_else(|| self.about_kind());
        self.about_clock().or_else(|| known().map(str::to_owned))
    }

    /// A signature bears this machine's time.
    fn about_clock(&self) -> Option<String> {
        if !self.has_code(&SKEWED) || self.skew.abs() <= SKEW {
            return None;
        }
        let side = if self.skew > 0 { "behind" } else { "ahead of" };
        let minutes = self.skew.abs() / 60;
        Some(format!(
            "This machine's clock is {minutes} minutes {side} AWS's, so AWS takes its signatures for invalid. Set the \
             clock."
        ))
    }

    fn about_code(&self) -> Option<&'static str> {
        let code = self.code.as_deref()?;
        self.about_message()
            .or_else(|| self.about_permission(code))
            .or_else(|| about_credentials(code))
            .or_else(|| self.about_destination(code))
            .or_else(|| self.about_request(code))
    }

    /// What AWS says in words, under codes that say less.
    fn about_message(&self) -> Option<&'static str> {
        let says = |words: &str| self.message.contains(words);
        Some(if says("DeliverLogsPermissionArn is not applicable") {
            "A delivery role belongs to CloudWatch Logs (and to Firehose in another account) alone: remove it."
        } else if says("undeliverable") {
            "A bucket encrypted with SSE-KMS must name its key by ARN, not by id, and the key's policy must allow \
             delivery.logs.amazonaws.com kms:GenerateDataKey*."
        } else if says("Access Denied for LogDestination") {
            "The destination's own policy forbids the delivery. A bucket's policy must allow \
             delivery.logs.amazonaws.com s3:PutObject and s3:GetBucketAcl; for EC2 to write the policy itself, the \
             caller needs s3:GetBucketPolicy and s3:PutBucketPolicy."
        } else {
            return None;
        })
    }

    /// Permissions that are missing, of the caller or of the delivery role.
    fn about_permission(&self, code: &str) -> Option<&'static str> {
        let denied = matches!(
            code,
            "UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException"
        );
        if self.says_role_not_assumable() {
            return Some(
                "EC2 could not assume the delivery role. Its trust policy must allow sts:AssumeRole to the service \
                 principal vpc-flow-logs.amazonaws.com (for delivery across accounts to delivery.logs.amazonaws.com); a role \
                 that was just made may take two minutes to become known.",
            );
        }
        if !denied {
            return None;
        }
        if self.kind == Kind::Credentials {
            return Some(
                "The role's trust policy must allow sts:AssumeRole to the caller, with the external id and \
                          source identity that it asks for; and the caller must be allowed sts:AssumeRole on the role.",
            );
        }
        Some(match self.operation {
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
            _ => {
                "The caller lacks a permission for this operation, or a service control policy forbids it."
            }
        })
    }

    /// What a flow log delivers to.
    fn about_destination(&self, code: &str) -> Option<&'static str> {
        Some(match code {
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
            _ => return None,
        })
    }

    /// What was asked for.
    fn about_request(&self, code: &str) -> Option<&'static str> {
        Some(match code {
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
            "UnknownParameter" | "InvalidAction" => {
                "The endpoint does not know this call or one of its parameters: it may be an emulator, or a proxy, that \
                 is older than the feature."
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
        })
    }

    fn about_kind(&self) -> Option<&'static str> {
        let kind = match self.cause {
            // What went wrong was the way to the credentials, not the credentials.
            Some(cause) => cause,
            None => self.kind,
        };
        Some(match kind {
            Kind::Unreachable => return self.about_network(),
            Kind::NoAnswer => {
                "The connection was made and then failed. A proxy, a firewall or a VPN on the way may cut it."
            }
            Kind::Unreadable => {
                "A proxy, a VPN or a firewall may have cut off or changed the reply on its way, or the endpoint is not \
                 AWS and answers differently. Run again; if it happens again, check what stands between here and AWS."
            }
            Kind::Foreign => {
                "This is not an answer of AWS. Check the endpoint, and whether a proxy answers in its place."
            }
            Kind::Credentials => {
                "Give credentials by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, by a profile (AWS_PROFILE, \
                 `aws sso login`), by a web identity, or by the role of the instance or container."
            }
            Kind::Refused
            | Kind::Unsuccessful
            | Kind::Configuration
            | Kind::Stopped
            | Kind::OutOfTime => return None,
        })
    }

    fn about_network(&self) -> Option<&'static str> {
        let says = |word: &str| self.message.contains(word);
        if says(NO_TLS) {
            // The message says what to do.
            return None;
        }
        Some(if says("certificate") || says("UnknownIssuer") {
            "The server's certificate is not trusted. Name the file of your own certificate authority in \
             custom_ca_bundle or AWS_CA_BUNDLE."
        } else if says("proxy auth") {
            "The proxy wants a user name and a password. Write them into its address: \
             HTTPS_PROXY=http://user:password@host:port."
        } else if says("through the proxy") {
            "The proxy does not lead there. Check its address (https_proxy, HTTPS_PROXY), and which hosts are reached \
             without it (no_proxy, NO_PROXY)."
        } else if says("refused") {
            "Nothing listens at this address. Check the endpoint (endpoints, AWS_ENDPOINT_URL) and the proxy."
        } else if says("dns") || says("lookup") {
            "The host name does not resolve. Check the region, the endpoint and the name servers; in a network without \
             internet access a VPC endpoint or a proxy is needed."
        } else {
            "The address cannot be reached from here. Check the region, the endpoint, the proxy (HTTPS_PROXY, NO_PROXY) \
             and the firewall."
        })
    }

    /// Tells whether EC2 could not assume the delivery role: the role is too new, or does not trust the service.
    /// AWS has no code of its own for it.
    pub fn says_role_not_assumable(&self) -> bool {
        self.operation == "CreateFlowLogs"
            && self.code.is_some()
            && self.message.contains("Unable to assume given IAM role")
    }
}

/// Credentials that AWS does not accept.
fn about_credentials(code: &str) -> Option<&'static str> {
    Some(match code {
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
    })
}
