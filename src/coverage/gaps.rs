//! Which flow logs would record the networks that nothing records as required.
//!
//! It is pure. A flow log of a VPC also records what is in it, so one is enough for both. This module must not know where
//! flow logs deliver.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::judge::{Coverage, Judged, Requirements, Rules, Traffic, Verdict, World, judge};

/// The flow logs that close gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps<'c> {
    /// The flow logs that are missing, in the order of the verdicts.
    pub missing: Vec<Missing<'c>>,
    /// The networks that pass neither now nor with these flow logs: those whose flow logs fail or fall short of a
    /// requirement, and those that are unknown.
    pub open: Vec<&'c Judged>,
}

/// A flow log that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing<'c> {
    /// The network that it would record.
    pub network: &'c Judged,
    /// The type of its traffic: `ALL`, `ACCEPT` or `REJECT`. `None` if flow logs of this kind of network have none.
    pub traffic_type: Option<&'static str>,
}

/// Judges networks as if every flow log were old enough: one that is too new needs no second one.
pub fn judge_settled(worlds: &[World], rules: &Rules) -> Coverage {
    let require = Requirements {
        settle: SignedDuration::ZERO,
        ..rules.require.clone()
    };
    let rules = Rules {
        require,
        ..rules.clone()
    };
    judge(worlds, &rules)
}

/// Returns the flow logs that are missing.
pub fn gaps<'c>(coverage: &'c Coverage, rules: &Rules) -> Gaps<'c> {
    let mut gaps = Gaps::default();
    let mut closed: BTreeMap<&str, Traffic> = BTreeMap::new();
    // What contains others comes before them.
    for judged in &coverage.judged {
        let status = judged.verdict.status();
        let missing = match &judged.verdict {
            Verdict::Uncovered => rules.require.traffic.missing(Traffic::NONE),
            Verdict::Partial(partial) => partial.missing,
            Verdict::NotApplicable(_) => continue,
            _ if status.is_compliant() => continue,
            _ => {
                gaps.open.push(judged);
                continue;
            }
        };
        let Some(id) = judged.id.as_deref() else {
            continue;
        };
        if is_closed(judged, missing, &closed) {
            continue;
        }
        closed.insert(id, missing);
        gaps.missing.push(Missing {
            network: judged,
            traffic_type: (!judged.kind.records_all_traffic()).then(|| missing.type_name()),
        });
    }
    gaps
}

/// Reports whether a flow log that is already added records a network, too.
fn is_closed(judged: &Judged, missing: Traffic, closed: &BTreeMap<&str, Traffic>) -> bool {
    let around = judged.above.iter();
    let recorded = around.filter_map(|id| closed.get(id.as_str()));
    let recorded = recorded.fold(Traffic::NONE, |all, traffic| all.and(*traffic));
    judged.kind.inherits() && missing.without(recorded).is_none()
}
