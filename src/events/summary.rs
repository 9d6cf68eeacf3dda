//! The data source `vpcflow_log_summary`: records counted by group, here or by CloudWatch Logs Insights.
//!
//! | file | holds |
//! |---|---|
//! | `model` | what a summary is asked for, and what it gives; declared once |
//! | `groups` | the engine `scan`: groups counted while the pages come |
//! | `insights` | the engine `insights`: the service counts |
//!
//! Both engines give the same groups. Must not know how pages come, nor how a query is written.

mod groups;
mod insights;
mod model;

pub use model::{Group, Summary, SummaryOutput, Total};

use std::cmp::Ordering;

use groups::{Groups, Measures, Tally};

use super::completeness::{Completeness, Cut, Reason, Sight, Telling};
use super::output::Statistics;
use super::quals::Quals;
use super::query::{Engine, Query};
use super::reading;
use super::search::{self, Search};
use super::trouble;
use crate::arn::partition;
use crate::aws::logs::Logs;
use crate::connection::Connection;
use crate::framework::{self, Attr, Context, Diagnostic, Diagnostics};
use crate::record::{Format, field};

/// The data source `vpcflow_log_summary`.
#[derive(Debug)]
pub struct SummaryDataSource;

type Model = (Summary, Query, Quals, SummaryOutput, Completeness);

impl framework::DataSource for SummaryDataSource {
    type Connection = Connection;
    type Model = Model;
    const TYPE_NAME: &'static str = "vpcflow_log_summary";

    fn validate(&self, (summary, query, quals, ..): &Model, diagnostics: &mut Diagnostics) {
        search::validate(query, quals, diagnostics);
        summary.validate(query, diagnostics);
    }

    async fn read(
        &self,
        connection: &Connection,
        (summary, query, quals, ..): Model,
        context: &Context,
    ) -> Result<Model, Diagnostics> {
        let engine = summary.engine();
        let search = Search::prepare(connection, &query, &quals, engine, context).await?;
        let columns = Columns::find(&summary, &search)?;
        let logs = connection.aws()?.logs(&search.source.region);
        let mut counted = match engine {
            Engine::Insights => {
                insights::count(&summary, &query, &search, &columns, &logs, context).await?
            }
            Engine::Scan => scan(&summary, &search, &columns, &logs, context).await?,
        };
        let mut sight = std::mem::take(&mut counted.sight);
        if counted.truncated {
            sight.add(Reason::Truncated(Cut {
                what: "groups",
                limit: summary.limit(),
                most: model::MOST_GROUPS,
                by_default: summary.limit.is_null(),
            }));
        }
        let telling = Telling::Everything;
        let completeness = sight.conclude(search.required, search.settled, telling, context)?;
        let output = output(connection, &summary, &search, counted)?;
        let query = trouble::found_at(query, &search.source);
        Ok((summary, query, quals, output, completeness))
    }
}

/// Counts here.
async fn scan(
    summary: &Summary,
    search: &Search,
    columns: &Columns,
    logs: &Logs,
    context: &Context,
) -> Result<Counted, Diagnostic> {
    let mut groups = Groups::new(columns.formats.clone());
    let telling = Telling::Everything;
    let reading = reading::read(search, logs, &mut groups, telling, context).await?;
    trouble::tell_of_samples(&reading.found.seen, context);
    let (groups, total, truncated) = groups.greatest(columns, summary);
    Ok(Counted {
        groups,
        total,
        truncated,
        statistics: reading.statistics,
        query: None,
        sight: reading.sight,
    })
}

/// What an engine has counted.
#[derive(Debug, Default)]
struct Counted {
    groups: Vec<Group>,
    total: Total,
    truncated: bool,
    statistics: Statistics,
    /// The query, if the service counted.
    query: Option<String>,
    sight: Sight,
}

/// What is grouped by and counted, found in every format of the group.
#[derive(Debug)]
struct Columns {
    /// The names as the user wrote them, with what the fields hold.
    keys: Vec<(String, Option<field::Kind>)>,
    /// For each format.
    formats: Vec<Measures>,
}

impl Columns {
    /// Finds them, by our names or AWS's.
    fn find(summary: &Summary, search: &Search) -> Result<Self, Diagnostics> {
        let names = summary.group_by();
        let field = |name: &str| field::by_column(name).or_else(|| field::find(name));
        let aws_name =
            |name: &str| field(name).map_or(name.to_owned(), |field| field.name.to_owned());
        let mut diagnostics = Diagnostics::new();
        let lacked_by_all = |name: &str| {
            let mut formats = search.formats().iter();
            formats.all(|format| format.position(name).is_none())
        };
        for (index, name) in (0..).zip(&names) {
            if lacked_by_all(&aws_name(name)) {
                diagnostics.push(missing(name, index, search.formats()));
            }
        }
        if let Some(needed) = summary.order().field().filter(|field| lacked_by_all(field)) {
            let detail = format!(
                "`order_by` needs the field {needed}, which {}.",
                lacking(search.formats())
            );
            let problem = "Order not possible for this record format";
            diagnostics.error(
                "order_by",
                "order-not-possible-for-this-record-format",
                problem,
                detail,
            );
        }
        diagnostics.into_result()?;
        let measures = |format: &Format| {
            let keys = names.iter().map(|name| format.position(&aws_name(name)));
            Measures::of(format, keys.collect())
        };
        let formats = search.formats().iter().map(measures).collect();
        let keys = names
            .iter()
            .map(|name| (name.clone(), field(name).map(|field| field.kind)));
        Ok(Self {
            keys: keys.collect(),
            formats,
        })
    }

