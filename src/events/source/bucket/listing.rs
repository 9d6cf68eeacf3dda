//! Which objects of a bucket may hold records of a window.
//!
//! Folders that cannot hold such objects are not listed. Folders are listed side by side.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::{Bucket, Objects};
use crate::aws;
use crate::aws::s3::{Listing, Object};
use crate::events::half_open::HalfOpen;
use crate::events::page::Stored;
use crate::record::RecordType;
use crate::record::object::key::{Folder, Name, Step, Wanted, kind_of};

/// The most listings that are under way at once.
const AT_ONCE: usize = 16;

/// What a bucket holds of a window.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) objects: Vec<Stored>,
    /// The prefixes that were listed.
    pub(crate) prefixes: Vec<String>,
    /// The calls that it took.
    pub(crate) calls: i64,
}

/// What one step found.
struct Found {
    objects: Vec<Object>,
    /// What to list next.
    next: Vec<Step>,
    /// The prefix that was listed.
    prefix: String,
    /// Whether all objects with the prefix were listed, and not only its folders.
    whole: bool,
    calls: i64,
}

impl Bucket {
    /// Lists the objects that may hold records of a window.
    ///
    /// # Errors
    /// S3 refuses a call.
    pub(crate) async fn list(&self, window: HalfOpen) -> Result<Listed, aws::Error> {
        let mut listed = Listed::default();
        if let Some(object) = self.only_object(&mut listed).await? {
            self.add(&mut listed, vec![object]);
            return Ok(listed);
        }
        let wanted = self.wanted(window);
        let mut waiting = self.folder().steps(&wanted);
        let mut listing = FuturesUnordered::new();
        loop {
            while listing.len() < AT_ONCE
                && let Some(step) = waiting.pop()
            {
                listing.push(self.take(step, &wanted));
            }
            let Some(found) = listing.next().await else {
                break;
            };
            let found = found?;
            listed.calls += found.calls;
            waiting.extend(found.next);
            if found.whole {
                listed.prefixes.push(found.prefix);
            }
            let objects = found.objects.into_iter();
            let may_hold = objects.filter(|object| wanted.may_hold(&object.key));
            self.add(&mut listed, may_hold.collect());
        }
        listed.prefixes.sort_unstable();
        if listed.prefixes.is_empty() {
            listed.prefixes.push(self.folder().prefix().to_owned());
        }
        let key = |stored: &Stored| stored.object.key.clone();
        listed.objects.sort_by_key(key);
        listed
            .objects
            .dedup_by_key(|stored| stored.object.key.clone());
        Ok(listed)
    }

    /// Finds the object whose key is the whole prefix, if the prefix looks like a key.
    async fn only_object(&self, listed: &mut Listed) -> Result<Option<Object>, aws::Error> {
        let name = self.prefix.rsplit('/').next().unwrap_or_default();
        if !matches!(self.objects, Objects::FlowLogs | Objects::Trail) || !name.contains('.') {
            return Ok(None);
        }
        listed.calls += 1;
        let page = self.page(&self.listing(&self.prefix, false), None).await?;
        let mut objects = page.objects.into_iter();
        Ok(objects.find(|object| object.key == self.prefix))
    }

    fn wanted(&self, window: HalfOpen) -> Wanted<'_> {
        let writer = match &self.objects {
            Objects::FlowLog(writer) => Some(writer),
            Objects::FlowLogs | Objects::Trail => None,
        };
        Wanted {
            accounts: writer.map_or(&[], |writer| writer.accounts.as_slice()),
            regions: writer.map_or(&[], |writer| writer.regions.as_slice()),
            flow_log: writer.map(|writer| writer.id.as_str()),
            is_hourly: writer.map(|writer| writer.is_hourly),
            window: window.start..window.end,
        }
    }

    /// Returns the folder to begin with.
    fn folder(&self) -> Folder {
        match &self.objects {
            Objects::FlowLogs => Folder::new(&self.prefix, RecordType::Aws),
            Objects::Trail => Folder::new(&self.prefix, RecordType::YandexExternalFlow),
            Objects::FlowLog(writer) => match (&*writer.accounts, &*writer.regions) {
                ([account], [region]) => {
                    Folder::of_flow_log(&self.prefix, account, region, writer.is_hive)
                }
                _ => Folder::new(&self.prefix, RecordType::Aws),
            },
        }
    }

    async fn take(&self, step: Step, wanted: &Wanted<'_>) -> Result<Found, aws::Error> {
        let (listing, browsed) = match step {
            Step::Browse(folder) => (self.listing(folder.prefix(), true), Some(folder)),
            Step::List(prefix) => (self.listing(&prefix, false), None),
        };
        let (mut objects, mut folders) = (Vec::new(), Vec::new());
        let (mut token, mut calls) = (None, 0);
        loop {
            let page = self.page(&listing, token).await?;
            calls += 1;
            objects.extend(page.objects);
            folders.extend(page.folders);
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        let next = browsed.map(|folder| folder.enter(&folders, wanted));
        let whole = next.is_none();
        if !whole {
            // A folder with other contents than those of AWS is listed as a whole by a step of its own.
            objects.retain(|object| Name::parse(&object.key).is_some());
        }
        Ok(Found {
            objects,
            next: next.unwrap_or_default(),
            prefix: listing.prefix,
            whole,
            calls,
        })
    }

    fn listing(&self, prefix: &str, by_folder: bool) -> Listing {
        Listing {
            bucket: self.name.clone(),
            prefix: prefix.to_owned(),
            by_folder,
            after: None,
            requester_pays: self.requester_pays,
        }
    }

    /// Adds objects that hold records.
    fn add(&self, listed: &mut Listed, objects: Vec<Object>) {
        let record_type = match self.objects {
            Objects::FlowLog(_) | Objects::FlowLogs => RecordType::Aws,
            Objects::Trail => RecordType::YandexExternalFlow,
        };
        let stored = objects.into_iter().filter_map(|object| {
            let kind = kind_of(&object.key, record_type)?;
            let name = Name::parse(&object.key);
            let named = name.as_ref().map(|name| name.time);
            let span = name.map(|name| {
                let starts = name.starts();
                HalfOpen {
                    start: starts.start,
                    end: starts.end,
                }
            });
            Some(Stored {
                kind,
                named,
                span,
                object,
            })
        });
        listed.objects.extend(stored);
    }
}
