//! What identifies a flow log, outside of a state too: as import blocks and `terraform query` write it.
//!
//! Must not know how a flow log is found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::FlowLog;
use crate::arn::{
    Arn,
    flow_log::{self, is_id},
    partition,
};
use crate::connection::Connection;
use crate::framework::{self, Attr, Diagnostic, Model};

/// Identifies a flow log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// The id of the flow log (`fl-…`).
    pub id: Attr<String>,
    /// The account that the flow log is in. The default is the provider's, and no other is possible.
    #[serde(default)]
    pub account_id: Attr<String>,
    /// The region that the flow log is in. The default is the provider's.
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
        let none = id.is_null() || id.known().is_some_and(String::is_empty);
        (!none).then(|| Self {
            id: id.clone(),
            account_id,
            region: region
                .clone()
                .or(region_of_arn(arn).map(str::to_owned).into()),
        })
    }
}

impl Identity {
    /// Gives the id and the region to look in.
    ///
    /// # Errors
    /// It is no flow log's identity, or of another account.
    pub(crate) fn place(&self, connection: &Connection) -> Result<(String, String), Diagnostic> {
        let id = self.id.given().unwrap_or_default();
        if !is_id(id) {
            return Err(not_imported(format!(
                "`id` is \"{id}\", which is not the id of a flow log. Write `id = \
                 \"fl-0123456789abcdef0\"` in the import block's `identity`."
            )));
        }
        if let (Some(wanted), Some(account)) = (self.account_id.given(), &connection.account)
            && wanted != account.id
        {
            return Err(not_imported(format!(
                "The flow log {id} is to be imported from account {wanted}, but the provider works in \
                 account {}. Configure the provider with credentials of account {wanted}, or name a \
                 provider with such credentials in the import block.",
                account.id
            )));
        }
        Ok((id.to_owned(), connection.region(self.region.given())?))
    }
}

/// Reads what a user wrote behind `terraform import`: `fl-…`, `fl-…@region`, or a flow log's ARN.
///
/// # Errors
/// It is none of these, or an ARN of another service or partition.
pub(crate) fn written(text: &str, connection: &Connection) -> Result<Identity, Diagnostic> {
    let identity = if let Some(arn) = Arn::parse(text) {
        let id = flow_log::id_of(&arn);
        if let (Some(_), Some(region)) = (id, arn.region) {
            in_partition(arn.partition, region, connection)?;
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
        is_id(id).then(|| Identity {
            id: known(id),
            account_id: Attr::Null,
            region,
        })
    };
    identity.ok_or_else(|| {
        not_imported(format!(
            "\"{text}\" is not the id of a flow log. Write fl-0123456789abcdef0, \
             fl-0123456789abcdef0@eu-central-1, or the flow log's ARN."
        ))
    })
}

fn in_partition(partition: &str, region: &str, connection: &Connection) -> Result<(), Diagnostic> {
    let own = partition::of_region(region);
    if connection.aws.is_err() || own == partition {
        return Ok(());
    }
    Err(not_imported(format!(
        "The ARN names the partition {partition}, but the region {region} is in {own}."
    )))
}

fn known(text: &str) -> Attr<String> {
    Attr::Known(text.to_owned())
}

/// Gives the region that the ARN of a flow log names.
pub(crate) fn region_of_arn(arn: &Attr<String>) -> Option<&str> {
    arn.given().and_then(Arn::parse)?.region
}

fn not_imported(detail: String) -> Diagnostic {
    Diagnostic::error("flow-log-not-imported", "Flow log not imported", detail)
}
