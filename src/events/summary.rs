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

use groups::{Groups, Measures};

use super::output::Statistics;
use super::quals::Quals;
use super::query::{Query, given};
use super::search::{self, Engine, Search};
use super::trouble::{self, Telling};
use crate::connection::Connection;
use crate::framework::{self, Attr, Context, Diagnostic, Diagnostics};
use crate::record::{Format, field};

/// The data source `vpcflow_log_summary`.
#[derive(Debug)]
pub struct SummaryDataSource;

type Model = (Summary, Query, Quals, SummaryOutput);

impl framework::DataSource for SummaryDataSource {
    type Connection = Connection;
    type Model = Model;
    const TYPE_NAME: &'static str = "vpcflow_log_summary";

    fn validate(&self, (summary, query, quals, _): &Model, diagnostics: &mut Diagnostics) {
        search::validate(query, quals, diagnostics);
        summary.validate(query, diagnostics);
    }

    async fn read(
        &self,
        connection: &Connection,
        (summary, query, quals, _): Model,
        context: &Context,
    ) -> Result<Model, Diagnostics> {
        let engine = summary.engine();
        let search = Search::prepare(connection, &query, &quals, engine, context).await?;
        let columns = Columns::find(&summary, &search)?;
        let logs = connection.aws()?.logs(&search.source.region);
        let counted = if engine == Engine::Insights {
            insights::count(&summary, &query, &search, &columns, &logs, context).await?
        } else {
            let mut groups = Groups::new(columns.formats.clone());
            match search.scan.run(&logs, &mut groups, context).await {
                Ok(found) => {
                    trouble::tell(&search.source, &found.seen, context, Telling::Everything);
                    trouble::tell_of_samples(&found.seen, context);
                    Counted::of(&groups, &columns, &summary, found.seen.statistics)
                }
                Err(trouble) => {
                    let telling = Telling::Everything;
                    trouble::nothing_yet(trouble, &search.source, &logs, context, telling).await?;
                    Counted::default()
                }
            }
        };
        if counted.truncated && summary.limit.is_null() {
            let most = model::MOST_GROUPS;
            trouble::cut_at_default("groups", model::DEFAULT_GROUPS, most, context);
        }
        let output = output(connection, &summary, &search, counted)?;
        let query = trouble::found_at(query, &search.source);
        Ok((summary, query, quals, output))
    }
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
}

impl Counted {
    fn of(groups: &Groups, columns: &Columns, summary: &Summary, statistics: Statistics) -> Self {
        let (groups, total, truncated) = groups.greatest(columns, summary);
        Self {
            groups,
            total,
            truncated,
            statistics,
            query: None,
        }
    }
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
        let mut formats = Vec::new();
        for format in search.formats() {
            let mut keys = Vec::new();
            for (index, name) in (0..).zip(&names) {
                match format.position(&aws_name(name)) {
                    Some(position) => keys.push(position),
                    None => diagnostics.push(missing(name, index, format)),
                }
            }
            if let Some(needed) = summary.order().field()
                && format.position(needed).is_none()
            {
                let detail = format!(
                    "The record format lacks the field {needed}; it has {}.",
                    format.names().join(", ")
                );
                diagnostics.error(
                    "order_by",
                    "Order not possible for this record format",
                    detail,
                );
            }
            formats.push(Measures::of(format, keys));
        }
        diagnostics.into_result()?;
        let keys = names
            .iter()
            .map(|name| (name.clone(), field(name).map(|field| field.kind)));
        Ok(Self {
            keys: keys.collect(),
            formats,
        })
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

fn missing(name: &str, index: i64, format: &Format) -> Diagnostic {
    let detail = format!(
        "`group_by` names {name}, which the record format lacks; it has {}.",
        format.names().join(", ")
    );
    let path = crate::cty::Path::root().attribute("group_by").index(index);
    Diagnostic::error("Group not possible for this record format", detail).at(path)
}

fn output(
    connection: &Connection,
    summary: &Summary,
    search: &Search,
    counted: Counted,
) -> Result<SummaryOutput, Diagnostics> {
    let mut statistics = counted.statistics;
    statistics.calls += search.source.calls;
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
        statistics: Attr::Known(statistics),
        account_id: Attr::from(account.map(|account| account.id.clone())),
        partition: Attr::Known(connection.aws()?.partition(&search.source.region)),
    })
}

impl Summary {
    /// Judges the arguments that are known.
    fn validate(&self, query: &Query, diagnostics: &mut Diagnostics) {
        let group_by = self.group_by();
        if self.group_by.is_known() && group_by.is_empty() {
            let detail = "Name at least one field, such as `group_by = [\"src_addr\"]`.";
            diagnostics.error("group_by", "Nothing to group by", detail);
        }
        for (index, name) in (0..).zip(&group_by) {
            let path = crate::cty::Path::root().attribute("group_by").index(index);
            if group_by.iter().filter(|other| *other == name).count() > 1 {
                let detail = format!("`group_by` names {name} twice.");
                diagnostics.error(path, "Field named twice", detail);
            } else if matches!(name.as_str(), "addr" | "port" | "event_id") {
                let detail = format!(
                    "`group_by` names {name}, which is no field of a record. Name src_addr, dst_addr, \
                     src_port, dst_port, or AWS's name of any field of the format."
                );
                diagnostics.error(path, "Group not possible", detail);
            }
        }
        if self.engine() == Engine::Scan {
            return;
        }
        let cannot = [
            ("filter_pattern", given(&query.filter_pattern).is_some()),
            ("unmask", query.unmask == Attr::Known(true)),
        ];
        for (name, _) in cannot.iter().filter(|(_, given)| *given) {
            let detail = format!(
                "`{name}` is for the engine `scan`; CloudWatch Logs Insights does not take it. Remove it, or \
                 the engine."
            );
            diagnostics.error(*name, "Not possible with this engine", detail);
        }
    }
}