    /// Gives what is counted where there is no record: nothing of what a format has, and none of what all lack.
    fn nothing(&self) -> Tally {
        let nothing = |measures: &Measures| measures.complete(Tally::default());
        let mut together = Tally::default();
        self.formats
            .iter()
            .map(nothing)
            .for_each(|nothing| together.add(&nothing));
        together
    }

    /// Orders keys by their values, one after the other: numbers as such, and what has none before them.
    fn order(&self, key: &[&str], other: &[&str]) -> Ordering {
        let pairs = self.keys.iter().zip(key.iter().zip(other));
        pairs.fold(Ordering::Equal, |order, ((_, kind), (one, other))| {
            order.then_with(|| compare(*kind, one, other))
        })
    }

    /// Gives the key of a group from its values, in the order of the names; `-` is none.
    fn key<'v>(
        &self,
        values: impl Iterator<Item = &'v str>,
    ) -> std::collections::BTreeMap<String, Option<String>> {
        let keys = self.keys.iter().zip(values);
        keys.map(|((name, kind), value)| (name.clone(), model::value(*kind, value)))
            .collect()
    }
}

fn compare(kind: Option<field::Kind>, one: &str, other: &str) -> Ordering {
    let number = |text: &str| text.parse::<i64>().ok();
    match (kind, number(one), number(other)) {
        (Some(field::Kind::Integer | field::Kind::Seconds), Some(one), Some(other)) => {
            one.cmp(&other)
        }
        _ => one.cmp(other),
    }
}

fn missing(name: &str, index: i64, formats: &[Format]) -> Diagnostic {
    let known = field::by_column(name).or_else(|| field::find(name));
    let meant = field::suggest(name).filter(|_| known.is_none());
    let meant = meant.map(|field| format!(" Did you mean `{}`?", field.name));
    let detail = format!(
        "`group_by` names {name}, which {}.{}",
        lacking(formats),
        meant.unwrap_or_default()
    );
    let path = crate::cty::Path::root().attribute("group_by").index(index);
    Diagnostic::error(
        "group-not-possible-for-this-record-format",
        "Group not possible for this record format",
        detail,
    )
    .at(path)
}

fn lacking(formats: &[Format]) -> String {
    match formats {
        [format] => format!(
            "the record format lacks; it has {}",
            format.names().join(", ")
        ),
        formats => {
            let names = formats.iter().map(|format| format.names().join(", "));
            format!(
                "all record formats of the group lack; they have {}",
                names.collect::<Vec<_>>().join("; ")
            )
        }
    }
}

fn output(
    connection: &Connection,
    summary: &Summary,
    search: &Search,
    counted: Counted,
) -> Result<SummaryOutput, Diagnostics> {
    let insights = summary.engine() == Engine::Insights;
    let account = connection.account.as_ref();
    Ok(SummaryOutput {
        groups: Attr::Known(counted.groups),
        total: Attr::Known(counted.total),
        truncated: Attr::Known(counted.truncated),
        pushed: Attr::Known(if insights {
            Vec::new()
        } else {
            search.push_down.pushed()
        }),
        not_pushed: Attr::Known(if insights {
            Vec::new()
        } else {
            search.push_down.not_pushed()
        }),
        insights_query: Attr::from(counted.query),
        statistics: Attr::Known(counted.statistics),
        account_id: Attr::from(account.map(|account| account.id.clone())),
        partition: Attr::Known(partition::of_region(&search.source.region).to_owned()),
    })
}

impl Summary {
    /// Judges the arguments that are known.
    fn validate(&self, query: &Query, diagnostics: &mut Diagnostics) {
        let group_by = self.group_by();
        for (index, name) in (0..).zip(&group_by) {
            let path = crate::cty::Path::root().attribute("group_by").index(index);
            if group_by.iter().filter(|other| *other == name).count() > 1 {
                let detail = format!("`group_by` names {name} twice.");
                diagnostics.error(path, "field-named-twice", "Field named twice", detail);
            } else if matches!(name.as_str(), "addr" | "port" | "event_id") {
                let detail = format!(
                    "`group_by` names {name}, which is no field of a record. Name src_addr, dst_addr, \
                     src_port, dst_port, or AWS's name of any field of the format."
                );
                diagnostics.error(path, "group-not-possible", "Group not possible", detail);
            }
        }
        if self.engine() == Engine::Scan {
            return;
        }
        let cannot = [
            ("filter_pattern", query.filter_pattern.given().is_some()),
            ("unmask", query.unmask == Attr::Known(true)),
        ];
        for (name, _) in cannot.iter().filter(|(_, given)| *given) {
            let detail = format!(
                "`{name}` is for the engine `scan`; CloudWatch Logs Insights does not take it. Remove it, or \
                 the engine."
            );
            diagnostics.error(
                *name,
                "not-possible-with-this-engine",
                "Not possible with this engine",
                detail,
            );
        }
    }
}
