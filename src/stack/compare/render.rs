//! The outcome of a drift check as a report that can be written in any format.

use super::drift_report::{Counts, Declared, DriftReport, Failure, Finding, Warning};
use super::kind::Kind;
use crate::report::{self, Color, Level, Report, Tally};
use crate::stack::unknown::sentence as unknown_values;

impl DriftReport {
    /// Converts the outcome to a report that can be written in any format.
    ///
    /// # Errors
    /// The outcome cannot be written as JSON, which nothing is known to cause.
    pub fn to_report(&self) -> Result<Report, serde_json::Error> {
        let document = serde_json::to_string_pretty(self)?;
        let Self {
            format_version: _,
            source: _,
            sources,
            regions,
            counts,
            findings,
            failures,
            warnings,
            unknown: _,
            in_sync,
        } = self;
        let title = match self.exit_code() {
            0 => "Flow logs run as declared",
            1 => "Flow logs could not be checked",
            _ => "Flow logs differ from their declarations",
        };
        let names = sources.iter().map(|source| source.name.as_str());
        let several = sources.len() > 1;
        let sources = sources.iter().map(|source| report::Source {
            name: source.name.clone(),
            path: source.is_file.then(|| source.name.clone()),
            // What is in sync needs no line of its own.
            outcome: (several && !source.counts.all_in_sync()).then(|| source.counts.summary()),
        });
        Ok(Report {
            check: "drift",
            subject: "Flow logs",
            title: title.to_owned(),
            summary: self.summary() + &self.known_later(),
            tallies: counts.tallies(),
            facts: vec![
                ("Checked", report::label(names)),
                ("Regions", regions.join(", ")),
            ],
            map: Vec::new(),
            sources: sources.collect(),
            rules: Kind::ALL.map(Kind::rule).to_vec(),
            findings: findings.iter().map(Finding::to_report).collect(),
            failures: failures.iter().map(Failure::to_report).collect(),
            warnings: warnings.iter().map(Warning::to_report).collect(),
            passed: in_sync.iter().map(Declared::to_report).collect(),
            fingerprint: "flowLog/v1",
            document,
        })
    }
}

impl DriftReport {
    /// Tells the values that only the deployed stack has.
    fn known_later(&self) -> String {
        let told = unknown_values(&self.unknown);
        told.map_or_else(String::new, |told| format!(" {told}."))
    }

    /// Returns the outcome in one line.
    fn summary(&self) -> String {
        let mistakes = self.failures.iter().filter(|failure| failure.is_mistake());
        match mistakes.count() {
            0 => self.counts.summary(),
            1 => format!("{} 1 error in the declarations.", self.counts.summary()),
            count => format!(
                "{} {count} errors in the declarations.",
                self.counts.summary()
            ),
        }
    }
}

impl Counts {
    fn all_in_sync(&self) -> bool {
        let in_sync = Self {
            declared: self.declared,
            in_sync: self.declared,
            ..Self::default()
        };
        *self == in_sync
    }

    /// Returns the numbers in one line.
    fn summary(&self) -> String {
        let Self {
            declared,
            in_sync,
            ignored,
            ..
        } = *self;
        let mut parts = vec![format!("{in_sync} in sync")];
        let others = self.tallies().into_iter().skip(1);
        let some = others.filter(|tally| tally.count > 0);
        parts.extend(some.map(|tally| format!("{} {}", tally.count, tally.word)));
        if ignored > 0 {
            let s = if ignored == 1 { "" } else { "s" };
            parts.push(format!("{ignored} difference{s} ignored"));
        }
        let s = if declared == 1 { "" } else { "s" };
        format!("{declared} flow log{s} declared: {}.", parts.join(", "))
    }

    /// Returns the numbers of flow logs with each outcome, those in sync first.
    fn tallies(&self) -> Vec<Tally> {
        let Self {
            declared: _,
            in_sync,
            missing,
            replaced,
            changed,
            delivery_failing,
            declared_twice,
            unmanaged,
            perhaps_declared,
            not_checked,
            ignored: _,
        } = *self;
        let all = [
            (in_sync, "in sync", Color::Green),
            (missing, "missing", Color::Red),
            (replaced, "replaced", Color::Orange),
            (changed, "changed", Color::Orange),
            (delivery_failing, "not delivering", Color::Red),
            (declared_twice, "declared twice", Color::Blue),
            (unmanaged, "not declared", Color::Sky),
            (perhaps_declared, "perhaps declared", Color::Gray),
            (not_checked, "not checked", Color::Purple),
        ];
        let tallies = all.map(|(count, word, color)| Tally { word, color, count });
        tallies.into()
    }
}

