//! EC2's flow logs, their tags, and the networks that they record, in the Query protocol of version 2016-11-15.

mod create;
mod describe;
mod destination;
mod format;
mod networks;
mod regions;
mod rules;
mod tags;

use super::request::Request;
use super::server::{ApiError, Outcome, Reply};
use super::state::{FlowLog, State};
use super::sts;
use super::xml::Xml;

pub(crate) use describe::Endless;
pub(super) use format::default_format;
#[cfg(feature = "aws")]
pub(crate) use networks::Network;
#[cfg(not(feature = "aws"))]
pub(super) use networks::Network;

pub(super) const CONTENT_TYPE: &str = "text/xml;charset=UTF-8";
const NAMESPACE: &str = "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"";
const MOST_IDS: usize = 1000;

/// Handles a call.
pub(super) fn answer(state: &mut State, request: &Request, request_id: &str) -> Outcome {
    let scope = Scope::of(state, request);
    regions::enabled(state, request)?;
    match request.action.as_str() {
        "CreateFlowLogs" => create::answer(state, request, &scope, request_id),
        "DescribeFlowLogs" => describe::answer(state, request, &scope, request_id),
        "DescribeRegions" => regions::answer(state, request, request_id),
        "DeleteFlowLogs" => delete(state, request, &scope, request_id),
        "CreateTags" => tags::create(state, request, &scope, request_id),
        "DeleteTags" => tags::delete(state, request, &scope, request_id),
        action if networks::describes(action) => {
            networks::answer(state, request, &scope, request_id)
        }
        other => Err(ApiError::new(
            "InvalidAction",
            format!("The action {other} is not valid for this web service."),
        )),
    }
}

/// Returns an error in the format of EC2.
pub(super) fn error(code: &str, message: &str, request_id: &str) -> String {
    let mut xml = Xml::document();
    xml.group("Response", |xml| {
        xml.group("Errors", |xml| {
            xml.group("Error", |xml| {
                xml.text("Code", code).text("Message", message);
            });
        });
        xml.text("RequestID", request_id);
    });
    xml.finish()
}

/// Returns HTTP 200 for a call that failed for every ID.
pub(super) fn unsuccessful(
    request: &Request,
    code: &str,
    message: &str,
    request_id: &str,
) -> Outcome {
    let ids = match request.action.as_str() {
        "CreateFlowLogs" => request.list("ResourceId"),
        "DeleteFlowLogs" => request.list("FlowLogId"),
        // Other actions have no such list, so the test is incorrect.
        _ => return Err(ApiError::new(code, message)),
    };
    let failed: Vec<Failed> = ids
        .into_iter()
        .map(|id| Failed::new(&id, code, message))
        .collect();
    Ok(response(&request.action, request_id, |xml| {
        if let Some(token) = request.get("ClientToken") {
            xml.text("clientToken", token);
        }
        write_unsuccessful(xml, &failed);
    }))
}

/// The account and the region of a call.
#[derive(Debug)]
struct Scope {
    account: String,
    region: String,
}

impl Scope {
    fn of(state: &State, request: &Request) -> Self {
        Self {
            account: sts::account(state, &request.access_key).to_owned(),
            region: request.region.clone(),
        }
    }

    /// Reports whether a flow log belongs to this account and region.
    fn holds(&self, log: &FlowLog) -> bool {
        log.account == self.account && log.region == self.region
    }
}

/// An ID that failed inside HTTP 200.
#[derive(Debug)]
struct Failed {
    id: String,
    code: String,
    message: String,
}

