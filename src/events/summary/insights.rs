//! The engine `insights`: the service counts, and the answer is read.

use std::collections::BTreeMap;

use super::groups::{Measures, Tally};
use super::model::{Order, Summary};
use super::{Columns, Counted};
use crate::aws::logs::{InsightsAnswer, InsightsQuery, Logs};
use crate::events::output::Statistics;
use crate::events::query::{Query, given};
use crate::events::scan::Trouble;
use crate::events::search::{Search, seconds};
use crate::events::trouble::{self, Telling};
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::record::RecordType;
use crate::record::insights::{self, Question, Streams};

/// Runs the summary as a query, and a second one for the total if there are more groups than wanted.
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
    let ([format], [measures], [bound, ..]) = (
        search.formats(),
        columns.formats.as_slice(),
        search.scan.lines.reader.bounds(),
    ) else {
        return Err(several_formats().into());
    };
    if search.source.has_others_like_it() {
        return Err(several_formats().into());
    }
    if query.record_type() != RecordType::Aws {
        let detail = "CloudWatch Logs Insights is asked for lines of AWS flow logs only. Use the engine `scan`.";
        return Err(
            Diagnostic::error("Engine not possible for this kind of record", detail)
                .at("engine")
                .into(),
        );
    }
    let limit = summary.limit();
    let streams = match (
        given(&query.log_stream_name),
        given(&query.log_stream_name_prefix),
    ) {
        (Some(name), _) => Streams::Named(name),
        (None, Some(prefix)) => Streams::Prefixed(prefix),
        (None, None) => Streams::All,
    };
    let question = Question {
        window: (search.scan.window.start, search.scan.window.end),
        streams,
        group_by: measures.keys(),
        order_by: match summary.order() {
            Order::Flows => "flows",
            Order::Packets => "packetsSum",
            Order::Bytes => "bytesSum",
        },
        limit: limit + 1,
    };
    let compile = |question: &Question<'_>| {
        insights::compile(bound, format, question).map_err(|error| not_possible(&error))
    };
    let text = compile(&question)?;
    let runner = Runner {
        search,
        logs,
        context,
    };
    let deadline = search.scan.deadline;
    let Some(answer) = runner.run(&text, deadline).await? else {
        return Ok(Counted {
            query: Some(text),
            ..Counted::default()
        });
    };
    let names: Vec<_> = measures
        .keys()
        .iter()
        .map(|key| insights::column(format, *key))
        .collect();
    let mut groups: Vec<_> = answer
        .rows
        .iter()
        .map(|row| group(row, &names, measures))
        .collect();
    let order = summary.order();
    groups.sort_by(|(key, tally), (other_key, other)| {
        let greater = other.measure(order).cmp(&tally.measure(order));
        greater.then_with(|| columns.order(&texts(key), &texts(other_key)))
    });
    let truncated = groups.len() > limit;
    let mut statistics = statistics(&answer);
    let mut total = Tally::default();
    if truncated {
        let whole = compile(&Question {
            group_by: &[],
            ..question
        })?;
        if let Some(answer) = runner.run(&whole, deadline).await? {
            statistics.calls += answer.calls;
            answer
                .rows
                .iter()
                .for_each(|row| total.add(&group(row, &[], measures).1));
        }
    } else {
        groups.iter().for_each(|(_, tally)| total.add(tally));
    }
    let count = (!truncated).then_some(groups.len());
    groups.truncate(limit);
    Ok(Counted {
        groups: groups
            .into_iter()
            .map(|(key, tally)| tally.group(columns.key(key.iter().map(String::as_str))))
            .collect(),
        total: total.total(count),
        truncated,
        statistics,
        query: Some(text),
    })
}

fn texts(key: &[String]) -> Vec<&str> {
    key.iter().map(String::as_str).collect()
}

fn several_formats() -> Diagnostic {
    let detail = "Records of several formats are written to this log group, and a query of CloudWatch Logs Insights \
                  cannot tell them apart. Use the engine `scan`, or set `log_format` if the group holds records of \
                  one format alone.";
    Diagnostic::error("Several record formats", detail).at("log_format")
}

/// Runs queries of one summary.
struct Runner<'a> {
    search: &'a Search,
    logs: &'a Logs,
    context: &'a Context,
}

impl Runner<'_> {
    /// Runs a query to its end; none if the flow log has delivered nothing yet.
    async fn run(
        &self,
        text: &str,
        deadline: tokio::time::Instant,
    ) -> Result<Option<InsightsAnswer>, Diagnostic> {
        let (start, end) = seconds(self.search.scan.window);
        let query = InsightsQuery {
            log_group: self.search.source.log_group.clone(),
            start: start.max(0),
            end,
            text: text.to_owned(),
        };
        let answer = tokio::time::timeout_at(deadline, self.logs.insights(&query));
        let trouble = match self.context.stop().run_until_cancelled(answer).await {
            Some(Ok(Ok(answer))) => return Ok(Some(answer)),
            Some(Ok(Err(error))) => Trouble::Refused(error),
            Some(Err(_)) => return Err(too_slow(self.search)),
            None => Trouble::Stopped,
        };
        let (source, telling) = (&self.search.source, Telling::Everything);
        trouble::nothing_yet(trouble, source, self.logs, self.context, telling).await?;
        Ok(None)
    }
}

fn too_slow(search: &Search) -> Diagnostic {
    let detail = format!(
        "The `timeout` was over before CloudWatch Logs Insights had read {}; the query was stopped. Narrow the \
         time window, or raise `timeout`.",
        search.source.log_group
    );
    Diagnostic::error("Flow-log events not read", detail).at("timeout")
}

fn not_possible(error: &insights::InsightsError) -> Diagnostic {
    let detail = format!("{error}. Use the engine `scan`, which checks every qual itself.");
    Diagnostic::error("Query not possible with this engine", detail).at("engine")
}

fn statistics(answer: &InsightsAnswer) -> Statistics {
    Statistics {
        scanned: answer.scanned,
        matched: answer.matched,
        calls: answer.calls,
        ..Statistics::default()
    }
}

/// Reads a row: the values of its key, and its numbers.
fn group(row: &[(String, String)], names: &[String], measures: &Measures) -> (Vec<String>, Tally) {
    let row: BTreeMap<&str, &str> = row
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
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

/// Reads a number of Insights, which may write whole ones with a fraction or an exponent.
fn whole(text: &str) -> Option<i64> {
    let exact = text.parse().ok();
    exact.or_else(|| {
        let number: f64 = text.parse().ok()?;
        number.is_finite().then(|| number.round() as i64)
    })
}
