//! The bytes of an object of a bucket, fetched by range.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::lock;
use crate::aws;
use crate::aws::s3::Object;
use crate::events::completeness::ObjectProblem;
use crate::events::page::Stored;
use crate::events::scan::error::ScanError;
use crate::events::source::Bucket;
use crate::record::object::{Content, Kind, Problem};

/// How many bytes are fetched at once. Most objects of flow logs have fewer.
const BLOCK: u64 = 4 << 20;
/// How many bytes of a Parquet file are fetched at least: columns that are not needed are left out.
const COLUMN: u64 = 256 << 10;
/// How many bytes are fetched at once at most. Replies have a maximum size, and pages of Parquet may be larger.
const MOST: u64 = 8 << 20;

/// The bytes of an object of a bucket.
#[derive(Debug)]
pub(super) struct Remote {
    bucket: Bucket,
    object: Object,
    runtime: Handle,
    cancelled: CancellationToken,
    /// The block that was fetched last, and where it begins.
    block: Mutex<(u64, Bytes)>,
    /// How many bytes to fetch at least.
    least: u64,
    bytes: AtomicI64,
    calls: AtomicI64,
}

/// Why an object was not read to its end.
#[derive(Debug)]
pub(super) enum Failure {
    /// The service refuses it, or cannot be reached.
    Aws(Box<aws::Error>),
    /// What is in it.
    Problem(Problem),
    /// Its records lack a field that a qual needs.
    Lacks(String),
    /// The scan has ended.
    Cancelled,
}

/// The scan has ended, so nothing more is fetched.
#[derive(Debug, thiserror::Error)]
#[error("the scan has ended")]
struct Ended;

impl Remote {
    /// Fetches the first bytes of an object, or all of a small one.
    ///
    /// # Errors
    /// The service refuses it, or cannot be reached.
    pub(super) async fn open(
        bucket: Bucket,
        stored: &Stored,
        cancelled: CancellationToken,
    ) -> Result<Self, Failure> {
        let is_large_parquet = stored.kind == Kind::Parquet && stored.object.size > BLOCK;
        let remote = Self {
            bucket,
            object: stored.object.clone(),
            runtime: Handle::current(),
            cancelled,
            block: Mutex::default(),
            least: if is_large_parquet { COLUMN } else { BLOCK },
            bytes: AtomicI64::new(0),
            calls: AtomicI64::new(0),
        };
        if !is_large_parquet && remote.object.size > 0 {
            let first = remote.fetch(0, BLOCK).await;
            let first = first.map_err(|error| Failure::Aws(Box::new(error)))?;
            *lock(&remote.block) = (0, first);
        }
        Ok(remote)
    }

    /// Returns the bytes and the calls that it took.
    pub(super) fn cost(&self) -> (i64, i64) {
        let of = |number: &AtomicI64| number.load(Ordering::Relaxed);
        (of(&self.bytes), of(&self.calls))
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    async fn fetch(&self, start: u64, length: u64) -> Result<Bytes, aws::Error> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let bytes = self.bucket.read(&self.object, start, length).await?;
        let fetched = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        self.bytes.fetch_add(fetched, Ordering::Relaxed);
        Ok(bytes)
    }
}

impl Content for Remote {
    fn size(&self) -> u64 {
        self.object.size
    }

    fn read(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let mut block = lock(&self.block);
        if let Some(bytes) = part(&block, start, length) {
            return Ok(bytes);
        }
        if start >= self.object.size {
            return Ok(Bytes::new());
        }
        let wanted = self.least.max(length as u64).min(MOST);
        let fetched = self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.cancelled.cancelled() => Err(io::Error::other(Ended)),
                fetched = self.fetch(start, wanted) => fetched.map_err(io::Error::other),
            }
        })?;
        *block = (start, fetched);
        Ok(part(&block, start, length).unwrap_or_default())
    }
}

/// Returns the bytes from a place on that a block holds.
fn part((begin, block): &(u64, Bytes), start: u64, length: usize) -> Option<Bytes> {
    let from = usize::try_from(start.checked_sub(*begin)?).ok()?;
    let rest = block.len().checked_sub(from).filter(|rest| *rest > 0)?;
    Some(block.slice(from..from + rest.min(length)))
}

impl Failure {
    /// Finds out whether it was the fetching that failed.
    pub(super) fn of(problem: Problem) -> Self {
        match problem {
            Problem::Content(error) => match error.downcast::<aws::Error>() {
                Ok(error) => Self::Aws(Box::new(error)),
                Err(error) if error.get_ref().is_some_and(|inner| inner.is::<Ended>()) => {
                    Self::Cancelled
                }
                Err(error) => Self::Problem(Problem::Content(error)),
            },
            problem => Self::Problem(problem),
        }
    }

    /// Returns the problem of the object.
    ///
    /// # Errors
    /// The network, or the run, is the problem.
    pub(super) fn into_problem(self) -> Result<ObjectProblem, ScanError> {
        match self {
            Self::Problem(problem) => Ok(ObjectProblem::Content(problem.to_string())),
            Self::Lacks(lacking) => Ok(ObjectProblem::Content(lacking)),
            Self::Aws(error) if error.kind == aws::Kind::Refused && !error.is_throttled() => {
                Ok(ObjectProblem::Refused(error))
            }
            Self::Aws(error) => Err(ScanError::Refused(*error)),
            Self::Cancelled => Err(ScanError::Stopped),
        }
    }
}
