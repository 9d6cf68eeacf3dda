//! Compares a flow log that runs with what is declared, by the rules that plan and refresh the resource.
//!
//! Without Terraform, a stack definition is a configuration, and an entry of a state is a state. This module must not know
//! where either was read from.

mod unknown;

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::defaults::default_options;
use super::destination::S3;
use super::model::FlowLog;
use super::validate::{self, Problem, Vocabulary};
use super::{convert, normal_form, plan, tags};
use crate::aws::ec2;
use crate::connection::Connection;
use crate::cty::{self, Map, Path, Value};
use crate::framework::{self, Attr, Change, Diagnostics, Mode, Model, Private, Schema, Severity};

use unknown::completed;
pub(crate) use unknown::fit;

/// Attributes that have no counterpart in what runs.
const NOT_COMPARED: [&str; 4] = ["tags", "timeouts", "region", "adopt_existing"];

/// One attribute that differs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    /// Its path, such as `max_aggregation_interval`, `destination_options.file_format` or `tags["Name"]`.
    pub(crate) path: Path,
    /// The declared value, or null if none is declared.
    pub(crate) wanted: Value,
    /// The value that was found, or null if there is none.
    pub(crate) found: Value,
}

impl Difference {
    /// Reports whether a tag differs, or all of them.
    pub(crate) fn is_of_a_tag(&self) -> bool {
        self.path.steps().starts_with(Path::from("tags").steps())
    }
}

/// Why a flow log cannot be compared.
#[derive(Debug)]
pub(crate) enum Refused {
    /// AWS would refuse the configuration.
    Problems(Vec<Problem>),
    /// It cannot be planned at all.
    Plan(Diagnostics),
}

impl Refused {
    /// Renders the reasons in a vocabulary.
    pub(crate) fn diagnostics(&self, words: &dyn Vocabulary) -> Diagnostics {
        match self {
            Self::Problems(problems) => {
                let problems = problems.iter();
                problems.map(|problem| problem.diagnostic(words)).collect()
            }
            Self::Plan(diagnostics) => diagnostics.clone(),
        }
    }
}

impl From<Diagnostics> for Refused {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Plan(diagnostics)
    }
}

impl From<cty::Error> for Refused {
    fn from(error: cty::Error) -> Self {
        Self::Plan(error.into())
    }
}

/// Compares what one connection reads.
#[derive(Debug)]
pub(crate) struct Comparison<'a> {
    connection: &'a Connection,
    schema: Schema,
}

impl<'a> Comparison<'a> {
    /// Prepares to compare what a connection reads.
    ///
    /// # Errors
    /// The model has no schema. A test excludes this.
    pub(crate) fn new(connection: &'a Connection) -> Result<Self, framework::LowerError> {
        Ok(Self {
            connection,
            schema: schema()?,
        })
    }

    /// Returns the plan of a configured flow log that does not exist yet.
    ///
    /// # Errors
    /// The plan of the resource would refuse it.
    pub(crate) fn planned(&self, config: &FlowLog) -> Result<FlowLog, Refused> {
        Ok(self.plan(&self.given(config)?, None)?.planned)
    }

    /// Compares a configuration with what runs, and returns the changes that a plan would show.
    ///
    /// # Errors
    /// The plan of the resource would refuse it.
    pub(crate) fn with_configuration(
        &self,
        config: &FlowLog,
        described: &ec2::FlowLog,
        region: &str,
    ) -> Result<Vec<Difference>, Refused> {
        let config = self.given(config)?;
        let value = self.value(&config)?;
        if !value.is_wholly_known() {
            return self.with_unknown(&config, &value, described, region);
        }
        self.with_known(&config, described, region)
    }

    fn with_known(
        &self,
        config: &FlowLog,
        described: &ec2::FlowLog,
        region: &str,
    ) -> Result<Vec<Difference>, Refused> {
        let found = convert::state(described.clone(), config, region, self.connection);
        let change = self.plan(config, Some(found.clone()))?;
        self.differences(&change.planned, &found, &change.in_place, None)
    }

    /// Reports whether a planned flow log certainly differs from what runs. Unlike a comparison, this costs little, and it
    /// may overlook a difference.
    pub(crate) fn rules_out(&self, planned: &FlowLog, described: &ec2::FlowLog) -> bool {
        let differs = |planned: Option<&str>, described: Option<&str>| {
            planned.is_some() && described.is_some() && planned != described
        };
        let traffic = described.traffic_type.as_deref();
        let mut declared = planned.tags.known().into_iter().flatten();
        differs(planned.traffic_type.given(), traffic)
            || declared.any(|(key, value)| match value {
                Attr::Known(value) if described.tags.get(key) != Some(value) => {
                    let tag = [(key.clone(), value.clone())].into();
                    !tags::visible(self.connection, &tag).is_empty()
                }
                Attr::Known(_) | Attr::Null | Attr::Unknown => false,
            })
    }

