//! The two forms of a Terraform state, as far as they hold flow logs: `terraform show -json`, and the state file.
//!
//! Only flow logs are kept in memory, so that a large state costs little.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::LazyLock;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::cty;
use crate::flow_log::{FlowLog, moved};

const OURS: &str = "vpcflow_log";
const OF_AWS: &str = "aws_flow_log";

/// The attributes of flow logs, ours and those of the AWS provider.
static ATTRIBUTES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let ours = cty::fields::<FlowLog>().iter();
    ours.chain(moved::attributes_of_aws()).copied().collect()
});

/// The reason why a document is not a state that can be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("this state file is encrypted; pass the output of `tofu show -json`")]
    Encrypted,
    #[error(
        "this is a plan, not a state; pass the output of `terraform show -json` without a file name"
    )]
    Plan,
    #[error(
        "this is a state of format version {0}; only version 1 is supported. Upgrade this program"
    )]
    NewFormat(String),
    #[error(
        "this is a state file of version {0}; only version 4 is supported. Upgrade this program, or pass the output of \
         `terraform show -json`"
    )]
    NewFile(i64),
    #[error(
        "this is a state file of version {0}; run `terraform apply -refresh-only` with a newer Terraform"
    )]
    OldFile(i64),
    #[error("this state file has no version")]
    NoVersion,
    #[error(
        "this is not a Terraform state. Pass the output of `terraform show -json`, or a state file"
    )]
    NotAState,
}

/// A flow log in a state.
pub(super) struct Found {
    pub(super) address: String,
    /// Whether it is a `vpcflow_log`; otherwise it is an `aws_flow_log`.
    pub(super) ours: bool,
    pub(super) attributes: Map<String, Value>,
}

/// Either form of a state.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// In `terraform show -json`.
    format_version: Option<String>,
    values: Option<Values>,
    /// In a plan.
    planned_values: Option<IgnoredAny>,
    resource_changes: Option<IgnoredAny>,
    /// In a state file.
    version: Option<i64>,
    lineage: Option<IgnoredAny>,
    #[serde(deserialize_with = "flow_logs")]
    resources: Vec<Resource>,
    /// In an encrypted state file of OpenTofu.
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

/// A resource in either form.
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

/// The attributes of flow logs; others are skipped.
#[derive(Clone, Default)]
struct Attributes(Map<String, Value>);

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
                let mut kept = Map::new();
                while let Some(name) = map.next_key::<String>()? {
                    if ATTRIBUTES.contains(name.as_str()) {
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

/// Reads a list of resources one by one, and keeps only flow logs.
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
                if managed && matches!(resource.r#type.as_str(), OURS | OF_AWS) {
                    kept.push(resource);
                }
            }
            Ok(kept)
        }
    }
    deserializer.deserialize_any(Filter(PhantomData))
}

impl State {
    /// Checks that this is a state of a supported version.
    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.encrypted_data.is_some() {
            return Err(Problem::Encrypted);
        }
        if self.planned_values.is_some() || self.resource_changes.is_some() {
            return Err(Problem::Plan);
        }
        match (&self.format_version, self.version) {
            (Some(version), _) if version.split('.').next() == Some("1") => Ok(()),
            (Some(version), _) => Err(Problem::NewFormat(version.clone())),
            (None, Some(4)) => Ok(()),
            (None, Some(version)) if version > 4 => Err(Problem::NewFile(version)),
            (None, Some(version)) => Err(Problem::OldFile(version)),
            (None, None) if self.lineage.is_some() => Err(Problem::NoVersion),
            (None, None) => Err(Problem::NotAState),
        }
    }

    /// Returns the flow logs, sorted by address.
    pub(super) fn flow_logs(self) -> Vec<Found> {
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
                    attributes: instance.attributes.0,
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
                attributes: resource.values.0,
            }));
            modules.extend(module.child_modules);
        }
        found.sort_by(|a, b| a.address.cmp(&b.address));
        found
    }
}
