//! The outcome of a wait in sentences: what did not happen, and what to do.

use jiff::Timestamp;

use super::super::evidence::Place;
use super::super::judge::Unclear;
use super::super::text::unclear_why;
use super::delivery::{ASSUMES, IN_GROUP, WRITER, keeper};
use super::outcome::{End, Outcome, RATE_LIMITED, RoleFlaw, Seen, Why, is_failing};
use super::policy::Flaw;
use super::wanted::{NotVerified, Wanted};
use crate::arn::is_arn_like;
use crate::text::sanitize;

/// How sentences write a time.
const TIME: &str = "%Y-%m-%dT%H:%M:%SZ";

impl Outcome {
    /// Returns what came of the wait, in a sentence.
    pub fn headline(&self) -> String {
        let (id, since) = (&self.flow_log, time(self.since));
        match self.end {
            End::Arrived(at) => {
                format!(
                    "Records of flow log {id} arrive: one arrived at {}.",
                    time(at)
                )
            }
            End::Missing => format!("No record of flow log {id} has arrived since {since}."),
            End::Unknown => {
                format!(
                    "It is not known whether a record of flow log {id} has arrived since {since}."
                )
            }
        }
    }

    /// Returns the reasons, each in sentences.
    pub fn details(&self) -> Vec<String> {
        self.reasons.iter().map(detail).collect()
    }
}

/// Describes what was seen so far, in one line.
pub(super) fn progress(seen: &Seen) -> String {
    let id = &seen.log.id;
    let what = match &seen.arrival {
        Ok(_) => format!(
            "no record has arrived in {} since {}",
            place(&seen.writer.place),
            time(seen.since)
        ),
        Err(why) => format!(
            "{} could not be read: {}",
            place(&seen.writer.place),
            unclear(why)
        ),
    };
    let status = if is_failing(&seen.log) {
        let cause = seen.log.deliver_logs_error_message.as_deref();
        let cause = cause.map(|cause| format!(" ({})", sanitize::line(cause)));
        format!(
            " EC2 reports that delivery fails{}.",
            cause.unwrap_or_default()
        )
    } else {
        String::new()
    };
    let what = what.trim_end_matches('.');
    format!("Waiting for records of flow log {id}: {what}.{status}")
}

impl NotVerified {
    /// Says what did not happen, and what to do.
    pub fn describe(&self, wanted: &Wanted) -> String {
        let Wanted {
            flow_log, region, ..
        } = wanted;
        match self {
            Self::NoFlowLog => format!(
                "Region {region} has no flow log {flow_log}. Check the ID, the region and the account."
            ),
            Self::Deleted => {
                format!("Flow log {flow_log} in {region} was deleted while the provider waited.")
            }
            Self::NotRead(error) => error.explained(),
        }
    }
}

fn place(place: &Place) -> String {
    match place {
        Place::Group { identifier, .. } => format!("log group {}", sanitize::line(identifier)),
        Place::Bucket(bucket) => format!("bucket {}", sanitize::line(&bucket.name)),
        Place::DeliveryStream => "the delivery stream".to_owned(),
        Place::Unknown => "the destination".to_owned(),
    }
}

fn detail(why: &Why) -> String {
    match why {
        Why::Stopped => {
            "The run was stopped before a record arrived. Verify again later.".to_owned()
        }
        Why::Failing { cause } => failing(cause.as_deref()),
        Why::Inactive(status) => format!(
            "EC2 reports the status {} instead of ACTIVE.",
            sanitize::line(status)
        ),
        Why::NoGroup(name) => format!(
            "The log group {} does not exist, or is in another account. Create it. AWS creates it itself only if the \
             delivery role may (logs:CreateLogGroup).",
            sanitize::line(name)
        ),
        Why::NoBucket(name) => {
            format!(
                "The bucket {} does not exist. Create it.",
                sanitize::line(name)
            )
        }
        Why::Policy(flaw) => format!(
            "{} The function delivery_bucket_policy writes a policy that allows it.",
            refused("the policy of the bucket", WRITER, flaw)
        ),
        Why::Key {
            key,
            group_region,
            flaw,
        } => encrypted(key, group_region.as_deref(), flaw.as_ref()),
        Why::Role { role, flaw } => of_role(role, flaw),
        Why::Unchecked { role } => permissions(role.as_deref()),
        Why::Idle(id) => format!(
            "No interface of {} is in use, so there is nothing to record. Verify again when something runs there.",
            sanitize::line(id)
        ),
        Why::OtherTraffic(traffic) => format!(
            "The flow log records only {} traffic, and there may have been none.",
            sanitize::line(traffic)
        ),
        Why::Early(at) => format!(
            "Records may take until {} to arrive: the aggregation interval, and some minutes for the delivery. Wait \
             longer.",
            time(*at)
        ),
        Why::Silent => {
            "EC2 reports no failure. But interfaces are in use, of which AWS writes records even without traffic."
                .to_owned()
        }
        Why::Newest(at) => format!("The newest record that was found arrived at {}.", time(*at)),
        Why::Unseen(why) => unclear(why),
        Why::NotAsked { what, cause } => format!("{what} could not be read. {}", cause.message),
    }
}

