//! A stack as a Terraform configuration in JSON, with import blocks for what runs already.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::drift::NO_REGION;
use super::observe::{Progress, Reach, explained, observe};
use super::pair::{Pair, pair};
use super::read::{Declared, Stack, Wanted};
use crate::aws::Aws;
use crate::connection::IgnoreTags;
use crate::cty;
use crate::flow_log::drift::{self, Comparison};
use crate::framework::{Mode, Model as _, Nesting, Schema};

/// What is written of a stack.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// Import blocks for what runs already, which is looked for.
    pub imports: bool,
    /// The resources and import blocks alone, for a folder that says itself which providers it needs and how they are
    /// configured.
    pub resources_only: bool,
}

/// Writes the configuration, which reaches AWS as it was reached here. What runs is imported, unless it is not to be
/// looked for.
///
/// Beside it come remarks, such as on what an apply would replace.
///
/// # Errors
/// What could not be read; all of it in one run.
pub async fn to_terraform(
    stack: &Stack,
    reach: &Reach,
    written: Written,
    progress: &Progress<'_>,
) -> Result<(Value, Vec<String>), Vec<String>> {
    let base = match written.imports {
        true => Some(
            reach
                .connect()
                .await
                .map_err(|error| vec![explained(&error)])?,
        ),
        false => None,
    };
    let at_hand = base.as_ref().and_then(Aws::region);
    let at_hand = at_hand.or(reach.settings.region.as_deref());
    let region = stack.region.as_deref().or(at_hand);
    let labels = labels(&stack.entries);
    // The provider block says the region; that of another folder is not known.
    let of_provider = region.filter(|_| !written.resources_only);
    let logs = resources(stack, &labels, region, of_provider).map_err(|error| vec![error])?;
    let mut configuration = match written.resources_only {
        true => Map::new(),
        false => providers(stack, reach, region).map_err(|error| vec![error])?,
    };
    configuration.insert("resource".to_owned(), json!({ "vpcflow_log": logs }));
    let mut remarks = Vec::new();
    if let Some(base) = base {
        let imports = imports(stack, &labels, reach, &base, progress, &mut remarks).await?;
        if !imports.is_empty() {
            configuration.insert("import".to_owned(), imports.into());
        }
    }
    Ok((Value::Object(configuration), remarks))
}

/// The flow logs by their labels. One names its region unless that is the provider's.
fn resources(
    stack: &Stack,
    labels: &[String],
    region: Option<&str>,
    of_provider: Option<&str>,
) -> Result<Map<String, Value>, String> {
    let schema = drift::schema().map_err(|error| error.to_string())?;
    let mut logs = Map::new();
    for (declared, label) in stack.entries.iter().zip(labels) {
        let mut block = block(declared, &schema)?;
        let own = declared.region.as_deref().or(region);
        if let Some(region) = own.filter(|region| of_provider != Some(*region)) {
            block.insert("region".to_owned(), region.into());
        }
        if let Some(account) = &declared.account {
            let provider = format!("vpcflow.{}", alias(account));
            block.insert("provider".to_owned(), provider.into());
        }
        logs.insert(label.clone(), Value::Object(block));
    }
    Ok(logs)
}

/// Which provider is needed, and its block for each account.
fn providers(
    stack: &Stack,
    reach: &Reach,
    region: Option<&str>,
) -> Result<Map<String, Value>, String> {
    let accounts = stack.entries.iter().map(|entry| entry.account.as_deref());
    let mut accounts: BTreeSet<_> = accounts.collect();
    if accounts.is_empty() {
        accounts.insert(None);
    }
    let accounts = accounts.into_iter();
    let blocks: Vec<_> = accounts
        .map(|account| provider(reach, region, account))
        .collect::<Result<_, _>>()?;
    Ok(Map::from_iter([
        (
            "terraform".to_owned(),
            json!({ "required_providers": { "vpcflow": { "source": "vpcflow/vpcflow" } } }),
        ),
        ("provider".to_owned(), json!({ "vpcflow": blocks })),
    ]))
}

/// The provider of an account, or of the account at hand: it works where, and as whom, this was read.
fn provider(reach: &Reach, region: Option<&str>, account: Option<&str>) -> Result<Value, String> {
    let mut block = Map::new();
    let settings = &reach.settings;
    let written = [("region", region), ("profile", settings.profile.as_deref())];
    for (name, value) in written {
        block.extend(value.map(|value| (name.to_owned(), escaped(value).into())));
    }
    let endpoints = [
        ("ec2", &settings.endpoints.ec2),
        ("logs", &settings.endpoints.logs),
        ("sts", &settings.endpoints.sts),
    ];
    let given = endpoints.into_iter().filter_map(|(service, address)| {
        let address = escaped(address.as_deref()?);
        Some((service.to_owned(), Value::from(address)))
    });
    let endpoints: Map<_, _> = given.collect();
    if !endpoints.is_empty() {
        block.insert("endpoints".to_owned(), json!([endpoints]));
    }
    if let Some(account) = account {
        block.insert("alias".to_owned(), alias(account).into());
        block.insert("allowed_account_ids".to_owned(), json!([account]));
    }
    if let Some(role) = reach.role_in(account)? {
        let role = json!([{ "role_arn": escaped(&role) }]);
        block.insert("assume_role".to_owned(), role);
    }
    Ok(Value::Object(block))
}

