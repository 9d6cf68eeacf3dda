//! The engine "insights": CloudWatch Logs Insights counts, and we read the answer.

use std::collections::BTreeMap;

use super::counted::{self, Counted, CountedGroup};
use super::tally::{Positions, Tally};
use crate::events::NOT_READ;
use crate::events::completeness::{Detail, FoundBy, Gaps, Reason, Unread};
use crate::events::diagnostics;
use crate::events::query::Query;
use crate::events::scan::ScanError;
use crate::events::search::{Needs, Search};
use crate::events::source::{LogGroup, Source};
use crate::events::statistics::Statistics;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::record::dialect::insights::{self, InsightsError, Scope};
use crate::record::{Aggregate, Bound, Format, RecordType};

/// Insights decides alone which records match.
pub(super) const NEEDS: Needs = Needs {
    by_stream: false,
    service_decides: true,
};

/// One row of an answer: names and values.
type Row = Vec<(String, String)>;

/// Checks that no argument is only for the engine "scan".
pub(super) fn validate(query: &Query, diagnostics: &mut Diagnostics) {
    let cannot = [
        ("filter_pattern", query.filter_pattern.given().is_some()),
        ("unmask", query.unmask.known() == Some(&true)),
    ];
    for (name, _) in cannot.iter().filter(|(_, given)| *given) {
        let detail = format!(
            "CloudWatch Logs Insights does not support `{name}`. Remove `{name}`, or use the engine `scan`."
        );
        let summary = "Not possible with this engine";
        diagnostics.error(*name, "not-possible-with-this-engine", summary, detail);
    }
}

/// Runs the aggregate as a query. A second query counts the total if there are more groups than the limit. One more counts
/// what these leave out, if nothing was found or the answer must be complete.
///
/// # Errors
/// Insights cannot express the query, or a service refuses it.
pub(super) async fn count(
    search: &Search,
    aggregate: &Aggregate,
    context: &Context,
) -> Result<Counted, Diagnostics> {
    if search.record_type != RecordType::Aws {
        let detail = "CloudWatch Logs Insights supports only lines of AWS flow logs here. Use the engine `scan`.";
        let rule = "engine-not-possible-for-this-kind-of-record";
        let summary = "Engine not possible for this type of record";
        return Err(Diagnostic::error(rule, summary, detail).at("engine").into());
    }
    let formats = search.formats().iter();
    let positions: Vec<_> = formats
        .map(|format| Positions::of(format, aggregate))
        .collect();
    let candidates = candidates(search, &positions)?;
    let Source::LogGroup(group) = &search.source;
    let mut runner = Runner {
        group,
        aggregate,
        search,
        context,
        nothing: Tally::nothing(positions.iter()),
        gaps: search.discovery.gaps.clone(),
        statistics: Statistics {
            calls: search.discovery.calls,
            ..Statistics::default()
        },
        has_no_group: false,
    };
    let mut counted = Counted::default();
    for candidate in candidates {
        counted = runner.count(&candidate).await?;
        if counted.total.flows > 0 || runner.has_no_group {
            break;
        }
    }
    runner.check_the_rest(&counted).await?;
    Ok(Counted {
        statistics: runner.statistics,
        gaps: runner.gaps,
        ..counted
    })
}

/// Records of one format that a query can count.
struct Candidate<'a> {
    format: &'a Format,
    positions: &'a Positions,
    keys: Vec<usize>,
    bound: &'a Bound,
}

/// Returns what can be counted. A query reads records of one format. If the format is assumed, each one is tried.
fn candidates<'a>(
    search: &'a Search,
    positions: &'a [Positions],
) -> Result<Vec<Candidate<'a>>, Diagnostic> {
    let formats = search.formats().iter().zip(positions);
    let all = formats.zip(search.asked.bounds());
    let candidate = |((format, positions), bound): ((&'a Format, &'a Positions), &'a Bound)| {
        let keys: Option<Vec<usize>> = positions.keys.iter().copied().collect();
        Some(Candidate {
            format,
            positions,
            keys: keys?,
            bound,
        })
    };
    let candidates: Vec<_> = all.filter_map(candidate).collect();
    let one = search.discovery.assumed || search.formats().len() == 1;
    if one && !candidates.is_empty() && !search.discovery.has_others_like_it() {
        Ok(candidates)
    } else {
        Err(several_formats())
    }
}

