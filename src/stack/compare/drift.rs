//! The check: compares what is declared with what runs.

use std::collections::BTreeSet;

use super::declared::DeclaredSet;
use super::drift_report::{DriftReport, Warning};
use super::observe::{Progress, Request, observe};
use super::options::AwsOptions;
use super::region::Check;
use super::rules::Rules;
use super::target::{Target, Targets};
use crate::connection::IgnoreTags;
use crate::report::Level;
use crate::stack::error::Error;

/// Checks stacks and states. The report includes what could not be checked.
pub async fn check(
    declared: &DeclaredSet,
    options: &AwsOptions,
    rules: &Rules,
    progress: &Progress<'_>,
) -> DriftReport {
    let mut report = DriftReport::of(&declared.sources);
    report.begin(declared, rules);
    let is_readable = !declared.stacks.is_empty();
    let has_work = declared.len() > 0 || rules.unmanaged;
    if is_readable && has_work {
        run(declared, options, rules, progress, &mut report).await;
    }
    report.finish();
    report
}

async fn run(
    declared: &DeclaredSet,
    options: &AwsOptions,
    rules: &Rules,
    progress: &Progress<'_>,
    report: &mut DriftReport,
) {
    let base = match options.connect().await {
        Ok(base) => base,
        Err(error) => {
            let all = Targets::of(&declared.stacks, Some(""));
            let all: Vec<_> = all.declared.into_values().flatten().collect();
            return report.fail(None, &error.into(), &all);
        }
    };
    let targets = targets(declared, base.region(), rules, report);
    let request = Request {
        options,
        base: &base,
        everything: rules.unmanaged,
        regions: &rules.regions,
        ignore: IgnoreTags {
            keys: BTreeSet::new(),
            key_prefixes: rules.ignored_tag_prefixes.clone(),
        },
    };
    let regions = observe(&request, &targets, progress).await;
    let read: BTreeSet<_> = regions.iter().map(|r| r.target.region.clone()).collect();
    report.regions.extend(read);
    let mut check = Check::new(report, rules);
    let mut running = Vec::new();
    for region in regions {
        match region.observed {
            Ok(observed) => {
                check.declared(&region.target, &region.declared, &observed);
                running.push((region.target, observed.flow_logs));
            }
            Err(error) => (check.report).fail(Some(&region.target), &error, &region.declared),
        }
    }
    if rules.unmanaged && check.report.is_declaration_missing() {
        check.report.warnings.push(Warning {
            level: Level::Warning,
            source: None,
            place: None,
            message:
                "Undeclared flow logs are not reported, because not all declarations could be read."
                    .to_owned(),
        });
    } else if rules.unmanaged {
        for (target, flow_logs) in running {
            check.undeclared(&target, &flow_logs);
        }
    }
}

/// Returns the targets of all stacks. Without any flow log, there is one if undeclared flow logs are reported: the default
/// region.
fn targets<'s>(
    declared: &'s DeclaredSet,
    default: Option<&str>,
    rules: &Rules,
    report: &mut DriftReport,
) -> Targets<'s> {
    let mut targets = Targets::of(&declared.stacks, default);
    if !targets.without_region.is_empty() {
        report.fail(None, &Error::NoRegion, &targets.without_region);
    }
    if declared.len() == 0 && rules.unmanaged {
        let mut named: BTreeSet<_> = declared
            .stacks
            .iter()
            .filter_map(|s| s.region.as_deref())
            .collect();
        if named.is_empty() {
            named.extend(default);
        }
        if named.is_empty() {
            report.fail(None, &Error::NoRegion, &[]);
        }
        for region in named {
            let target = Target {
                account: None,
                region: region.to_owned(),
            };
            targets.declared.insert(target, Vec::new());
        }
    }
    targets
}
