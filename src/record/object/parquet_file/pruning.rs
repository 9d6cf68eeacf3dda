//! Which row groups hold no record that matches, by the statistics of their columns.
//!
//! Conservative: a row group without statistics may hold anything.

use std::ops::Range;

use parquet::basic::ConvertedType;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics;

use super::schema::Schema;
use crate::record::object::matching::Matching;

/// Numbers from here on are milliseconds.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// What the statistics of a row group show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All of its records are outside of the window.
    Outside,
    /// All of its records are within the window, report traffic, and do not match.
    NoMatch,
    /// No record matches, but some may report that records are missing, or be outside of the window.
    NoMatchButCount,
    /// It may hold records that match.
    Open,
}

/// Judges a row group.
pub(super) fn judge(
    group: &RowGroupMetaData,
    schema: &Schema,
    matching: &Matching,
    window: &Range<i64>,
) -> Verdict {
    let chunk = |index: usize| group.columns().get(*schema.columns.get(index)?);
    let numbers = |index: usize| chunk(index).and_then(numbers);
    let times = matching.times().next().and_then(|index| {
        let (low, high) = numbers(index)?;
        let has_nulls = chunk(index)?.statistics()?.null_count_opt() != Some(0);
        let in_seconds = low >= 0 && high < FIRST_MILLISECONDS;
        (in_seconds && !has_nulls).then(|| (low * 1000, high * 1000))
    });
    if times.is_some_and(|(low, high)| high < window.start || low >= window.end) {
        return Verdict::Outside;
    }
    if !matching.bound.is_refuted_by_ranges(&numbers) {
        return Verdict::Open;
    }
    let is_within = match times {
        Some((low, high)) => window.start <= low && high < window.end,
        None => matching.times().next().is_none(),
    };
    let is_ok = matching
        .format()
        .log_status()
        .is_none_or(|index| chunk(index).is_some_and(is_ok));
    if is_within && is_ok {
        Verdict::NoMatch
    } else {
        Verdict::NoMatchButCount
    }
}

/// Reports whether each value of a column of numbers is one that a record can have.
pub(super) fn is_valid(chunk: &ColumnChunkMetaData) -> bool {
    numbers(chunk).is_some_and(|(low, _)| low >= 0)
}

/// Returns the least and the greatest number of a column, if they are known.
fn numbers(chunk: &ColumnChunkMetaData) -> Option<(i64, i64)> {
    let is_unsigned = matches!(
        chunk.column_descr().converted_type(),
        ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64
    );
    let (low, high) = match chunk.statistics()? {
        _ if is_unsigned => return None,
        Statistics::Int32(all) => (i64::from(*all.min_opt()?), i64::from(*all.max_opt()?)),
        Statistics::Int64(all) => (*all.min_opt()?, *all.max_opt()?),
        _ => return None,
    };
    (low <= high).then_some((low, high))
}

/// Reports whether each logging status is `OK`.
pub(super) fn is_ok(chunk: &ColumnChunkMetaData) -> bool {
    let Some(Statistics::ByteArray(all)) = chunk.statistics() else {
        return false;
    };
    let is = |value: Option<&parquet::data_type::ByteArray>| {
        value.is_some_and(|value| value.data() == b"OK")
    };
    all.null_count_opt() == Some(0) && is(all.min_opt()) && is(all.max_opt())
}
