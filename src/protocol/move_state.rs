//! Moves of other providers' objects into resources of this one.

use super::identity::identity;
use super::session::Session;
use super::{convert, pb};
use crate::framework::{Diagnostics, Provider, Source, Stored};

pub(crate) fn move_from<P: Provider>(
    session: &Session<P>,
    request: &pb::move_resource_state::Request,
) -> Result<pb::move_resource_state::Response, Diagnostics> {
    let resource = session.resource(&request.target_type_name)?;
    let source = Source {
        provider: &request.source_provider_address,
        stored: Stored {
            version: request.source_schema_version,
            of: &request.source_type_name,
            json: convert::json(request.source_state.as_ref())?,
        },
    };
    let state = resource.move_from(&source)?.unknown_to_null();
    Ok(pb::move_resource_state::Response {
        target_identity: identity(resource, &state)?,
        target_state: Some(convert::dynamic_value(&state, &resource.schema().ty)?),
        // Private data of another provider has no meaning here.
        target_private: Vec::new(),
        diagnostics: Vec::new(),
    })
}