impl Failed {
    fn new(id: &str, code: &str, message: &str) -> Self {
        Self {
            id: id.to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }
}

fn delete(state: &mut State, request: &Request, scope: &Scope, request_id: &str) -> Outcome {
    known_parameters(request, &["DryRun", "FlowLogId.#"])?;
    let ids = ids(request)?;
    if ids.is_empty() {
        return Err(missing("FlowLogId"));
    }
    dry_run(request)?;
    let mut failed = Vec::new();
    for id in &ids {
        match state.place(|log| scope.holds(log) && log.id == *id) {
            Some(place) => {
                let _ = state.flow_logs.remove(&place);
            }
            None => failed.push(Failed::new(id, NOT_FOUND, &not_found_message(&[id]))),
        }
    }
    if failed.len() == ids.len() {
        return Err(not_found(&ids.iter().collect::<Vec<_>>()));
    }
    Ok(response(&request.action, request_id, |xml| {
        write_unsuccessful(xml, &failed);
    }))
}

/// Returns a reply with the common elements.
fn response(action: &str, request_id: &str, content: impl FnOnce(&mut Xml)) -> Reply {
    let mut xml = Xml::document();
    xml.within(&format!("{action}Response"), NAMESPACE, |xml| {
        xml.text("requestId", request_id);
        content(xml);
    });
    Reply::ok(CONTENT_TYPE, xml.finish())
}

fn write_unsuccessful(xml: &mut Xml, failed: &[Failed]) {
    xml.group("unsuccessful", |xml| {
        for failed in failed {
            xml.group("item", |xml| {
                xml.group("error", |xml| {
                    xml.text("code", &failed.code);
                    xml.text("message", &failed.message);
                });
                xml.text("resourceId", &failed.id);
            });
        }
    });
}

/// Returns the flow log IDs of a call.
fn ids(request: &Request) -> Result<Vec<String>, ApiError> {
    let ids = request.list("FlowLogId");
    if ids.len() > MOST_IDS {
        return Err(ApiError::new(
            "InvalidParameterValue",
            format!("The request must not have more than {MOST_IDS} flow log ids"),
        ));
    }
    match ids.iter().find(|id| !id.starts_with("fl-")) {
        Some(odd) => Err(invalid_value(odd, "flowLogId")),
        None => Ok(ids),
    }
}

/// Refuses every parameter that the action does not have. `#` stands for a number.
fn known_parameters(request: &Request, known: &[&str]) -> Result<(), ApiError> {
    let is_number = |part: &str| part.parse::<u32>().is_ok_and(|n| n > 0);
    let shape = |name: &str| {
        let parts = name
            .split('.')
            .map(|part| if is_number(part) { "#" } else { part });
        parts.collect::<Vec<_>>().join(".")
    };
    let mut names = request.form.keys();
    match names.find(|name| !known.contains(&shape(name).as_str())) {
        Some(odd) => Err(ApiError::new(
            "UnknownParameter",
            format!("The parameter {odd} is not recognized"),
        )),
        None => Ok(()),
    }
}

fn dry_run(request: &Request) -> Result<(), ApiError> {
    match boolean(request, "DryRun")? {
        Some(true) => Err(ApiError::with_status(
            412,
            "DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
        )),
        _ => Ok(()),
    }
}

fn boolean(request: &Request, name: &str) -> Result<Option<bool>, ApiError> {
    match request.get(name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => Err(invalid_value(other, name)),
    }
}

const NOT_FOUND: &str = "InvalidFlowLogId.NotFound";

fn not_found(ids: &[&String]) -> ApiError {
    ApiError::new(NOT_FOUND, not_found_message(ids))
}

fn not_found_message(ids: &[&String]) -> String {
    let listed: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
    format!(
        "These flow log ids in the input list are not found: [TotalCount: {}] {}",
        ids.len(),
        listed.join(", ")
    )
}

fn missing(name: &str) -> ApiError {
    ApiError::new(
        "MissingParameter",
        format!("The request must contain the parameter {name}"),
    )
}

fn invalid_value(value: &str, name: &str) -> ApiError {
    ApiError::new(
        "InvalidParameterValue",
        format!("Value ({value}) for parameter {name} is invalid."),
    )
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameter", message)
}
