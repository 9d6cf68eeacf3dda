//! Queries of CloudWatch Logs Insights whose start got no reply. They may run and be billed, although their IDs are not
//! known. Each query carries a mark in its text, by which it is found and stopped.
//!
//! This module must not know what is counted.

use std::collections::BTreeSet;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::QueryStatus;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;

use crate::arn::is_arn_like;
use crate::aws::token::random_token;

/// The most pages of running queries that are read: one for each query that an account can run at a time.
const MOST_PAGES: usize = 100;

/// The text of a query as it is sent, and where it runs.
#[derive(Clone, Debug)]
pub(super) struct Marked {
    /// The query, followed by a comment that no other query has.
    pub(super) text: String,
    /// The name of the log group, or its ARN.
    log_group: String,
}

impl Marked {
    /// Adds a mark to a query for a log group.
    pub(super) fn new(query: &str, log_group: &str) -> Self {
        Self {
            text: format!("{query}\n# {}", random_token().simple()),
            log_group: log_group.to_owned(),
        }
    }

    /// Stops all queries with this mark, except one. A failure has no consequence: the service ends a query by itself
    /// after an hour.
    pub(super) async fn stop(&self, client: &Client, except: Option<&str>) {
        for status in [QueryStatus::Running, QueryStatus::Scheduled] {
            for id in self.find(client, &status).await {
                if Some(id.as_str()) != except {
                    stop(client, &id).await;
                }
            }
        }
    }

    /// Finds the queries with this mark and a status.
    async fn find(&self, client: &Client, status: &QueryStatus) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            // Queries of a log group of another account are found without the group.
            let group = Some(&self.log_group).filter(|group| !is_arn_like(group));
            let request = client.describe_queries().status(status.clone());
            let request = request.set_log_group_name(group.cloned());
            let page = match request.set_next_token(token).send().await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(
                        error = error.code(),
                        "a query of CloudWatch Logs Insights whose start got no reply could not be found"
                    );
                    return found;
                }
            };
            let queries = page.queries.unwrap_or_default().into_iter();
            let marked = queries.filter(|query| query.query_string() == Some(&self.text));
            found.extend(marked.filter_map(|query| query.query_id));
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
        found
    }
}

/// Stops a query.
pub(super) async fn stop(client: &Client, id: &str) {
    let stopped = client.stop_query().query_id(id).send().await;
    if let Err(error) = stopped {
        tracing::warn!(
            error = error.code(),
            "a query of CloudWatch Logs Insights could not be stopped"
        );
    }
}
