//! The regions that are enabled in the account.

use super::super::request::Request;
use super::super::server::{ApiError, Outcome};
use super::super::state::State;
use super::{known_parameters, response};

/// Refuses a call in a region that is not enabled. Without a list, all regions are enabled.
pub(super) fn enabled(state: &State, request: &Request) -> Result<(), ApiError> {
    let regions = &state.settings.regions;
    if regions.is_empty() || regions.contains(&request.region) {
        return Ok(());
    }
    Err(ApiError::with_status(
        401,
        "OptInRequired",
        "You are not subscribed to this service.",
    ))
}

pub(super) fn answer(state: &State, request: &Request, request_id: &str) -> Outcome {
    known_parameters(request, &["AllRegions", "DryRun", "RegionName.#"])?;
    Ok(response(&request.action, request_id, |xml| {
        xml.group("regionInfo", |xml| {
            for region in &state.settings.regions {
                xml.group("item", |xml| {
                    xml.text("regionName", region);
                    xml.text("regionEndpoint", &format!("ec2.{region}.amazonaws.com"));
                    xml.text("optInStatus", "opt-in-not-required");
                });
            }
        });
    }))
}