    /// Compares only what is known of a configuration: what is unknown counts as what runs.
    fn with_unknown(
        &self,
        config: &FlowLog,
        value: &Value,
        described: &ec2::FlowLog,
        region: &str,
    ) -> Result<Vec<Difference>, Refused> {
        let known = FlowLog::decode(&value.clone().unknown_to_null())?;
        let mut found = convert::state(described.clone(), &known, region, self.connection);
        found.tags = match found.tags_all.clone() {
            Attr::Known(all) => Attr::Known(
                all.into_iter()
                    .map(|(key, value)| (key, Attr::Known(value)))
                    .collect(),
            ),
            Attr::Null | Attr::Unknown => Attr::Null,
        };
        let completed = completed(value, &self.value(&found)?);
        match self.with_known(&FlowLog::decode(&completed)?, described, region) {
            // What runs does not fit to the rest, which is compared on its own.
            Err(Refused::Problems(_)) => {
                let found = convert::state(described.clone(), &known, region, self.connection);
                let change = self.plan(config, Some(found.clone()))?;
                self.differences(&change.planned, &found, &change.in_place, None)
            }
            compared => compared,
        }
    }

    /// Compares a recorded state with what runs, and returns the changes that a refresh would show. If a state has fewer
    /// attributes, only those are compared.
    ///
    /// # Errors
    /// A value does not fit the schema.
    pub(crate) fn with_state(
        &self,
        recorded: &FlowLog,
        described: &ec2::FlowLog,
        region: &str,
        only: Option<&[&str]>,
    ) -> Result<Vec<Difference>, Refused> {
        let mut recorded = self.given(recorded)?;
        // An ignored tag is ignored on both sides.
        let all = recorded.tags_all.known();
        if let Some(shown) = all.map(|all| tags::visible(self.connection, all)) {
            recorded.tags_all = Attr::Known(shown);
        }
        let on_s3 = recorded.log_destination_type.given() == Some(S3);
        if on_s3 && recorded.destination_options.is_null() {
            recorded.destination_options = Attr::Known(default_options());
        }
        let found = convert::state(described.clone(), &recorded, region, self.connection);
        self.differences(&recorded, &found, &[], only)
    }

    /// Replaces empty texts by null: they are not given.
    fn given(&self, log: &FlowLog) -> Result<FlowLog, Refused> {
        let value = framework::given(&self.schema.block, Cow::Owned(self.value(log)?));
        Ok(FlowLog::decode(&value)?)
    }

    fn value(&self, log: &FlowLog) -> Result<Value, Refused> {
        Ok(self.schema.block.complete(log.encode(&self.schema.ty)?))
    }

    fn plan(&self, config: &FlowLog, prior: Option<FlowLog>) -> Result<Change<FlowLog>, Refused> {
        let mut change = Change {
            prior,
            config: config.clone(),
            planned: config.clone(),
            in_place: Vec::new(),
            private: Private::default(),
        };
        plan::plan(self.connection, &mut change, &mut Diagnostics::new())?;
        let mut problems = validate::planned(self.connection, &change.config, &change.planned);
        problems.retain(|problem| problem.severity() == Severity::Error);
        if problems.is_empty() {
            Ok(change)
        } else {
            Err(Refused::Problems(problems))
        }
    }

    fn differences(
        &self,
        wanted: &FlowLog,
        found: &FlowLog,
        unreported: &[&str],
        only: Option<&[&str]>,
    ) -> Result<Vec<Difference>, Refused> {
        let (before, after) = normal_form::pair(found, wanted);
        let (before, after) = (self.value(&before)?, self.value(&after)?);
        let (wanted, found) = (self.value(wanted)?, self.value(found)?);
        let mut differences = Vec::new();
        for name in compared(&self.schema) {
            let is_compared = only.is_none_or(|only| only.contains(&name));
            if !is_compared || unreported.contains(&name) || before.get(name) == after.get(name) {
                continue;
            }
            let shown = shown(name);
            let by_key = matches!(name, "tags_all" | "destination_options");
            let [wanted, found] = [&wanted, &found].map(|v| v.get(name).unwrap_or(&Value::Null));
            compare(Path::from(shown), by_key, wanted, found, &mut differences);
        }
        Ok(differences)
    }
}

