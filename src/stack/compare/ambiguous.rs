//! Finds the running flow logs of declarations of which only the deployed stack knows the resource.
//!
//! Such a declaration fits all flow logs with its destination on resources of its type. A wrong pair would report a wrong
//! difference, or hide a missing flow log. Therefore only two kinds of pairs count: the one flow log that CloudFormation tagged
//! with the name of the declaration, and the one that equals all that is known of the declaration, if it equals no other such
//! declaration.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::ec2;
use crate::cty::Path;
use crate::flow_log::FlowLog;
use crate::flow_log::drift::{Comparison, Difference, Refused, fit};

/// The tag that CloudFormation sets on what a stack creates: the name in the template.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html>
const LOGICAL_ID: &str = "aws:cloudformation:logical-id";
/// The most comparisons in a region. A comparison plans a flow log, so that each with each would take minutes.
const MOST_COMPARISONS: usize = 10_000;

/// A declaration of which only the deployed stack knows the resource.
pub(super) struct Ambiguous<'d> {
    /// The position of its stack among all stacks.
    pub(super) source: usize,
    /// Its name in the template.
    pub(super) name: &'d str,
    pub(super) config: &'d FlowLog,
    pub(super) planned: FlowLog,
}

/// The running flow log of an ambiguous declaration.
#[derive(Debug)]
pub(super) enum Choice<'f> {
    /// No flow log fits.
    Nothing,
    /// This one is it, with these differences.
    One(&'f ec2::FlowLog, Vec<Difference>),
    /// Some flow logs fit, and none of them is certainly it.
    Any,
}

/// Chooses among what runs in a region.
pub(super) struct Chooser<'c, 'f> {
    pub(super) comparison: &'c Comparison<'c>,
    pub(super) region: &'c str,
    pub(super) running: &'f [ec2::FlowLog],
    /// The flow logs that are paired, with the positions of the stacks that declare them.
    pub(super) taken: &'c BTreeMap<&'f str, BTreeSet<usize>>,
    /// The attributes that may differ.
    pub(super) ignored: &'c BTreeSet<Path>,
}

impl<'f> Chooser<'_, 'f> {
    /// Chooses the flow log of each declaration.
    pub(super) fn choose(&self, declared: &[Ambiguous<'_>]) -> Vec<Result<Choice<'f>, Refused>> {
        let mut left = MOST_COMPARISONS;
        let choices = declared.iter().map(|one| self.one(one, &mut left));
        let choices: Vec<_> = choices.collect();
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for (choice, _) in choices.iter().flatten() {
            if let Choice::One(log, _) = choice {
                *times.entry(&log.id).or_default() += 1;
            }
        }
        let only = choices.into_iter().map(|choice| {
            let (choice, by_name) = choice?;
            Ok(match choice {
                Choice::One(log, _) if !by_name && times.get(&*log.id) != Some(&1) => Choice::Any,
                choice => choice,
            })
        });
        only.collect()
    }

    /// Chooses a flow log, and tells whether its tag names the declaration.
    fn one(
        &self,
        declared: &Ambiguous<'_>,
        left: &mut usize,
    ) -> Result<(Choice<'f>, bool), Refused> {
        let fits = self.running.iter().filter(|log| {
            let stacks = self.taken.get(&*log.id);
            !stacks.is_some_and(|stacks| stacks.contains(&declared.source))
                && may_be(&declared.planned, declared.name, log)
        });
        let fits: Vec<_> = fits.collect();
        let is_named = |log: &&&ec2::FlowLog| log.tags.contains_key(LOGICAL_ID);
        let named: Vec<_> = fits.iter().filter(is_named).copied().collect();
        if let [log] = *named {
            let differences = self.differences(declared, log)?;
            return Ok((Choice::One(log, differences), true));
        }
        let candidates = if named.is_empty() { fits } else { named };
        if candidates.is_empty() {
            return Ok((Choice::Nothing, false));
        }
        let mut equal = None;
        for log in candidates {
            // Only what differs in nothing counts.
            if self.ignored.is_empty() && self.comparison.rules_out(&declared.planned, log) {
                continue;
            }
            if *left == 0 {
                return Ok((Choice::Any, false));
            }
            *left -= 1;
            let differences = self.differences(declared, log)?;
            if !differences
                .iter()
                .all(|difference| self.is_ignored(difference))
            {
                continue;
            }
            if equal.replace((log, differences)).is_some() {
                return Ok((Choice::Any, false));
            }
        }
        let choice = equal.map_or(Choice::Any, |(log, differences)| {
            Choice::One(log, differences)
        });
        Ok((choice, false))
    }

    fn differences(
        &self,
        declared: &Ambiguous<'_>,
        log: &ec2::FlowLog,
    ) -> Result<Vec<Difference>, Refused> {
        (self.comparison).with_configuration(declared.config, log, self.region)
    }

    fn is_ignored(&self, difference: &Difference) -> bool {
        let steps = difference.path.steps();
        let mut ignored = self.ignored.iter();
        ignored.any(|path| steps.starts_with(path.steps()))
    }
}

/// Reports whether a running flow log may be the one of a declaration in a template: it fits, and CloudFormation did not
/// create it under another name.
pub(super) fn may_be(planned: &FlowLog, name: &str, log: &ec2::FlowLog) -> bool {
    let own = name.rsplit('.').next().unwrap_or(name);
    // A loop produces other names.
    let is_loop = name.starts_with("Fn::");
    let created = log.tags.get(LOGICAL_ID);
    created.is_none_or(|created| is_loop || created == own) && fit(planned, log).is_some()
}
