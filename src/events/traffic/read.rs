//! From the question to the report: finds the source, has an engine count all parts at once, and says what could not be
//! seen.

use jiff::{SignedDuration, Timestamp};

use super::failure::{Failure, in_words};
use super::question::Question;
use super::report::{
    Amount, Bin, FORMAT_VERSION, GapReason, Place, Ranking, Series, TrafficReport,
};
use super::series::{self, Known};
use super::tables::{Fields, Part, ordered_by};
use crate::aws::{Account, Aws, Stop};
use crate::connection::Connection;
use crate::events::NOT_READ;
use crate::events::completeness::{Completeness, Detail, Gaps, Incomplete, Reason};
use crate::events::engine::{self, Engine, Received, Several, Table};
use crate::events::half_open::HalfOpen;
use crate::events::query;
use crate::events::search::Search;
use crate::events::source::LONGEST_INTERVAL;
use crate::events::summary::{self, Group};
use crate::framework::{Attr, Context, Diagnostic, Diagnostics};
use crate::record::aggregate::{Answer, Scope, service_name};
use crate::record::qual::protocol_name;
use crate::record::{Aggregate, Format, RecordType};

/// A report, and what else the user should know.
#[derive(Clone, Debug)]
pub struct Read {
    /// The report.
    pub report: TrafficReport,
    /// The warnings that are not about what could not be seen, which the report contains.
    pub warnings: Vec<String>,
}

/// How a report is made.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub struct Making<'a> {
    /// The number of groups in each table.
    pub top: usize,
    /// Returns the command that makes the report again, for a start and an end of the time window.
    pub command: &'a (dyn Fn(&str, &str) -> String + Sync),
    /// Tells how far the reading is.
    pub received: &'a Received,
}

/// Makes a report.
///
/// # Errors
/// Those of the data source: an argument that is not possible here, a source that does not exist, a refusal by a service,
/// a time limit, a stop, or, if everything is required, what could not be seen.
pub async fn read(
    aws: &Aws,
    account: Account,
    question: &Question,
    making: Making<'_>,
    stop: &Stop,
) -> Result<Read, Failure> {
    let connection = Connection {
        run: 0,
        aws: Ok(aws.clone()),
        region: Attr::from(aws.region().map(str::to_owned)),
        account: Some(account),
        default_tags: Attr::Null,
        ignore_tags: Attr::Null,
    };
    let context = Context::new(stop.clone());
    let report = report(&connection, question, making, &context).await?;
    let warnings = context.take_warnings();
    Ok(Read {
        report,
        warnings: warnings.iter().map(in_words).collect(),
    })
}