/// Returns the paths of the attributes that are compared, including those in blocks.
pub(crate) fn compared_paths(schema: &Schema) -> Vec<Path> {
    let mut paths = Vec::new();
    for name in compared(schema) {
        let path = Path::from(shown(name));
        let block = schema.block.blocks.get(name);
        let members = block
            .into_iter()
            .flat_map(|nested| nested.block.attributes.keys());
        let members = members.map(|member| path.clone().attribute(member.clone()));
        paths.extend([path.clone()].into_iter().chain(members));
    }
    paths
}

/// Returns the names of the attributes that are compared.
pub(crate) fn compared_names(schema: &Schema) -> BTreeSet<String> {
    compared(schema).map(str::to_owned).collect()
}

/// Returns the attributes that are compared: those that a user can write, and all tags.
fn compared(schema: &Schema) -> impl Iterator<Item = &str> {
    let block = &schema.block;
    let attributes = block.attributes.iter();
    attributes
        .filter(|(name, a)| a.mode != Mode::Computed || &***name == "tags_all")
        .map(|(name, _)| name)
        .chain(block.blocks.keys())
        .map(AsRef::as_ref)
        .filter(|name| !NOT_COMPARED.contains(name))
}

fn shown(name: &str) -> &str {
    if name == "tags_all" { "tags" } else { name }
}

fn compare(
    path: Path,
    by_key: bool,
    wanted: &Value,
    found: &Value,
    differences: &mut Vec<Difference>,
) {
    if wanted.is_unknown() || empty_as_null(wanted) == empty_as_null(found) {
        return;
    }
    let none = Map::new();
    if let (true, Some(wanted), Some(found)) =
        (by_key, entries(wanted, &none), entries(found, &none))
    {
        let keys: BTreeSet<_> = wanted.keys().chain(found.keys()).collect();
        for key in keys {
            let path = if path == Path::from("tags") {
                path.clone().key(key.clone())
            } else {
                path.clone().attribute(key.clone())
            };
            let [wanted, found] = [wanted, found].map(|v| v.get(key).unwrap_or(&Value::Null));
            compare(path, false, wanted, found, differences);
        }
        return;
    }
    if !wanted.is_wholly_known() {
        return;
    }
    differences.push(Difference {
        path,
        wanted: wanted.clone(),
        found: found.clone(),
    });
}

/// Returns the entries of a map. Null has none.
fn entries<'v>(value: &'v Value, none: &'v Map<Value>) -> Option<&'v Map<Value>> {
    match value {
        Value::Map(entries) => Some(entries),
        Value::Null => Some(none),
        _ => None,
    }
}

/// Returns null for an empty text, which means "not given".
fn empty_as_null(value: &Value) -> &Value {
    match value {
        Value::String(text) if text.is_empty() => &Value::Null,
        other => other,
    }
}

/// Returns the schema of the model.
///
/// # Errors
/// The model has no schema. A test excludes this.
pub(crate) fn schema() -> Result<Schema, framework::LowerError> {
    framework::lower::<FlowLog>(0)
}

/// Checks a configuration as `terraform validate` does, and as a plan does if the account is known. The rules of the
/// schema are checked where the configuration is read.
pub(crate) fn check(config: &FlowLog, account: Option<&str>) -> Vec<Problem> {
    let mut problems = validate::arguments(config);
    let has_errors = problems
        .iter()
        .any(|problem| problem.severity() == Severity::Error);
    if let Some(account) = account.filter(|_| !has_errors) {
        problems.extend(validate::in_account(account, config));
    }
    problems
}

/// Returns why the records of a flow log do not arrive, and what to do. Returns `None` if they arrive.
pub(crate) fn delivery_failure(described: &ec2::FlowLog) -> Option<(String, &'static str)> {
    if described.deliver_logs_status.as_deref() != Some("FAILED") {
        return None;
    }
    let cause = described
        .deliver_logs_error_message
        .as_deref()
        .unwrap_or("no reason given");
    let fix = match cause {
        "Access error" => {
            "The role, the bucket policy or the key policy does not allow the delivery. Fix it. If the status does not \
             change afterwards, replace the flow log (terraform apply -replace=…)."
        }
        "Rate limited" => "CloudWatch Logs throttles the delivery. Request a higher quota.",
        _ => "",
    };
    Some((cause.to_owned(), fix))
}
