//! A stack as a Terraform configuration in JSON.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::imports::{Warning, imports};
use crate::aws::Aws;
use crate::cty::json::to_json;
use crate::cty::{Path, Step};
use crate::flow_log::drift;
use crate::framework::{Mode, Model as _, Nesting, Schema};
use crate::stack::compare::{AwsOptions, Progress};
use crate::stack::declare::{Declaration, Stack, name_of};
use crate::stack::error::Error;

/// What to export.
#[derive(Clone, Copy, Debug)]
pub struct ExportOptions {
    /// Whether to look for the flow logs that exist, and to write import blocks for them.
    pub imports: bool,
    /// Whether to write only resources and import blocks, for a folder that has its own provider configuration.
    pub resources_only: bool,
}

/// An exported stack.
#[derive(Debug)]
pub struct Exported {
    /// The configuration, in Terraform's JSON syntax.
    pub configuration: Value,
    /// What a user should know before applying it.
    pub warnings: Vec<Warning>,
}

/// Converts a stack to a configuration that calls AWS with the same options.
///
/// # Errors
/// All reasons why parts of the stack could not be exported.
pub async fn to_terraform(
    stack: &Stack,
    options: &AwsOptions,
    export: ExportOptions,
    progress: &Progress<'_>,
) -> Result<Exported, Vec<Error>> {
    let unknown = unknown(stack);
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let base = if export.imports {
        let connected = options.connect().await;
        Some(connected.map_err(|error| vec![error.into()])?)
    } else {
        None
    };
    let default = base.as_ref().and_then(Aws::region);
    let default = default.or(options.settings.region.as_deref());
    let region = stack.region.as_deref().or(default);
    let labels = labels(&stack.entries);
    let mut configuration =
        static_parts(stack, options, export, &labels, region).map_err(|error| vec![error])?;
    let mut warnings = Vec::new();
    if let Some(base) = base {
        let found = imports(stack, &labels, options, &base, progress).await?;
        if !found.blocks.is_empty() {
            configuration.insert("import".to_owned(), found.blocks.into());
        }
        warnings = found.warnings;
    }
    Ok(Exported {
        configuration: Value::Object(configuration),
        warnings,
    })
}

/// Returns an error for each value that only the deployed stack has: a configuration cannot be written without it.
fn unknown(stack: &Stack) -> Vec<Error> {
    let entries = stack.entries.iter();
    let errors = entries.flat_map(|declared| {
        declared.unknown.iter().map(|unknown| {
            let name = &declared.name;
            let set = (!unknown.path.is_root())
                .then(|| format!("--set {name}.{}=…", set_name(&unknown.path)));
            let options: Vec<_> = unknown.reason.option().into_iter().chain(set).collect();
            let options = if options.is_empty() {
                "--parameter".to_owned()
            } else {
                options.join(" or ")
            };
            Error::Unknown {
                label: match set_name(&unknown.path) {
                    property if property.is_empty() => name.clone(),
                    property => format!("{name}.{property}"),
                },
                reason: unknown.reason.clone(),
                options,
            }
        })
    });
    errors.collect()
}

/// Returns the name of a property that `--set` takes: a part of a list is set with the whole list.
fn set_name(path: &Path) -> String {
    let steps = path.steps().iter();
    let named = steps.take_while(|step| matches!(step, Step::Attribute(_)));
    name_of(&named.cloned().collect())
}

/// Returns the parts of the configuration that do not depend on what exists.
fn static_parts(
    stack: &Stack,
    options: &AwsOptions,
    export: ExportOptions,
    labels: &[String],
    region: Option<&str>,
) -> Result<Map<String, Value>, Error> {
    let mut configuration = if export.resources_only {
        Map::new()
    } else {
        providers(stack, options, region)?
    };
    // The region of another folder's provider is not known.
    let of_provider = region.filter(|_| !export.resources_only);
    let logs = resources(stack, labels, region, of_provider)?;
    configuration.insert("resource".to_owned(), json!({ "vpcflow_log": logs }));
    Ok(configuration)
}

/// Returns the flow logs by their labels. A flow log has a region unless it is the provider's.
fn resources(
    stack: &Stack,
    labels: &[String],
    region: Option<&str>,
    of_provider: Option<&str>,
) -> Result<Map<String, Value>, Error> {
    let schema = drift::schema()?;
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

/// Returns the required provider, and a provider block for each account.
fn providers(
    stack: &Stack,
    options: &AwsOptions,
    region: Option<&str>,
) -> Result<Map<String, Value>, Error> {
    let accounts = stack.entries.iter().map(|entry| entry.account.as_deref());
    let mut accounts: BTreeSet<_> = accounts.collect();
    if accounts.is_empty() {
        accounts.insert(None);
    }
    let accounts = accounts.into_iter();
    let blocks: Vec<_> = accounts
        .map(|account| provider(options, region, account))
        .collect::<Result<_, _>>()?;
    Ok(Map::from_iter([
        (
            "terraform".to_owned(),
            json!({ "required_providers": { "vpcflow": { "source": "vpcflow/vpcflow" } } }),
        ),
        ("provider".to_owned(), json!({ "vpcflow": blocks })),
    ]))
}

/// Returns the provider block of an account, or of the default one. It uses the region, profile, endpoints and role of
/// the export.
fn provider(
    options: &AwsOptions,
    region: Option<&str>,
    account: Option<&str>,
) -> Result<Value, Error> {
    let mut block = Map::new();
    let settings = &options.settings;
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
    if let Some(role) = options.role_in(account)? {
        let role = json!([{ "role_arn": escaped(&role) }]);
        block.insert("assume_role".to_owned(), role);
    }
    Ok(Value::Object(block))
}

fn alias(account: &str) -> String {
    format!("account_{account}")
}

/// Returns a unique label for each flow log that Terraform accepts.
fn labels(entries: &[Declaration]) -> Vec<String> {
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

/// Returns the arguments of a flow log that are set.
fn block(declared: &Declaration, schema: &Schema) -> Result<Map<String, Value>, Error> {
    let value = declared.desired.flow_log().encode(&schema.ty)?;
    let mut block = Map::new();
    let argument = |name: &str| value.get(name).and_then(|value| argument(to_json(value)));
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

/// Converts a value to Terraform's JSON syntax, which has neither null nor unescaped templates.
fn argument(value: Value) -> Option<Value> {
    Some(match value {
        Value::Null => return None,
        Value::String(text) => escaped(&text).into(),
        Value::Array(values) => values.into_iter().filter_map(argument).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .filter_map(|(key, value)| Some((escaped(&key), argument(value)?)))
            .collect(),
        other @ (Value::Bool(_) | Value::Number(_)) => other,
    })
}

/// Escapes text in which Terraform would otherwise see templates.
fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}
