//! The engine "athena": Athena counts the rows of a table, and we read the answer.
//!
//! | file | holds |
//! |---|---|
//! | `arguments` | the block `athena` |
//! | `size` | how much a query may read |
//! | `row` | the rows of a result |
//!
//! The table says where the records are and which fields they have, so there is no other source.

mod arguments;
mod row;
mod size;

use std::collections::BTreeMap;

use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

pub(crate) use arguments::{AthenaTable, needs_a_table, validate};

use super::MEMORY;
use super::counted::Counted;
use super::several::{self, Rest, Several};
use crate::aws::athena::{Athena, AthenaAnswer, AthenaQuery, TableDescription, TableName};
use crate::aws::{self, Aws};
use crate::connection::Connection;
use crate::events::NOT_READ;
use crate::events::completeness::{Empty, FoundBy, Gaps, Reason, Unread};
use crate::events::half_open::HalfOpen;
use crate::events::query::{self, Quals, Query};
use crate::events::search::Needs;
use crate::events::statistics::Statistics;
use crate::framework::{Attr, Context, Diagnostic, Diagnostics};
use crate::record;
use crate::record::aggregate::{Answer, Budget, Fold, Positions, Tally, Whole};
use crate::record::dialect::sql::{self, LEFT_OUT, Rows, Scope, Source, TOTAL};
use crate::record::{Aggregate, Bound, Format};
use arguments::name;
use row::Row;

/// Athena decides alone which records match.
pub(super) const NEEDS: Needs = Needs {
    by_stream: false,
    service_decides: true,
};

/// The most rows that are read.
const MOST_ROWS: usize = 250_000;
/// How long AWS takes to deliver a record to S3: the longest aggregation interval and the usual delay, in milliseconds.
const DELAY: i64 = 1_200_000;

/// A table, and what is asked of it.
#[derive(Debug)]
pub(crate) struct Table {
    athena: Athena,
    aws: Aws,
    name: TableName,
    source: Source,
    /// The properties of the table, which say where its objects are.
    properties: BTreeMap<String, String>,
    bound: Bound,
    arguments: AthenaTable,
    window: HalfOpen,
    deadline: Instant,
    required: bool,
    /// The most bytes that a query may read.
    most_bytes: Option<u64>,
    calls: i64,
}

impl Table {
    /// Finds the table, and checks its columns against the quals.
    ///
    /// # Errors
    /// An argument is invalid, the table does not exist, or it lacks a column that a qual needs.
    pub(crate) async fn find(
        connection: &Connection,
        arguments: &AthenaTable,
        query: &Query,
        quals: &Quals,
        context: &Context,
    ) -> Result<Self, Diagnostics> {
        let deadline = Instant::now() + query::timeout(query);
        let mut diagnostics = Diagnostics::new();
        let quals = query::parse(query, quals, &mut diagnostics);
        diagnostics.into_result()?;
        let window = query::window(query, Timestamp::now())?;
        let region = connection.region(query.region.given())?;
        let aws = connection.aws()?.clone();
        let athena = aws.athena(&region);
        let name = name(arguments);
        let described = athena.table(&name, arguments.workgroup.given());
        let described = run(described, &name, deadline, context).await?;
        let source = source(&name, &described)?;
        let bound = bind(&quals, source.format(), &name)?;
        Ok(Self {
            athena,
            aws,
            name,
            source,
            properties: described.properties,
            bound,
            arguments: arguments.clone(),
            window,
            deadline,
            required: query.requires_everything(),
            most_bytes: query.most_bytes(),
            calls: 1,
        })
    }

    /// Returns the fields of the table's columns.
    pub(crate) fn format(&self) -> &Format {
        self.source.format()
    }

    /// Returns the name of the table.
    pub(crate) fn name(&self) -> String {
        self.name.to_string()
    }

    /// Returns the region of the table.
    pub(crate) fn region(&self) -> &str {
        self.athena.region()
    }

    /// Reports whether the answer must be complete.
    pub(crate) fn is_required(&self) -> bool {
        self.required
    }

    /// Returns the window of the query.
    pub(crate) fn window(&self) -> HalfOpen {
        self.window
    }

    /// Returns up to when records have had time to arrive, in whole seconds.
    pub(crate) fn settled(&self) -> Option<Timestamp> {
        let arrived = Timestamp::now().as_millisecond() - DELAY;
        Timestamp::from_second(arrived.min(self.window.end).div_euclid(1000)).ok()
    }

    /// Runs the aggregate as a query. One more counts what it leaves out, if nothing was found or the answer must be complete.
    ///
    /// # Errors
    /// Athena cannot express the query, refuses it, or would read more than it may.
    pub(crate) async fn count(
        &self,
        aggregate: &Aggregate,
        context: &Context,
    ) -> Result<Counted, Diagnostics> {
        self.count_and(aggregate, Rest::Checked, context).await
    }

