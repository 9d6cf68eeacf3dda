//! Checks the declarations in one region of an account, and finds the undeclared flow logs there.

use std::collections::{BTreeMap, BTreeSet};

use super::ambiguous::may_be;
use super::drift_report::{Declared, DriftReport, Finding, Warning};
use super::kind::Kind;
use super::observe::Observed;
use super::pair::{Pair, pair};
use super::rules::Rules;
use super::sensitive::{changes, hides};
use super::successor::successors;
use super::target::{Entry, Target};
use super::unmanaged::{Creator, TagFilter};
use crate::aws::ec2;
use crate::cty::Path;
use crate::flow_log::FlowLog;
use crate::flow_log::drift::{Comparison, Difference, delivery_failure};
use crate::framework::Diagnostics;
use crate::report::Level;
use crate::stack::error::Error;

/// The most declarations that a finding lists to which a flow log may belong.
const MOST_POSSIBLE: usize = 3;

/// A check in progress.
pub(super) struct Check<'r> {
    pub(super) report: &'r mut DriftReport,
    rules: &'r Rules,
    /// The regions and ids of the flow logs that belong to a declaration, or are reported as undeclared.
    claimed: BTreeSet<(String, String)>,
    /// The declarations that could not be checked, by the region in which their flow logs may run.
    undecided: BTreeMap<Target, Vec<Undecided>>,
}

/// A declaration that could not be checked.
struct Undecided {
    declared: Declared,
    planned: FlowLog,
}

impl<'r> Check<'r> {
    pub(super) fn new(report: &'r mut DriftReport, rules: &'r Rules) -> Self {
        Self {
            report,
            rules,
            claimed: BTreeSet::new(),
            undecided: BTreeMap::new(),
        }
    }

