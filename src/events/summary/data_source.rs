//! The data source `vpcflow_log_summary`.

use super::model::{MOST_GROUPS, Summary, SummaryOutput};
use super::{aggregate, groups};
use crate::arn::partition;
use crate::connection::Connection;
use crate::events::completeness::{Completeness, Detail, Gaps, Reason, Truncation};
use crate::events::engine::{self, Counted, Engine, Table};
use crate::events::query::{self, Place, Quals, Query};
use crate::events::search::Search;
use crate::framework::{self, Attr, Context, Diagnostics};
use crate::record::Aggregate;

/// The data source `vpcflow_log_summary`.
#[derive(Debug)]
pub struct SummaryDataSource;

type Model = (Summary, Query, Quals, SummaryOutput, Completeness);

impl framework::DataSource for SummaryDataSource {
    type Connection = Connection;
    type Model = Model;
    const TYPE_NAME: &'static str = "vpcflow_log_summary";

    fn validate(&self, (summary, query, quals, ..): &Model, diagnostics: &mut Diagnostics) {
        aggregate::validate(summary, diagnostics);
        if summary.engine() == Engine::Athena {
            engine::validate_athena(&summary.athena, query, quals, diagnostics);
            return;
        }
        query::validate(query, quals, diagnostics);
        summary.engine().validate(query, diagnostics);
        if !summary.athena.is_null() && !summary.engine.is_unknown() {
            let detail = "The block `athena` has an effect only with `engine = \"athena\"`. Set it, or remove the block.";
            let summary = "Block without effect";
            diagnostics.error("athena", "block-without-effect", summary, detail);
        }
    }

    async fn read(
        &self,
        connection: &Connection,
        (summary, query, quals, ..): Model,
        context: &Context,
    ) -> Result<Model, Diagnostics> {
        let engine = summary.engine();
        if engine == Engine::Athena {
            return of_table(connection, (summary, query, quals), context).await;
        }
        let search = Search::prepare(connection, &query, &quals, engine.needs(), context).await?;
        let aggregate = aggregate::of(&summary, search.formats(), search.window)?;
        let mut counted = engine.count(&search, &aggregate, context).await?;
        let mut gaps = std::mem::take(&mut counted.gaps);
        note_truncation(&summary, &counted, &mut gaps);
        let completeness = gaps.report(search.required, search.settled, Detail::Full, context)?;
        let output = output(connection, &aggregate, search.source.region(), counted);
        let query = query.found_at(search.source.place());
        Ok((summary, query, quals, output, completeness))
    }
}

/// Counts the rows of a table of Athena.
async fn of_table(
    connection: &Connection,
    (summary, query, quals): (Summary, Query, Quals),
    context: &Context,
) -> Result<Model, Diagnostics> {
    let arguments = summary.athena.known().cloned().unwrap_or_default();
    let table = Table::find(connection, &arguments, &query, &quals, context).await?;
    let aggregate = aggregate::of(
        &summary,
        std::slice::from_ref(table.format()),
        table.window(),
    )?;
    let mut counted = table.count(&aggregate, context).await?;
    let mut gaps = std::mem::take(&mut counted.gaps);
    note_truncation(&summary, &counted, &mut gaps);
    let settled = table.settled();
    let completeness = gaps.report(table.is_required(), settled, Detail::Full, context)?;
    let output = output(connection, &aggregate, table.region(), counted);
    let query = query.found_at(Place {
        region: table.region().to_owned(),
        ..Place::default()
    });
    Ok((summary, query, quals, output, completeness))
}

fn note_truncation(summary: &Summary, counted: &Counted, gaps: &mut Gaps) {
    if counted.answer.truncated {
        gaps.add(Reason::Truncated(Truncation {
            what: "groups",
            limit: summary.limit(),
            most: MOST_GROUPS,
            by_default: summary.limit.is_null(),
        }));
    }
}

fn output(
    connection: &Connection,
    aggregate: &Aggregate,
    region: &str,
    counted: Counted,
) -> SummaryOutput {
    let answer = &counted.answer;
    let groups = answer.groups.iter();
    let groups = groups.map(|group| groups::group(aggregate, group, &answer.total));
    let account = connection.account.as_ref();
    let partition = partition::of_region(region);
    SummaryOutput {
        groups: Attr::Known(groups.collect()),
        total: Attr::Known(groups::total(aggregate, answer)),
        others: Attr::Known(groups::others(aggregate, answer)),
        truncated: Attr::Known(answer.truncated),
        pushed: Attr::Known(counted.pushed),
        not_pushed: Attr::Known(counted.not_pushed),
        engine_query: Attr::from(counted.query),
        statistics: Attr::Known(counted.statistics),
        account_id: Attr::from(account.map(|account| account.id.clone())),
        partition: Attr::Known(partition.to_owned()),
    }
}
