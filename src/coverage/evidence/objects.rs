//! The newest objects of a flow log in a bucket. The names of AWS's folders and objects tell which ones to list.

use jiff::{SignedDuration, Timestamp};

use super::super::judge::Unclear;
use super::super::trouble::cause;
use super::Arrival;
use super::writer::Bucket;
use crate::aws::s3::{Listing, Object, ObjectsPage, Reply};
use crate::aws::{self, Aws};
use crate::record::RecordType;
use crate::record::object::key::{Folder, Name, Step, Wanted, kind_of};

/// The most pages of one prefix.
const MOST_PAGES: usize = 20;
/// How much later than its records an object arrives, at most.
const LATEST: SignedDuration = SignedDuration::from_mins(20);

/// Looks for objects of a flow log that have arrived since a time. A bucket that does not exist holds nothing.
pub(super) async fn search(
    aws: &Aws,
    bucket: &Bucket,
    flow_log: &str,
    since: Timestamp,
    now: Timestamp,
) -> Arrival {
    let (accounts, regions) = ([bucket.account.clone()], [bucket.region.clone()]);
    let start = since.checked_sub(LATEST).unwrap_or(Timestamp::MIN);
    let wanted = Wanted {
        accounts: &accounts,
        regions: &regions,
        flow_log: Some(flow_log),
        is_hourly: Some(bucket.is_hourly),
        window: start.as_millisecond()..now.as_millisecond(),
    };
    let folder = Folder::of_flow_log(
        &bucket.folder,
        &bucket.account,
        &bucket.region,
        bucket.is_hive,
    );
    let mut search = Search {
        aws,
        bucket,
        region: bucket.region.clone(),
        newest: None,
    };
    // The newest objects are in the last folders.
    for step in folder.steps(&wanted).into_iter().rev() {
        let Step::List(prefix) = step else {
            return Err(Unclear::NoPlace);
        };
        match search.list(prefix, &wanted).await {
            Ok(true) => {}
            Ok(false) => return Err(Unclear::TooMuch),
            Err(error) if error.is_bucket_not_found() => return Ok(None),
            Err(error) => return Err(Unclear::Failed(cause(&error))),
        }
        if search.newest.is_some_and(|newest| newest >= since) {
            break;
        }
    }
    Ok(search.newest)
}

/// Returns the region of a bucket. `None` if the bucket does not exist.
///
/// # Errors
/// S3 refuses the call.
pub(in crate::coverage) async fn locate(
    aws: &Aws,
    bucket: &Bucket,
) -> Result<Option<String>, aws::Error> {
    let mut search = Search {
        aws,
        bucket,
        region: bucket.region.clone(),
        newest: None,
    };
    let listing = Listing {
        bucket: bucket.name.clone(),
        by_folder: true,
        ..Listing::default()
    };
    match search.page(&listing, None).await {
        Ok(_) => Ok(Some(search.region)),
        Err(error) if error.is_bucket_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

struct Search<'s> {
    aws: &'s Aws,
    bucket: &'s Bucket,
    /// The region of the bucket, as far as it is known.
    region: String,
    newest: Option<Timestamp>,
}

impl Search<'_> {
    /// Lists the objects with a prefix. Returns whether these were all.
    async fn list(&mut self, prefix: String, wanted: &Wanted<'_>) -> Result<bool, aws::Error> {
        let listing = Listing {
            bucket: self.bucket.name.clone(),
            prefix,
            ..Listing::default()
        };
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let page = self.page(&listing, token).await?;
            let own = page.objects.iter().filter(|object| {
                wanted.may_hold(&object.key) && kind_of(&object.key, RecordType::Aws).is_some()
            });
            self.newest = self.newest.max(own.filter_map(arrival).max());
            token = page.next;
            if token.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads a page, in the region of the bucket.
    async fn page(
        &mut self,
        listing: &Listing,
        token: Option<String>,
    ) -> Result<ObjectsPage, aws::Error> {
        let s3 = self.aws.s3(&self.region);
        match s3.page(listing, token.clone()).await? {
            Reply::Page(page) => return Ok(page),
            Reply::Elsewhere { region, .. } => self.region = region,
        }
        match self.aws.s3(&self.region).page(listing, token).await? {
            Reply::Page(page) => Ok(page),
            Reply::Elsewhere { error, .. } => Err(*error),
        }
    }
}

/// Returns when an object has arrived. Other stores may not tell, but the name of an object does, within minutes. The name
/// of another object tells nothing.
fn arrival(object: &Object) -> Option<Timestamp> {
    let name = Name::parse(&object.key)?;
    let modified = object.modified;
    modified.or_else(|| Timestamp::from_millisecond(name.time).ok())
}
