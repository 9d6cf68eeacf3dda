//! The action `vpcflow_verify_delivery`.

use futures_util::FutureExt as _;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::outcome::{End, Outcome};
use super::wanted::{EVERY, NotVerified, WAIT, Wanted};
use super::watch::verify;
use crate::arn::{flow_log, region};
use crate::connection::Connection;
use crate::framework::{self, Attr, Context, Diagnostic, Diagnostics, Model, Progress};
use crate::text::duration;

/// Waits until records of a flow log have really arrived at its destination, or says why they do not. It fails if no record
/// arrives in time, or if the provider lacks the permissions to check.
///
/// A flow log that AWS created and reports as active may still deliver nothing, for example because its role cannot be
/// assumed. Run this action after you created or changed a flow log, its role, or the policy of its bucket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Arguments {
    /// The ID of the flow log.
    pub flow_log_id: Attr<String>,
    /// The region of the flow log. The default is the region of the provider.
    #[serde(default)]
    pub region: Attr<String>,
    /// The time since which a record must have arrived, in RFC 3339 format, such as `2026-05-01T00:00:00Z`. The default is
    /// the time at which the action begins.
    #[serde(default)]
    pub since: Attr<String>,
    /// How long to wait, such as `20m`. The default is `30m`. Records take the aggregation interval of the flow log (`600` seconds,
    /// or `60`), and some minutes for the delivery.
    #[serde(default)]
    pub timeout: Attr<String>,
    /// The time between two checks of the destination, such as `30s`. The default is `15s`.
    #[serde(default)]
    pub poll_interval: Attr<String>,
}

impl Model for Arguments {}

/// The action `vpcflow_verify_delivery`.
#[derive(Debug)]
pub struct VerifyDelivery;

impl framework::Action for VerifyDelivery {
    type Connection = Connection;
    type Model = Arguments;
    const TYPE_NAME: &'static str = "vpcflow_verify_delivery";

    fn validate(&self, config: &Arguments, diagnostics: &mut Diagnostics) {
        config.check(diagnostics);
    }

    async fn invoke(
        &self,
        connection: &Connection,
        config: Arguments,
        progress: &Progress,
        context: &Context,
    ) -> Result<(), Diagnostics> {
        let wanted = config.wanted(connection.region(config.region.given())?);
        let account = connection.account.as_ref();
        let account = account.map(|account| account.id.as_str());
        let tell = |line: String| {
            let progress = progress.clone();
            async move { progress.say(line).await }.boxed()
        };
        let aws = connection.aws()?;
        let verified = verify(aws, account, &wanted, context.stop(), &tell).await;
        let outcome = verified.map_err(|error| not_verified(&error, &wanted))?;
        match outcome.end {
            End::Arrived(_) => {
                progress.say(outcome.headline()).await;
                Ok(())
            }
            End::Missing => {
                Err(failed(&outcome, "records-not-delivered", "Records not delivered").into())
            }
            End::Unknown => {
                Err(failed(&outcome, "delivery-not-known", "Delivery not known").into())
            }
        }
    }
}

impl Arguments {
    fn check(&self, diagnostics: &mut Diagnostics) {
        if let Some(id) = self.flow_log_id.known()
            && !flow_log::is_id(id)
        {
            let detail = format!(
                "`flow_log_id` is \"{id}\". The ID of a flow log looks like fl-0123456789abcdef0. Use the attribute `id` of \
                 vpcflow_log."
            );
            let summary = "Malformed flow log ID";
            diagnostics.error("flow_log_id", "malformed-flow-log-id", summary, detail);
        }
        if let Some(name) = self.region.given()
            && !region::is_name(name)
        {
            let detail =
                format!("`region` is \"{name}\". The name of a region looks like eu-central-1.");
            diagnostics.error("region", "malformed-region", "Malformed region", detail);
        }
        if let Some(text) = self.since.given()
            && let Err(problem) = text.parse::<Timestamp>()
        {
            let detail = format!(
                "`since` is \"{text}\"; it must be an RFC 3339 time with an offset, such as 2026-05-01T00:00:00Z ({problem})."
            );
            diagnostics.error("since", "malformed-time", "Malformed time", detail);
        }
        for (name, given) in [
            ("timeout", &self.timeout),
            ("poll_interval", &self.poll_interval),
        ] {
            if let Some(text) = given.given()
                && let Err(problem) = duration::parse(text)
            {
                let detail = format!("`{name}` is \"{text}\"; {problem}.");
                diagnostics.error(name, "malformed-duration", "Malformed duration", detail);
            }
        }
    }

    /// Converts the arguments. All of them are known and checked.
    fn wanted(&self, region: String) -> Wanted {
        let length = |given: &Attr<String>| duration::parse(given.given()?).ok();
        Wanted {
            flow_log: self.flow_log_id.given().unwrap_or_default().to_owned(),
            region,
            since: self.since.given().and_then(|text| text.parse().ok()),
            wait: length(&self.timeout).unwrap_or(WAIT),
            every: length(&self.poll_interval).unwrap_or(EVERY),
        }
    }
}

fn failed(outcome: &Outcome, rule: &'static str, summary: &str) -> Diagnostic {
    let mut parts = vec![outcome.headline()];
    parts.extend(outcome.details());
    Diagnostic::error(rule, summary, parts.join("\n\n")).at("flow_log_id")
}

fn not_verified(error: &NotVerified, wanted: &Wanted) -> Diagnostics {
    let rule = match error {
        NotVerified::NoFlowLog | NotVerified::Deleted => "no-flow-log",
        NotVerified::NotRead(_) => "flow-log-not-read",
    };
    let summary = match error {
        NotVerified::NoFlowLog | NotVerified::Deleted => "No such flow log",
        NotVerified::NotRead(_) => "Flow log not read",
    };
    Diagnostic::error(rule, summary, error.describe(wanted))
        .at("flow_log_id")
        .into()
}