fn several_formats() -> Diagnostic {
    let detail = "This log group receives records in several formats, which a query of CloudWatch Logs Insights cannot \
                  distinguish. Use the engine `scan`, or set `log_format` if the log group holds only one format.";
    Diagnostic::error("several-record-formats", "Several record formats", detail).at("log_format")
}

/// Runs the queries of one aggregate.
struct Runner<'a> {
    group: &'a LogGroup,
    aggregate: &'a Aggregate,
    search: &'a Search,
    context: &'a Context,
    /// The tally of no record.
    nothing: Tally,
    gaps: Gaps,
    statistics: Statistics,
    /// Whether the log group of the flow log does not exist yet.
    has_no_group: bool,
}

impl Runner<'_> {
    fn scope(&self) -> Scope<'_> {
        Scope {
            window: (self.search.narrowed.start, self.search.narrowed.end),
            streams: self.group.streams(),
        }
    }

    fn compile(
        &self,
        candidate: &Candidate<'_>,
        aggregate: &Aggregate,
    ) -> Result<String, Diagnostic> {
        insights::compile(candidate.bound, candidate.format, aggregate, &self.scope())
            .map_err(|error| not_possible(&error))
    }

    /// Counts records of one format.
    async fn count(&mut self, candidate: &Candidate<'_>) -> Result<Counted, Diagnostic> {
        let (aggregate, limit) = (self.aggregate, self.aggregate.limit);
        // One more than the limit shows whether there are more.
        let one_more = Aggregate {
            limit: limit + 1,
            ..aggregate.clone()
        };
        let query = self.compile(candidate, &one_more)?;
        let rows = self.run(&query, true).await?;
        let columns = candidate.keys.iter();
        let columns: Vec<_> = columns
            .map(|key| insights::field_column(candidate.format, *key))
            .collect();
        let group = |row: &Row, columns: &[String]| group(row, columns, candidate.positions);
        let mut groups: Vec<_> = rows.iter().map(|row| group(row, &columns)).collect();
        if groups.is_empty() && candidate.keys.is_empty() {
            groups.push(CountedGroup {
                values: Vec::new(),
                tally: self.nothing,
            });
        }
        groups.sort_by(|one, other| {
            counted::compare(aggregate, values_and_tally(one), values_and_tally(other))
        });
        let truncated = groups.len() > limit;
        let mut total = self.nothing;
        if truncated {
            let query = self.compile(candidate, &one_more.total())?;
            let rows = self.run(&query, false).await?;
            rows.iter()
                .for_each(|row| total.add(&group(row, &[]).tally));
        } else {
            groups.iter().for_each(|group| total.add(&group.tally));
        }
        let count = (!truncated).then_some(groups.len());
        groups.truncate(limit);
        Ok(Counted {
            groups,
            count,
            total,
            truncated,
            query: Some(query),
            ..Counted::default()
        })
    }

    /// Counts what the queries for records leave out.
    async fn check_the_rest(&mut self, counted: &Counted) -> Result<(), Diagnostic> {
        if self.has_no_group {
            return Ok(());
        }
        if self.statistics.scanned == 0 {
            self.search.note_no_lines(&mut self.gaps);
            return Ok(());
        }
        if !self.search.required && counted.total.flows > 0 {
            self.gaps.unchecked = true;
            return Ok(());
        }
        let discovery = &self.search.discovery;
        let formats: Vec<_> = discovery.formats.iter().chain(&discovery.others).collect();
        let query = insights::left_out(&formats, &self.scope());
        let rows = self.run(&query, false).await?;
        let row: BTreeMap<&str, &str> = rows.iter().flatten().map(pair).collect();
        let number = |name: &str| row.get(name).and_then(|text| whole(text)).unwrap_or(0);
        let (skipped, masked) = (number("skipped") + number("partial"), number("masked"));
        self.note_left_out(number("lines") - skipped - masked, masked, skipped);
        Ok(())
    }

    fn note_left_out(&mut self, lines: i64, masked: i64, skipped: i64) {
        let log_group = self.search.source.name().to_owned();
        if lines > 0 {
            self.gaps.add(Reason::UnreadLines(Unread {
                log_group: log_group.clone(),
                lines,
                found_by: FoundBy::Insights,
            }));
        }
        if masked > 0 {
            self.gaps.add(Reason::Masked {
                log_group,
                count: masked,
            });
        }
        if self.search.reports_skipped() {
            self.statistics.skip_data = Some(skipped);
        }
        if skipped > 0 {
            self.gaps.add(Reason::SkippedRecords { count: skipped });
        }
    }

    /// Runs a query to its end, and returns its rows; none if the flow log has delivered nothing yet.
    async fn run(&mut self, query: &str, is_first: bool) -> Result<Vec<Row>, Diagnostic> {
        let answer = self.group.insights(self.search.narrowed, query.to_owned());
        let answer = tokio::time::timeout_at(self.search.deadline, answer);
        let error = match self.context.stop().run_until_cancelled(answer).await {
            Some(Ok(Ok(answer))) => {
                self.statistics.calls += answer.calls;
                if is_first {
                    self.statistics.scanned = answer.scanned;
                    self.statistics.matched = answer.matched;
                }
                return Ok(answer.rows);
            }
            Some(Ok(Err(error))) => ScanError::Refused(error),
            Some(Err(_)) => {
                return Err(timed_out(self.search.source.name()));
            }
            None => ScanError::Stopped,
        };
        let empty = diagnostics::empty_or_error(error, self.search, Detail::Full).await?;
        self.gaps.add(Reason::NothingDelivered(empty));
        self.has_no_group = true;
        Ok(Vec::new())
    }
}

