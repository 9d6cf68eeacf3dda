//! What a configured provider passes to its nouns: the connection to AWS, and the settings that affect plans.
//!
//! During a plan, parts of it may be unknown. Creates can then still be planned, but reads fail with an error that names
//! the argument. This module must not know any noun.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::{Account, Aws};
use crate::framework::{Attr, Diagnostic};

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// A configured provider.
#[derive(Debug)]
pub struct Connection {
    /// The number of this configuration in the process. What was recorded under an earlier one does not apply.
    pub run: u64,
    /// The connection to AWS, or the path of the provider argument that is still unknown.
    pub aws: Result<Aws, String>,
    /// The default region.
    pub region: Attr<String>,
    /// The account, unless the configuration skips it.
    pub account: Option<Account>,
    /// The tags that every resource gets.
    pub default_tags: Attr<Tags>,
    /// The tags to ignore.
    pub ignore_tags: Attr<IgnoreTags>,
}

/// Tags to ignore: they are neither shown nor changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoreTags {
    /// Keys to ignore.
    pub keys: BTreeSet<String>,
    /// Key prefixes to ignore.
    pub key_prefixes: BTreeSet<String>,
}

impl IgnoreTags {
    /// Reports whether tags with this key are ignored.
    pub fn ignores(&self, key: &str) -> bool {
        self.keys.contains(key)
            || self
                .key_prefixes
                .iter()
                .any(|prefix| key.starts_with(prefix))
    }
}

impl Connection {
    /// Returns the connection to AWS.
    ///
    /// # Errors
    /// A provider argument is not known yet.
    pub fn aws(&self) -> Result<&Aws, Diagnostic> {
        self.aws.as_ref().map_err(|argument| {
            Diagnostic::error(
                "provider-configuration-not-known-yet",
                "Provider configuration not known yet",
                format!(
                    "The provider argument `{argument}` depends on a value that is known only after apply, so AWS \
                     cannot be called now. First apply what it depends on (terraform apply -target=…), or set \
                     `{argument}` to a known value."
                ),
            )
        })
    }

    /// Returns a region: the given one, or else the default.
    ///
    /// # Errors
    /// There is no region, or it is not known yet.
    pub fn region(&self, given: Option<&str>) -> Result<String, Diagnostic> {
        if let Some(region) = given.filter(|region| !region.is_empty()) {
            return Ok(region.to_owned());
        }
        match &self.region {
            Attr::Known(region) => Ok(region.clone()),
            Attr::Unknown => self.aws().map(|_| String::new()),
            Attr::Null => Err(Diagnostic::error(
                "no-region",
                "No region",
                "No AWS region is configured. Set `region` in the provider block or on the resource, the environment \
                 variable AWS_REGION, or `region` in the profile of ~/.aws/config.",
            )),
        }
    }
}
