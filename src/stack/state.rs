//! The flow logs of a Terraform state: `terraform show -json`, or the state file itself.
//!
//! Of everything else in a state nothing is kept, so that a large one costs no memory. `aws_flow_log` is read like
//! `vpcflow_log`, as far as it tells. Must not know AWS.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::read::{Declared, Stack, Wanted};
use super::source::{Mistakes, Place};
use super::yaml;
use crate::arn::Arn;
use crate::cty;
use crate::flow_log::FlowLog;

/// How large a state may be, in bytes.
pub const LARGEST: usize = 256 << 20;
/// A state has so many values, and one more for each so many bytes. The names of attributes alone take more room.
const VALUES: usize = 1_000_000;
const BYTES_FOR_ONE_MORE: usize = 16;

const STACK: &str =
    "this is a stack definition, not a Terraform state; `drift` takes it as --stack FILE";
const OURS: &str = "vpcflow_log";
const AWS: &str = "aws_flow_log";

/// What `aws_flow_log` tells of how a flow log should be; the last of it by new releases alone.
const AWS_ATTRIBUTES: &[&str] = &[
    "deliver_cross_account_role",
    "destination_options",
    "eni_id",
    "iam_role_arn",
    "log_destination",
    "log_destination_type",
    "log_format",
    "max_aggregation_interval",
    "regional_nat_gateway_id",
    "subnet_id",
    "tags",
    "tags_all",
    "traffic_type",
    "transit_gateway_attachment_id",
    "transit_gateway_id",
    "vpc_id",
    TAG_FIELDS,
];
const TAG_FIELDS: &str = "tag_field_specification";
/// What `vpcflow_log` tells besides, and what says where a flow log is.
const OTHER_ATTRIBUTES: &[&str] = &[
    "arn",
    "id",
    "log_group_name",
    "region",
    "resource_id",
    "resource_type",
];

/// Reads a state.
///
/// # Errors
/// It is not a state, or one of a version that is not known here.
pub fn read(file: &str, bytes: &[u8]) -> Result<Stack, Mistakes> {
    let refuse = |place, message: String| {
        let mut mistakes = Mistakes::of(file);
        mistakes.error(place, message);
        Err(mistakes)
    };
    if cty::json::count(bytes) > VALUES + bytes.len() / BYTES_FOR_ONE_MORE {
        let message = "this is not a Terraform state: it holds more values than one of its size";
        return refuse(Place::START, message.to_owned());
    }
    let state: State = match serde_json::from_slice(bytes) {
        Ok(state) => state,
        Err(_) if is_stack(bytes) => return refuse(Place::START, STACK.to_owned()),
        Err(error) => {
            let place = Place {
                line: error.line().max(1),
                column: error.column().max(1),
            };
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default();
            return refuse(
                place,
                format!(
                    "this is not a Terraform state: {text}. Give the output of `terraform show -json`, or a state file"
                ),
            );
        }
    };
    match state.problem() {
        Some(_) if is_stack(bytes) => return refuse(Place::START, STACK.to_owned()),
        Some(problem) => return refuse(Place::START, problem),
        None => {}
    }
    let mut entries = Vec::new();
    let mut remarks = Mistakes::of(file);
    for found in state.flow_logs() {
        let address = found.address.clone();
        match found.declared() {
            Ok(declared) => entries.push(declared),
            Err(problem) => remarks.error(Place::START, format!("{address}: {problem}")),
        }
    }
    if remarks.has_errors() {
        return Err(remarks);
    }
    Ok(Stack {
        file: file.to_owned(),
        region: None,
        entries,
        remarks,
        unfinished: false,
    })
}

/// Says whether a file that is no state declares flow logs by hand.
fn is_stack(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).ok();
    let root = text.and_then(|text| yaml::parse(text, &mut Mistakes::default()));
    root.is_some_and(|root| {
        ["FlowLogs", "Resources"]
            .iter()
            .any(|key| root.get(key).is_some())
    })
}

