//! The scan of a bucket: objects are fetched and decoded side by side, and their records handed on.
//!
//! | file | holds |
//! |---|---|
//! | `remote` | the bytes of an object, fetched by range |
//! | `decode` | one object, decoded on a thread of its own |
//! | `first` | the first rows in order, whatever the order of the objects |
//!
//! Fetching waits for the network, and many objects are fetched at once. Decoding takes a core, and as many objects are
//! decoded at once as there are cores. Without a limit, the order of the objects does not matter. With one, objects are
//! read in the order of their names, until none can hold a row that comes before those found. Must not know any service.

mod decode;
mod first;
mod remote;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::collector::Collector;
use super::counts::Counts;
use super::error::ScanError;
use super::progress::Progress;
use super::run::{Found, Paging, resume_panic};
use crate::events::completeness::UnreadableObject;
use crate::events::half_open::HalfOpen;
use crate::events::page::Stored;
use crate::events::source::Bucket;
use crate::events::statistics::Objects;
use crate::framework::Context;
use crate::record::{BindError, Format, Quals};
use decode::{Decoded, Rows, decode};
use first::First;
use remote::{Failure, Remote};

/// The most objects that are fetched or decoded at once.
const AT_ONCE: usize = 8;
/// How many are read at first if few rows are wanted.
const AT_FIRST: usize = 2;

/// What to read from a bucket.
#[derive(Debug)]
pub(crate) struct ObjectScan<'a> {
    pub(crate) bucket: &'a Bucket,
    pub(crate) objects: Vec<Stored>,
    pub(crate) asked: Arc<Asked>,
    pub(crate) paging: Paging,
    /// When the time for the query is over.
    pub(crate) deadline: Instant,
}

/// What is asked of the records.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) quals: Quals,
    pub(crate) window: HalfOpen,
    /// The formats of lines in objects without a header.
    pub(crate) formats: Vec<Format>,
    /// Whether there are quals. If so, a line that does not parse is only counted.
    pub(crate) qualified: bool,
}

/// What could not be read of the objects.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    /// The objects that could not be read to their end.
    pub(crate) objects: Vec<UnreadableObject>,
    /// Quals on fields that the formats of all records lack.
    pub(crate) lacks: Option<BindError>,
}

/// What the decoders share.
struct Shared<C> {
    asked: Arc<Asked>,
    paging: Paging,
    /// The ids of records that have ids of their own.
    seen: Mutex<Counts>,
    /// Collectors that no decoder uses.
    collectors: Mutex<Vec<C>>,
    cores: Semaphore,
    cancelled: CancellationToken,
}

/// Cancels the decoders when the scan ends, however it ends.
struct CancelOnDrop(CancellationToken);

/// The state of one scan.
struct Running<C: Collector> {
    counts: Counts,
    objects: Objects,
    unread: Unread,
    /// The formats of the records.
    formats: Vec<Format>,
    /// Quals on fields that one of the formats lacks.
    lacking: Vec<BindError>,
    first: Option<First<C::Part>>,
    parts: Vec<C::Part>,
}

impl ObjectScan<'_> {
    /// Reads the objects, until all are read or the limit is reached.
    ///
    /// # Errors
    /// The scan did not finish, or the bucket refuses every object.
    pub(crate) async fn run<C: Collector>(
        mut self,
        collector: &mut C,
        context: &Context,
    ) -> Result<(Found<C::Part>, Unread), ScanError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let shared = Arc::new(Shared {
            asked: Arc::clone(&self.asked),
            paging: self.paging,
            seen: Mutex::default(),
            collectors: Mutex::new((0..cores).map(|_| collector.fork()).collect()),
            cores: Semaphore::new(cores),
            cancelled: CancellationToken::new(),
        });
        let _cancel = CancelOnDrop(shared.cancelled.clone());
        let mut running = Running::<C>::new(self.paging, self.objects.len());
        self.sort();
        let mut waiting = self.objects.into_iter().peekable();
        let mut reading = JoinSet::new();
        let mut progress = Progress::new(Instant::now());
        let mut width = running.width();
        loop {
            while reading.len() < width
                && let Some(object) = waiting.next_if(|object| running.needs(object))
            {
                reading.spawn(read(self.bucket.clone(), object, Arc::clone(&shared)));
            }
            tokio::select! {
                biased;
                () = context.stop().cancelled() => return Err(ScanError::Stopped),
                () = tokio::time::sleep_until(self.deadline) => {
                    return Err(ScanError::Deadline(Box::new(running.counts.statistics)));
                }
                read = reading.join_next() => match read {
                    None => break,
                    Some(read) => running.receive(read.unwrap_or_else(resume_panic))?,
                }
            }
            width = (2 * width).min(AT_ONCE);
            if progress.is_due(Instant::now()) {
                running.log(self.bucket.uri());
            }
        }
        let rest = waiting.next().is_some();
        let idle = std::mem::take(&mut *lock(&shared.collectors));
        for other in idle {
            collector.join(other)?;
        }
        running.finish(rest)
    }

    /// Sorts the objects by when their records can begin, in the order of the rows. Objects whose names do not tell come
    /// first, because they can hold any.
    fn sort(&mut self) {
        let newest_first = self.paging.newest_first;
        self.objects.sort_by_key(|object| {
            let span = object.span;
            let near = span.map(|span| if newest_first { -span.end } else { span.start });
            (near, object.object.key.clone())
        });
    }
}

