//! Looks for records of a flow log, again and again, until one has arrived, the time is up, or the run is stopped. This
//! module must not know what follows from what it sees.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::super::evidence::{Bucket, Parts, Place, Writer, arrival, locate};
use super::super::judge::Unclear;
use super::super::trouble::cause;
use super::delivery::{IN_GROUP, Source};
use super::outcome::{Outcome, RoleFlaw, Seen, judge};
use super::policy::{Request, flaw};
use super::text;
use super::wanted::{NotVerified, Wanted};
use crate::arn::{Arn, is_arn_like, log_group, partition, role::Role};
use crate::aws::ec2::{self, Ec2, NetworkKind};
use crate::aws::{self, Aws};

/// How often the interfaces are read, at most.
const FRESH: Duration = Duration::from_secs(60);
/// How often the same line is shown, at most.
const QUIET: Duration = Duration::from_secs(60);

/// Tells how far the wait is, in one line.
pub type Tell<'t> = dyn Fn(String) -> BoxFuture<'static, ()> + Send + Sync + 't;

/// Waits for a record of a flow log. What cannot be asked is part of the outcome.
///
/// # Errors
/// The flow log does not exist, or cannot be described.
pub async fn verify(
    aws: &Aws,
    account: Option<&str>,
    wanted: &Wanted,
    stop: &CancellationToken,
    tell: &Tell<'_>,
) -> Result<Outcome, NotVerified> {
    let ec2 = aws.ec2(&wanted.region);
    let ends = Instant::now().checked_add(wanted.wait);
    let describe = || ec2.describe_new(&wanted.flow_log, stop);
    let log = describe().await.map_err(NotVerified::NotRead)?;
    let log = log.ok_or(NotVerified::NoFlowLog)?;
    let mut watch = Watch::new(aws, &ec2, account, wanted, log);
    let mut told = Told::default();
    loop {
        watch.look().await;
        watch.seen.is_stopped = stop.is_cancelled();
        let left = ends.map(|ends| ends.saturating_duration_since(Instant::now()));
        if watch.seen.is_final() || left.is_some_and(|left| left.is_zero()) {
            break;
        }
        told.tell(text::progress(&watch.seen), tell).await;
        let pause = left.map_or(wanted.every, |left| left.min(wanted.every));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => {
                watch.seen.is_stopped = true;
                break;
            }
        }
        match describe().await {
            Ok(Some(log)) => watch.seen.log = log,
            Ok(None) => return Err(NotVerified::Deleted),
            // A look that fails is not the last one.
            Err(_) => {}
        }
    }
    if watch.seen.arrived().is_none() && !watch.seen.is_stopped {
        watch.ask_destination().await;
    }
    Ok(judge(&watch.seen))
}

struct Watch<'w> {
    aws: &'w Aws,
    ec2: &'w Ec2,
    region: &'w str,
    account: Option<&'w str>,
    parts: Parts,
    parts_read: Option<Instant>,
    seen: Seen,
}

impl<'w> Watch<'w> {
    fn new(
        aws: &'w Aws,
        ec2: &'w Ec2,
        account: Option<&'w str>,
        wanted: &'w Wanted,
        log: ec2::FlowLog,
    ) -> Self {
        let now = ec2.now();
        // Objects have whole seconds.
        let since = wanted.since.unwrap_or(now).as_second();
        Self {
            aws,
            ec2,
            region: &wanted.region,
            account,
            parts: log.resource_id.clone().into_iter().collect(),
            parts_read: None,
            seen: Seen {
                writer: Writer::of(&log, account, &wanted.region),
                log,
                since: Timestamp::from_second(since).unwrap_or(now),
                now,
                arrival: Err(Unclear::NoPlace),
                is_busy: None,
                parts_unread: None,
                exists: None,
                policy: None,
                key: None,
                key_policy: None,
                role: None,
                is_stopped: false,
            },
        }
    }

