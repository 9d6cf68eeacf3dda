//! The check: compares what is declared with what runs.

use std::collections::{BTreeMap, BTreeSet};

use super::drift_report::{DriftReport, Failure, Finding, Kind};
use super::observe::{Observed, Progress, Request, observe};
use super::options::AwsOptions;
use super::pair::{Pair, pair};
use super::sensitive::{changes, hides};
use super::target::{Target, Targets};
use crate::aws::ec2;
use crate::connection::IgnoreTags;
use crate::cty::Path;
use crate::flow_log::drift::{Comparison, Difference, delivery_failure};
use crate::report::Level;
use crate::stack::declare::{Declaration, Stack, Unreadable};
use crate::stack::error::Error;

/// What counts as drift, and how serious it is.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Attributes that may differ.
    pub ignored_attributes: BTreeSet<Path>,
    /// Prefixes of the keys of tags that may differ.
    pub ignored_tag_prefixes: BTreeSet<String>,
    /// Whether to report undeclared flow logs.
    pub unmanaged: bool,
    /// The level of each kind, if it is not the default.
    pub levels: BTreeMap<Kind, Level>,
}

/// Checks a stack or a state. The report includes what could not be checked.
pub async fn check(
    stack: &Stack,
    options: &AwsOptions,
    rules: &Rules,
    progress: &Progress<'_>,
) -> DriftReport {
    let mut report = DriftReport::of(&stack.file);
    report.counts.declared = stack.entries.len() + stack.unreadable.len();
    report.unreadable(&stack.unreadable);
    let base = match options.connect().await {
        Ok(base) => base,
        Err(error) => {
            report.fail(None, &error.into(), stack.entries.len());
            return report;
        }
    };
    let targets = targets(stack, base.region(), rules, &mut report);
    let request = Request {
        options,
        base: &base,
        everything: rules.unmanaged,
        ignore: IgnoreTags {
            keys: BTreeSet::new(),
            key_prefixes: rules.ignored_tag_prefixes.clone(),
        },
    };
    let observed = observe(&request, &targets, progress).await;
    let mut check = Check {
        report: &mut report,
        rules,
        claimed: BTreeSet::new(),
    };
    let mut running = Vec::new();
    for (target, observed) in observed {
        let declared = &targets.declared[&target];
        match observed {
            Ok(observed) => {
                let account = observed.connection.account.as_ref();
                let place = Target {
                    account: account.map(|account| account.id.clone()),
                    region: target.region,
                };
                check.declared(&place, declared, &observed);
                running.push((place, observed.flow_logs));
            }
            Err(error) => check.report.fail(Some(&target), &error, declared.len()),
        }
    }
    if rules.unmanaged {
        for (target, flow_logs) in running {
            check.undeclared(&target, &flow_logs);
        }
    }
    report.finish();
    report
}

/// Returns the targets of a stack. A stack without flow logs has one if undeclared flow logs are reported: the default
/// region.
fn targets<'s>(
    stack: &'s Stack,
    default: Option<&str>,
    rules: &Rules,
    report: &mut DriftReport,
) -> Targets<'s> {
    let mut targets = Targets::of(stack, default);
    if targets.without_region > 0 {
        report.fail(None, &Error::NoRegion, targets.without_region);
    }
    if stack.entries.is_empty() && rules.unmanaged {
        match stack.region.as_deref().or(default) {
            Some(region) => {
                let target = Target {
                    account: None,
                    region: region.to_owned(),
                };
                targets.declared.insert(target, Vec::new());
            }
            None => report.fail(None, &Error::NoRegion, 0),
        }
    }
    targets
}

/// A check in progress.
struct Check<'r> {
    report: &'r mut DriftReport,
    rules: &'r Rules,
    /// The regions and ids of the flow logs that are paired with a declaration, or reported as undeclared.
    claimed: BTreeSet<(String, String)>,
}