fn failing(cause: Option<&str>) -> String {
    let quoted = cause.map(|cause| format!(": {}", sanitize::line(cause).trim_end_matches('.')));
    let advice = if cause == Some(RATE_LIMITED) {
        " CloudWatch Logs accepts no more records at this rate. Request a higher quota, or record less traffic."
    } else {
        ""
    };
    format!(
        "EC2 reports that delivery fails{}.{advice}",
        quoted.unwrap_or_default()
    )
}

/// Says what a policy does not allow to a service.
fn refused(policy: &str, service: &str, flaw: &Flaw) -> String {
    match flaw {
        Flaw::Lacks {
            action,
            condition: None,
        } => format!("{} does not allow {action} to {service}.", capital(policy)),
        Flaw::Lacks {
            action,
            condition: Some(key),
        } => format!(
            "{} does not allow {action} to {service} for this flow log, because its condition about {} does not hold.",
            capital(policy),
            sanitize::line(key)
        ),
        Flaw::Denies { action, sid } => {
            let sid = sid.as_deref().map(sanitize::line);
            let sid = sid.map(|sid| format!(" {sid}"));
            format!(
                "The statement{} in {policy} denies {action} to {service}. Exclude this service from it.",
                sid.unwrap_or_default()
            )
        }
    }
}

fn of_role(role: &str, flaw: &RoleFlaw) -> String {
    let role = sanitize::line(role);
    match flaw {
        RoleFlaw::Missing => format!("The delivery role {role} does not exist. Create it."),
        RoleFlaw::Trust(flaw) => format!(
            "{} The function delivery_trust_policy writes a policy that allows it.",
            refused(
                &format!("the trust policy of the delivery role {role}"),
                ASSUMES,
                flaw
            )
        ),
        RoleFlaw::Lacks(actions) => format!(
            "The policies of the delivery role {role} do not allow {} on the log group. The function delivery_role_policy \
             writes a policy that allows it.",
            actions.join(", ")
        ),
    }
}

/// Returns a text with a capital letter at its beginning.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Says what is wrong with the policy of a key, or what it must allow.
fn encrypted(key: &str, group_region: Option<&str>, flaw: Option<&Flaw>) -> String {
    let shown = sanitize::line(key);
    let (what, service, actions) = match group_region {
        Some(region) => (
            "log group",
            keeper(&sanitize::line(region)),
            "kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey* and kms:Describe*",
        ),
        None => (
            "bucket",
            WRITER.to_owned(),
            "kms:GenerateDataKey* and kms:Decrypt",
        ),
    };
    if group_region.is_none() && !is_arn_like(key) {
        return format!(
            "The bucket is encrypted with the key {shown}, which it does not name by ARN. AWS cannot deliver to such a bucket. \
             Name the key by its ARN."
        );
    }
    let advice = match flaw {
        Some(flaw) => refused("the policy of the key", &service, flaw),
        None => "Check the policy of the key.".to_owned(),
    };
    format!(
        "The {what} is encrypted with the key {shown}. {advice} It must allow {actions} to {service}."
    )
}

/// Says which permissions delivery needs.
fn permissions(role: Option<&str>) -> String {
    match role {
        Some(role) => format!(
            "Check the delivery role {}: its trust policy must allow sts:AssumeRole to {ASSUMES}, and its policies {} on the \
             log group. The functions delivery_trust_policy and delivery_role_policy write both.",
            sanitize::line(role),
            IN_GROUP.join(", ")
        ),
        None => format!(
            "Check the policy of the destination: it must allow s3:PutObject and s3:GetBucketAcl to {WRITER}. The function \
             delivery_bucket_policy writes it."
        ),
    }
}

fn unclear(why: &Unclear) -> String {
    unclear_why(why).1
}

fn time(time: Timestamp) -> String {
    time.strftime(TIME).to_string()
}
