//! CreateFlowLogs: idempotent by client token. It is refused if an equal flow log exists.

use super::super::request::Request;
use super::super::server::{ApiError, Outcome};
use super::super::state::{FlowLog, State, Token};
use super::rules::ValidRequest;
use super::{Failed, Scope, dry_run, known_parameters, response, tags, write_unsuccessful};

const PARAMETERS: &[&str] = &[
    "DryRun",
    "ClientToken",
    "DeliverLogsPermissionArn",
    "DeliverCrossAccountRole",
    "LogGroupName",
    "ResourceId.#",
    "ResourceType",
    "TrafficType",
    "LogDestinationType",
    "LogDestination",
    "LogFormat",
    "MaxAggregationInterval",
    "TagSpecification.#.ResourceType",
    "TagSpecification.#.Tag.#.Key",
    "TagSpecification.#.Tag.#.Value",
    "DestinationOptions.FileFormat",
    "DestinationOptions.HiveCompatiblePartitions",
    "DestinationOptions.PerHourPartition",
    "TagFieldSpecification.#.ResourceType",
    "TagFieldSpecification.#.TagKey.#",
];

/// Creates one flow log for each resource: all or none.
pub(super) fn answer(
    state: &mut State,
    request: &Request,
    scope: &Scope,
    request_id: &str,
) -> Outcome {
    known_parameters(request, PARAMETERS)?;
    let wanted = ValidRequest::check(request, scope, &state.settings)?;
    let tags = tags::specified(request)?;
    dry_run(request)?;
    let token = request.get("ClientToken").map(str::to_owned);
    let token = token.unwrap_or_else(|| format!("token-{}", state.next()));
    let key = (scope.account.clone(), scope.region.clone(), token);
    let ids = match state.tokens.get(&key) {
        Some(token) if token.parameters == request.form => token.flow_log_ids.clone(),
        Some(_) => return Err(mismatch()),
        None => {
            let logs: Vec<FlowLog> = wanted.flow_logs(scope, &tags, state.now());
            refuse_existing(state, &logs)?;
            create(state, logs)
        }
    };
    let reply = response(&request.action, request_id, |xml| {
        xml.text("clientToken", &key.2);
        xml.group("flowLogIdSet", |xml| {
            for id in &ids {
                xml.text("item", id);
            }
        });
        write_unsuccessful(xml, &Vec::<Failed>::new());
    });
    let parameters = request.form.clone();
    state.tokens.entry(key).or_insert(Token {
        parameters,
        flow_log_ids: ids,
    });
    Ok(reply)
}

fn refuse_existing(state: &State, logs: &[FlowLog]) -> Result<(), ApiError> {
    let exists = |log| state.place(|known| known.delivers_like(log));
    if logs.iter().any(|log| exists(log).is_some()) {
        return Err(ApiError::new(
            "FlowLogAlreadyExists",
            "Error. There is an existing Flow Log with the same configuration and log destination.",
        ));
    }
    Ok(())
}

fn create(state: &mut State, logs: Vec<FlowLog>) -> Vec<String> {
    let hidden_for = state.settings.hide_for;
    let mut ids = Vec::new();
    for log in logs {
        let id = state.next_id("fl");
        ids.push(id.clone());
        state.add(FlowLog {
            id,
            hidden_for,
            ..log
        });
    }
    ids
}

fn mismatch() -> ApiError {
    ApiError::new(
        "IdempotentParameterMismatch",
        "The client token was used before with other parameters.",
    )
}
