//! DescribeFlowLogs: by id, by many ids, by filters.
//!
//! EC2 says in two ways that a flow log does not exist: by an error, and by leaving it out. Both mean the same here.
//! This module must not know what is done with what is found.

use aws_sdk_ec2::types::Filter;

use super::{
    super::{error::Error, stop::QUERY_TIME},
    Ec2, FlowLog, NOT_FOUND,
    pages::{Question, Seen},
};

/// How many ids EC2 takes in one call.
const IDS: usize = 1_000;
/// How many values EC2 takes in the filters of one call.
const VALUES: usize = 200;
/// How many flow logs EC2 gives in one page.
const PAGE: i32 = 1_000;

impl Ec2 {
    /// Describes a flow log; `None` if it does not exist.
    pub async fn describe(&self, id: &str) -> Result<Option<FlowLog>, Error> {
        let found = self.describe_ids(&[id.to_owned()], &[]).await?;
        Ok(found
            .into_iter()
            .flatten()
            .find(|flow_log| flow_log.id == id))
    }

    /// Describes those of the flow logs that exist, however many are asked for.
    pub async fn describe_all(&self, ids: &[String]) -> Result<Vec<FlowLog>, Error> {
        self.find_among(ids, &[]).await
    }

    /// Finds those of the flow logs that exist and that all filters fit, however many are asked for.
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
                // One that does not exist fails them all; a filter leaves it out.
                None => {
                    for ids in ids.chunks(VALUES.saturating_sub(taken).max(1)) {
                        let by_id = ("flow-log-id".to_owned(), ids.to_vec());
                        let filters = [&[by_id][..], filters].concat();
                        found.extend(self.find(&filters).await?);
                    }
                }
            }
        }
        Ok(found)
    }

    /// Finds the flow logs that all filters fit, on all pages.
    pub async fn find(&self, filters: &[(String, Vec<String>)]) -> Result<Vec<FlowLog>, Error> {
        let filters = in_words_of_sdk(filters);
        self.all_pages(&Question {
            filters: &filters,
            page: Some(PAGE),
            ..Question::default()
        })
        .await
    }

    /// Describes by ids; `None` if EC2 says that one of them does not exist.
    async fn describe_ids(
        &self,
        ids: &[String],
        filters: &[(String, Vec<String>)],
    ) -> Result<Option<Vec<FlowLog>>, Error> {
        let filters = in_words_of_sdk(filters);
        let question = Question {
            ids,
            filters: &filters,
            ..Question::default()
        };
        match self.all_pages(&question).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.has_code(&[NOT_FOUND]) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads to the last page, in the time that one query has.
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

fn in_words_of_sdk(filters: &[(String, Vec<String>)]) -> Vec<Filter> {
    let filter = |(name, values): &(String, Vec<String>)| {
        Filter::builder()
            .name(name)
            .set_values(Some(values.clone()))
            .build()
    };
    filters.iter().map(filter).collect()
}
