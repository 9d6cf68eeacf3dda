//! What a flow log is against what it should be, by the same rules that plan and refresh the resource.
//!
//! Used where there is no Terraform: a stack definition is a configuration, a state's entry is a state.
//! Must not know where either was read from.

use super::model::FlowLog;
use super::plan::{self, default_options};
use super::{convert, destination, normal, tags, validate};
use crate::arn::log_group;
use crate::aws::ec2;
use crate::connection::Connection;
use crate::cty::{Map, Path, Value};
use crate::framework::{self, Attr, Change, Diagnostics, Mode, Model, Schema};

/// Attributes that say nothing about what runs.
const NOT_COMPARED: [&str; 4] = ["tags", "timeouts", "region", "adopt_existing"];

/// One attribute that is not as it should be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    /// Its path, such as `max_aggregation_interval`, `destination_options.file_format` or `tags["Name"]`.
    pub(crate) path: Path,
    /// What it should be; null if there should be none.
    pub(crate) wanted: Value,
    /// What it is; null if there is none.
    pub(crate) found: Value,
}

impl Difference {
    /// Returns whether a tag differs, or all of them.
    pub(crate) fn is_of_a_tag(&self) -> bool {
        self.path.steps().starts_with(Path::from("tags").steps())
    }
}

/// The comparison for one connection, with the schema at hand.
#[derive(Debug)]
pub(crate) struct Comparison<'a> {
    connection: &'a Connection,
    schema: Schema,
}

impl<'a> Comparison<'a> {
    /// Prepares to compare what a connection reads.
    ///
    /// # Errors
    /// The model has no schema, which a test excludes.
    pub(crate) fn new(connection: &'a Connection) -> Result<Self, framework::LowerError> {
        Ok(Self {
            connection,
            schema: schema()?,
        })
    }

    /// Says what a configured flow log comes to, before there is any.
    ///
    /// # Errors
    /// What the resource's own plan refuses.
    pub(crate) fn planned(&self, config: &FlowLog) -> Result<FlowLog, Diagnostics> {
        Ok(self.plan(&self.given(config)?, None)?.planned)
    }

    /// Compares a configuration with what runs: the changes that a plan would show.
    ///
    /// # Errors
    /// What the resource's own plan refuses.
    pub(crate) fn with_configuration(
        &self,
        config: &FlowLog,
        described: &ec2::FlowLog,
        region: &str,
    ) -> Result<Vec<Difference>, Diagnostics> {
        let config = self.given(config)?;
        let found = convert::state(described.clone(), &config, region, self.connection);
        let change = self.plan(&config, Some(found.clone()))?;
        self.differences(&change.planned, &found, &change.in_place, None)
    }

    /// Compares a recorded state with what runs: the changes that a refresh would show. Of a state that
    /// holds fewer attributes, those alone are compared.
    ///
    /// # Errors
    /// A value that does not fit the schema.
    pub(crate) fn with_state(
        &self,
        recorded: &FlowLog,
        described: &ec2::FlowLog,
        region: &str,
        only: Option<&[&str]>,
    ) -> Result<Vec<Difference>, Diagnostics> {
        let mut recorded = self.given(recorded)?;
        // What is ignored is ignored on both sides.
        let all = recorded.tags_all.known();
        if let Some(shown) = all.map(|all| tags::visible(self.connection, all)) {
            recorded.tags_all = Attr::Known(shown);
        }
        let on_s3 = recorded.log_destination_type.given() == Some(destination::S3);
        if on_s3 && recorded.destination_options.is_null() {
            recorded.destination_options = Attr::Known(default_options());
        }
        let found = convert::state(described.clone(), &recorded, region, self.connection);
        self.differences(&recorded, &found, &[], only)
    }

    /// Shows empty strings as arguments that are not given.
    fn given(&self, log: &FlowLog) -> Result<FlowLog, Diagnostics> {
        let value = framework::given(&self.schema.block, self.value(log)?);
        Ok(FlowLog::decode(&value)?)
    }

    fn value(&self, log: &FlowLog) -> Result<Value, Diagnostics> {
        Ok(self.schema.block.complete(log.encode(&self.schema.ty)?))
    }