async fn report(
    connection: &Connection,
    question: &Question,
    making: Making<'_>,
    context: &Context,
) -> Result<TrafficReport, Diagnostics> {
    let required = question.query.requires_everything();
    let mut question = question.clone();
    // Everything that is not seen belongs into the report, so all checks are made.
    question.query.require_complete = Attr::Known(true);
    let source = Asked::prepare(connection, &question, context).await?;
    let known = source.known(&question)?;
    let width = series::width(known.window, source.interval());
    let parts = Part::ALL.map(|part| part.wanted(Fields(source.formats()), width, making.top));
    let aggregates: Vec<Aggregate> = parts.iter().flatten().cloned().collect();
    let several = source.count(&aggregates, making.received, context).await?;
    let Several {
        answers,
        statistics,
        gaps,
        skipped_at,
        queries,
    } = several;
    let known = Known {
        kept_from: kept_from(&gaps, known.window),
        ..known
    };
    let mut answers = answers.into_iter();
    let mut counted = parts.into_iter().map(|part| match part {
        Ok(wanted) => Counted::Tried(Box::new(wanted), answers.next().flatten().map(Box::new)),
        Err(field) => Counted::Lacking(field),
    });
    let (total, series) = match counted.next() {
        Some(Counted::Tried(wanted, Some(answer))) => (
            amount(&wanted, &answer),
            series::of(&wanted, &answer, &skipped_at, width, &known),
        ),
        _ => return Err(no_series().into()),
    };
    let mut too_many = Vec::new();
    let mut ranking = |name: &'static str| match counted.next() {
        Some(Counted::Tried(wanted, Some(answer))) => ranking(&wanted, &answer),
        Some(Counted::Tried(wanted, None)) => {
            too_many.push(name);
            not_counted(&wanted)
        }
        Some(Counted::Lacking(field)) => lacking(field),
        None => Ranking::default(),
    };
    let [sources, destinations] = ["sources", "destinations"].map(&mut ranking);
    let [rejected_sources, rejected_ports] =
        ["rejected_sources", "rejected_ports"].map(&mut ranking);
    let [protocols, scopes, flows] = ["protocols", "scopes", "flows"].map(&mut ranking);
    // The report contains what would be warnings.
    let unheard = Context::new(context.stop().clone());
    let completeness = gaps.report(required, known.settled, Detail::Full, &unheard)?;
    let (mut complete, mut incomplete) = told(completeness);
    incomplete.extend(silent(&series));
    incomplete.extend(uncounted(&too_many));
    if !incomplete.is_empty() {
        complete = Some(false);
    }
    if let Some(first) = incomplete.first().filter(|_| required) {
        let detail = format!("{}: {}", first.reason, first.detail);
        let error = Diagnostic::error("incomplete", "Incomplete answer", detail);
        return Err(error.at("require_complete").into());
    }
    let (start, end) = (known.window.start_time(), known.window.end_time());
    let (start, end) = (start.to_string(), end.to_string());
    Ok(TrafficReport {
        format_version: FORMAT_VERSION.to_owned(),
        place: source.place(connection, &question),
        command: (making.command)(&start, &end),
        start,
        end,
        engine: question.summary.engine().name().to_owned(),
        engine_queries: queries,
        complete,
        incomplete,
        settled_until: known.settled.map(|settled| settled.to_string()),
        scope_rule: Scope::RULE.to_owned(),
        total,
        series,
        sources,
        destinations,
        rejected_sources,
        rejected_ports,
        protocols,
        scopes,
        flows,
        statistics,
    })
}

/// Who is asked.
enum Asked {
    Source(Box<Search>, Engine),
    Table(Box<Table>),
}

/// What became of a part.
enum Counted {
    /// None if there are too many groups.
    Tried(Box<Aggregate>, Option<Box<Answer>>),
    /// No record has this field.
    Lacking(&'static str),
}

impl Asked {
    async fn prepare(
        connection: &Connection,
        question: &Question,
        context: &Context,
    ) -> Result<Self, Diagnostics> {
        let Question {
            summary,
            query,
            quals,
        } = question;
        let engine = summary.engine();
        if engine == Engine::Athena {
            let arguments = summary.athena.known().cloned().unwrap_or_default();
            let table = Table::find(connection, &arguments, query, quals, context).await?;
            return Ok(Self::Table(Box::new(table)));
        }
        let needs = engine.needs();
        let search = Search::prepare(connection, query, quals, needs, context).await?;
        Ok(Self::Source(Box::new(search), engine))
    }

    async fn count(
        &self,
        aggregates: &[Aggregate],
        received: &Received,
        context: &Context,
    ) -> Result<Several, Diagnostics> {
        match self {
            Self::Source(search, engine) => {
                engine
                    .count_several(search, aggregates, received, context)
                    .await
            }
            Self::Table(table) => table.count_several(aggregates, context).await,
        }
    }

    fn formats(&self) -> &[Format] {
        match self {
            Self::Source(search, _) => search.formats(),
            Self::Table(table) => std::slice::from_ref(table.format()),
        }
    }

    fn interval(&self) -> i64 {
        match self {
            Self::Source(search, _) => search.discovery.interval(),
            Self::Table(_) => LONGEST_INTERVAL,
        }
    }

    fn known(&self, question: &Question) -> Result<Known, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let quals = query::parse(&question.query, &question.quals, &mut diagnostics);
        diagnostics.into_result()?;
        let (window, created, settled) = match self {
            Self::Source(search, _) => (search.window, search.discovery.created(), search.settled),
            Self::Table(table) => (table.window(), None, table.settled()),
        };
        Ok(Known {
            window,
            interval: self.interval(),
            is_continuous: quals.is_empty()
                && question.query.record_type() == RecordType::Aws
                && question.query.filter_pattern.given().is_none(),
            created,
            kept_from: None,
            settled,
        })
    }

