//! The likely cause of a failure and the fix, in AWS's terms.
//!
//! AWS's messages seldom name the missing permission or policy. A hint names a likely cause, not a certain one. A failure
//! without a known cause has no hint.
//! This module must not know who shows a hint, nor any configuration language.

use super::{
    codes::Said,
    ec2::limits,
    error::{Error, Kind},
    network::NetworkProblem,
};

impl Error {
    /// Returns the likely cause and the fix, if they are known.
    pub fn hint(&self) -> Option<String> {
        self.about_clock()
            .or_else(|| self.about_limit())
            .or_else(|| self.about_code().map(str::to_owned))
            .or_else(|| self.about_kind().map(str::to_owned))
    }

    /// A signature contains this machine's time.
    fn about_clock(&self) -> Option<String> {
        if !self.is_skewed() {
            return None;
        }
        let side = if self.skew > 0 { "behind" } else { "ahead of" };
        let minutes = self.skew.abs() / 60;
        Some(format!(
            "This machine's clock is {minutes} minutes {side} AWS's, so AWS rejects its signatures. Set the clock."
        ))
    }

    fn about_limit(&self) -> Option<String> {
        Some(match self.code.as_deref()? {
            "TagLimitExceeded" => {
                format!("A resource has at most {} tags of its own.", limits::TAGS)
            }
            "FilterLimitExceeded" => format!(
                "DescribeFlowLogs takes at most {} values in all its filters. Use fewer.",
                limits::FILTER_VALUES
            ),
            _ => return None,
        })
    }