    /// Checks the declarations in a region.
    pub(super) fn declared(
        &mut self,
        target: &Target,
        declared: &[Entry<'_>],
        observed: &Observed,
    ) {
        let comparison = match Comparison::new(&observed.connection) {
            Ok(comparison) => comparison,
            Err(error) => return self.report.fail(Some(target), &error.into(), declared),
        };
        let running = &observed.flow_logs;
        let ignored = &self.rules.ignored_attributes;
        let pairs = pair(&comparison, &target.region, declared, running, ignored);
        let mut claims: BTreeMap<&str, (&ec2::FlowLog, Vec<&Entry<'_>>)> = BTreeMap::new();
        let mut gone = Vec::new();
        for (entry, pair) in declared.iter().zip(&pairs) {
            match pair {
                Pair::Missing => gone.push(*entry),
                Pair::Found(log, _) => {
                    let (_, entries) = claims.entry(&log.id).or_insert((log, Vec::new()));
                    entries.push(entry);
                }
                Pair::Undecided(_) | Pair::Invalid(_) => {}
            }
        }
        let claimed = claims.keys().copied().collect();
        let mut successors =
            successors(&comparison, &target.region, &gone, &claimed, running).into_iter();
        let mut successor = successors.next();
        let mut gone = 0;
        for (entry, pair) in declared.iter().zip(pairs) {
            match pair {
                // It exists, but nothing is known of its properties.
                Pair::Found(..) if entry.declared.is_open() => {
                    self.report.counts_of(&entry.stack.file).not_checked += 1;
                }
                Pair::Undecided(planned) => self.undecided(target, entry, *planned),
                Pair::Found(log, differences) => self.found(target, entry, log, differences),
                Pair::Invalid(diagnostics) => {
                    let error = not_plannable(entry, diagnostics);
                    self.report.fail_entry(target, &error, entry);
                }
                Pair::Missing => {
                    match successor.take_if(|(place, _)| *place == gone) {
                        Some((_, found)) => {
                            self.replaced(target, entry, found.log, found.differences);
                            successor = successors.next();
                        }
                        None => self.add(finding(Kind::Missing, target, Some(entry), None)),
                    }
                    gone += 1;
                }
            }
        }
        for (log, entries) in claims.into_values() {
            self.claimed.insert((target.region.clone(), log.id.clone()));
            if let [first, others @ ..] = entries.as_slice() {
                self.twice(target, first, others, log);
            }
        }
    }

    /// Reports the running flow logs that no declaration claims.
    pub(super) fn undeclared(&mut self, target: &Target, running: &[ec2::FlowLog]) {
        for log in running {
            let is_new = (self.claimed).insert((target.region.clone(), log.id.clone()));
            if is_new && TagFilter::all_pass(&self.rules.unmanaged_tags, &log.tags) {
                let also_declared = self.declarations_of(target, log);
                let kind = if also_declared.is_empty() {
                    Kind::Unmanaged
                } else {
                    Kind::PerhapsDeclared
                };
                self.add(Finding {
                    created_by: Creator::of(&log.tags),
                    also_declared,
                    ..finding(kind, target, None, Some(log))
                });
            }
        }
    }

    /// Returns some of the declarations to which a running flow log may belong.
    fn declarations_of(&self, target: &Target, log: &ec2::FlowLog) -> Vec<Declared> {
        let undecided = self.undecided.get(target).into_iter().flatten();
        let possible = undecided.filter(|one| may_be(&one.planned, &one.declared.name, log));
        let possible = possible.map(|one| one.declared.clone());
        possible.take(MOST_POSSIBLE).collect()
    }

    /// Records a declaration that cannot be checked. Of one that may not exist, the report tells the reason elsewhere.
    fn undecided(&mut self, target: &Target, entry: &Entry<'_>, planned: FlowLog) {
        let source = &entry.stack.file;
        self.report.counts_of(source).not_checked += 1;
        let resource = Path::from("resource_id");
        let mut unknown = entry.declared.unknown.iter();
        let unknown = unknown.find(|unknown| unknown.path == resource);
        if let Some(unknown) = unknown.filter(|_| !entry.declared.is_open()) {
            let name = &entry.declared.name;
            let set = format!("--set {name}.ResourceId=…");
            let options: Vec<_> = unknown.reason.option().into_iter().chain([set]).collect();
            self.report.warnings.push(Warning {
                level: Level::Note,
                source: Some(source.clone()),
                place: entry.declared.position_of(&resource),
                message: format!(
                    "{name} is not checked: its ResourceId is known after deployment ({}), and no single flow log can \
                     only be this one. Give it with {}",
                    unknown.reason,
                    options.join(" or ")
                ),
            });
        }
        let declared = Declared {
            source: source.clone(),
            name: entry.declared.name.clone(),
        };
        let undecided = self.undecided.entry(target.clone()).or_default();
        undecided.push(Undecided { declared, planned });
    }

    fn found(
        &mut self,
        target: &Target,
        entry: &Entry<'_>,
        log: &ec2::FlowLog,
        differences: Vec<Difference>,
    ) {
        let differences = self.not_ignored(entry, differences);
        let delivers = self.delivery(target, entry, log);
        let Some(first) = differences.first() else {
            if delivers {
                let name = entry.declared.name.clone();
                let source = entry.stack.file.clone();
                self.report.counts_of(&source).in_sync += 1;
                self.report.in_sync.push(Declared { source, name });
            }
            return;
        };
        let mut found = finding(Kind::Changed, target, Some(entry), Some(log));
        found.place = entry.declared.position_of(&first.path);
        if differences.iter().all(Difference::is_of_a_tag) {
            found.level = Level::Warning;
        }
        found.changes = changes(entry.declared, &differences);
        self.add(found);
    }

    /// Reports a declared flow log that is gone, with the one that replaced it.
    fn replaced(
        &mut self,
        target: &Target,
        entry: &Entry<'_>,
        log: &ec2::FlowLog,
        differences: Vec<Difference>,
    ) {
        self.claimed.insert((target.region.clone(), log.id.clone()));
        let differences = self.not_ignored(entry, differences);
        let mut found = finding(Kind::Replaced, target, Some(entry), None);
        found.replaced_by = Some(log.id.clone());
        if let Some(first) = differences.first() {
            found.place = entry.declared.position_of(&first.path);
        }
        if differences.iter().all(Difference::is_of_a_tag) {
            found.level = Level::Warning;
        }
        found.changes = changes(entry.declared, &differences);
        self.add(found);
        self.delivery(target, entry, log);
    }

    /// Reports a flow log that does not deliver its records. Returns whether it delivers them.
    fn delivery(&mut self, target: &Target, entry: &Entry<'_>, log: &ec2::FlowLog) -> bool {
        let Some((cause, fix)) = delivery_failure(log) else {
            return true;
        };
        let mut found = finding(Kind::DeliveryFailing, target, Some(entry), Some(log));
        found.cause = Some(format!("{cause}. {fix}").trim_end().to_owned());
        self.add(found);
        false
    }

    /// Reports a flow log that is declared more than once. Two states that manage it work against each other; a stack
    /// that declares it as well does no harm.
    fn twice(
        &mut self,
        target: &Target,
        first: &Entry<'_>,
        others: &[&Entry<'_>],
        log: &ec2::FlowLog,
    ) {
        if others.is_empty() {
            return;
        }
        let mut found = finding(Kind::DeclaredTwice, target, Some(first), Some(log));
        let is_managed = |entry: &&Entry<'_>| entry.declared.id.is_some();
        let managed = others.iter().copied().chain([first]).filter(is_managed);
        if managed.count() < 2 {
            found.level = Level::Note;
        }
        let others = others.iter().map(|entry| Declared {
            source: entry.stack.file.clone(),
            name: entry.declared.name.clone(),
        });
        found.also_declared = others.collect();
        self.add(found);
    }

    fn not_ignored(
        &mut self,
        entry: &Entry<'_>,
        mut differences: Vec<Difference>,
    ) -> Vec<Difference> {
        let all = differences.len();
        let ignored = &self.rules.ignored_attributes;
        differences.retain(|difference| {
            let steps = difference.path.steps();
            !ignored.iter().any(|path| steps.starts_with(path.steps()))
        });
        self.report.counts_of(&entry.stack.file).ignored += all - differences.len();
        differences
    }

    fn add(&mut self, mut finding: Finding) {
        if let Some(level) = self.rules.levels.get(&finding.kind) {
            finding.level = *level;
        }
        self.report.findings.push(finding);
    }
}

/// Returns the reason why a declaration cannot be compared. What the plan says could contain a value that must not be shown.
fn not_plannable(entry: &Entry<'_>, diagnostics: Diagnostics) -> Error {
    let name = entry.declared.name.clone();
    if entry.declared.sensitive.is_empty() {
        Error::NotPlannable { name, diagnostics }
    } else {
        Error::NotShown { name }
    }
}

/// Creates a finding without details.
fn finding(
    kind: Kind,
    target: &Target,
    entry: Option<&Entry<'_>>,
    log: Option<&ec2::FlowLog>,
) -> Finding {
    let declared = entry.map(|entry| entry.declared);
    let id = log.map(|log| log.id.as_str());
    let declared_id = declared.and_then(|declared| declared.id.as_deref());
    let resource = log.and_then(|log| log.resource_id.as_deref());
    let declared_resource = declared.and_then(|declared| declared.resource_id());
    let is_shown = |name| declared.is_none_or(|declared| !hides(&declared.sensitive, name));
    let id = id.or(declared_id).filter(|_| is_shown("id"));
    let resource = resource
        .or(declared_resource)
        .filter(|_| is_shown("resource_id"));
    Finding {
        kind,
        level: kind.level(),
        name: declared.map(|declared| declared.name.clone()),
        source: entry.map(|entry| entry.stack.file.clone()),
        flow_log_id: id.map(str::to_owned),
        resource_id: resource.map(str::to_owned),
        account: target.account.clone(),
        region: target.region.clone(),
        place: declared.and_then(|declared| declared.position),
        changes: Vec::new(),
        cause: None,
        replaced_by: None,
        also_declared: Vec::new(),
        created_by: None,
    }
}
