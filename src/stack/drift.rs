//! The check: what is declared against what runs.

use std::collections::{BTreeMap, BTreeSet};

use super::observe::{Observed, Progress, Reach, Whereabouts, explained, observe};
use super::pair::{Pair, pair};
use super::property;
use super::read::{Declared, Stack, Wanted};
use super::report::{Change, Counts, DriftReport, Failure, Finding, Kind, Level};
use crate::aws::ec2;
use crate::connection::IgnoreTags;
use crate::cty::Value;
use crate::flow_log::drift::{Comparison, Difference, delivery_failure};

/// Said where nothing tells the region.
pub(super) const NO_REGION: &str =
    "No AWS region is configured. Write `Region`, or give --region or AWS_REGION.";

/// What counts as drift, and how much.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Attributes that may differ, by Terraform's or CloudFormation's name.
    pub ignored_attributes: BTreeSet<String>,
    /// Tags that may differ, by the heads of their keys.
    pub ignored_tag_prefixes: BTreeSet<String>,
    /// Whether to look for what nobody declared.
    pub unmanaged: bool,
    /// How serious each kind is, where it is not as usual.
    pub levels: BTreeMap<Kind, Level>,
}

/// Checks a stack or a state. What could not be checked is in the report.
pub async fn check(
    stack: &Stack,
    reach: &Reach,
    rules: &Rules,
    progress: &Progress<'_>,
) -> DriftReport {
    let mut report = DriftReport::of(&stack.file);
    report.counts.declared = stack.entries.len();
    let base = match reach.connect().await {
        Ok(base) => base,
        Err(error) => {
            report.fail(None, None, explained(&error), stack.entries.len());
            return report;
        }
    };
    let mut declared: BTreeMap<Whereabouts, Vec<&Declared>> = BTreeMap::new();
    let mut homeless = 0;
    for entry in &stack.entries {
        let region = entry
            .region
            .as_deref()
            .or(stack.region.as_deref())
            .or(base.region());
        match region {
            Some(region) => declared
                .entry((entry.account.clone(), region.to_owned()))
                .or_default()
                .push(entry),
            None => homeless += 1,
        }
    }
    if homeless > 0 {
        report.fail(None, None, NO_REGION.to_owned(), homeless);
    }
    if stack.entries.is_empty() && rules.unmanaged {
        // What runs in the region at hand is declared by nobody.
        match stack.region.as_deref().or(base.region()) {
            Some(region) => drop(declared.insert((None, region.to_owned()), Vec::new())),
            None => report.fail(None, None, NO_REGION.to_owned(), 0),
        }
    }
    let ignore = IgnoreTags {
        keys: BTreeSet::new(),
        key_prefixes: rules.ignored_tag_prefixes.clone(),
    };
    let everything = rules.unmanaged;
    let mut observed = observe(reach, &base, &declared, everything, &ignore, progress).await;
    let mut claimed = BTreeSet::new();
    let mut unclaimed = Vec::new();
    for (whereabouts, declared) in &declared {
        let (account, region) = whereabouts;
        match observed.remove(whereabouts) {
            Some(Ok(observed)) => {
                let mut place = Checked {
                    report: &mut report,
                    rules,
                    account: observed.connection.account.as_ref().map(|a| a.id.clone()),
                    region,
                };
                place.check(declared, &observed, &mut claimed);
                if rules.unmanaged {
                    unclaimed.push((place.account, region.clone(), observed.flow_logs));
                }
            }
            Some(Err(message)) => {
                report.fail(
                    account.clone(),
                    Some(region.clone()),
                    message,
                    declared.len(),
                );
            }
            None => {}
        }
    }
    for (account, region, running) in unclaimed {
        let mut place = Checked {
            report: &mut report,
            rules,
            account,
            region: &region,
        };
        for log in running {
            // An account may be read twice: as the one that an entry names, and as the one at hand.
            if claimed.insert((region.clone(), log.id.clone())) {
                place.unmanaged(&log);
            }
        }
    }
    report.finish();
    report
}

/// One region of an account, as it is checked.
struct Checked<'r> {
    report: &'r mut DriftReport,
    rules: &'r Rules,
    account: Option<String>,
    region: &'r str,
}