    fn about_code(&self) -> Option<&'static str> {
        let code = self.code.as_deref()?;
        self.about_message()
            .or_else(|| self.about_permission())
            .or_else(|| about_credentials(code))
            .or_else(|| about_destination(code))
            .or_else(|| about_flow_log(code))
            .or_else(|| self.about_parameters(code))
            .or_else(|| about_service(code))
    }

    fn about_message(&self) -> Option<&'static str> {
        Some(match self.said()? {
            Said::RoleNotApplicable => {
                "Only CloudWatch Logs, and Firehose in another account, take a delivery role: remove it."
            }
            Said::Undeliverable => {
                "A bucket that is encrypted with SSE-KMS must name its key by ARN, not by ID, and the key's policy must \
                 allow delivery.logs.amazonaws.com kms:GenerateDataKey*."
            }
            Said::DestinationDenied => {
                "The policy of the destination denies the delivery. A bucket's policy must allow \
                 delivery.logs.amazonaws.com s3:PutObject and s3:GetBucketAcl. For EC2 to write the policy itself, the \
                 caller needs s3:GetBucketPolicy and s3:PutBucketPolicy."
            }
            Said::RoleNotAssumable => {
                "EC2 could not assume the delivery role. Its trust policy must allow sts:AssumeRole to the service \
                 principal vpc-flow-logs.amazonaws.com (for delivery across accounts, to delivery.logs.amazonaws.com). \
                 A new role may take two minutes to become usable."
            }
            Said::NoLogStream => "The log group has no such log stream.",
            Said::NoStack => "The region has no such stack.",
        })
    }

    fn about_permission(&self) -> Option<&'static str> {
        if !self.is_denied() {
            return None;
        }
        if self.kind == Kind::Credentials {
            return Some(
                "The role's trust policy must allow sts:AssumeRole to the caller, with the external ID and the source \
                 identity of the request, and the caller needs sts:AssumeRole on the role.",
            );
        }
        Some(match self.operation {
            "CreateFlowLogs" => {
                "The caller needs ec2:CreateFlowLogs and ec2:CreateTags. It also needs logs:CreateLogDelivery, which \
                 AWS's message does not name; for CloudWatch Logs iam:PassRole on the delivery role; for S3 \
                 s3:GetBucketPolicy and s3:PutBucketPolicy on the bucket; for tag fields iam:CreateServiceLinkedRole."
            }
            "DeleteFlowLogs" => "The caller needs ec2:DeleteFlowLogs and logs:DeleteLogDelivery.",
            "DescribeFlowLogs" => "The caller needs ec2:DescribeFlowLogs.",
            "DescribeRegions" => "The caller needs ec2:DescribeRegions.",
            "DescribeVpcs" => "The caller needs ec2:DescribeVpcs.",
            "DescribeSubnets" => "The caller needs ec2:DescribeSubnets.",
            "DescribeNetworkInterfaces" => "The caller needs ec2:DescribeNetworkInterfaces.",
            "DescribeTransitGateways" => "The caller needs ec2:DescribeTransitGateways.",
            "DescribeTransitGatewayAttachments" => {
                "The caller needs ec2:DescribeTransitGatewayAttachments."
            }
            "DescribeNatGateways" => "The caller needs ec2:DescribeNatGateways.",
            "DescribeStacks" | "GetTemplate" | "ListStackResources" | "ListExports" => {
                "The caller needs cloudformation:DescribeStacks, GetTemplate and ListStackResources, and ListExports if a \
                 template imports a value."
            }
            "ListAccounts" => {
                "The caller needs organizations:ListAccounts, in the management account or in an account that is a \
                 delegated administrator of a service."
            }
            "ListCoreNetworks" => "The caller needs networkmanager:ListCoreNetworks.",
            "ListAttachments" => "The caller needs networkmanager:ListAttachments.",
            "ListObjectsV2" => "The caller needs s3:ListBucket on the bucket.",
            "GetBucketEncryption" => {
                "The caller needs s3:GetEncryptionConfiguration on the bucket."
            }
            "GetBucketPolicy" => "The caller needs s3:GetBucketPolicy on the bucket.",
            "GetRole" => "The caller needs iam:GetRole on the role.",
            "SimulatePrincipalPolicy" => {
                "The caller needs iam:SimulatePrincipalPolicy on the role."
            }
            "GetKeyPolicy" => {
                "The caller needs kms:GetKeyPolicy on the key, and must be in the account of the key."
            }
            "GetObject" => {
                "The caller needs s3:GetObject on the objects, and kms:Decrypt on the key if they are encrypted with SSE-KMS. \
                 The policies of a bucket or a key of another account must allow it, too."
            }
            "GetTableMetadata" => {
                "The caller needs athena:GetTableMetadata, and glue:GetTable on the table, its database and the catalog."
            }
            "StartQueryExecution" | "GetQueryExecution" | "GetQueryResults" => {
                "The caller needs athena:StartQueryExecution, GetQueryExecution, GetQueryResults and StopQueryExecution on \
                 the workgroup, glue:GetTable on the table, s3:GetObject and s3:ListBucket on the objects, and s3:PutObject \
                 and s3:GetObject where Athena writes results."
            }
            "CreateTags" => "The caller needs ec2:CreateTags on vpc-flow-log resources.",
            "DeleteTags" => "The caller needs ec2:DeleteTags on vpc-flow-log resources.",
            "DescribeLogStreams" => "The caller needs logs:DescribeLogStreams on the log group.",
            "FilterLogEvents" => {
                "The caller needs logs:FilterLogEvents on the log group (and logs:Unmask to see masked data)."
            }
            _ => {
                "The caller lacks a permission for this operation, or a service control policy denies it."
            }
        })
    }

    fn about_parameters(&self, code: &str) -> Option<&'static str> {
        match (self.operation, code) {
            (
                "CreateFlowLogs",
                "MissingParameter"
                | "InvalidParameter"
                | "InvalidParameterValue"
                | "InvalidParameterCombination",
            ) => Some(
                "EC2 does not accept this combination. CloudWatch Logs needs a delivery role and a log group. S3 takes \
                 neither. Transit gateways take no traffic type and only an interval of 60. Tag fields in the format \
                 need tag field specifications.",
            ),
            ("FilterLogEvents", "InvalidParameterException") => Some(
                "CloudWatch Logs does not accept the filter pattern, the time window or the name of the log group.",
            ),
            _ => None,
        }
    }

    fn about_kind(&self) -> Option<&'static str> {
        // A call for credentials may have failed for a reason that has nothing to do with credentials.
        Some(match self.cause.unwrap_or(self.kind) {
            Kind::Unreachable => {
                return about_network(self.network.unwrap_or(NetworkProblem::Other));
            }
            Kind::NoAnswer => {
                "The connection was made and then failed. A proxy, a firewall or a VPN may have closed it."
            }
            Kind::Unreadable => {
                "A proxy, a VPN or a firewall may have cut off or changed the reply, or the endpoint is not AWS. Run \
                 again. If it happens again, check what is between this machine and AWS."
            }
            Kind::Foreign => {
                "This reply is not from AWS. Check the endpoint, and whether a proxy replied instead of AWS."
            }
            Kind::Credentials => {
                "Set credentials with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile (AWS_PROFILE, \
                 `aws sso login`), a web identity, or the role of the instance or container."
            }
            Kind::Refused
            | Kind::Unsuccessful
            | Kind::Configuration
            | Kind::Stopped
            | Kind::OutOfTime => return None,
        })
    }
}

