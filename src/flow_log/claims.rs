//! Which flow logs the resources of one run claim, as far as their process sees it: no two of them may claim the same.
//!
//! A resource that is planned to stay keeps its flow log, and EC2 refuses an equal one that another resource is to make;
//! with `adopt_existing` both would have the one. Core plans resources in any order, so that whichever comes second is
//! refused. What is unknown, not yet planned, or of another run is not seen. A claim never changes a plan.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::convert;
use super::model::FlowLog;
use crate::aws::ec2;
use crate::framework::{Attr, Diagnostic};

/// The claims of the run that the process is in.
#[derive(Debug, Default)]
pub(crate) struct Claims(Mutex<Seen>);

/// Claims by what is watched: only flow logs of the same resource can be equal.
#[derive(Debug, Default)]
struct Seen {
    run: u64,
    /// What resources keep, by id.
    kept: BTreeMap<Watched, BTreeMap<String, FlowLog>>,
    /// What each of the ids in `kept` watches.
    watched: BTreeMap<String, Watched>,
    /// What resources are to make.
    made: BTreeMap<Watched, Vec<New>>,
}

/// A region, and the id of a resource in it.
type Watched = (String, String);

/// A flow log that is to be made.
#[derive(Debug, PartialEq)]
struct New {
    request: ec2::NewFlowLog,
    planned: FlowLog,
}

impl Claims {
    /// Notes that a resource keeps its flow log.
    ///
    /// # Errors
    /// Another is to make an equal one.
    pub(crate) fn keep(&self, run: u64, id: &str, planned: &FlowLog) -> Result<(), Diagnostic> {
        let Some(watched) = watched(planned) else {
            return Ok(());
        };
        let mut seen = self.seen(run);
        let mut made = seen.made.get(&watched).into_iter().flatten();
        let equal = made.any(|new| new.is_equal(planned));
        let kept = seen.kept.entry(watched.clone()).or_default();
        kept.insert(id.to_owned(), planned.clone());
        seen.watched.insert(id.to_owned(), watched);
        if equal {
            return Err(declared_twice(id, &planned.adopt_existing));
        }
        Ok(())
    }

    /// Notes that a flow log is kept no longer: it is to be replaced, or it is gone.
    pub(crate) fn release(&self, run: u64, id: &str) {
        let mut seen = self.seen(run);
        let watched = seen.watched.remove(id);
        if let Some(kept) = watched.and_then(|watched| seen.kept.get_mut(&watched)) {
            kept.remove(id);
        }
    }

    /// Notes that a resource is to make a flow log.
    ///
    /// # Errors
    /// Another keeps an equal one.
    pub(crate) fn make(
        &self,
        run: u64,
        config: &FlowLog,
        planned: &FlowLog,
    ) -> Result<(), Diagnostic> {
        let Some(watched) = watched(planned) else {
            return Ok(());
        };
        let new = New::of(config, planned);
        let mut seen = self.seen(run);
        let mut kept = seen.kept.get(&watched).into_iter().flatten();
        if let Some((id, _)) = kept.find(|(_, kept)| new.is_equal(kept)) {
            return Err(declared_twice(id, &planned.adopt_existing));
        }
        let made = seen.made.entry(watched).or_default();
        if !made.contains(&new) {
            made.push(new);
        }
        Ok(())
    }

    /// Forgets what was to be made, where one of them is made or imported.
    pub(crate) fn settle(&self, run: u64) {
        self.seen(run).made.clear();
    }

    /// A process that serves several runs, as under a debugger, begins anew with each.
    fn seen(&self, run: u64) -> MutexGuard<'_, Seen> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.run != run {
            *seen = Seen {
                run,
                ..Seen::default()
            };
        }
        seen
    }
}

impl New {
    fn of(config: &FlowLog, planned: &FlowLog) -> Self {
        Self {
            request: convert::request(config, planned, String::new()),
            planned: planned.clone(),
        }
    }

