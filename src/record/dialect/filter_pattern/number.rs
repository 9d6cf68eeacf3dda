//! Numbers that the service can compare exactly.

use crate::record::qual::Range;

/// The maximum number of numbers for which ranges are listed one by one.
pub(in crate::record) const MOST_WRITTEN_OUT: i64 = 16;

/// The greatest number that a double distinguishes from its neighbors. The service may compare doubles.
pub(super) const GREATEST_EXACT: i64 = (1 << 53) - 1;

/// Reports whether a double holds the number exactly.
pub(super) fn is_exact(number: i64) -> bool {
    (0..=GREATEST_EXACT).contains(&number)
}

/// Returns the numbers in the ranges, if all ranges are single numbers or there are few numbers.
pub(in crate::record) fn written_out(ranges: &[Range], most: i64) -> Option<Vec<i64>> {
    let distance = |range: &Range| range.high.saturating_sub(range.low);
    let single = ranges.iter().all(|range| distance(range) == 0);
    let few = ranges.iter().fold(0, |sum: i64, range| {
        sum.saturating_add(distance(range).saturating_add(1))
    }) <= most;
    if !single && !few {
        return None;
    }
    ranges
        .iter()
        .flat_map(|range| range.low..=range.high)
        .map(|number| is_exact(number).then_some(number))
        .collect()
}
