//! Keys of objects: where the objects of a window are, and what the name of one says.
//!
//! | file | holds |
//! |---|---|
//! | `name` | the name of an object as AWS writes it |
//! | `flow_log` | the folders of AWS flow logs: plain and Hive-compatible, daily and hourly |
//! | `trail` | the folders of a trail of Yandex Cloud |
//! | `days` | the days and hours of a window |
//!
//! A name only tells which objects cannot hold a record of the window. Each record is checked. When an object was modified
//! says nothing about its records.

mod days;
mod flow_log;
mod name;
mod trail;

use std::ops::Range;

use super::Kind;
use crate::record::reader::RecordType;

pub use name::{Name, kind_of, times_in_names};

/// Which objects are asked for.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The accounts; all of them if there is none.
    pub accounts: &'a [String],
    /// The regions; all of them if there is none.
    pub regions: &'a [String],
    /// The id of the flow log, if only its objects are asked for.
    pub flow_log: Option<&'a str>,
    /// Whether each hour has a folder, if it is known.
    pub is_hourly: Option<bool>,
    /// The window of the records' starts, in milliseconds since 1970.
    pub window: Range<i64>,
}

/// A folder in which objects are looked for: the start of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    prefix: String,
    record_type: RecordType,
}

/// What to list next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The folders in this one. [`Folder::enter`] takes their prefixes.
    Browse(Folder),
    /// All objects whose keys start with this prefix.
    List(String),
}

impl Wanted<'_> {
    /// Reports whether an object may hold a record that is asked for, by its key. An object whose name has another form
    /// may hold anything.
    #[must_use]
    pub fn may_hold(&self, key: &str) -> bool {
        let Some(name) = Name::parse(key) else {
            return true;
        };
        let (starts, window) = (name.starts(), &self.window);
        starts.start < window.end
            && window.start < starts.end
            && self.has_account(name.account)
            && self.has_region(name.region)
            && self.flow_log.is_none_or(|id| id == name.flow_log)
    }

    fn has_account(&self, account: &str) -> bool {
        self.accounts.is_empty() || self.accounts.iter().any(|wanted| wanted == account)
    }

    fn has_region(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|wanted| wanted == region)
    }
}

impl Folder {
    /// Creates the folder in which the objects of a flow log or of a trail are, at any depth. The prefix may lack its last
    /// `/`.
    #[must_use]
    pub fn new(prefix: &str, record_type: RecordType) -> Self {
        let trimmed = prefix.trim_end_matches('/');
        let slash = if trimmed.is_empty() { "" } else { "/" };
        Self {
            prefix: format!("{trimmed}{slash}"),
            record_type,
        }
    }

    /// Creates the folder of the objects of one account and region, below the prefix of the destination.
    #[must_use]
    pub fn of_flow_log(prefix: &str, account: &str, region: &str, is_hive: bool) -> Self {
        let prefix = flow_log::folder(prefix, account, region, is_hive);
        Self::new(&prefix, RecordType::Aws)
    }

    /// Returns the start of the keys in this folder. It is empty or ends with `/`.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns what to list to find the objects in this folder.
    #[must_use]
    pub fn steps(&self, wanted: &Wanted<'_>) -> Vec<Step> {
        match self.record_type {
            RecordType::Aws => flow_log::steps(self, wanted),
            RecordType::YandexExternalFlow => trail::steps(self, wanted),
        }
    }

    /// Returns what to list next, given the prefixes of all folders in this one, as S3 lists them with a delimiter.
    #[must_use]
    pub fn enter(&self, folders: &[String], wanted: &Wanted<'_>) -> Vec<Step> {
        let folders = folders
            .iter()
            .filter(|folder| folder.starts_with(&self.prefix));
        let folders: Vec<_> = folders
            .map(|folder| Self::new(folder, self.record_type))
            .collect();
        match self.record_type {
            RecordType::Aws => flow_log::enter(self, &folders, wanted),
            RecordType::YandexExternalFlow => trail::enter(self, &folders, wanted),
        }
    }

    /// Returns the names of the folders of this prefix.
    fn parts(&self) -> Vec<&str> {
        self.prefix.split_terminator('/').collect()
    }

    /// Returns the prefixes of days and hours that are in this folder, or this folder if it is in one of them.
    fn within(&self, prefixes: Vec<String>) -> Vec<Step> {
        let mut steps = Vec::new();
        for prefix in prefixes {
            if prefix.starts_with(&self.prefix) {
                steps.push(Step::List(prefix));
            } else if self.prefix.starts_with(&prefix) {
                steps.push(Step::List(self.prefix.clone()));
            }
        }
        steps.dedup();
        steps
    }
}