    /// Looks once.
    async fn look(&mut self) {
        let is_fresh = self.parts_read.is_some_and(|read| read.elapsed() < FRESH);
        let is_group = matches!(self.seen.writer.place, Place::Group { .. });
        if is_group && !is_fresh {
            self.parts_read = Some(Instant::now());
            self.read_parts().await;
        }
        self.seen.writer = Writer::of(&self.seen.log, self.account, self.region);
        self.seen.now = self.ec2.now();
        self.seen.arrival = arrival(
            self.aws,
            &self.seen.writer,
            self.parts.clone(),
            self.seen.since,
            self.seen.now,
        )
        .await;
    }

    /// Reads the interfaces or attachments that the flow log records. The streams of a log group have their names.
    async fn read_parts(&mut self) {
        let Some(resource) = self.seen.log.resource_id.clone() else {
            return;
        };
        let kind = match resource.as_str() {
            id if id.starts_with("tgw-") => NetworkKind::TransitGatewayAttachment,
            id if ["vpc-", "subnet-", "eni-"]
                .iter()
                .any(|kind| id.starts_with(kind)) =>
            {
                NetworkKind::NetworkInterface
            }
            _ => return,
        };
        let swept = self.ec2.networks(kind).await;
        let found = swept.found.into_iter();
        let found: Vec<_> = found
            .filter(|part| part.id == resource || part.above.contains(&resource))
            .collect();
        let mut uses = found.iter().map(|part| part.in_use);
        self.seen.is_busy = if kind != NetworkKind::NetworkInterface {
            None
        } else if uses.clone().any(|in_use| in_use == Some(true)) {
            Some(true)
        } else {
            let is_idle = swept.broken.is_none() && uses.all(|in_use| in_use == Some(false));
            is_idle.then_some(false)
        };
        // Objects have the ID of the flow log in their names, and a stream that of an interface.
        let is_needed = matches!(self.seen.writer.place, Place::Group { .. })
            && !resource.starts_with("eni-")
            && !resource.starts_with("tgw-attach-");
        let broken = swept.broken.as_ref().filter(|_| is_needed);
        self.seen.parts_unread = broken.map(cause);
        let ids: BTreeSet<_> = found.into_iter().map(|part| part.id).collect();
        self.parts.extend(ids);
    }

    /// Asks whether the destination exists, how it is encrypted, what the policies of bucket, key and role allow, and whether
    /// there is something to record.
    async fn ask_destination(&mut self) {
        if self.parts_read.is_none() {
            self.read_parts().await;
        }
        match self.seen.writer.place.clone() {
            Place::Group { identifier, region } if !is_arn_like(&identifier) => {
                let group = self.aws.logs(&region).group(&identifier).await;
                if let Ok(Some(group)) = &group {
                    self.seen.key = Some(Ok(group.key.clone()));
                }
                let exists = group.map(|group| group.is_some());
                self.seen.exists = Some(exists.map_err(|error| cause(&error)));
                let request = |source: &Source, key: &str| {
                    source.with_key_of_group(key, &identifier, &region)
                };
                self.ask_key(request).await;
                self.ask_role(&identifier, &region).await;
            }
            Place::Bucket(bucket) => {
                let region = locate(self.aws, &bucket).await;
                if let Ok(Some(region)) = &region {
                    self.ask_policy(&bucket, region).await;
                    let key = self.aws.s3(region).bucket_key(&bucket.name).await;
                    self.seen.key = Some(key.map_err(|error| cause(&error)));
                }
                let exists = region.map(|region| region.is_some());
                self.seen.exists = Some(exists.map_err(|error| cause(&error)));
                self.ask_key(Source::with_key_of_bucket).await;
            }
            Place::Group { .. } | Place::DeliveryStream | Place::Unknown => {}
        }
    }

