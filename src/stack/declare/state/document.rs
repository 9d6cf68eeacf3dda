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

use super::sensitive::Marks;
use crate::cty;
use crate::flow_log::{FlowLog, moved};

/// The attributes of flow logs, ours and those of other providers.
static ATTRIBUTES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let ours = cty::fields::<FlowLog>().iter().copied();
    ours.chain(moved::attributes()).collect()
});

/// The reason why a document is not a state that can be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("this state file is encrypted; pass the output of `tofu show -json`")]
    Encrypted,
    #[error(
        "this file only records where the state is ({0}), not the state. Run `terraform show -json` or `terraform state \
         pull` in the working directory, and pass the output"
    )]
    Elsewhere(String),
    #[error(
        "this is a state of format version {0}; supported are 0.1, 0.2 and 1. Upgrade this program"
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

/// The type of a flow log in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of this provider.
    Ours,
    /// Of the AWS provider.
    Aws,
    /// Of the Cloud Control provider.
    Awscc,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        match name {
            "vpcflow_log" => Some(Self::Ours),
            "aws_flow_log" => Some(Self::Aws),
            "awscc_ec2_flow_log" => Some(Self::Awscc),
            _ => None,
        }
    }
}

/// A flow log in a state.
pub(super) struct Found {
    pub(super) address: String,
    pub(super) kind: Kind,
    pub(super) attributes: Map<String, Value>,
    /// The attributes whose values must not be shown.
    pub(super) sensitive: Marks,
    /// Whether its attributes are in the form of a Terraform older than 0.12, which is not read.
    pub(super) is_flat: bool,
}

/// Either form of a state, or a plan, which contains a state.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// In `terraform show -json`.
    format_version: Option<String>,
    values: Option<Values>,
    /// In a plan.
    planned_values: Option<IgnoredAny>,
    resource_changes: Option<IgnoredAny>,
    prior_state: Option<PriorState>,
    /// In a state file.
    version: Option<i64>,
    lineage: Option<IgnoredAny>,
    #[serde(deserialize_with = "flow_logs")]
    resources: Vec<Resource>,
    /// In an encrypted state file of OpenTofu.
    encrypted_data: Option<IgnoredAny>,
    /// In the working directory of a configuration whose state is elsewhere.
    backend: Option<Place>,
    state_store: Option<Place>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PriorState {
    format_version: Option<String>,
    values: Option<Values>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Place {
    r#type: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Values {
    root_module: Module,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Module {
    address: String,
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
    index: Option<Value>,
    values: Attributes,
    sensitive_values: Value,
    deposed_key: Option<IgnoredAny>,
    instances: Vec<Instance>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Instance {
    index_key: Option<Value>,
    attributes: Attributes,
    attributes_flat: Option<IgnoredAny>,
    sensitive_attributes: Value,
    deposed: Option<IgnoredAny>,
}

/// The attributes of flow logs; others are skipped. What is no object has none.
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
            fn visit_bool<E>(self, _: bool) -> Result<Attributes, E> {
                Ok(Attributes::default())
            }
            fn visit_str<E>(self, _: &str) -> Result<Attributes, E> {
                Ok(Attributes::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Attributes, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
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
                if managed && Kind::of(&resource.r#type).is_some() {
                    kept.push(resource);
                }
            }
            Ok(kept)
        }
    }
    deserializer.deserialize_any(Filter(PhantomData))
}

impl State {
    /// Checks that this is a state of a supported version, or a plan.
    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.encrypted_data.is_some() {
            return Err(Problem::Encrypted);
        }
        let elsewhere = [
            ("backend", &self.backend),
            ("state store", &self.state_store),
        ];
        for (kind, place) in elsewhere {
            if let Some(place) = place {
                return Err(Problem::Elsewhere(format!("{kind} `{}`", place.r#type)));
            }
        }
        let prior = self.prior_state.as_ref();
        let prior = prior.and_then(|state| state.format_version.as_ref());
        match (prior.or(self.format_version.as_ref()), self.version) {
            (Some(version), _) if is_supported(version) => Ok(()),
            (Some(version), _) => Err(Problem::NewFormat(version.clone())),
            (None, Some(4)) => Ok(()),
            (None, Some(version)) if version > 4 => Err(Problem::NewFile(version)),
            (None, Some(version)) => Err(Problem::OldFile(version)),
            (None, None) if self.lineage.is_some() => Err(Problem::NoVersion),
            (None, None) => Err(Problem::NotAState),
        }
    }

    /// Returns whether this is a plan.
    pub(super) fn is_plan(&self) -> bool {
        self.planned_values.is_some() || self.resource_changes.is_some()
    }

    /// Returns the flow logs, sorted by address. In a plan, they are those of the state before it.
    pub(super) fn flow_logs(self) -> Vec<Found> {
        let mut found = Vec::new();
        for resource in self.resources {
            resource.instances(&mut found);
        }
        let prior = self.prior_state.and_then(|state| state.values);
        let values = self.values.or(prior);
        let mut modules: Vec<Module> = values.map(|v| v.root_module).into_iter().collect();
        while let Some(module) = modules.pop() {
            let resources = module.resources.into_iter();
            let existing = resources.filter(|resource| resource.deposed_key.is_none());
            found.extend(existing.filter_map(|resource| resource.shown(&module.address)));
            modules.extend(module.child_modules);
        }
        found.sort_by(|a, b| a.address.cmp(&b.address));
        found
    }
}

impl Resource {
    /// Adds the instances of a resource in a state file.
    fn instances(self, found: &mut Vec<Found>) {
        let Some(kind) = Kind::of(&self.r#type) else {
            return;
        };
        let module = self.module.map(|module| format!("{module}."));
        let module = module.unwrap_or_default();
        let head = format!("{module}{}.{}", self.r#type, self.name);
        let existing = self.instances.into_iter().filter(|i| i.deposed.is_none());
        found.extend(existing.map(|instance| Found {
            address: format!("{head}{}", index(instance.index_key.as_ref())),
            kind,
            attributes: instance.attributes.0,
            sensitive: Marks::Paths(instance.sensitive_attributes),
            is_flat: instance.attributes_flat.is_some(),
        }));
    }

    /// Converts a resource in the output of `terraform show -json`. Terraform 0.12 leaves the module and the index out of
    /// the address.
    fn shown(self, module: &str) -> Option<Found> {
        let mut address = self.address;
        if !module.is_empty() && !address.starts_with(&format!("{module}.")) {
            address = format!("{module}.{address}");
        }
        if !address.ends_with(']') {
            address.push_str(&index(self.index.as_ref()));
        }
        Some(Found {
            address,
            kind: Kind::of(&self.r#type)?,
            attributes: self.values.0,
            sensitive: Marks::Tree(self.sensitive_values),
            is_flat: false,
        })
    }
}

/// Returns an index as in an address.
fn index(key: Option<&Value>) -> String {
    key.map_or_else(String::new, |key| format!("[{key}]"))
}

/// Returns whether a version of `terraform show -json` is supported: 0.1 and 0.2 are those of Terraform 0.12 to 1.0.
fn is_supported(version: &str) -> bool {
    matches!(version, "0.1" | "0.2") || version.split('.').next() == Some("1")
}
