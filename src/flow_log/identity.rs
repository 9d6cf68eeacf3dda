//! What identifies a flow log outside of a state: the identity that import blocks and `terraform query` use.
//!
//! This module must not know how a flow log is found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::FlowLog;
use super::region::region_of_arn;
use crate::arn::{Arn, flow_log, partition};
use crate::connection::Connection;
use crate::framework::{self, Attr, Diagnostic, Model};

/// Identifies a flow log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// The ID of the flow log (`fl-…`).
    pub id: Attr<String>,
    /// The account of the flow log. It must be the account of the provider, which is the default.
    #[serde(default)]
    pub account_id: Attr<String>,
    /// The region of the flow log. The default is the region of the provider.
    #[serde(default)]
    pub region: Attr<String>,
}

impl Model for Identity {}

impl framework::Identity<FlowLog> for Identity {
    fn of(state: &FlowLog) -> Option<Self> {
        let FlowLog {
            id, arn, region, ..
        } = state;
        let account_id = match arn {
            Attr::Known(arn) => {
                let account = Arn::parse(arn).and_then(|arn| arn.account);
                Attr::from(account.map(str::to_owned))
            }
            Attr::Null => Attr::Null,
            Attr::Unknown => Attr::Unknown,
        };
        let has_id = id.is_unknown() || id.given().is_some();
        has_id.then(|| Self {
            id: id.clone(),
            account_id,
            region: region
                .clone()
                .or(region_of_arn(arn).map(str::to_owned).into()),
        })
    }
}

impl Identity {
    /// Returns the ID and the region of the flow log.
    ///
    /// # Errors
    /// If the ID is not that of a flow log, or the account is not that of the provider.
    pub(crate) fn place(&self, connection: &Connection) -> Result<(String, String), Diagnostic> {
        let id = self.id.given().unwrap_or_default();
        if !flow_log::is_id(id) {
            return Err(not_imported(format!(
                "`id` is \"{id}\", which is not the ID of a flow log. Write `id = \"fl-0123456789abcdef0\"` in the \
                 `identity` of the import block."
            )));
        }
        if let (Some(wanted), Some(account)) = (self.account_id.given(), &connection.account)
            && wanted != account.id
        {
            return Err(not_imported(format!(
                "The import names account {wanted} for the flow log {id}, but the provider uses account {}. Configure the \
                 provider with credentials of account {wanted}, or use another provider configuration for the import.",
                account.id
            )));
        }
        Ok((id.to_owned(), connection.region(self.region.given())?))
    }
}

/// Parses the argument of `terraform import`: `fl-…`, `fl-…@region`, or the ARN of a flow log.
///
/// # Errors
/// If it has another form, or is an ARN of another service or partition.
pub(crate) fn parse(text: &str, connection: &Connection) -> Result<Identity, Diagnostic> {
    let known = |text: &str| Attr::Known(text.to_owned());
    let identity = if let Some(arn) = Arn::parse(text) {
        let id = flow_log::id_of(&arn);
        if let (Some(_), Some(region)) = (id, arn.region) {
            check_partition(arn.partition, region, connection)?;
        }
        id.map(|id| Identity {
            id: known(id),
            account_id: Attr::from(arn.account.map(str::to_owned)),
            region: Attr::from(arn.region.map(str::to_owned)),
        })
    } else {
        let (id, region) = match text.split_once('@') {
            Some((id, region)) => (id, known(region)),
            None => (text, Attr::Null),
        };
        flow_log::is_id(id).then(|| Identity {
            id: known(id),
            account_id: Attr::Null,
            region,
        })
    };
    identity.ok_or_else(|| {
        not_imported(format!(
            "\"{text}\" is not the ID of a flow log. Write fl-0123456789abcdef0, fl-0123456789abcdef0@eu-central-1, or \
             the ARN of the flow log."
        ))
    })
}

fn check_partition(
    partition: &str,
    region: &str,
    connection: &Connection,
) -> Result<(), Diagnostic> {
    let own = partition::of_region(region);
    if connection.aws.is_err() || own == partition {
        return Ok(());
    }
    Err(not_imported(format!(
        "The region {region} belongs to the partition {own}, but the partition in the ARN is {partition}."
    )))
}

fn not_imported(detail: String) -> Diagnostic {
    Diagnostic::error("flow-log-not-imported", "Flow log not imported", detail)
}
