//! What a configured provider hands to its nouns: the way to AWS, and the settings that shape plans.
//!
//! During a plan parts of it may be unknown. Then creates can still be planned, but nothing can be
//! read, and the error names the argument. Must not know any noun.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::{Account, Aws};
use crate::framework::{Attr, Diagnostic};

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// A configured provider.
#[derive(Debug)]
pub struct Connection {
    /// Which configuration of this process it is: what was seen under an earlier one says nothing under the next.
    pub run: u64,
    /// The connection to AWS, or the path of the provider argument that is still unknown.
    pub aws: Result<Aws, String>,
    /// The region that applies where none is given.
    pub region: Attr<String>,
    /// The account, unless it was not to be asked for.
    pub account: Option<Account>,
    /// Tags that every resource gets.
    pub default_tags: Attr<Tags>,
    /// Tags that are none of our business.
    pub ignore_tags: Attr<IgnoreTags>,
}

/// Tags that are left alone: neither shown nor changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoreTags {
    /// Whole keys.
    pub keys: BTreeSet<String>,
    /// Heads of keys.
    pub key_prefixes: BTreeSet<String>,
}

impl IgnoreTags {
    /// Says whether a tag of this key is left alone.
    pub fn ignores(&self, key: &str) -> bool {
        self.keys.contains(key)
            || self
                .key_prefixes
                .iter()
                .any(|prefix| key.starts_with(prefix))
    }
}

impl Connection {
    /// Gives the way to AWS.
    ///
    /// # Errors
    /// A provider argument that it depends on is unknown.
    pub fn aws(&self) -> Result<&Aws, Diagnostic> {
        self.aws.as_ref().map_err(|argument| {
            Diagnostic::error(
                "provider-configuration-not-known-yet",
                "Provider configuration not known yet",
                format!(
                    "The provider argument `{argument}` depends on something that is only known \
                     after apply, so AWS cannot be asked now. Apply what it depends on first \
                     (terraform apply -target=…), or give `{argument}` a value that is known."
                ),
            )
        })
    }

    /// Gives the region to work in: the one given, else the provider's.
    ///
    /// # Errors
    /// There is none, or it is unknown.
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
                "No AWS region is configured. Set `region` in the provider block or on the resource, \
                 or the environment variable AWS_REGION, or `region` in the profile of ~/.aws/config.",
            )),
        }
    }
}