    fn is_equal(&self, kept: &FlowLog) -> bool {
        convert::is_equal(&self.request, &self.planned, &expected(kept))
    }
}

/// Gives what a flow log watches, if that is known.
fn watched(planned: &FlowLog) -> Option<Watched> {
    let (region, resource) = planned.region.given().zip(planned.resource_id.given())?;
    Some((region.to_owned(), resource.to_owned()))
}

/// Gives what EC2 would describe of a flow log that is planned or kept, as far as two can be equal in it.
fn expected(planned: &FlowLog) -> ec2::FlowLog {
    let ec2::NewFlowLog {
        resource_id,
        resource_type: _,
        traffic_type,
        log_destination_type,
        log_destination,
        log_group_name,
        deliver_logs_permission_arn,
        deliver_cross_account_role,
        log_format,
        max_aggregation_interval,
        destination_options,
        tag_fields,
        tags: _,
        client_token: _,
    } = convert::request(planned, planned, String::new());
    ec2::FlowLog {
        id: planned.id.given().unwrap_or_default().to_owned(),
        resource_id: Some(resource_id),
        traffic_type,
        log_destination_type,
        log_destination,
        log_group_name,
        deliver_logs_permission_arn,
        deliver_cross_account_role,
        log_format,
        max_aggregation_interval,
        destination_options,
        tag_fields,
        ..ec2::FlowLog::default()
    }
}

fn declared_twice(id: &str, adopts: &Attr<bool>) -> Diagnostic {
    let otherwise = match adopts {
        Attr::Known(true) => {
            "With `adopt_existing` both resources would manage it, and destroying either would delete it."
        }
        _ => "EC2 would refuse to create it a second time (FlowLogAlreadyExists).",
    };
    Diagnostic::error(
        "the-same-flow-log-is-declared-twice",
        "The same flow log is declared twice",
        format!(
            "One resource of this configuration manages the flow log {id} and keeps it, and another is to \
             create one that is equal to it in everything but tags. {otherwise} Remove one of the two \
             resources. To record the same traffic twice, change the destination or `log_format` of one of \
             them; to rename a resource, use a `moved` block."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow_log(destination: &str) -> FlowLog {
        let known = |text: &str| Attr::Known(text.to_owned());
        FlowLog {
            region: known("us-east-1"),
            resource_id: known("vpc-0123456789abcdef0"),
            resource_type: known("VPC"),
            traffic_type: known("ALL"),
            log_destination_type: known("s3"),
            log_destination: known(destination),
            ..FlowLog::default()
        }
    }

    #[test]
    fn whichever_of_two_equal_claims_comes_second_is_refused() {
        let (one, other) = (flow_log("arn:aws:s3:::a"), flow_log("arn:aws:s3:::b"));
        let claims = Claims::default();
        assert!(claims.keep(1, "fl-1", &one).is_ok());
        assert!(claims.make(1, &other, &other).is_ok());
        assert!(claims.make(1, &one, &one).is_err());
        assert!(claims.keep(1, "fl-2", &other).is_err());
    }

    #[test]
    fn what_is_replaced_made_or_of_another_run_claims_nothing() {
        let one = flow_log("arn:aws:s3:::a");
        let claims = Claims::default();
        assert!(claims.keep(1, "fl-1", &one).is_ok());
        claims.release(1, "fl-1");
        assert!(claims.make(1, &one, &one).is_ok());
        claims.settle(1);
        assert!(claims.keep(1, "fl-1", &one).is_ok());
        assert!(claims.make(2, &one, &one).is_ok());
    }

    #[test]
    fn what_is_not_known_is_equal_to_nothing() {
        let one = flow_log("arn:aws:s3:::a");
        let unknown = FlowLog {
            resource_id: Attr::Unknown,
            ..one.clone()
        };
        let claims = Claims::default();
        assert!(claims.keep(1, "fl-1", &one).is_ok());
        assert!(claims.make(1, &unknown, &unknown).is_ok());
    }
}
