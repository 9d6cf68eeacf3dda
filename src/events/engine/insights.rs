//! The engine "insights": CloudWatch Logs Insights counts, and we read the answer.

mod rows;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::MEMORY;
use super::counted::Counted;
use super::several::{self, Rest, Several};
use crate::events::NOT_READ;
use crate::events::completeness::{Detail, FoundBy, Gaps, Reason, Unread};
use crate::events::diagnostics;
use crate::events::query::Query;
use crate::events::scan::ScanError;
use crate::events::search::{Needs, Search};
use crate::events::source::{LogGroup, Source};
use crate::events::statistics::Statistics;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::record::aggregate::{Answer, Budget, Fold, Group, OrderBy, Positions, Tally};
use crate::record::dialect::insights::{self, InsightsError, MOST_ROWS, Rows, Scope};
use crate::record::field::Kind;
use crate::record::{Aggregate, Bound, Format, Key, RecordType};

use rows::{Row, pair, plain, quantity_of, tally, whole};

/// Insights decides alone which records match.
pub(super) const NEEDS: Needs = Needs {
    by_stream: false,
    service_decides: true,
};

/// Checks that no argument is only for the engine "scan".
pub(super) fn validate(query: &Query, diagnostics: &mut Diagnostics) {
    if query.s3_uri.given().is_some() {
        diagnostics.push(not_for_buckets());
    }
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

/// Runs the aggregate as a query that returns all groups, by the fields themselves, from which the answer is made here. If
/// there are more of them than an answer has rows, more queries return those that the answer can hold, and the total. One
/// more counts what these leave out, if nothing was found or the answer must be complete.
///
/// # Errors
/// Insights cannot express the query, or a service refuses it.
pub(super) async fn count(
    search: &Search,
    aggregate: &Aggregate,
    context: &Context,
) -> Result<Counted, Diagnostics> {
    count_and(search, aggregate, Rest::Checked, context).await
}

/// Counts several aggregates by queries.
///
/// # Errors
/// As in [`count`].
pub(super) async fn count_several(
    search: &Search,
    aggregates: &[Aggregate],
    context: &Context,
) -> Result<Several, Diagnostics> {
    let window = (search.window.start, search.window.end);
    let count =
        async |aggregate: &Aggregate, rest| count_and(search, aggregate, rest, context).await;
    let nothing = |aggregate: &Aggregate| nothing(search, aggregate);
    several::by_queries(aggregates, window, count, nothing).await
}

/// Returns the tally of no record.
fn nothing(search: &Search, aggregate: &Aggregate) -> Tally {
    let formats = search.formats().iter();
    let positions: Vec<_> = formats
        .map(|format| Positions::of(format, aggregate))
        .collect();
    Tally::nothing(positions.iter())
}

async fn count_and(
    search: &Search,
    aggregate: &Aggregate,
    rest: Rest,
    context: &Context,
) -> Result<Counted, Diagnostics> {
    if search.record_type != RecordType::Aws {
        let detail = "CloudWatch Logs Insights supports only lines of AWS flow logs here. Use the engine `scan`.";
        let rule = "engine-not-possible-for-this-kind-of-record";
        let summary = "Engine not possible for this type of record";
        return Err(Diagnostic::error(rule, summary, detail).at("engine").into());
    }
    let Source::LogGroup(group) = &search.source else {
        return Err(not_for_buckets().into());
    };
    let formats = search.formats().iter();
    let positions: Vec<_> = formats
        .map(|format| Positions::of(format, aggregate))
        .collect();
    let candidates = candidates(search, aggregate, &positions)?;
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
        if counted.answer.total.flows > 0 || runner.has_no_group {
            break;
        }
    }
    if rest == Rest::Checked {
        runner.check_the_rest(&counted).await?;
    }
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
    /// The columns of the keys, and of the values that are counted once.
    columns: Vec<String>,
    bound: &'a Bound,
}