    /// Counts several aggregates by queries.
    ///
    /// # Errors
    /// As in [`Self::count`].
    pub(crate) async fn count_several(
        &self,
        aggregates: &[Aggregate],
        context: &Context,
    ) -> Result<Several, Diagnostics> {
        let window = (self.window.start, self.window.end);
        let count =
            async |aggregate: &Aggregate, rest| self.count_and(aggregate, rest, context).await;
        let nothing = |aggregate: &Aggregate| {
            let positions = Positions::of(self.format(), aggregate);
            Tally::nothing(std::iter::once(&positions))
        };
        several::by_queries(aggregates, window, count, nothing).await
    }

    async fn count_and(
        &self,
        aggregate: &Aggregate,
        rest: Rest,
        context: &Context,
    ) -> Result<Counted, Diagnostics> {
        let scope = Scope {
            window: (self.window.start, self.window.end),
            partitions: self
                .arguments
                .partitions
                .known()
                .cloned()
                .unwrap_or_default(),
        };
        let impossible = |error: sql::SqlError| {
            let detail = format!("{error}. The table is {}.", self.name);
            let rule = "query-not-possible-with-this-engine";
            Diagnostic::error(rule, "Query not possible with this engine", detail).at("engine")
        };
        let compiled = sql::compile(&self.bound, &self.source, aggregate, &scope);
        let compiled = compiled.map_err(impossible)?;
        let listed = self.check_size(&scope, context).await?;
        let result = self.query(&compiled.text, context).await?;
        let positions = Positions::of(self.format(), aggregate);
        let answer = self.answer(&result, compiled.rows, aggregate, &positions)?;
        let mut counted = Counted {
            statistics: Statistics {
                scanned: answer.total.flows,
                matched: answer.total.flows,
                pages: result.pages,
                calls: self.calls + listed + result.calls,
                bytes_scanned: Some(result.bytes_scanned),
                ..Statistics::default()
            },
            answer,
            query: Some(compiled.text),
            ..Counted::default()
        };
        if counted.answer.total.flows == 0 && result.bytes_scanned == 0 {
            counted.gaps.add(Reason::NothingDelivered(Empty::NoRows {
                table: self.name.to_string(),
                start: self.window.start_time(),
                end: self.window.end_time(),
            }));
        } else if rest == Rest::Checked && (self.required || counted.answer.total.flows == 0) {
            let text = sql::left_out(&self.source, &scope).map_err(impossible)?;
            let rest = self.query(&text, context).await?;
            counted.statistics.calls += rest.calls;
            counted.statistics.bytes_scanned = Some(result.bytes_scanned + rest.bytes_scanned);
            self.note_left_out(&rest, &mut counted.gaps, &mut counted.statistics);
        } else {
            counted.gaps.unchecked = true;
        }
        Ok(counted)
    }

    /// Runs a query to its end.
    async fn query(&self, text: &str, context: &Context) -> Result<AthenaAnswer, Diagnostic> {
        let given = |value: &Attr<String>| value.given().map(str::to_owned);
        let query = AthenaQuery {
            text: text.to_owned(),
            catalog: self.name.catalog.clone(),
            database: self.name.database.clone(),
            workgroup: given(&self.arguments.workgroup),
            output_location: given(&self.arguments.output_location),
            token: aws::random_token().to_string(),
            most_rows: MOST_ROWS,
            most_bytes: self.most_bytes,
        };
        let answer = self.athena.run(&query);
        let answer = run(answer, &self.name, self.deadline, context).await;
        self.athena.stopped().await;
        let answer = answer?;
        self.check_scanned(&answer)?;
        if answer.more {
            let detail = format!(
                "The records form more than {MOST_ROWS} groups by the fields of `group_by` and `count_distinct`, the maximum \
                 that is read from Athena. Narrow the query, or group by fewer or coarser keys."
            );
            return Err(
                Diagnostic::error("too-many-groups", "Too many groups", detail).at("group_by"),
            );
        }
        Ok(answer)
    }