fn about_network(problem: NetworkProblem) -> Option<&'static str> {
    Some(match problem {
        // The message says what to do.
        NetworkProblem::NoRoots => return None,
        NetworkProblem::Certificate => {
            "The server's certificate is not trusted. Set custom_ca_bundle or AWS_CA_BUNDLE to the file of your own \
             certificate authority."
        }
        NetworkProblem::ProxyAuthentication => {
            "The proxy requires a user name and a password. Write them into its address: \
             HTTPS_PROXY=http://user:password@host:port."
        }
        NetworkProblem::Proxy => {
            "The proxy did not connect to the server. Check its address (https_proxy, HTTPS_PROXY), and which hosts \
             bypass it (no_proxy, NO_PROXY)."
        }
        NetworkProblem::Refused => {
            "No program listens at this address. Check the endpoint (endpoints, AWS_ENDPOINT_URL) and the proxy."
        }
        NetworkProblem::HostName => {
            "The host name does not resolve. Check the region, the endpoint and the name servers. A network without \
             internet access needs a VPC endpoint or a proxy."
        }
        NetworkProblem::Other => {
            "The address cannot be reached from this machine. Check the region, the endpoint, the proxy (HTTPS_PROXY, \
             NO_PROXY) and the firewall."
        }
    })
}

fn about_credentials(code: &str) -> Option<&'static str> {
    Some(match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "IDPExpiredToken" => {
            "The session has expired, or this machine's clock is wrong. Sign in again (`aws sso login`, or new keys) \
             and run again."
        }
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "AuthFailure" => {
            "AWS does not know this access key. Check AWS_ACCESS_KEY_ID or the profile. Check that a session token \
             belongs to temporary keys, and that the partition and the region are right: keys of aws-cn and aws-us-gov \
             are valid only there, and some regions must be enabled for the account."
        }
        "SignatureDoesNotMatch" | "InvalidSignatureException" => {
            "The secret key does not belong to the access key, or this machine's clock is wrong."
        }
        "OptInRequired" | "RegionDisabledException" => {
            "This region is not enabled for the account."
        }
        "InvalidIdentityToken" | "IDPRejectedClaim" => {
            "STS did not accept the web identity token. Check that the identity provider exists in the account, and that \
             the role's trust policy names its audience and subject."
        }
        _ => return None,
    })
}

fn about_destination(code: &str) -> Option<&'static str> {
    Some(match code {
        "LogDestinationPermissionIssueException" => {
            "The bucket or the stream does not let the delivery service write. The bucket's policy must allow \
             delivery.logs.amazonaws.com s3:PutObject and s3:GetBucketAcl. If the caller may change the policy, EC2 adds \
             a statement for each flow log until the policy has 20 KB. Then allow one common prefix instead."
        }
        "LogDestinationNotFoundException" => {
            "The bucket or the delivery stream does not exist, or its ARN names another account, region or partition."
        }
        "400" | "LogDestination.Undeliverable" | "InvalidLogDestination" => {
            "Check that the destination exists. A bucket that is encrypted with SSE-KMS must name its key by ARN, and \
             the key's policy must allow delivery.logs.amazonaws.com."
        }
        "NoSuchBucket" => {
            "There is no such bucket. Check its name, and the partition of the credentials. A bucket of another store than S3 \
             needs the address of the store (endpoints.s3, AWS_ENDPOINT_URL_S3)."
        }
        "PermanentRedirect"
        | "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraintException" => {
            "The bucket is in another region. Set the region of the bucket."
        }
        "InvalidObjectState" => "The object is archived in S3 Glacier. Restore it, and run again.",
        "NoSuchKey" => "The object was deleted while the query ran.",
        "PreconditionFailed" => "The object was changed while the query ran. Run again.",
        "ResourceNotFoundException" => {
            "There is no such log group in this account and region. The flow logs service creates it when it records \
             the first traffic. Name a log group of another account by its ARN."
        }
        _ => return None,
    })
}

fn about_flow_log(code: &str) -> Option<&'static str> {
    Some(match code {
        "FlowLogAlreadyExists" => {
            "The resource already has an equal flow log: import it, or change the destination or the format."
        }
        "FlowLogsLimitExceeded" => {
            "The resource has the maximum number of flow logs. Delete one, or request a higher quota under VPC in \
             Service Quotas."
        }
        "InvalidFlowLogId.NotFound" => {
            "The flow log was deleted, or it is in another region or account."
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
            "The resource to record does not exist in this account and region. A flow log must be created in the \
             account and region of its resource."
        }
        "IdempotentParameterMismatch" => {
            "A flow log was created with the same token and other parameters. Run `terraform plan` again: a new plan uses \
             a new token."
        }
        _ => return None,
    })
}

fn about_service(code: &str) -> Option<&'static str> {
    Some(match code {
        "UnknownParameter" | "InvalidAction" => {
            "The endpoint does not know this call or one of its parameters. It may be an emulator or a proxy that is \
             older than the feature."
        }
        "RequestLimitExceeded" | "Throttling" | "ThrottlingException" | "EC2ThrottledException" => {
            "AWS limits the rate of calls for each account and region, and other tools share the limit. Run again later, \
             with less parallelism or more retries."
        }
        "ServiceUnavailable"
        | "Unavailable"
        | "InternalError"
        | "InternalFailure"
        | "ServiceUnavailableException" => {
            "AWS had an internal failure. Run again later, and see the AWS Health Dashboard."
        }
        _ => return None,
    })
}