    fn plan(
        &self,
        config: &FlowLog,
        prior: Option<FlowLog>,
    ) -> Result<Change<FlowLog>, Diagnostics> {
        let mut change = Change {
            prior,
            config: config.clone(),
            planned: config.clone(),
            in_place: Vec::new(),
            mark: None,
        };
        plan::plan(self.connection, &mut change, &mut Diagnostics::new())?;
        Ok(change)
    }

    fn differences(
        &self,
        wanted: &FlowLog,
        found: &FlowLog,
        untold: &[&str],
        only: Option<&[&str]>,
    ) -> Result<Vec<Difference>, Diagnostics> {
        let (before, after) = normal::pair(found, wanted);
        let (before, after) = (self.value(&before)?, self.value(&after)?);
        let (wanted, found) = (self.value(wanted)?, self.value(found)?);
        let mut differences = Vec::new();
        for name in compared(&self.schema) {
            let meant = only.is_none_or(|only| only.contains(&name));
            if !meant || untold.contains(&name) || before.get(name) == after.get(name) {
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

/// The attributes that say how a flow log should be: those that a user may write, and all tags.
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
    if empty_as_null(wanted) == empty_as_null(found) {
        return;
    }
    let none = Map::new();
    if let (true, Some(wanted), Some(found)) =
        (by_key, entries(wanted, &none), entries(found, &none))
    {
        let keys: std::collections::BTreeSet<_> = wanted.keys().chain(found.keys()).collect();
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
    differences.push(Difference {
        path,
        wanted: wanted.clone(),
        found: found.clone(),
    });
}

/// The entries of a map; null has none.
fn entries<'v>(value: &'v Value, none: &'v Map<Value>) -> Option<&'v Map<Value>> {
    match value {
        Value::Map(entries) => Some(entries),
        Value::Null => Some(none),
        _ => None,
    }
}

/// An empty string means "not given".
fn empty_as_null(value: &Value) -> &Value {
    match value {
        Value::String(text) if text.is_empty() => &Value::Null,
        other => other,
    }
}

/// Gives the schema of the model.
///
/// # Errors
/// The model has no schema, which a test excludes.
pub(crate) fn schema() -> Result<Schema, framework::LowerError> {
    framework::lower::<FlowLog>(0)
}

/// Judges a configuration as `terraform validate` does, and as the plan does if the account is known.
pub(crate) fn judge(config: &FlowLog, schema: &Schema, account: Option<&str>) -> Diagnostics {
    let mut diagnostics = match config.encode(&schema.ty) {
        Ok(value) => {
            let value = schema.block.complete(value);
            let beyond = |config: &FlowLog, diagnostics: &mut Diagnostics| {
                diagnostics.extend(validate::arguments(config));
            };
            framework::judge(&schema.block, &value, beyond)
        }
        Err(error) => error.into(),
    };
    if let Some(account) = account.filter(|_| !diagnostics.has_errors()) {
        diagnostics.extend(validate::out_of(account, config));
    }
    diagnostics
}

/// Says whether a described flow log delivers to where a planned one would.
pub(crate) fn same_destination(planned: &FlowLog, described: &ec2::FlowLog) -> bool {
    let arn = planned.log_destination.given().map(log_group::trim);
    let found = described.log_destination.as_deref();
    let group = described
        .log_group_name
        .as_deref()
        .or_else(|| found.and_then(log_group::name_in_arn));
    match (arn, found.map(log_group::trim)) {
        (Some(wanted), Some(found)) => wanted == found,
        // EC2 tells no ARN of a flow log that was made with a log group's name.
        _ => planned.log_group_name.given().is_some() && planned.log_group_name.given() == group,
    }
}

/// Says why a flow log's records do not arrive, if so, and what to do.
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
            "The role, the bucket's policy or the key's policy does not allow the delivery. After it \
             is mended, a flow log may stay in this state until it is made anew (terraform apply \
             -replace=…)."
        }
        "Rate limited" => "CloudWatch Logs throttles the delivery; a higher quota helps.",
        _ => "",
    };
    Some((cause.to_owned(), fix))
}
