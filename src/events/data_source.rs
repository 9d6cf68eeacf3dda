//! The data source `vpcflow_log_events`: source, window and quals in, typed events out.

use super::completeness::{Completeness, Cut, Reason, Telling};
use super::output::{Event, Output, Statistics};
use super::quals::Quals;
use super::query::{Engine, Query};
use super::reading;
use super::scan::{Found, Rows};
use super::search::{self, Search};
use super::selection::{MOST_EVENTS, Selection};
use super::trouble;
use crate::arn::partition;
use crate::connection::Connection;
use crate::framework::{self, Attr, Context, Diagnostics};

/// Arguments and results of a query.
pub(crate) type Model = (Selection, Query, Quals, Output, Completeness);

/// The data source `vpcflow_log_events`.
#[derive(Debug)]
pub struct DataSource;

impl framework::DataSource for DataSource {
    type Connection = Connection;
    type Model = Model;
    const TYPE_NAME: &'static str = "vpcflow_log_events";

    fn validate(&self, (_, query, quals, ..): &Model, diagnostics: &mut Diagnostics) {
        search::validate(query, quals, diagnostics);
    }

    async fn read(
        &self,
        connection: &Connection,
        model: Model,
        context: &Context,
    ) -> Result<Model, Diagnostics> {
        read(connection, model, context, Telling::Everything).await
    }
}

/// Runs a query; the data source and the ephemeral resource do the same.
///
/// # Errors
/// There is no partial result.
pub(crate) async fn read(
    connection: &Connection,
    (selection, query, quals, ..): Model,
    context: &Context,
    telling: Telling,
) -> Result<Model, Diagnostics> {
    let mut search = Search::prepare(connection, &query, &quals, Engine::Scan, context).await?;
    if selection.newest_first() {
        search.newest_first()?;
    }
    search.scan.limit = Some(selection.limit());
    let logs = connection.aws()?.logs(&search.source.region);
    let reader = &search.scan.lines.reader;
    let mut rows = Rows::new(reader, selection.include_message == Attr::Known(true));
    let mut reading = reading::read(&search, &logs, &mut rows, telling, context).await?;
    if reading.found.truncated {
        reading.sight.add(Reason::Truncated(Cut {
            what: "events",
            limit: selection.limit(),
            most: MOST_EVENTS,
            by_default: selection.limit.is_null(),
        }));
    }
    let sight = reading.sight;
    let completeness = sight.conclude(search.required, search.settled, telling, context)?;
    let output = output(
        connection,
        &search,
        &selection,
        reading.found,
        reading.statistics,
    )?;
    let query = trouble::found_at(query, &search.source);
    Ok((selection, query, quals, output, completeness))
}

fn output(
    connection: &Connection,
    search: &Search,
    selection: &Selection,
    found: Found<Vec<Event>>,
    statistics: Statistics,
) -> Result<Output, Diagnostics> {
    let events = found.parts.into_iter().flatten().take(selection.limit());
    let account = connection.account.as_ref();
    Ok(Output {
        events: Attr::Known(events.collect()),
        truncated: Attr::Known(found.truncated),
        pushed: Attr::Known(search.push_down.pushed()),
        not_pushed: Attr::Known(search.push_down.not_pushed()),
        push_down: Attr::Known(search.push_down.classes()),
        statistics: Attr::Known(statistics),
        account_id: Attr::from(account.map(|account| account.id.clone())),
        partition: Attr::Known(partition::of_region(&search.source.region).to_owned()),
    })
}
