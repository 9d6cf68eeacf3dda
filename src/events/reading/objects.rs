//! Reads the objects of a bucket.

use std::sync::Arc;

use tokio::time::timeout_at;

use super::Reading;
use crate::events::completeness::{Detail, Empty, FoundBy, Reason, Unread};
use crate::events::diagnostics;
use crate::events::query;
use crate::events::scan::{Asked, Collector, ObjectScan, Paging, ScanError, UnreadObjects};
use crate::events::search::Search;
use crate::events::source::{Bucket, Listed};
use crate::events::statistics::{self, Statistics};
use crate::framework::{Context, Diagnostic};
use crate::record::Format;

/// The objects of a bucket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Objects<'a> {
    search: &'a Search,
    bucket: &'a Bucket,
    context: &'a Context,
}

impl<'a> Objects<'a> {
    pub(super) fn new(search: &'a Search, bucket: &'a Bucket, context: &'a Context) -> Self {
        Self {
            search,
            bucket,
            context,
        }
    }

    /// Lists them, and reads those that may hold records of the window.
    pub(super) async fn read<C: Collector>(
        self,
        paging: Paging,
        collector: &mut C,
        detail: Detail,
        reading: &mut Reading<C::Part>,
    ) -> Result<(), Diagnostic> {
        let listed = match self.list().await {
            Ok(listed) => listed,
            Err(error) => {
                let empty = diagnostics::empty_or_error(error, self.search, detail).await?;
                reading.gaps.add(Reason::NothingDelivered(empty));
                reading.statistics.objects = Some(statistics::Objects::default());
                return Ok(());
            }
        };
        self.check_size(&listed)?;
        let calls = listed.calls;
        if listed.objects.is_empty() {
            let window = self.search.window;
            reading.gaps.add(Reason::NothingDelivered(Empty::NoObjects {
                bucket: self.bucket.bucket_name().to_owned(),
                prefixes: listed.prefixes,
                start: window.start_time(),
                end: window.end_time(),
            }));
        }
        let scan = ObjectScan {
            bucket: self.bucket,
            objects: listed.objects,
            asked: Arc::new(self.asked()),
            paging,
            deadline: self.search.deadline,
        };
        let (found, unread) = match scan.run(collector, self.context).await {
            Ok(read) => read,
            Err(error) => return Err(diagnostics::error(error, self.search, detail).await),
        };
        reading.found = found;
        self.note(reading, unread)?;
        reading.statistics.calls += calls;
        Ok(())
    }

    async fn list(self) -> Result<Listed, ScanError> {
        let listing = timeout_at(self.search.deadline, self.bucket.list(self.search.window));
        match self.context.stop().run_until_cancelled(listing).await {
            Some(Ok(listed)) => listed.map_err(ScanError::Refused),
            Some(Err(_)) => Err(ScanError::Deadline(Box::default())),
            None => Err(ScanError::Stopped),
        }
    }

    /// Checks that the objects are not larger than the configuration allows.
    fn check_size(self, listed: &Listed) -> Result<(), Diagnostic> {
        let size: u64 = listed.objects.iter().map(|stored| stored.object.size).sum();
        let Some(most) = self.search.most_bytes.filter(|most| size > *most) else {
            return Ok(());
        };
        let detail = format!(
            "The query would read {} objects with {size} bytes from {}. `max_scan_bytes` allows {most}. Nothing was \
             read. Narrow the time window, name a narrower prefix in `s3_uri`, or increase `max_scan_bytes`.",
            listed.objects.len(),
            self.bucket.uri()
        );
        let summary = "Too many bytes to read";
        Err(Diagnostic::error("too-many-bytes", summary, detail).at("max_scan_bytes"))
    }

    fn asked(self) -> Asked {
        let search = self.search;
        let mut formats = search.formats().to_vec();
        if formats.is_empty() {
            formats = vec![Format::vpc_default(), Format::transit_gateway_default()];
        }
        Asked {
            quals: search.quals.clone(),
            window: search.window,
            formats,
            qualified: search.lines.qualified,
        }
    }

    fn note<P>(self, reading: &mut Reading<P>, unread: UnreadObjects) -> Result<(), Diagnostic> {
        if let Some(lacked) = unread.lacks {
            return Err(query::cannot_bind(&lacked));
        }
        let counts = &reading.found.counts;
        reading.statistics = Statistics {
            parse_errors: Some(counts.parse_errors),
            no_data: Some(counts.no_data),
            skip_data: Some(counts.skip_data),
            ..counts.statistics
        };
        if let Some(first) = counts.unread.clone() {
            let among = counts.statistics.scanned;
            reading.gaps.add(Reason::UnreadLines(Unread {
                log_group: self.bucket.uri().to_owned(),
                lines: counts.unread(),
                found_by: FoundBy::Query { among, first },
            }));
        }
        let skipped = counts.skip_data;
        reading.note_skipped(skipped);
        if !unread.objects.is_empty() {
            reading.gaps.add(Reason::UnreadableObjects(unread.objects));
        }
        Ok(())
    }
}
