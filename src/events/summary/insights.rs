//! The engine `insights`: the service counts, and the answer is read.

use std::collections::BTreeMap;

use super::groups::{Measures, Tally};
use super::model::{Order, Summary};
use super::{Columns, Counted};
use crate::aws::logs::{InsightsQuery, Logs};
use crate::events::completeness::{How, Reason, Sight, Telling, Unread};
use crate::events::output::Statistics;
use crate::events::query::Query;
use crate::events::scan::Trouble;
use crate::events::search::{Search, seconds};
use crate::events::trouble;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::record::dialect::insights::{self, Question, Streams};
use crate::record::{Bound, Format, RecordType};

/// One row of an answer: names and values.
type Row = Vec<(String, String)>;

/// Runs the summary as a query, a second one for the total if there are more groups than wanted, and one more for what these
/// leave out, if nothing was found or the answer has to be complete.
///
/// # Errors
/// What cannot be asked, and what the service refuses.
pub(super) async fn count(
    summary: &Summary,
    query: &Query,
    search: &Search,
    columns: &Columns,
    logs: &Logs,
    context: &Context,
) -> Result<Counted, Diagnostics> {
    let candidates = candidates(search, columns)?;
    if query.record_type() != RecordType::Aws {
        let detail = "CloudWatch Logs Insights is asked for lines of AWS flow logs only. Use the engine `scan`.";
        return Err(Diagnostic::error(
            "engine-not-possible-for-this-kind-of-record",
            "Engine not possible for this kind of record",
            detail,
        )
        .at("engine")
        .into());
    }
    let streams = match (
        query.log_stream_name.given(),
        query.log_stream_name_prefix.given(),
    ) {
        (Some(name), _) => Streams::Named(name),
        (None, Some(prefix)) => Streams::Prefixed(prefix),
        (None, None) => Streams::All,
    };
    let mut runner = Runner {
        summary,
        search,
        columns,
        streams,
        logs,
        context,
        sight: search.source.sight.clone(),
        statistics: Statistics {
            calls: search.source.calls,
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
    runner.look_at_the_rest(&counted).await?;
    Ok(Counted {
        statistics: runner.statistics,
        sight: runner.sight,
        ..counted
    })
}

/// Records of one format that a query can be for.
struct Candidate<'a> {
    format: &'a Format,
    measures: &'a Measures,
    keys: Vec<usize>,
    bound: &'a Bound,
}

/// Gives what can be asked for, one after the other where the format is assumed: a query reads records of one format.
fn candidates<'a>(
    search: &'a Search,
    columns: &'a Columns,
) -> Result<Vec<Candidate<'a>>, Diagnostic> {
    let formats = search.formats().iter().zip(&columns.formats);
    let all = formats.zip(search.asked.bounds());
    let candidate = |((format, measures), bound): ((&'a Format, &'a Measures), &'a Bound)| {
        let keys: Option<Vec<usize>> = measures.keys().iter().copied().collect();
        Some(Candidate {
            format,
            measures,
            keys: keys?,
            bound,
        })
    };
    let candidates: Vec<_> = all.filter_map(candidate).collect();
    let one = search.source.assumed || search.formats().len() == 1;
    match one && !candidates.is_empty() && !search.source.has_others_like_it() {
        true => Ok(candidates),
        false => Err(several_formats()),
    }
}

fn texts(key: &[String]) -> Vec<&str> {
    key.iter().map(String::as_str).collect()
}

fn several_formats() -> Diagnostic {
    let detail = "Records of several formats are written to this log group, and a query of CloudWatch Logs Insights \
                  cannot tell them apart. Use the engine `scan`, or set `log_format` if the group holds records of \
                  one format alone.";
    Diagnostic::error("several-record-formats", "Several record formats", detail).at("log_format")
}

/// Runs the queries of one summary.
struct Runner<'a> {
    summary: &'a Summary,
    search: &'a Search,
    columns: &'a Columns,
    streams: Streams<'a>,
    logs: &'a Logs,
    context: &'a Context,
    sight: Sight,
    statistics: Statistics,
    /// Whether the group of the flow log turned out not to be there yet.
    has_no_group: bool,
}

