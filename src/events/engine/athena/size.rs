//! How much a query may read: what its partitions hold is known before it is started, and what it has read while it runs.

use super::{Table, run};
use crate::aws::AthenaAnswer;
use crate::events::source::Size;
use crate::framework::{Context, Diagnostic};
use crate::record::dialect::sql::Scope;

impl Table {
    /// Checks that the objects of the partitions are not larger than the configuration allows, and returns the calls that
    /// it took. Objects that are not known, or may not be listed, are not checked: Athena then reports what it reads.
    pub(super) async fn check_size(
        &self,
        scope: &Scope,
        context: &Context,
    ) -> Result<i64, Diagnostic> {
        let Some(most) = self.most_bytes else {
            return Ok(0);
        };
        let Some(places) = self.source.places(&self.properties, scope) else {
            return Ok(0);
        };
        let listing = async {
            Ok(Size::below(&places, &self.aws, self.region())
                .await
                .unwrap_or_else(|error| {
                    tracing::info!(%error, "the objects of the table were not listed");
                    None
                }))
        };
        let listed = run(listing, &self.name, self.deadline, context).await?;
        let Some(size) = listed else {
            return Ok(0);
        };
        if size.bytes <= most {
            return Ok(size.calls);
        }
        let detail = format!(
            "The query would read {} objects with {} bytes of the table {}. `max_scan_bytes` allows {most}. No query was \
             started. Narrow the time window, name more `partitions` in the block `athena`, or increase `max_scan_bytes`.",
            size.objects, size.bytes, self.name
        );
        Err(too_many(detail))
    }

    /// Checks that a query has not read more than the configuration allows.
    pub(super) fn check_scanned(&self, answer: &AthenaAnswer) -> Result<(), Diagnostic> {
        let Some(most) = self.most_bytes.filter(|_| answer.is_too_large) else {
            return Ok(());
        };
        let detail = format!(
            "The query has read {} bytes of the table {}, and AWS bills for them. `max_scan_bytes` allows {most}. The \
             provider stopped the query, if it was still running, and did not read its result. The provider could not \
             check the size before: the table has no partition projection, or the caller may not list the bucket \
             (s3:ListBucket). Narrow the time window, name more `partitions` in the block \
             `athena`, or increase `max_scan_bytes`.",
            answer.bytes_scanned, self.name
        );
        Err(too_many(detail))
    }
}

fn too_many(detail: String) -> Diagnostic {
    Diagnostic::error("too-many-bytes", "Too many bytes to read", detail).at("max_scan_bytes")
}