/// Both forms of a state, as far as they matter.
#[derive(Default, Deserialize)]
#[serde(default)]
struct State {
    /// Of `terraform show -json`.
    format_version: Option<String>,
    values: Option<Values>,
    /// Of a plan.
    planned_values: Option<IgnoredAny>,
    resource_changes: Option<IgnoredAny>,
    /// Of a state file.
    version: Option<i64>,
    lineage: Option<IgnoredAny>,
    #[serde(deserialize_with = "flow_logs")]
    resources: Vec<Resource>,
    /// Of an encrypted state file of OpenTofu.
    encrypted_data: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Values {
    root_module: Module,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Module {
    #[serde(deserialize_with = "flow_logs")]
    resources: Vec<Resource>,
    child_modules: Vec<Self>,
}

/// A resource of either form.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Resource {
    address: String,
    module: Option<String>,
    mode: String,
    r#type: String,
    name: String,
    values: Attributes,
    deposed_key: Option<IgnoredAny>,
    instances: Vec<Instance>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Instance {
    index_key: Option<Value>,
    attributes: Attributes,
    deposed: Option<IgnoredAny>,
}

/// The attributes that matter; the others are passed over.
#[derive(Clone, Default)]
struct Attributes(BTreeMap<String, Value>);

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Kept;
        impl<'de> Visitor<'de> for Kept {
            type Value = Attributes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the attributes of a resource")
            }
            fn visit_unit<E>(self) -> Result<Attributes, E> {
                Ok(Attributes::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Attributes, A::Error> {
                let mut kept = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    let matters = AWS_ATTRIBUTES.contains(&name.as_str())
                        || OTHER_ATTRIBUTES.contains(&name.as_str());
                    if matters {
                        kept.insert(name, map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Attributes(kept))
            }
        }
        deserializer.deserialize_any(Kept)
    }
}

/// Reads a list of resources one by one, and keeps the flow logs.
fn flow_logs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Resource>, D::Error> {
    struct Filter<T>(PhantomData<T>);
    impl<'de> Visitor<'de> for Filter<Resource> {
        type Value = Vec<Resource>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of resources")
        }
        fn visit_unit<E>(self) -> Result<Vec<Resource>, E> {
            Ok(Vec::new())
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Resource>, A::Error> {
            let mut kept = Vec::new();
            while let Some(resource) = list.next_element::<Resource>()? {
                let managed = resource.mode == "managed" || resource.mode.is_empty();
                if managed && matches!(resource.r#type.as_str(), OURS | AWS) {
                    kept.push(resource);
                }
            }
            Ok(kept)
        }
    }
    deserializer.deserialize_any(Filter(PhantomData))
}

impl State {
    /// Says why this is no state that can be read.
    fn problem(&self) -> Option<String> {
        if self.encrypted_data.is_some() {
            return Some(
                "this state file is encrypted; give the output of `tofu show -json`".to_owned(),
            );
        }
        if self.planned_values.is_some() || self.resource_changes.is_some() {
            return Some(
                "this is a plan, not a state; give the output of `terraform show -json` without a file name".to_owned(),
            );
        }
        match (&self.format_version, self.version) {
            (Some(version), _) if version.split('.').next() == Some("1") => None,
            (Some(version), _) => Some(format!(
                "this is a state of format version {version}; version 1 is known here. A newer release of this program \
                 may know it"
            )),
            (None, Some(4)) => None,
            (None, Some(version)) if version > 4 => Some(format!(
                "this is a state file of version {version}; version 4 is known here. A newer release of this program \
                 may know it, and `terraform show -json` has a form that changes less"
            )),
            (None, Some(version)) => Some(format!(
                "this is a state file of version {version}; run `terraform apply -refresh-only` once with a newer \
                 Terraform"
            )),
            (None, None) if self.lineage.is_some() => {
                Some("this state file has no version".to_owned())
            }
            (None, None) => Some(
                "this is not a Terraform state. Give the output of `terraform show -json`, or a state file".to_owned(),
            ),
        }
    }

    fn flow_logs(self) -> Vec<Found> {
        let mut found = Vec::new();
        for resource in self.resources {
            let module = resource.module.map(|module| format!("{module}."));
            let head = format!(
                "{}{}.{}",
                module.unwrap_or_default(),
                resource.r#type,
                resource.name
            );
            for instance in resource.instances {
                if instance.deposed.is_some() {
                    continue;
                }
                let index = match instance.index_key {
                    Some(key) => format!("[{key}]"),
                    None => String::new(),
                };
                found.push(Found {
                    address: format!("{head}{index}"),
                    ours: resource.r#type == OURS,
                    attributes: instance.attributes,
                });
            }
        }
        let mut modules: Vec<Module> = self.values.map(|v| v.root_module).into_iter().collect();
        while let Some(module) = modules.pop() {
            let existing = module
                .resources
                .into_iter()
                .filter(|r| r.deposed_key.is_none());
            found.extend(existing.map(|resource| Found {
                address: resource.address,
                ours: resource.r#type == OURS,
                attributes: resource.values,
            }));
            modules.extend(module.child_modules);
        }
        found.sort_by(|a, b| a.address.cmp(&b.address));
        found
    }
}

/// A flow log in a state.
struct Found {
    address: String,
    ours: bool,
    attributes: Attributes,
}

impl Found {
    fn declared(self) -> Result<Declared, String> {
        let Attributes(mut attributes) = self.attributes;
        let text = |name: &str| {
            let value = attributes.get(name).and_then(Value::as_str);
            value.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let arn = text("arn");
        let arn = arn.as_deref().and_then(Arn::parse);
        let region = text("region").or_else(|| Some(arn?.region?.to_owned()));
        let account = arn.and_then(|arn| arn.account).map(str::to_owned);
        let Some(id) = text("id") else {
            return Err("it has no id; run `terraform apply -refresh-only`".to_owned());
        };
        if !self.ours {
            for name in OTHER_ATTRIBUTES {
                attributes.remove(*name);
            }
            // The AWS provider's schema has a list of at most one here.
            if let Some(Value::Array(mut options)) = attributes.remove("destination_options")
                && !options.is_empty()
            {
                attributes.insert("destination_options".to_owned(), options.swap_remove(0));
            }
            if !attributes.contains_key("tags_all") {
                let tags = attributes.get("tags").cloned().unwrap_or_default();
                attributes.insert("tags_all".to_owned(), tags);
            }
        }
        let known = attributes
            .get(TAG_FIELDS)
            .is_some_and(|tags| !tags.is_null());
        let told = AWS_ATTRIBUTES.len() - usize::from(!known);
        let only = (!self.ours).then_some(&AWS_ATTRIBUTES[..told]);
        let recorded: FlowLog = model(attributes)?;
        Ok(Declared {
            name: self.address,
            place: None,
            places: BTreeMap::new(),
            region,
            account,
            id: Some(id),
            wanted: Wanted::State(Box::new(recorded), only),
        })
    }
}

fn model<T: DeserializeOwned>(attributes: BTreeMap<String, Value>) -> Result<T, String> {
    let object = Value::Object(attributes.into_iter().collect());
    serde_json::from_value(object)
        .map_err(|error| format!("its attributes are not those of a flow log: {error}"))
}
