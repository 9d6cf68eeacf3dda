//! A query run to its rows: the same for the data source and the ephemeral resource.

use super::output::{Event, Output};
use super::rows::Rows;
use super::selection::{MOST_EVENTS, Selection};
use crate::arn::partition;
use crate::connection::Connection;
use crate::events::completeness::{Completeness, Detail, Reason, Truncation};
use crate::events::engine::Engine;
use crate::events::query::{Quals, Query};
use crate::events::reading;
use crate::events::scan::{Found, Paging};
use crate::events::search::Search;
use crate::events::statistics::Statistics;
use crate::framework::{Attr, Context, Diagnostics};

/// Arguments and results of a query.
pub(super) type Model = (Selection, Query, Quals, Output, Completeness);

/// Runs a query.
///
/// # Errors
/// The query did not finish. There is no partial result.
pub(super) async fn read(
    connection: &Connection,
    (selection, query, quals, ..): Model,
    context: &Context,
    detail: Detail,
) -> Result<Model, Diagnostics> {
    let needs = Engine::Scan.needs();
    let search = Search::prepare(connection, &query, &quals, needs, context).await?;
    let paging = Paging {
        newest_first: selection.newest_first(),
        limit: Some(selection.limit()),
    };
    if paging.newest_first {
        search.check_backward()?;
    }
    let include_message = selection.include_message == Attr::Known(true);
    let mut rows = Rows::new(include_message);
    let mut reading = reading::read(&search, paging, &mut rows, detail, context).await?;
    if reading.found.truncated {
        reading.gaps.add(Reason::Truncated(Truncation {
            what: "events",
            limit: selection.limit(),
            most: MOST_EVENTS,
            by_default: selection.limit.is_null(),
        }));
    }
    let gaps = reading.gaps;
    let completeness = gaps.report(search.required, search.settled, detail, context)?;
    let output = output(
        connection,
        &search,
        &selection,
        reading.found,
        reading.statistics,
    );
    let query = query.found_at(search.source.place());
    Ok((selection, query, quals, output, completeness))
}

fn output(
    connection: &Connection,
    search: &Search,
    selection: &Selection,
    found: Found<Vec<Event>>,
    statistics: Statistics,
) -> Output {
    let events = found.parts.into_iter().flatten().take(selection.limit());
    let account = connection.account.as_ref();
    let partition = partition::of_region(search.source.region());
    Output {
        events: Attr::Known(events.collect()),
        truncated: Attr::Known(found.truncated),
        pushed: Attr::Known(search.push_down.pushed()),
        not_pushed: Attr::Known(search.push_down.not_pushed()),
        push_down: Attr::Known(search.push_down.classes()),
        statistics: Attr::Known(statistics),
        account_id: Attr::from(account.map(|account| account.id.clone())),
        partition: Attr::Known(partition.to_owned()),
    }
}