impl Checked<'_> {
    fn check(
        &mut self,
        declared: &[&Declared],
        observed: &Observed,
        claimed: &mut BTreeSet<(String, String)>,
    ) {
        let comparison = match Comparison::new(&observed.connection) {
            Ok(comparison) => comparison,
            Err(error) => {
                let region = Some(self.region.to_owned());
                return self.report.fail(
                    self.account.clone(),
                    region,
                    error.to_string(),
                    declared.len(),
                );
            }
        };
        let pairs = pair(&comparison, self.region, declared, &observed.flow_logs);
        for (declared, pair) in declared.iter().zip(pairs) {
            match pair {
                Pair::Missing => self.find(Some(declared), None, Kind::Missing, Vec::new(), None),
                Pair::Found(log, differences) => {
                    claimed.insert((self.region.to_owned(), log.id.clone()));
                    self.found(declared, log, &differences);
                }
                Pair::Refused(diagnostics) => {
                    let texts = diagnostics
                        .iter()
                        .map(|d| format!("{}: {}", d.summary, d.detail));
                    let texts = texts.collect::<Vec<_>>().join(" ");
                    let message = property::in_its_words(&format!("{}: {texts}", declared.name));
                    let region = Some(self.region.to_owned());
                    self.report.fail(self.account.clone(), region, message, 1);
                }
            }
        }
    }

    fn found(&mut self, declared: &Declared, log: &ec2::FlowLog, differences: &[Difference]) {
        let in_stack = matches!(declared.wanted, Wanted::Configuration(_));
        let (ignored, counted): (Vec<_>, Vec<_>) = differences
            .iter()
            .partition(|difference| self.ignores(difference));
        self.report.counts.ignored += ignored.len();
        let changes: Vec<Change> = counted
            .into_iter()
            .map(|difference| change(difference, in_stack))
            .collect();
        let failing = delivery_failure(log);
        if changes.is_empty() && failing.is_none() {
            self.report.counts.in_sync += 1;
            self.report.in_sync.push(declared.name.clone());
        }
        if !changes.is_empty() {
            self.find(Some(declared), Some(log), Kind::Changed, changes, None);
        }
        if let Some((cause, fix)) = failing {
            let cause = format!("{cause}. {fix}").trim_end().to_owned();
            let kind = Kind::DeliveryFailing;
            self.find(Some(declared), Some(log), kind, Vec::new(), Some(cause));
        }
    }

    fn unmanaged(&mut self, log: &ec2::FlowLog) {
        self.find(None, Some(log), Kind::Unmanaged, Vec::new(), None);
    }

    fn ignores(&self, difference: &Difference) -> bool {
        let attribute = &difference.attribute;
        let head = attribute.split(['.', '[']).next().unwrap_or(attribute);
        let named = |name: &str| self.rules.ignored_attributes.contains(name);
        if named(attribute) || named(head) {
            return true;
        }
        named(&property::name_of(attribute)) || named(&property::name_of(head))
    }

    fn find(
        &mut self,
        declared: Option<&Declared>,
        log: Option<&ec2::FlowLog>,
        kind: Kind,
        changes: Vec<Change>,
        cause: Option<String>,
    ) {
        let only_tags = !changes.is_empty() && changes.iter().all(Change::is_of_a_tag);
        let usual = if only_tags {
            Level::Warning
        } else {
            kind.level()
        };
        let level = self.rules.levels.get(&kind).copied().unwrap_or(usual);
        let wanted = declared.map(|declared| match &declared.wanted {
            Wanted::Configuration(config) | Wanted::State(config, _) => config.as_ref(),
        });
        let recorded = wanted.and_then(|wanted| {
            let ids = [
                &wanted.resource_id,
                &wanted.vpc_id,
                &wanted.subnet_id,
                &wanted.eni_id,
                &wanted.transit_gateway_id,
                &wanted.transit_gateway_attachment_id,
                &wanted.regional_nat_gateway_id,
            ];
            ids.into_iter().find_map(crate::framework::Attr::given)
        });
        let place = declared.and_then(|declared| {
            let first = changes.first().and_then(|change| {
                let head = change.attribute.split(['.', '[']).next()?;
                let places = &declared.places;
                let of = |wanted: &str| places.iter().find(|(name, _)| shown(name) == wanted);
                of(&change.attribute)
                    .or_else(|| of(head))
                    .map(|(_, place)| *place)
            });
            first.or(declared.place)
        });
        let name = declared.map(|declared| declared.name.clone());
        self.report.findings.push(Finding {
            kind,
            level,
            name,
            flow_log_id: log
                .map(|log| log.id.clone())
                .or_else(|| declared.and_then(|declared| declared.id.clone())),
            resource_id: log
                .and_then(|log| log.resource_id.clone())
                .or_else(|| recorded.map(str::to_owned)),
            account: self.account.clone(),
            region: self.region.to_owned(),
            place,
            changes,
            cause,
        });
    }
}

impl DriftReport {
    fn fail(
        &mut self,
        account: Option<String>,
        region: Option<String>,
        message: String,
        entries: usize,
    ) {
        self.counts.not_checked += entries;
        self.failures.push(Failure {
            account,
            region,
            message,
        });
    }

    fn finish(&mut self) {
        let count = |kind| self.findings.iter().filter(|f| f.kind == kind).count();
        self.counts = Counts {
            missing: count(Kind::Missing),
            changed: count(Kind::Changed),
            delivery_failing: count(Kind::DeliveryFailing),
            unmanaged: count(Kind::Unmanaged),
            ..self.counts
        };
        self.in_sync.sort();
        self.findings.sort_by_cached_key(|f| {
            let whereabouts = (f.account.clone(), f.region.clone(), f.flow_log_id.clone());
            (f.name.is_none(), f.name.clone(), f.kind, whereabouts)
        });
    }
}

/// A written path as a difference shows it.
fn shown(path: &str) -> String {
    match path.strip_prefix("tags.") {
        Some(key) => format!("Tags[{key:?}]"),
        None => property::name_of(path),
    }
}

fn change(difference: &Difference, in_stack: bool) -> Change {
    let attribute = if in_stack {
        property::name_of(&difference.attribute)
    } else {
        difference.attribute.clone()
    };
    Change {
        attribute,
        wanted: json(&difference.wanted),
        found: json(&difference.found),
    }
}

/// A value as JSON; what is not known is not compared, and so never stands here.
fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null | Value::Unknown(_) => serde_json::Value::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.into(),
            None => number.to_string().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::List(values) | Value::Set(values) => values.iter().map(json).collect(),
        Value::Map(entries) => entries.iter().map(|(k, v)| (&**k, json(v))).collect(),
        Value::Dynamic(typed) => json(&typed.1),
    }
}