/// Returns what can be counted. A query reads records of one format. If the format is assumed, each one is tried.
fn candidates<'a>(
    search: &'a Search,
    aggregate: &Aggregate,
    positions: &'a [Positions],
) -> Result<Vec<Candidate<'a>>, Diagnostic> {
    let formats = search.formats().iter().zip(positions);
    let all = formats.zip(search.asked.bounds());
    let candidate = |((format, positions), bound): ((&'a Format, &'a Positions), &'a Bound)| {
        Some(Candidate {
            format,
            positions,
            columns: insights::columns(format, aggregate)?,
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

    fn compile(&self, candidate: &Candidate<'_>, rows: Rows) -> Result<String, Diagnostic> {
        let (bound, format, scope) = (candidate.bound, candidate.format, self.scope());
        insights::compile(bound, format, self.aggregate, rows, &scope)
            .map_err(|error| not_possible(&error))
    }

    /// Counts records of one format.
    async fn count(&mut self, candidate: &Candidate<'_>) -> Result<Counted, Diagnostic> {
        let query = self.compile(candidate, Rows::Groups)?;
        let rows = self.run(&query, true).await?;
        let (answer, query) = if rows.len() < MOST_ROWS {
            (self.answer(&rows, candidate)?, query)
        } else {
            self.count_many(rows, query, candidate).await?
        };
        Ok(Counted {
            answer,
            query: Some(query),
            ..Counted::default()
        })
    }

    /// Makes the answer from the greatest of very many groups, and the total from another query.
    async fn count_many(
        &mut self,
        rows: Vec<Row>,
        query: String,
        candidate: &Candidate<'_>,
    ) -> Result<(Answer, String), Diagnostic> {
        if !self.aggregate.is_plain() || self.aggregate.top.is_some() {
            return Err(too_many_groups());
        }
        let (rows, query) = if self.aggregate.having.is_empty() {
            (rows, query)
        } else {
            let query = self.compile(candidate, Rows::Chosen)?;
            (self.run(&query, false).await?, query)
        };
        let answer = self.answer(&rows, candidate)?;
        if rows.len() >= MOST_ROWS && !self.is_decided(&answer, &rows, candidate)? {
            return Err(too_many_groups());
        }
        let total = self.compile(candidate, Rows::Total)?;
        let mut sum = self.nothing.clone();
        for row in &self.run(&total, false).await? {
            sum.add(&tally(row, self.aggregate, candidate.positions)?);
        }
        Ok((answer.within(sum, None), query))
    }

    /// Reports whether every group that was not returned comes after the last group of the answer.
    fn is_decided(
        &self,
        answer: &Answer,
        rows: &[Row],
        candidate: &Candidate<'_>,
    ) -> Result<bool, Diagnostic> {
        let OrderBy::Quantity(quantity) = self.aggregate.order.by else {
            return Ok(false);
        };
        let number = |tally: &Tally| quantity_of(tally, quantity);
        let (Some(Group { tally: worst, .. }), Some(last)) = (answer.groups.last(), rows.last())
        else {
            return Ok(false);
        };
        let last = tally(last, self.aggregate, candidate.positions)?;
        let (worst, last) = (number(worst), number(&last));
        let before = if self.aggregate.order.ascending {
            worst < last
        } else {
            worst > last
        };
        Ok(answer.truncated && before)
    }

    /// Makes the answer from all rows.
    fn answer(&self, rows: &[Row], candidate: &Candidate<'_>) -> Result<Answer, Diagnostic> {
        let mut fold = Fold::new(self.aggregate, Budget::new(MEMORY));
        for row in rows {
            let tally = tally(row, self.aggregate, candidate.positions)?;
            if tally.flows == 0 {
                continue;
            }
            let found: BTreeMap<&str, &str> = row.iter().map(pair).collect();
            let keys = self.aggregate.keys.iter().chain(&self.aggregate.distinct);
            let value = |(key, column): (&Key, &String)| {
                let text = found.get(column.as_str());
                let text = text.map(|text| match key.kind {
                    Some(Kind::Integer | Kind::Seconds) => plain(text),
                    _ => Ok(Cow::Borrowed(*text)),
                });
                text.transpose()
            };
            let values: Result<Vec<_>, _> = keys.zip(&candidate.columns).map(value).collect();
            let values = values?;
            let values: Vec<_> = values.iter().map(Option::as_deref).collect();
            let counted = fold.partial(&values, &tally);
            counted.map_err(|_| too_many_groups())?;
        }
        let window = (self.search.window.start, self.search.window.end);
        Ok(fold.answer(&self.nothing, window))
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
        if !self.search.required && counted.answer.total.flows > 0 {
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
        let answer = self.context.stop().run_until_cancelled(answer).await;
        self.group.insights_stopped().await;
        let error = match answer {
            Some(Ok(Ok(answer))) => {
                self.statistics.calls += answer.calls;
                if is_first {
                    self.statistics.scanned = answer.scanned;
                    self.statistics.matched = answer.matched;
                    self.statistics.skipped_by_index = Some(answer.skipped_by_index);
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
    let detail = format!("{error}. Use the engine `scan`, which checks every filter itself.");
    let rule = "query-not-possible-with-this-engine";
    Diagnostic::error(rule, "Query not possible with this engine", detail).at("engine")
}

fn not_for_buckets() -> Diagnostic {
    let detail = "The records are objects of a bucket. CloudWatch Logs Insights counts only records in log groups. Use the \
                  engine `scan` or `athena`.";
    let summary = "Not possible with this engine";
    Diagnostic::error("not-possible-with-this-engine", summary, detail).at("engine")
}

fn too_many_groups() -> Diagnostic {
    let detail = format!(
        "The records form more than {MOST_ROWS} groups by the fields of `group_by` and `count_distinct`, the maximum for a \
         query of CloudWatch Logs Insights, and those that it returns do not determine the answer. Narrow the query, set \
         a lower `limit`, or use the engine `scan`."
    );
    Diagnostic::error("too-many-groups", "Too many groups", detail).at("group_by")
}

fn timed_out(source: &str) -> Diagnostic {
    let detail = format!(
        "The `timeout` passed before CloudWatch Logs Insights had read {source}. The query was stopped. Narrow the time \
         window, or increase `timeout`."
    );
    Diagnostic::error("out-of-time", NOT_READ, detail).at("timeout")
}