impl<C: Collector> Running<C> {
    fn new(paging: Paging, listed: usize) -> Self {
        Self {
            counts: Counts::default(),
            objects: Objects {
                listed: i64::try_from(listed).unwrap_or(i64::MAX),
                ..Objects::default()
            },
            unread: Unread::default(),
            formats: Vec::new(),
            lacking: Vec::new(),
            first: paging
                .limit
                .map(|limit| First::new(limit, paging.newest_first)),
            parts: Vec::new(),
        }
    }

    /// Returns how many objects are read at once in the beginning.
    fn width(&self) -> usize {
        if self.first.is_some() {
            AT_FIRST
        } else {
            AT_ONCE
        }
    }

    /// Reports whether an object can hold a row that is wanted.
    fn needs(&self, object: &Stored) -> bool {
        let first = self.first.as_ref();
        first.is_none_or(|first| object.span.is_none_or(|span| first.can_use(span)))
    }

    fn receive(&mut self, read: ReadObject<C>) -> Result<(), ScanError> {
        let ReadObject { object, decoded } = read;
        let decoded = match decoded {
            Ok(decoded) => decoded,
            Err(failure) => return self.unreadable(&object, failure),
        };
        self.objects.read += 1;
        self.objects.bytes += decoded.bytes;
        let read = &decoded.read;
        let statistics = &mut self.counts.statistics;
        statistics.pages += 1;
        statistics.calls += decoded.calls;
        statistics.scanned += count(read.scanned);
        statistics.matched += count(read.matched - decoded.repeated);
        self.counts.parse_errors += count(read.unparsed);
        self.counts.no_data += count(read.no_data);
        self.counts.skip_data += count(read.skip_data);
        self.counts.sampled += decoded.sampled;
        let lacking = decoded.read.lacks.first().map(ToString::to_string);
        // Records without the field do not match, but they may be of traffic that does.
        let lacking = lacking.filter(|_| decoded.read.lacks.len() >= decoded.formats.len());
        for error in decoded.read.lacks {
            if !self.lacking.contains(&error) {
                self.lacking.push(error);
            }
        }
        for format in decoded.formats {
            if !self.formats.contains(&format) {
                self.formats.push(format);
            }
        }
        if self.counts.unread.is_none() {
            self.counts.unread = decoded.unread;
        }
        match (decoded.rows, &mut self.first) {
            (Rows::First(rows), Some(first)) => first.extend(rows),
            (Rows::All(part), _) => self.parts.push(part),
            (Rows::First(_), None) => {}
        }
        if let Some(error) = decoded.error {
            return Err(error);
        }
        match (decoded.problem, lacking) {
            (Some(problem), _) => self.unreadable(&object, Failure::of(problem)),
            (None, Some(lacking)) => self.unreadable(&object, Failure::Lacks(lacking)),
            (None, None) => Ok(()),
        }
    }

    /// Notes that an object could not be read. What is wrong with the network or with the run is wrong with the scan.
    fn unreadable(&mut self, object: &Stored, failure: Failure) -> Result<(), ScanError> {
        self.objects.unreadable += 1;
        let object = UnreadableObject {
            key: object.object.key.clone(),
            problem: failure.into_problem()?,
        };
        self.unread.objects.push(object);
        Ok(())
    }

    fn finish(mut self, rest: bool) -> Result<(Found<C::Part>, Unread), ScanError> {
        if self.objects.read == 0
            && let Some(refused) = self
                .unread
                .objects
                .iter()
                .find_map(UnreadableObject::refusal)
        {
            return Err(ScanError::Refused(refused.clone()));
        }
        self.unread
            .objects
            .sort_by(|one, other| one.key.cmp(&other.key));
        let formats = &self.formats;
        let is_lacked_by_all = |error: &BindError| match error {
            BindError::MissingField { field, .. } => {
                let mut formats = formats.iter();
                formats.all(|format| format.position(field).is_none())
            }
            BindError::EmptyBlock { .. } => true,
        };
        self.unread.lacks = self.lacking.into_iter().find(is_lacked_by_all);
        self.counts.statistics.objects = Some(self.objects);
        let (parts, cut) = match self.first {
            Some(first) => first.finish(),
            None => (self.parts, false),
        };
        let found = Found {
            parts,
            truncated: cut || rest,
            counts: self.counts,
        };
        Ok((found, self.unread))
    }

    fn log(&self, bucket: &str) {
        tracing::info!(
            bucket,
            objects = self.objects.read,
            of = self.objects.listed,
            scanned = self.counts.statistics.scanned,
            matched = self.counts.statistics.matched,
            "reading objects"
        );
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// An object that was read.
struct ReadObject<C: Collector> {
    object: Stored,
    decoded: Result<Decoded<C::Part>, Failure>,
}

/// Fetches an object, and decodes it on a thread of its own.
async fn read<C: Collector>(
    bucket: Bucket,
    object: Stored,
    shared: Arc<Shared<C>>,
) -> ReadObject<C> {
    let remote = Remote::open(bucket, &object, shared.cancelled.clone()).await;
    let remote = match remote {
        Ok(remote) => remote,
        Err(failure) => {
            let decoded = Err(failure);
            return ReadObject { object, decoded };
        }
    };
    let permit = shared.cores.acquire().await;
    let (worker, listed) = (Arc::clone(&shared), object.clone());
    let decoded = tokio::task::spawn_blocking(move || {
        let collector = lock(&worker.collectors).pop();
        collector.map(|mut collector| {
            let decoded = decode(&remote, &listed, &worker, &mut collector);
            lock(&worker.collectors).push(collector);
            decoded
        })
    });
    let decoded = decoded.await.unwrap_or_else(resume_panic);
    drop(permit);
    ReadObject {
        object,
        decoded: decoded.ok_or(Failure::Cancelled),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