impl Check<'_> {
    /// Checks the declarations of a target.
    fn declared(
        &mut self,
        target: &Target,
        declared: &[(usize, &Declaration)],
        observed: &Observed,
    ) {
        let comparison = match Comparison::new(&observed.connection) {
            Ok(comparison) => comparison,
            Err(error) => {
                let failed = declared.len();
                return self.report.fail(Some(target), &error.into(), failed);
            }
        };
        let pairs = pair(&comparison, &target.region, declared, &observed.flow_logs);
        for ((_, declared), pair) in declared.iter().zip(pairs) {
            match pair {
                Pair::Missing => self.add(finding(Kind::Missing, target, Some(declared), None)),
                Pair::Found(log, differences) => {
                    self.claimed.insert((target.region.clone(), log.id.clone()));
                    self.found(target, declared, log, differences);
                }
                Pair::Invalid(diagnostics) => {
                    let error = Error::NotPlannable {
                        name: declared.name.clone(),
                        diagnostics,
                    };
                    self.report.fail(Some(target), &error, 1);
                }
            }
        }
    }

    /// Reports the running flow logs that no declaration claims.
    fn undeclared(&mut self, target: &Target, running: &[ec2::FlowLog]) {
        for log in running {
            // An account may be read twice: because a declaration names it, and as the default account.
            if (self.claimed).insert((target.region.clone(), log.id.clone())) {
                self.add(finding(Kind::Unmanaged, target, None, Some(log)));
            }
        }
    }

    fn found(
        &mut self,
        target: &Target,
        declared: &Declaration,
        log: &ec2::FlowLog,
        mut differences: Vec<Difference>,
    ) {
        let all = differences.len();
        differences.retain(|difference| !self.ignores(difference));
        self.report.counts.ignored += all - differences.len();
        let failure = delivery_failure(log);
        if differences.is_empty() && failure.is_none() {
            self.report.counts.in_sync += 1;
            self.report.in_sync.push(declared.name.clone());
        }
        if let Some(first) = differences.first() {
            let mut found = finding(Kind::Changed, target, Some(declared), Some(log));
            found.place = declared.position_of(&first.path);
            if differences.iter().all(Difference::is_of_a_tag) {
                found.level = Level::Warning;
            }
            found.changes = changes(declared, &differences);
            self.add(found);
        }
        if let Some((cause, fix)) = failure {
            let mut found = finding(Kind::DeliveryFailing, target, Some(declared), Some(log));
            found.cause = Some(format!("{cause}. {fix}").trim_end().to_owned());
            self.add(found);
        }
    }

    fn ignores(&self, difference: &Difference) -> bool {
        let steps = difference.path.steps();
        let ignored = &self.rules.ignored_attributes;
        ignored.iter().any(|path| steps.starts_with(path.steps()))
    }

    fn add(&mut self, mut finding: Finding) {
        if let Some(level) = self.rules.levels.get(&finding.kind) {
            finding.level = *level;
        }
        self.report.findings.push(finding);
    }
}

/// Creates a finding without details.
fn finding(
    kind: Kind,
    target: &Target,
    declared: Option<&Declaration>,
    log: Option<&ec2::FlowLog>,
) -> Finding {
    let id = log.map(|log| log.id.as_str());
    let declared_id = declared.and_then(|declared| declared.id.as_deref());
    let resource = log.and_then(|log| log.resource_id.as_deref());
    let declared_resource = declared.and_then(|declared| declared.resource_id());
    let hides = |name| declared.is_some_and(|declared| hides(&declared.sensitive, name));
    Finding {
        kind,
        level: kind.level(),
        name: declared.map(|declared| declared.name.clone()),
        flow_log_id: (id.or(declared_id).filter(|_| !hides("id"))).map(str::to_owned),
        resource_id: (resource
            .or(declared_resource)
            .filter(|_| !hides("resource_id")))
        .map(str::to_owned),
        account: target.account.clone(),
        region: target.region.clone(),
        place: declared.and_then(|declared| declared.position),
        changes: Vec::new(),
        cause: None,
    }
}

impl DriftReport {
    /// Adds the reason why a number of declarations could not be checked.
    fn fail(&mut self, target: Option<&Target>, error: &Error, declarations: usize) {
        self.counts.not_checked += declarations;
        self.failures.push(Failure {
            name: None,
            account: target.and_then(|target| target.account.clone()),
            region: target.map(|target| target.region.clone()),
            message: error.to_string(),
        });
    }

    /// Adds the declarations that cannot be read.
    fn unreadable(&mut self, unreadable: &[Unreadable]) {
        self.counts.not_checked += unreadable.len();
        let failures = unreadable.iter().map(|unreadable| Failure {
            name: Some(unreadable.name.clone()),
            account: None,
            region: None,
            message: unreadable.reason.clone(),
        });
        self.failures.extend(failures);
    }
}