impl Declared {
    fn to_report(&self) -> report::Passed {
        report::Passed {
            source: Some(self.source.clone()),
            name: self.name.clone(),
        }
    }
}

impl Finding {
    fn to_report(&self) -> report::Finding {
        let id = self.flow_log_id.as_deref();
        let label = self.name.as_deref().or(id).unwrap_or("flow log");
        let account = self.account.as_deref();
        let location = [
            id.filter(|id| *id != label),
            self.resource_id.as_deref(),
            Some(self.region.as_str()),
            account,
        ];
        let location = location.into_iter().flatten().map(str::to_owned);
        report::Finding {
            rule: self.kind.rule(),
            level: self.level,
            label: label.to_owned(),
            source: self.source.clone(),
            qualified_name: format!("{}/{}/{label}", account.unwrap_or_default(), self.region),
            location: location.collect(),
            position: self.place,
            headline: self.headline(),
            cause: self.explanation(),
            changes: self.changes.clone(),
            properties: vec![
                ("flowLogId", self.flow_log_id.clone()),
                ("resourceId", self.resource_id.clone()),
                ("region", Some(self.region.clone())),
                ("account", self.account.clone()),
                ("replacedBy", self.replaced_by.clone()),
            ],
        }
    }

    fn headline(&self) -> String {
        match self.kind {
            Kind::Missing => "is declared but does not exist".to_owned(),
            Kind::Replaced => match &self.replaced_by {
                Some(id) => format!("is replaced by {id}"),
                None => "is replaced".to_owned(),
            },
            Kind::Changed => format!("differs from its declaration in {}", self.changed()),
            Kind::DeliveryFailing => "does not deliver its records".to_owned(),
            Kind::DeclaredTwice => "is declared more than once".to_owned(),
            Kind::Unmanaged => "exists but is not declared".to_owned(),
            Kind::PerhapsDeclared => "is not checked".to_owned(),
        }
    }

    /// Returns more about the headline, if there is more to tell.
    fn explanation(&self) -> Option<String> {
        match self.kind {
            Kind::Missing | Kind::Changed => None,
            Kind::DeliveryFailing => self.cause.clone(),
            Kind::Replaced if self.changes.is_empty() => {
                Some("both record the same resource in the same way".to_owned())
            }
            Kind::Replaced => Some(format!(
                "both record the same resource, but differ in {}",
                self.changed()
            )),
            Kind::DeclaredTwice => Some(format!("also as {}", self.declarations(", "))),
            Kind::PerhapsDeclared => {
                Some(format!("it may belong to {}", self.declarations(" or ")))
            }
            Kind::Unmanaged => {
                let creator = self.created_by.as_ref()?;
                Some(format!("created by {creator}"))
            }
        }
    }

    fn declarations(&self, separator: &str) -> String {
        let others = self.also_declared.iter();
        let others = others.map(|other| format!("{} in {}", other.name, other.source));
        others.collect::<Vec<_>>().join(separator)
    }

    fn changed(&self) -> String {
        let names: Vec<_> = self.changes.iter().map(|c| c.attribute.as_str()).collect();
        names.join(", ")
    }
}

impl Failure {
    /// Reports whether a source has a mistake, or cannot be read.
    fn is_mistake(&self) -> bool {
        self.source.is_some() && self.name.is_none()
    }

    fn to_report(&self) -> report::Failure {
        let place = match (self.region.as_deref(), self.account.as_deref()) {
            (Some(region), Some(account)) => Some(format!("{region}, account {account}")),
            (Some(only), None) | (None, Some(only)) => Some(only.to_owned()),
            (None, None) => None,
        };
        let label = self.name.clone().or(place);
        report::Failure {
            level: Level::Error,
            label: label.or_else(|| self.source.is_none().then(|| "AWS".to_owned())),
            source: self.source.clone(),
            position: self.place,
            message: self.message.clone(),
        }
    }
}

impl Warning {
    fn to_report(&self) -> report::Failure {
        report::Failure {
            level: self.level,
            label: None,
            source: self.source.clone(),
            position: self.place,
            message: self.message.clone(),
        }
    }
}
