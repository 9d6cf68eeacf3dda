//! DescribeFlowLogs: by ID, by many IDs, by filters.
//!
//! EC2 reports in two ways that a flow log does not exist: with an error, or by leaving it out. Both mean the same here.
//! This module must not know what flow logs are described for.

use std::time::Duration;

use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::time::Instant;

use super::{
    super::{
        call::{QUERY_TIME, Stop},
        error::Error,
    },
    gateway::Ec2,
    limits::{FILTER_VALUES, IDS, PAGE},
    model::FlowLog,
    pages::{Question, filter},
    seen::{Position, Seen},
    shared::Source,
};

/// The pauses between the calls that look for a flow log that should exist: EC2 is eventually consistent.
pub const PAUSES: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

impl Ec2 {
    /// Describes a flow log that should exist, repeatedly for a few seconds.
    pub async fn describe_new(&self, id: &str, stop: &Stop) -> Result<Option<FlowLog>, Error> {
        for pause in PAUSES {
            if let Some(found) = self.describe(id).await? {
                return Ok(Some(found));
            }
            let pause = tokio::time::sleep(pause);
            if stop.run_until_cancelled(pause).await.is_none() {
                break;
            }
        }
        self.describe(id).await
    }

    /// Describes a flow log, in a call that other callers may share. Returns `None` if it does not exist.
    pub async fn describe(&self, id: &str) -> Result<Option<FlowLog>, Error> {
        let source = self.within(QUERY_TIME);
        self.reader.read(&source, id, &self.context.stop).await
    }

    /// Describes flow logs by ID, any number of them. Leaves out those that do not exist.
    pub async fn describe_all(&self, ids: &[String]) -> Result<Vec<FlowLog>, Error> {
        self.find_among(ids, &[]).await
    }

    /// Describes the flow logs among the IDs that match all filters, any number of them. Leaves out those that do not
    /// exist.
    pub async fn find_among(
        &self,
        ids: &[String],
        filters: &[(String, Vec<String>)],
    ) -> Result<Vec<FlowLog>, Error> {
        let taken: usize = filters.iter().map(|(_, values)| values.len()).sum();
        let mut found = Vec::new();
        for ids in ids.chunks(IDS) {
            match self.describe_ids(ids, filters).await? {
                Some(flow_logs) => found.extend(flow_logs),
                // One ID that does not exist fails the whole call. A filter leaves it out.
                None => {
                    for ids in ids.chunks(FILTER_VALUES.saturating_sub(taken).max(1)) {
                        let by_id = ("flow-log-id".to_owned(), ids.to_vec());
                        let filters = [&[by_id][..], filters].concat();
                        found.extend(self.find(&filters).await?);
                    }
                }
            }
        }
        Ok(found)
    }

    /// Finds the flow logs that match all filters, on all pages.
    pub async fn find(&self, filters: &[(String, Vec<String>)]) -> Result<Vec<FlowLog>, Error> {
        let filters: Vec<_> = filters.iter().map(filter).collect();
        self.all_pages(&Question {
            filters: &filters,
            page: i32::try_from(PAGE).ok(),
            ..Question::default()
        })
        .await
    }

    /// Describes by ID. Returns `None` if EC2 reports that one of them does not exist.
    async fn describe_ids(
        &self,
        ids: &[String],
        filters: &[(String, Vec<String>)],
    ) -> Result<Option<Vec<FlowLog>>, Error> {
        let filters: Vec<_> = filters.iter().map(filter).collect();
        let question = Question {
            ids,
            filters: &filters,
            ..Question::default()
        };
        match self.all_pages(&question).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_flow_log_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads all pages, within the time of one query.
    async fn all_pages(&self, question: &Question<'_>) -> Result<Vec<FlowLog>, Error> {
        let ec2 = self.within(QUERY_TIME);
        let mut seen = Seen::default();
        let mut found = Vec::new();
        let mut token = None;
        loop {
            let (flow_logs, next) = ec2.page(question, token, &mut seen).await?;
            found.extend(flow_logs);
            match next {
                Some(next) => token = Some(next),
                None => return Ok(found),
            }
        }
    }
}

impl Source for Ec2 {
    fn by_ids(
        &self,
        ids: Vec<String>,
        stop: Stop,
    ) -> BoxFuture<'static, Result<Option<Vec<FlowLog>>, Error>> {
        let ec2 = self.until(stop);
        async move { ec2.describe_ids(&ids, &[]).await }.boxed()
    }

    fn existing(
        &self,
        ids: Vec<String>,
        stop: Stop,
    ) -> BoxFuture<'static, Result<Vec<FlowLog>, Error>> {
        let ec2 = self.until(stop);
        async move {
            let mut found = Vec::new();
            for ids in ids.chunks(FILTER_VALUES) {
                found.extend(
                    ec2.find(&[("flow-log-id".to_owned(), ids.to_vec())])
                        .await?,
                );
            }
            Ok(found)
        }
        .boxed()
    }

    fn page(
        &self,
        mut position: Position,
        stop: Stop,
    ) -> BoxFuture<'static, Result<(Vec<FlowLog>, Option<Position>), Error>> {
        let ec2 = self.until(stop);
        async move {
            let question = Question {
                page: i32::try_from(PAGE).ok(),
                ..Question::default()
            };
            let token = position.token.take();
            let (page, token) = ec2.page(&question, token, &mut position.seen).await?;
            let next = token.map(|token| Position {
                token: Some(token),
                ..position
            });
            Ok((page, next))
        }
        .boxed()
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}
