//! What AWS's error codes mean, and AWS's messages where the code says less.
//!
//! This module must not know what is done about an error.

use super::error::{Error, Kind};

/// The most that clocks may differ, in seconds. A signature is valid for five minutes before and after its time.
pub(super) const SKEW: i64 = 240;
/// Codes of a signature with the wrong time.
pub(super) const SKEWED: [&str; 5] = [
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "AuthFailure",
];
/// Codes of expired credentials.
const EXPIRED: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "RequestExpired"];
/// Codes of a missing permission.
const DENIED: [&str; 3] = [
    "UnauthorizedOperation",
    "AccessDenied",
    "AccessDeniedException",
];
/// Codes of a region that is not enabled in the account. EC2 also refuses wrong credentials with the second one.
const REGION_OFF: [&str; 3] = ["OptInRequired", "AuthFailure", "RegionDisabledException"];
/// Codes of a service that is called too often, or is too busy.
const THROTTLED: [&str; 8] = [
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "EC2ThrottledException",
    "TooManyRequestsException",
    "SlowDown",
    "ServiceUnavailable",
    "InternalError",
];
/// Codes of a bucket without a policy, and without a configuration of its encryption.
const BUCKET_SETTING_NOT_FOUND: [&str; 2] = [
    "NoSuchBucketPolicy",
    "ServerSideEncryptionConfigurationNotFoundError",
];
/// Codes of CloudWatch Logs that exclude the log class as the cause.
const OF_CALLER: [&str; 12] = [
    "ResourceNotFoundException",
    "AccessDeniedException",
    "AccessDenied",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "ExpiredToken",
    "ExpiredTokenException",
    "MissingAuthenticationTokenException",
    "ThrottlingException",
    "Throttling",
    "ServiceUnavailableException",
];

/// What AWS says only in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// EC2 could not assume the delivery role.
    RoleNotAssumable,
    /// The destination does not take a delivery role.
    RoleNotApplicable,
    /// The records cannot be encrypted with the bucket's key.
    Undeliverable,
    /// The policy of the destination denies the delivery.
    DestinationDenied,
    /// The log stream does not exist.
    NoLogStream,
    /// The stack does not exist.
    NoStack,
}

impl Error {
    /// Reports whether EC2 has no such flow log.
    pub fn is_flow_log_not_found(&self) -> bool {
        self.has_code(&["InvalidFlowLogId.NotFound"])
    }

    /// Reports whether an equal flow log exists.
    pub fn is_flow_log_already_exists(&self) -> bool {
        self.has_code(&["FlowLogAlreadyExists"])
    }

    /// Reports whether a request with the same ClientToken had other parameters.
    pub fn is_token_of_other_values(&self) -> bool {
        self.has_code(&["IdempotentParameterMismatch"])
    }

    /// Reports whether CloudWatch Logs has no such log group or log stream.
    pub fn is_log_group_or_stream_not_found(&self) -> bool {
        self.has_code(&["ResourceNotFoundException"])
    }

    /// Reports whether CloudWatch Logs has no such log group.
    pub fn is_log_group_not_found(&self) -> bool {
        self.is_log_group_or_stream_not_found() && !self.is_log_stream_not_found()
    }

    /// Reports whether CloudWatch Logs has no such log stream.
    pub fn is_log_stream_not_found(&self) -> bool {
        self.said() == Some(Said::NoLogStream)
    }

    /// Reports whether S3 has no such bucket.
    pub fn is_bucket_not_found(&self) -> bool {
        self.has_code(&["NoSuchBucket"])
    }

    /// Reports whether a bucket does not have a setting.
    pub fn is_bucket_setting_not_found(&self) -> bool {
        self.has_code(&BUCKET_SETTING_NOT_FOUND)
    }

    /// Reports whether IAM has no such role.
    pub fn is_role_not_found(&self) -> bool {
        self.has_code(&["NoSuchEntity"])
    }

    /// Reports whether the service limits the rate of calls.
    pub fn is_throttled(&self) -> bool {
        self.has_code(&THROTTLED)
    }

    /// Reports whether the region is, or may be, not enabled in the account.
    pub fn is_region_off(&self) -> bool {
        self.kind == Kind::Refused && self.has_code(&REGION_OFF) && !self.is_skewed()
    }

    /// Reports whether CloudFormation has no such stack.
    pub fn is_stack_not_found(&self) -> bool {
        self.said() == Some(Said::NoStack)
    }

    /// Reports whether the class of a log group may be why CloudWatch Logs refused a call. No code says so; other codes
    /// exclude it.
    pub fn is_possibly_of_log_class(&self) -> bool {
        self.kind == Kind::Refused && !self.has_code(&OF_CALLER)
    }

    /// Reports whether EC2 could not assume the delivery role: the role is too new, or it does not trust the service.
    pub fn is_role_not_assumable(&self) -> bool {
        self.said() == Some(Said::RoleNotAssumable)
    }

    /// Reports whether the caller lacks a permission.
    pub fn is_denied(&self) -> bool {
        self.has_code(&DENIED)
    }

    /// Reports whether the service takes the credentials for expired.
    pub(super) fn is_expired(&self) -> bool {
        self.has_code(&EXPIRED)
    }

    /// Reports whether the service refused the signature because the clocks differ.
    pub(super) fn is_skewed(&self) -> bool {
        is_skewed(self.code.as_deref(), i64::from(self.skew))
    }

    /// Reads AWS's message where the code is too general. This is the only function that decides by a message of AWS.
    pub(super) fn said(&self) -> Option<Said> {
        let says = |words: &str| self.message.contains(words);
        self.code.as_deref()?;
        if self.operation == "CreateFlowLogs" && says("Unable to assume given IAM role") {
            Some(Said::RoleNotAssumable)
        } else if says("DeliverLogsPermissionArn is not applicable") {
            Some(Said::RoleNotApplicable)
        } else if says("undeliverable") {
            Some(Said::Undeliverable)
        } else if says("Access Denied for LogDestination") {
            Some(Said::DestinationDenied)
        } else if self.is_log_group_or_stream_not_found() && says("log stream") {
            Some(Said::NoLogStream)
        } else if self.has_code(&["ValidationError"]) && says("does not exist") {
            // CloudFormation has no code of its own for a stack that does not exist.
            Some(Said::NoStack)
        } else {
            None
        }
    }

    fn has_code(&self, codes: &[&str]) -> bool {
        let code = self.code.as_deref();
        code.is_some_and(|code| codes.contains(&code))
    }
}

/// Reports whether a code is that of a refused signature, and the service's clock is ahead of this machine's by too many
/// seconds, or behind.
pub(super) fn is_skewed(code: Option<&str>, ahead: i64) -> bool {
    ahead.abs() > SKEW && code.is_some_and(|code| SKEWED.contains(&code))
}
