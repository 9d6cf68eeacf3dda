//! The rows of an answer of CloudWatch Logs Insights.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::events::NOT_READ;
use crate::framework::Diagnostic;
use crate::record::Aggregate;
use crate::record::aggregate::{Measure, Positions, Quantity, Tally};
use crate::record::dialect::insights;

/// One row of an answer: names and values.
pub(super) type Row = Vec<(String, String)>;

fn inexact(number: &str) -> Diagnostic {
    let detail = format!(
        "CloudWatch Logs Insights returned {number}, and numbers from 2^53 on are not exact there. Narrow the query, or use \
         the engine `scan`."
    );
    Diagnostic::error("inexact-number", NOT_READ, detail).at("engine")
}

/// Reads the measures of a row.
pub(super) fn tally(
    row: &Row,
    aggregate: &Aggregate,
    positions: &Positions,
) -> Result<Tally, Diagnostic> {
    let row: BTreeMap<&str, &str> = row.iter().map(pair).collect();
    let number = |column: &str| match row.get(column) {
        None => Ok(None),
        Some(text) => whole(text).map(Some).ok_or_else(|| inexact(text)),
    };
    let mut measures = BTreeMap::new();
    for measure in Measure::ALL {
        measures.insert(measure, number(insights::measure_column(measure))?);
    }
    let sums = 0..aggregate.sums.len();
    let sums: Result<Vec<_>, _> = sums.map(|sum| number(&insights::sum_column(sum))).collect();
    let measure = |measure| measures.get(&measure).copied().flatten();
    let tally = Tally::from_measures(measure, sums?.into_iter());
    Ok(positions.complete(&tally))
}

pub(super) fn quantity_of(tally: &Tally, quantity: Quantity) -> i64 {
    let number = match quantity {
        Quantity::Measure(measure) => tally.measure(measure),
        Quantity::Sum(index) => tally.sums.get(index).copied().flatten(),
        Quantity::Distinct(_) => None,
    };
    number.unwrap_or(0)
}

pub(super) fn pair((name, value): &(String, String)) -> (&str, &str) {
    (name, value)
}

/// Returns a value as it is in records: without the fraction or the exponent that a computed number may have.
///
/// # Errors
/// The number may not be exact.
pub(super) fn plain(text: &str) -> Result<Cow<'_, str>, Diagnostic> {
    if !text.contains(['.', 'E', 'e']) {
        return Ok(Cow::Borrowed(text));
    }
    let number = whole(text).ok_or_else(|| inexact(text))?;
    Ok(Cow::Owned(number.to_string()))
}

/// Parses a number of Insights, which may write whole numbers with a fraction or an exponent; none if it may not be exact.
pub(super) fn whole(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        (number.fract() == 0.0).then_some(number as i64)
    })?;
    (number.unsigned_abs() < insights::EXACT).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::{plain, whole};

    #[test]
    fn only_numbers_that_are_exact_are_read() {
        let read = [
            ("9007199254740991", Some(9_007_199_254_740_991)),
            ("9.007199254740991E15", Some(9_007_199_254_740_991)),
            ("1767225600.0", Some(1_767_225_600)),
            ("-3", Some(-3)),
            // 2^53 + 1 is written like this, too.
            ("9007199254740992", None),
            ("9.007199254740992E15", None),
            ("-9007199254740992", None),
            ("0.5", None),
            ("1E400", None),
            ("NaN", None),
            ("-", None),
        ];
        for (text, expected) in read {
            assert_eq!(whole(text), expected, "{text}");
        }
        assert_eq!(plain("9223372036854775807").unwrap(), "9223372036854775807");
        assert_eq!(plain("6.0").unwrap(), "6");
        assert!(plain("9.1E18").is_err());
    }
}