impl<'a> Runner<'a> {
    fn question<'q>(&self, group_by: &'q [usize]) -> Question<'q>
    where
        'a: 'q,
    {
        Question {
            window: (self.search.scan.window.start, self.search.scan.window.end),
            streams: self.streams,
            group_by,
            order_by: match self.summary.order() {
                Order::Flows => "flows",
                Order::Packets => "packetsSum",
                Order::Bytes => "bytesSum",
            },
            limit: self.summary.limit() + 1,
        }
    }

    /// Counts records of one format.
    async fn count(&mut self, candidate: &Candidate<'_>) -> Result<Counted, Diagnostic> {
        let Candidate {
            format,
            measures,
            keys,
            bound,
        } = candidate;
        let compile = |question: &Question<'_>| {
            insights::compile(bound, format, question).map_err(|error| not_possible(&error))
        };
        let text = compile(&self.question(keys))?;
        let (limit, order) = (self.summary.limit(), self.summary.order());
        let rows = self.run(&text, true).await?;
        let names: Vec<_> = keys
            .iter()
            .map(|key| insights::column(format, *key))
            .collect();
        let mut groups: Vec<_> = rows
            .iter()
            .map(|row| group(row, &names, measures))
            .collect();
        if groups.is_empty() && keys.is_empty() {
            groups.push((Vec::new(), self.columns.nothing()));
        }
        groups.sort_by(|(key, tally), (other_key, other)| {
            let greater = other.measure(order).cmp(&tally.measure(order));
            greater.then_with(|| self.columns.order(&texts(key), &texts(other_key)))
        });
        let truncated = groups.len() > limit;
        let mut total = self.columns.nothing();
        if truncated {
            let whole = compile(&self.question(&[]))?;
            let rows = self.run(&whole, false).await?;
            rows.iter()
                .for_each(|row| total.add(&group(row, &[], measures).1));
        } else {
            groups.iter().for_each(|(_, tally)| total.add(tally));
        }
        let count = (!truncated).then_some(groups.len());
        groups.truncate(limit);
        let key = |key: &[String]| self.columns.key(key.iter().map(String::as_str));
        Ok(Counted {
            groups: groups
                .iter()
                .map(|(values, tally)| tally.group(key(values)))
                .collect(),
            total: total.total(count),
            truncated,
            query: Some(text),
            ..Counted::default()
        })
    }

    /// Counts what the queries for records leave out.
    async fn look_at_the_rest(&mut self, counted: &Counted) -> Result<(), Diagnostic> {
        if self.has_no_group {
            return Ok(());
        }
        if self.statistics.scanned == 0 {
            self.search.note_no_lines(&mut self.sight);
            return Ok(());
        }
        if !self.search.required && counted.total.flows > 0 {
            self.sight.not_looked_at = true;
            return Ok(());
        }
        let source = &self.search.source;
        let formats: Vec<_> = source.formats.iter().chain(&source.others).collect();
        let text = insights::left_out(&formats, &self.question(&[]));
        let rows = self.run(&text, false).await?;
        let row: BTreeMap<&str, &str> = rows.iter().flatten().map(pair).collect();
        let number = |name: &str| row.get(name).and_then(|text| whole(text)).unwrap_or(0);
        let (skipped, masked) = (number("skipped") + number("partial"), number("masked"));
        let lines = number("lines") - skipped - masked;
        let log_group = self.search.source.log_group.clone();
        if lines > 0 {
            self.sight.add(Reason::UnreadLines(Unread {
                log_group: log_group.clone(),
                lines,
                how: How::Counted,
            }));
        }
        if masked > 0 {
            self.sight.add(Reason::Masked {
                log_group,
                count: masked,
            });
        }
        if self.search.tells_of_skipped() {
            self.statistics.skip_data = Some(skipped);
        }
        if skipped > 0 {
            self.sight.add(Reason::SkippedRecords { count: skipped });
        }
        Ok(())
    }

    /// Runs a query to its end, and gives its rows; there are none if the flow log has delivered nothing yet.
    async fn run(&mut self, text: &str, is_first: bool) -> Result<Vec<Row>, Diagnostic> {
        let (start, end) = seconds(self.search.scan.window);
        let query = InsightsQuery {
            log_group: self.search.source.log_group.clone(),
            start: start.max(0),
            end,
            text: text.to_owned(),
        };
        let deadline = self.search.scan.deadline;
        let answer = tokio::time::timeout_at(deadline, self.logs.insights(&query));
        let trouble = match self.context.stop().run_until_cancelled(answer).await {
            Some(Ok(Ok(answer))) => {
                self.statistics.calls += answer.calls;
                if is_first {
                    self.statistics.scanned = answer.scanned;
                    self.statistics.matched = answer.matched;
                }
                return Ok(answer.rows);
            }
            Some(Ok(Err(error))) => Trouble::Refused(error),
            Some(Err(_)) => return Err(too_slow(self.search)),
            None => Trouble::Stopped,
        };
        let (source, telling) = (&self.search.source, Telling::Everything);
        let nothing = trouble::nothing_yet(trouble, source, self.logs, telling).await?;
        self.sight.add(Reason::NothingDelivered(nothing));
        self.has_no_group = true;
        Ok(Vec::new())
    }
}

fn too_slow(search: &Search) -> Diagnostic {
    let detail = format!(
        "The `timeout` was over before CloudWatch Logs Insights had read {}; the query was stopped. Narrow the \
         time window, or raise `timeout`.",
        search.source.log_group
    );
    Diagnostic::error(
        "flow-log-events-not-read",
        "Flow-log events not read",
        detail,
    )
    .at("timeout")
}

fn not_possible(error: &insights::InsightsError) -> Diagnostic {
    let detail = format!("{error}. Use the engine `scan`, which checks every qual itself.");
    Diagnostic::error(
        "query-not-possible-with-this-engine",
        "Query not possible with this engine",
        detail,
    )
    .at("engine")
}

/// Reads a row: the values of its key, and its numbers.
fn group(row: &Row, names: &[String], measures: &Measures) -> (Vec<String>, Tally) {
    let row: BTreeMap<&str, &str> = row.iter().map(pair).collect();
    let key = names
        .iter()
        .map(|name| row.get(name.as_str()).copied().unwrap_or("-").to_owned());
    let number = |name: &str| row.get(name).and_then(|text| whole(text));
    let tally = Tally {
        flows: number("flows").unwrap_or(0),
        packets: number("packetsSum"),
        bytes: number("bytesSum"),
        accepted: number("accepted"),
        rejected: number("rejected"),
        first: number("firstSeen"),
        last: number("lastSeen"),
    };
    (key.collect(), measures.complete(tally))
}

fn pair((name, value): &(String, String)) -> (&str, &str) {
    (name, value)
}

/// Reads a number of Insights, which may write whole ones with a fraction or an exponent.
fn whole(text: &str) -> Option<i64> {
    let exact = text.parse().ok();
    exact.or_else(|| {
        let number: f64 = text.parse().ok()?;
        number.is_finite().then(|| number.round() as i64)
    })
}
