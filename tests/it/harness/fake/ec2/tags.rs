//! CreateTags and DeleteTags, and the tags of a new flow log.

use std::collections::BTreeMap;

use super::super::request::Request;
use super::super::server::{ApiError, Outcome, Reply};
use super::super::state::State;
use super::{Scope, dry_run, invalid_value, known_parameters, missing, not_found, response};

const PARAMETERS: &[&str] = &["DryRun", "ResourceId.#", "Tag.#.Key", "Tag.#.Value"];
const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Sets tags on all flow logs of the request or on none.
pub(super) fn create(
    state: &mut State,
    request: &Request,
    scope: &Scope,
    request_id: &str,
) -> Outcome {
    let places = tagged(state, request, scope)?;
    let mut tags = BTreeMap::new();
    for (key, value) in given(request, "Tag")? {
        check(&key, value.as_deref().unwrap_or_default())?;
        tags.insert(key, value.unwrap_or_default());
    }
    if tags.is_empty() {
        return Err(missing("Tag"));
    }
    let named = places.iter().filter_map(|place| state.flow_logs.get(place));
    for log in named {
        let mut all = log.tags.clone();
        all.extend(tags.clone());
        check_count(&all)?;
    }
    for place in places {
        if let Some(log) = state.flow_logs.get_mut(&place) {
            log.tags.extend(tags.clone());
        }
    }
    Ok(done(request, request_id))
}

/// Removes tags: by key, by key and value, or all tags if the request contains none.
pub(super) fn delete(
    state: &mut State,
    request: &Request,
    scope: &Scope,
    request_id: &str,
) -> Outcome {
    let places = tagged(state, request, scope)?;
    let unwanted = given(request, "Tag")?;
    for (key, _) in &unwanted {
        refuse_reserved(key)?;
    }
    let goes = |key: &String, value: &String| {
        if unwanted.is_empty() {
            !is_reserved(key)
        } else {
            unwanted.iter().any(|(unwanted, equal)| {
                unwanted == key && equal.as_ref().is_none_or(|equal| equal == value)
            })
        }
    };
    for place in places {
        if let Some(log) = state.flow_logs.get_mut(&place) {
            log.tags.retain(|key, value| !goes(key, value));
        }
    }
    Ok(done(request, request_id))
}

/// Returns the tags of CreateFlowLogs.
pub(super) fn specified(request: &Request) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = BTreeMap::new();
    for n in request.numbers("TagSpecification") {
        let name = format!("TagSpecification.{n}");
        let resource_type = request.get(&format!("{name}.ResourceType"));
        let resource_type = resource_type.unwrap_or_default();
        if resource_type != "vpc-flow-log" {
            let message = format!(
                "'{resource_type}' is not a valid taggable resource type for this operation."
            );
            return Err(ApiError::new("InvalidParameterValue", message));
        }
        for (key, value) in given(request, &format!("{name}.Tag"))? {
            let value = value.unwrap_or_default();
            check(&key, &value)?;
            if tags.insert(key.clone(), value).is_some() {
                let message = format!("Duplicate tag key '{key}' specified.");
                return Err(ApiError::new("InvalidParameterValue", message));
            }
        }
    }
    check_count(&tags)?;
    Ok(tags)
}

/// Returns the indexes of the flow logs in a request.
fn tagged(state: &State, request: &Request, scope: &Scope) -> Result<Vec<u64>, ApiError> {
    known_parameters(request, PARAMETERS)?;
    let ids = request.list("ResourceId");
    if ids.is_empty() {
        return Err(missing("ResourceId"));
    }
    dry_run(request)?;
    let mut places = Vec::new();
    for id in &ids {
        if !id.starts_with("fl-") {
            return Err(invalid_value(id, "resourceId"));
        }
        let place = state.place(|log| scope.holds(log) && log.id == *id);
        places.push(place.ok_or_else(|| not_found(&[id]))?);
    }
    Ok(places)
}

/// Returns the keys and values of a request. An absent value differs from an empty one.
fn given(request: &Request, list: &str) -> Result<Vec<(String, Option<String>)>, ApiError> {
    let mut tags = Vec::new();
    for n in request.numbers(list) {
        let name = format!("{list}.{n}.Key");
        let key = request.get(&name).ok_or_else(|| missing(&name))?;
        let value = request.get(&format!("{list}.{n}.Value"));
        tags.push((key.to_owned(), value.map(str::to_owned)));
    }
    Ok(tags)
}

fn check(key: &str, value: &str) -> Result<(), ApiError> {
    refuse_reserved(key)?;
    if key.is_empty() || key.chars().count() > LONGEST_KEY {
        let message = format!("Tag key exceeds the maximum length of {LONGEST_KEY} characters");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    if value.chars().count() > LONGEST_VALUE {
        let message = format!("Tag value exceeds the maximum length of {LONGEST_VALUE} characters");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    Ok(())
}

fn check_count(tags: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let own = tags.keys().filter(|key| !is_reserved(key)).count();
    if own > MOST_TAGS {
        let message = "The maximum number of tags for a resource has been reached.";
        return Err(ApiError::new("TagLimitExceeded", message));
    }
    Ok(())
}

fn refuse_reserved(key: &str) -> Result<(), ApiError> {
    if is_reserved(key) {
        let message = "Tag keys starting with 'aws:' are reserved for internal use";
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    Ok(())
}

fn is_reserved(key: &str) -> bool {
    key.to_ascii_lowercase().starts_with("aws:")
}

fn done(request: &Request, request_id: &str) -> Reply {
    response(&request.action, request_id, |xml| {
        xml.text("return", "true");
    })
}