    /// Makes the answer from all rows.
    fn answer(
        &self,
        result: &AthenaAnswer,
        rows: Rows,
        aggregate: &Aggregate,
        positions: &Positions,
    ) -> Result<Answer, Diagnostic> {
        let window = (self.window.start, self.window.end);
        let nothing = Tally::nothing(std::iter::once(positions));
        let mut fold = Fold::new(aggregate, Budget::new(MEMORY));
        let mut groups = Vec::new();
        let mut all = None;
        for row in &result.rows {
            let row = Row {
                columns: &result.columns,
                values: row,
            };
            let tally = row.tally("", aggregate, positions)?;
            // Without keys there is one row, even of no record.
            if tally.flows == 0 {
                continue;
            }
            match rows {
                Rows::Finer => {
                    let keys = aggregate.keys.len() + aggregate.distinct.len();
                    let counted = fold.partial(&row.keys(keys), &tally);
                    counted.map_err(|_| too_large())?;
                }
                Rows::Whole | Rows::Chosen => {
                    let distinct = 0..aggregate.distinct.len();
                    let distinct = distinct.map(|index| row.number(&sql::distinct_column(index)));
                    let distinct: Result<Vec<_>, _> = distinct.collect();
                    let distinct: Vec<_> = distinct?
                        .into_iter()
                        .map(Option::unwrap_or_default)
                        .collect();
                    groups.push(Whole::new(
                        &row.keys(aggregate.keys.len()),
                        tally,
                        &distinct,
                    ));
                }
            }
            if rows == Rows::Chosen && all.is_none() {
                let total = row.tally(TOTAL, aggregate, positions)?;
                all = Some((total, row.number(&format!("{TOTAL}groups"))?));
            }
        }
        let answer = match rows {
            Rows::Finer => fold.answer(&nothing, window),
            Rows::Whole | Rows::Chosen => aggregate.answer(groups, &nothing, window),
        };
        Ok(match all {
            Some((total, count)) => {
                answer.within(total, count.and_then(|count| usize::try_from(count).ok()))
            }
            None => answer,
        })
    }

    fn note_left_out(&self, rest: &AthenaAnswer, gaps: &mut Gaps, statistics: &mut Statistics) {
        let first = rest.rows.first().map_or(&[][..], Vec::as_slice);
        let row = Row {
            columns: &rest.columns,
            values: first,
        };
        let [unread, skipped] = LEFT_OUT.map(|name| row.number(name).ok().flatten().unwrap_or(0));
        if self.format().position("log-status").is_some() {
            statistics.skip_data = Some(skipped);
        }
        if skipped > 0 {
            gaps.add(Reason::SkippedRecords { count: skipped });
        }
        if unread > 0 {
            gaps.add(Reason::UnreadLines(Unread {
                log_group: self.name.to_string(),
                lines: unread,
                found_by: FoundBy::Athena,
            }));
        }
    }
}

/// Creates the source of a table.
fn source(name: &TableName, described: &TableDescription) -> Result<Source, Diagnostic> {
    let parts = [&name.catalog, &name.database, &name.table].map(String::as_str);
    let TableDescription {
        columns,
        partitions,
        properties,
    } = described;
    Source::new(&parts, columns, partitions, properties).map_err(|error| {
        let detail = format!("The table {name} cannot be counted: {error}.");
        Diagnostic::error(
            "not-a-table-of-flow-logs",
            "Not a table of flow logs",
            detail,
        )
        .at("athena")
    })
}

/// Binds the quals to the columns.
fn bind(quals: &record::Quals, format: &Format, name: &TableName) -> Result<Bound, Diagnostic> {
    quals.bind(format).map_err(|error| {
        let mut diagnostic = query::cannot_bind(&error);
        diagnostic.detail = format!("{} The table is {name}.", diagnostic.detail);
        diagnostic
    })
}

/// Waits for a call, until the deadline or the stop.
async fn run<T>(
    call: impl Future<Output = Result<T, aws::Error>>,
    name: &TableName,
    deadline: Instant,
    context: &Context,
) -> Result<T, Diagnostic> {
    let call = timeout_at(deadline, call);
    match context.stop().run_until_cancelled(call).await {
        Some(Ok(Ok(answer))) => Ok(answer),
        Some(Ok(Err(error))) => Err(refused(&error, name)),
        Some(Err(_)) => {
            let detail = format!(
                "The `timeout` passed before Athena had read {name}. The query was stopped. Narrow the time window, or \
                 increase `timeout`."
            );
            Err(Diagnostic::error("out-of-time", NOT_READ, detail).at("timeout"))
        }
        None => {
            let detail =
                format!("The run was stopped while Athena read {name}. The query was stopped.");
            Err(Diagnostic::error("stopped", NOT_READ, detail))
        }
    }
}

fn refused(error: &aws::Error, name: &TableName) -> Diagnostic {
    let detail = format!(
        "Athena did not read the table {name}. {}",
        error.explained()
    );
    Diagnostic::error("athena-refused", NOT_READ, detail).at("athena")
}

fn too_large() -> Diagnostic {
    let detail = "The groups take more memory than they may. Narrow the query, or group by fewer or coarser keys.";
    Diagnostic::error("too-many-groups", "Too many groups", detail).at("group_by")
}
