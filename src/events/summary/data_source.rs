//! The data source `vpcflow_log_summary`.

use super::model::{MOST_GROUPS, Summary, SummaryOutput};
use super::{aggregate, groups};
use crate::arn::partition;
use crate::connection::Connection;
use crate::events::completeness::{Completeness, Detail, Reason, Truncation};
use crate::events::engine::Counted;
use crate::events::query::{self, Quals, Query};
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
        query::validate(query, quals, diagnostics);
        aggregate::validate(summary, diagnostics);
        summary.engine().validate(query, diagnostics);
    }

    async fn read(
        &self,
        connection: &Connection,
        (summary, query, quals, ..): Model,
        context: &Context,
    ) -> Result<Model, Diagnostics> {
        let engine = summary.engine();
        let search = Search::prepare(connection, &query, &quals, engine.needs(), context).await?;
        let aggregate = aggregate::of(&summary, search.formats())?;
        let mut counted = engine.count(&search, &aggregate, context).await?;
        let mut gaps = std::mem::take(&mut counted.gaps);
        if counted.answer.truncated {
            gaps.add(Reason::Truncated(Truncation {
                what: "groups",
                limit: summary.limit(),
                most: MOST_GROUPS,
                by_default: summary.limit.is_null(),
            }));
        }
        let completeness = gaps.report(search.required, search.settled, Detail::Full, context)?;
        let output = output(connection, &aggregate, &search, counted);
        let query = query.found_at(search.source.place());
        Ok((summary, query, quals, output, completeness))
    }
}

fn output(
    connection: &Connection,
    aggregate: &Aggregate,
    search: &Search,
    counted: Counted,
) -> SummaryOutput {
    let answer = &counted.answer;
    let groups = answer.groups.iter();
    let groups = groups.map(|group| groups::group(aggregate, group));
    let account = connection.account.as_ref();
    let partition = partition::of_region(search.source.region());
    SummaryOutput {
        groups: Attr::Known(groups.collect()),
        total: Attr::Known(groups::total(&answer.total, answer.count)),
        truncated: Attr::Known(answer.truncated),
        pushed: Attr::Known(counted.pushed),
        not_pushed: Attr::Known(counted.not_pushed),
        insights_query: Attr::from(counted.query),
        statistics: Attr::Known(counted.statistics),
        account_id: Attr::from(account.map(|account| account.id.clone())),
        partition: Attr::Known(partition.to_owned()),
    }
}
