//! DescribeFlowLogs page by page, for callers that begin before all flow logs are known.
//!
//! This module must not know what flow logs are described for.

use std::collections::{BTreeSet, VecDeque};

use super::super::{
    call::send,
    error::{Error, Kind},
};
use super::gateway::Ec2;
use super::limits::{FILTER_VALUES, PAGE, SMALLEST_PAGE};
use super::model::FlowLog;
use super::seen::{MOST_BARREN_PAGES, Seen};
use crate::arn::flow_log;
use aws_sdk_ec2::operation::describe_flow_logs::DescribeFlowLogsOutput;
use aws_sdk_ec2::types::Filter;

/// What one call describes.
#[derive(Default)]
pub(super) struct Question<'a> {
    pub(super) ids: &'a [String],
    pub(super) filters: &'a [Filter],
    pub(super) page: Option<i32>,
}

/// Returns flow logs page by page.
#[derive(Debug)]
pub struct Pages {
    ec2: Ec2,
    /// The filters of each question that is left.
    questions: VecDeque<Vec<Filter>>,
    token: Option<String>,
    page: Option<i32>,
    seen: Seen,
}

impl Ec2 {
    /// Finds the flow logs that match all filters, among the IDs if there are any, page by page. Omits IDs that do not
    /// exist. `wanted` is the maximum number of flow logs that the caller takes.
    pub fn find_paged(
        &self,
        filters: &[(String, Vec<String>)],
        ids: Option<&[String]>,
        wanted: usize,
    ) -> Pages {
        let general: Vec<Filter> = filters.iter().map(filter).collect();
        let questions = match ids {
            None => VecDeque::from([general]),
            Some(ids) => {
                let taken: usize = filters.iter().map(|(_, values)| values.len()).sum();
                let chunks = ids.chunks(FILTER_VALUES.saturating_sub(taken).max(1));
                let question = |ids: &[String]| {
                    let by_id = filter(&("flow-log-id".to_owned(), ids.to_vec()));
                    [&general[..], &[by_id]].concat()
                };
                chunks.map(question).collect()
            }
        };
        Pages {
            ec2: self.clone(),
            questions,
            token: None,
            page: i32::try_from(wanted.clamp(SMALLEST_PAGE, PAGE)).ok(),
            seen: Seen::default(),
        }
    }

    /// Reads one page. Returns the token of the next page, if there is one.
    pub(super) async fn page(
        &self,
        question: &Question<'_>,
        token: Option<String>,
        seen: &mut Seen,
    ) -> Result<(Vec<FlowLog>, Option<String>), Error> {
        let asked: BTreeSet<String> = question.ids.iter().cloned().collect();
        let call = self
            .query("DescribeFlowLogs")
            .requiring(move |page, _| missing(page, &asked));
        let request = self
            .client
            .describe_flow_logs()
            .set_flow_log_ids(Some(question.ids.to_vec()).filter(|ids| !ids.is_empty()))
            .set_filter(Some(question.filters.to_vec()).filter(|filters| !filters.is_empty()))
            .set_max_results(question.page)
            .set_next_token(token.clone());
        let page = call.run(send!(request, call)).await?;
        let next = page.next_token.filter(|next| !next.is_empty());
        if next.is_some() && next == token {
            return Err(call.error(Kind::Unreadable, "the reply repeats the token of its page"));
        }
        let found = page.flow_logs.unwrap_or_default().into_iter();
        match seen.news(found.map(FlowLog::from).collect()) {
            Some(found) => Ok((found, next)),
            None => {
                let endless = format!("{MOST_BARREN_PAGES} pages in a row had no new flow log");
                Err(call.error(Kind::Unreadable, endless))
            }
        }
    }
}

/// Returns what a page lacks: the list, or in the list the ID of a flow log or of its resource. With a reply about other
/// flow logs, those that were asked for would look deleted.
fn missing(page: &DescribeFlowLogsOutput, asked: &BTreeSet<String>) -> Option<&'static str> {
    let Some(flow_logs) = &page.flow_logs else {
        return Some("the reply contains no list of flow logs");
    };
    for flow_log in flow_logs {
        let id = flow_log.flow_log_id().unwrap_or_default();
        if !flow_log::is_id(id) {
            return Some("the reply describes a flow log without an ID");
        }
        if flow_log.resource_id().is_none_or(str::is_empty) {
            return Some("the reply describes a flow log without the ID of its resource");
        }
        if !asked.is_empty() && !asked.contains(id) {
            return Some("the reply describes a flow log that was not asked for");
        }
    }
    None
}

impl Pages {
    /// Returns the next page, or `None` after the last. A page may be empty.
    pub async fn next(&mut self) -> Result<Option<Vec<FlowLog>>, Error> {
        let Some(filters) = self.questions.front() else {
            return Ok(None);
        };
        let question = Question {
            filters,
            page: self.page,
            ..Question::default()
        };
        let token = self.token.take();
        let (found, next) = self.ec2.page(&question, token, &mut self.seen).await?;
        if next.is_none() {
            self.questions.pop_front();
        }
        self.token = next;
        Ok(Some(found))
    }
}

/// Builds a filter of the SDK.
pub(super) fn filter((name, values): &(String, Vec<String>)) -> Filter {
    let builder = Filter::builder().name(name);
    builder.set_values(Some(values.clone())).build()
}