    async fn ask_policy(&mut self, bucket: &Bucket, region: &str) {
        let policy = self.aws.s3(region).bucket_policy(&bucket.name).await;
        let folder = match bucket.folder.trim_end_matches('/') {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let source = Source {
            partition: partition::of_region(&bucket.region).to_owned(),
            account: bucket.account.clone(),
            region: bucket.region.clone(),
        };
        let account = &source.account;
        let folder_of_account = if bucket.is_hive {
            format!("aws-account-id={account}/aws-service=vpcflowlogs/x")
        } else {
            format!("{account}/vpcflowlogs/{}/x", bucket.region)
        };
        let key = format!("{folder}AWSLogs/{folder_of_account}");
        let requests = source.to_bucket(&bucket.name, &key);
        let flaw = policy.map(|policy| flaw(policy.as_deref(), &requests));
        self.seen.policy = Some(flaw.map_err(|error| cause(&error)));
    }

    /// Asks what the policy of the destination's key allows. KMS tells it only for a key that is named by its ARN, within
    /// the account.
    async fn ask_key(&mut self, requests: impl FnOnce(&Source, &str) -> Vec<Request>) {
        let (Some(Ok(Some(key))), Some(source)) = (&self.seen.key, self.source()) else {
            return;
        };
        let key = key.clone();
        let arn = Arn::parse(&key).filter(|arn| arn.resource.starts_with("key/"));
        let Some(region) = arn.and_then(|arn| arn.region) else {
            return;
        };
        let policy = self.aws.kms(region).key_policy(&key).await;
        let flaw = policy.map(|policy| flaw(Some(&policy), &requests(&source, &key)));
        self.seen.key_policy = Some(flaw.map_err(|error| cause(&error)));
    }

    /// Asks whether the delivery role exists, who may assume it, and what it may do. IAM tells it only within the account.
    async fn ask_role(&mut self, group: &str, region: &str) {
        let role_arn = self.seen.log.deliver_logs_permission_arn.clone();
        let (Some(role_arn), Some(source)) = (role_arn, self.source()) else {
            return;
        };
        let Ok(role) = Role::parse(&role_arn) else {
            return;
        };
        if role.account == source.account {
            let asked = self.role_flaw(&role_arn, role.name, &source, group, region);
            let asked = asked.await;
            self.seen.role = Some(asked.map_err(|error| cause(&error)));
        }
    }

    async fn role_flaw(
        &self,
        role_arn: &str,
        role: &str,
        source: &Source,
        group: &str,
        region: &str,
    ) -> Result<Option<RoleFlaw>, aws::Error> {
        let iam = self.aws.iam()?;
        let Some(policy) = iam.trust_policy(role).await? else {
            return Ok(Some(RoleFlaw::Missing));
        };
        if let Some(flaw) = flaw(Some(&policy), &source.by_role(&self.seen.log.id)) {
            return Ok(Some(RoleFlaw::Trust(flaw)));
        }
        // Policies name a log group with or without its streams.
        let group = log_group::arn(&source.partition, region, &source.account, group);
        let stream = format!("{group}:log-stream:x");
        let lacking = iam.not_allowed(role_arn, &IN_GROUP, &stream).await?;
        Ok((!lacking.is_empty()).then_some(RoleFlaw::Lacks(lacking)))
    }

    /// Returns where the flow log is, if its account is known.
    fn source(&self) -> Option<Source> {
        Some(Source {
            partition: partition::of_region(self.region).to_owned(),
            account: self.account?.to_owned(),
            region: self.region.to_owned(),
        })
    }
}

/// Shows a line if it is new, or if nothing was shown for a while.
#[derive(Default)]
struct Told {
    line: String,
    at: Option<Instant>,
}

impl Told {
    async fn tell(&mut self, line: String, tell: &Tell<'_>) {
        let is_recent = self.at.is_some_and(|at| at.elapsed() < QUIET);
        if is_recent && line == self.line {
            return;
        }
        self.at = Some(Instant::now());
        self.line.clone_from(&line);
        tell(line).await;
    }
}