    fn place(&self, connection: &Connection, question: &Question) -> Place {
        let account = connection.account.as_ref();
        let found = match self {
            Self::Source(search, _) => search.source.place(),
            Self::Table(table) => query::Place {
                region: table.region().to_owned(),
                ..query::Place::default()
            },
        };
        Place {
            flow_log_id: question.query.flow_log_id.given().map(str::to_owned),
            log_group_name: found.log_group,
            s3_uri: found.s3_uri,
            table: match self {
                Self::Source(..) => None,
                Self::Table(table) => Some(table.name()),
            },
            region: found.region,
            account_id: account.map(|account| account.id.clone()),
        }
    }
}

/// Returns the time from which on the log group keeps records, if that is later than the start of the window.
fn kept_from(gaps: &Gaps, window: HalfOpen) -> Option<Timestamp> {
    let days = gaps.reasons().find_map(|reason| match reason {
        Reason::Expired { days, .. } => Some(i64::from(*days)),
        _ => None,
    });
    let kept = Timestamp::now().checked_sub(SignedDuration::from_hours(24 * days?));
    kept.ok().filter(|kept| *kept > window.start_time())
}

fn amount(aggregate: &Aggregate, answer: &Answer) -> Amount {
    let total = summary::total(aggregate, answer);
    Amount {
        flows: total.flows,
        packets: total.packets,
        bytes: total.bytes,
        accepted: total.accepted,
        rejected: total.rejected,
        first_seen: total.first_seen,
        last_seen: total.last_seen,
    }
}

fn ranking(aggregate: &Aggregate, answer: &Answer) -> Ranking {
    let groups = answer.groups.iter();
    let groups = groups.map(|group| named(summary::group(aggregate, group, &answer.total)));
    Ranking {
        by: ordered_by(aggregate).to_owned(),
        groups: groups.collect(),
        others: Some(summary::others(aggregate, answer)),
        not_counted: None,
    }
}

/// Adds the names of the port and the protocol to a key.
fn named(mut group: Group) -> Group {
    let number = |name: &str| group.key.get(name).cloned().flatten()?.parse().ok();
    let names = [
        ("dst_service", number("dst_port").and_then(service_name)),
        ("protocol_name", number("protocol").and_then(protocol_name)),
    ];
    for (name, value) in names {
        if let Some(value) = value {
            group.key.insert(name.to_owned(), Some(value.to_owned()));
        }
    }
    group
}

fn not_counted(aggregate: &Aggregate) -> Ranking {
    Ranking {
        by: ordered_by(aggregate).to_owned(),
        not_counted: Some(
            "There are too many groups to count them exactly. Narrow the time window or the filters."
                .to_owned(),
        ),
        ..Ranking::default()
    }
}

fn lacking(field: &str) -> Ranking {
    Ranking {
        not_counted: Some(format!("The record format has no field for {field}.")),
        ..Ranking::default()
    }
}

fn told(completeness: Completeness) -> (Option<bool>, Vec<Incomplete>) {
    let complete = completeness.complete.into_known();
    let incomplete = completeness.incomplete.into_known();
    (complete, incomplete.unwrap_or_default())
}

/// Returns what the silent times mean for the whole report.
fn silent(series: &Series) -> Option<Incomplete> {
    let silent = series.gaps.iter();
    let silent = silent.filter(|gap| gap.reason == GapReason::NoRecords);
    let times: Vec<_> = silent
        .map(|gap| format!("{} to {}", gap.start, gap.end))
        .collect();
    // If there is nothing at all, another reason says why.
    let has_records = !series.bins.iter().all(Bin::is_empty);
    (has_records && !times.is_empty()).then(|| Incomplete {
        reason: GapReason::NoRecords.name().to_owned(),
        detail: format!(
            "No record starts in these times, not even one that reports no traffic: {}. Nothing was delivered, or no network \
             interface existed. There may have been traffic.",
            times.join(", ")
        ),
    })
}

fn uncounted(tables: &[&str]) -> Option<Incomplete> {
    (!tables.is_empty()).then(|| Incomplete {
        reason: engine::TOO_MANY_GROUPS.replace('-', "_"),
        detail: format!(
            "These tables have too many groups to count them exactly: {}. Narrow the time window or the filters, or let a \
             service count with `engine`.",
            tables.join(", ")
        ),
    })
}

fn no_series() -> Diagnostic {
    let detail = "The records start at too many different times to count them in bins. Narrow the time window.";
    Diagnostic::error(engine::TOO_MANY_GROUPS, NOT_READ, detail)
}