fn not_possible(error: &InsightsError) -> Diagnostic {
    let detail = format!("{error}. Use the engine `scan`, which checks every qual itself.");
    let rule = "query-not-possible-with-this-engine";
    Diagnostic::error(rule, "Query not possible with this engine", detail).at("engine")
}

fn values_and_tally(group: &CountedGroup) -> (impl Iterator<Item = &str>, &Tally) {
    (group.values.iter().map(String::as_str), &group.tally)
}

/// Reads a row: the values of its key, and its measures.
fn group(row: &Row, columns: &[String], positions: &Positions) -> CountedGroup {
    let row: BTreeMap<&str, &str> = row.iter().map(pair).collect();
    let values = columns
        .iter()
        .map(|column| row.get(column.as_str()).copied().unwrap_or("-").to_owned());
    let measure = |measure| row.get(insights::measure_column(measure)).copied();
    let tally = Tally::from_measures(|which| measure(which).and_then(whole));
    CountedGroup {
        values: values.collect(),
        tally: positions.complete(tally),
    }
}

fn pair((name, value): &(String, String)) -> (&str, &str) {
    (name, value)
}

/// Parses a number of Insights, which may write whole numbers with a fraction or an exponent.
fn whole(text: &str) -> Option<i64> {
    let exact = text.parse().ok();
    exact.or_else(|| {
        let number: f64 = text.parse().ok()?;
        number.is_finite().then(|| number.round() as i64)
    })
}

fn timed_out(source: &str) -> Diagnostic {
    let detail = format!(
        "The `timeout` passed before CloudWatch Logs Insights had read {source}. The query was stopped. Narrow the time \
         window, or increase `timeout`."
    );
    Diagnostic::error("out-of-time", NOT_READ, detail).at("timeout")
}