fn alias(account: &str) -> String {
    format!("account_{account}")
}

/// Gives each flow log a name that Terraform takes, and each another.
fn labels(entries: &[Declared]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let labels = entries.iter().map(|declared| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let label: String = declared
            .name
            .chars()
            .map(|c| if allowed(c) { c } else { '_' })
            .collect();
        let begins = label.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let label = if begins { label } else { format!("_{label}") };
        let mut unique = label.clone();
        let mut number = 2;
        while !taken.insert(unique.clone()) {
            unique = format!("{label}_{number}");
            number += 1;
        }
        unique
    });
    labels.collect()
}

/// The arguments of a flow log, as far as they are written.
fn block(declared: &Declared, schema: &Schema) -> Result<Map<String, Value>, String> {
    let (Wanted::Configuration(config) | Wanted::State(config, _)) = &declared.wanted;
    let value = config
        .encode(&schema.ty)
        .map_err(|error| error.to_string())?;
    let mut block = Map::new();
    let argument = |name: &str| value.get(name).and_then(json_of);
    for (name, attribute) in &schema.block.attributes {
        if attribute.mode != Mode::Computed
            && let Some(value) = argument(name)
        {
            block.insert(name.to_string(), value);
        }
    }
    for (name, nested) in &schema.block.blocks {
        let value = match argument(name) {
            Some(Value::Object(object)) if nested.nesting != Nesting::Map && object.is_empty() => {
                None
            }
            other => other,
        };
        block.extend(value.map(|value| (name.to_string(), value)));
    }
    Ok(block)
}

/// A value as Terraform's JSON syntax writes it; nothing for null.
fn json_of(value: &cty::Value) -> Option<Value> {
    Some(match value {
        cty::Value::Null | cty::Value::Unknown(_) => return None,
        cty::Value::Bool(flag) => (*flag).into(),
        cty::Value::Number(number) => number.as_i64()?.into(),
        cty::Value::String(text) => escaped(text).into(),
        cty::Value::List(values) | cty::Value::Set(values) => {
            values.iter().filter_map(json_of).collect()
        }
        cty::Value::Map(entries) => entries
            .iter()
            .filter_map(|(key, value)| Some((escaped(key), json_of(value)?)))
            .collect(),
        cty::Value::Dynamic(typed) => return json_of(&typed.1),
    })
}

/// Text in which Terraform sees no template.
fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

async fn imports(
    stack: &Stack,
    labels: &[String],
    reach: &Reach,
    base: &Aws,
    progress: &Progress<'_>,
    remarks: &mut Vec<String>,
) -> Result<Vec<Value>, Vec<String>> {
    let mut declared: BTreeMap<_, Vec<&Declared>> = BTreeMap::new();
    let mut places: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (place, entry) in stack.entries.iter().enumerate() {
        let region = entry
            .region
            .as_deref()
            .or(stack.region.as_deref())
            .or(base.region());
        let region = region.ok_or_else(|| vec![NO_REGION.to_owned()])?;
        let whereabouts = (entry.account.clone(), region.to_owned());
        declared.entry(whereabouts.clone()).or_default().push(entry);
        places.entry(whereabouts).or_default().push(place);
    }
    let ignore = IgnoreTags::default();
    let observed = observe(reach, base, &declared, false, &ignore, progress).await;
    let mut failures = Vec::new();
    let mut imports = BTreeMap::new();
    for (whereabouts, observed) in observed {
        let region = &whereabouts.1;
        let observed = match observed {
            Ok(observed) => observed,
            Err(message) => {
                failures.push(format!("{region}: {message}"));
                continue;
            }
        };
        let comparison = match Comparison::new(&observed.connection) {
            Ok(comparison) => comparison,
            Err(error) => return Err(vec![error.to_string()]),
        };
        let pairs = pair(
            &comparison,
            region,
            &declared[&whereabouts],
            &observed.flow_logs,
        );
        for (place, pair) in places[&whereabouts].iter().zip(pairs) {
            let label = &labels[*place];
            match pair {
                Pair::Missing => {}
                Pair::Found(log, differences) => {
                    let others = differences
                        .iter()
                        .filter(|d| !d.attribute.starts_with("tags["));
                    let names: Vec<_> = others.map(|d| d.attribute.as_str()).collect();
                    if !names.is_empty() {
                        remarks.push(format!(
                            "vpcflow_log.{label}: {} differs in {}; an apply replaces it",
                            log.id,
                            names.join(", ")
                        ));
                    }
                    let import = json!({
                        "to": format!("vpcflow_log.{label}"),
                        "id": format!("{}@{region}", log.id),
                    });
                    imports.insert(*place, import);
                }
                Pair::Refused(diagnostics) => {
                    failures.extend(diagnostics.iter().map(|d| format!("{label}: {}", d.detail)));
                }
            }
        }
    }
    if failures.is_empty() {
        Ok(imports.into_values().collect())
    } else {
        Err(failures)
    }
}
