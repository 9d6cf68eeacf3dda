//! Identities, moves from other providers, and the configuration that is written for what exists.

use super::session::Session;
use super::{convert, pb};
use crate::cty::Value;
use crate::framework::{Diagnostic, Diagnostics, ErasedResource, Provider, Source, Stored};

/// Gives the identity of an object; none for a type without one, which core would not survive.
pub(crate) fn identity<C>(
    resource: &dyn ErasedResource<C>,
    state: &Value,
) -> Result<Option<pb::ResourceIdentityData>, Diagnostics> {
    known_identity(resource, resource.identity(state)?)
}

/// Gives an identity unless it is that of an object which is yet to be made: Terraform 1.15 cannot print a plan with an
/// identity that is not known.
pub(crate) fn known_identity<C>(
    resource: &dyn ErasedResource<C>,
    identity: Option<Value>,
) -> Result<Option<pb::ResourceIdentityData>, Diagnostics> {
    match (resource.identity_schema(), identity) {
        (Some(schema), Some(identity)) if identity.is_wholly_known() => {
            Ok(Some(pb::ResourceIdentityData {
                identity_data: Some(convert::dynamic_value(&identity, &schema.ty)?),
            }))
        }
        _ => Ok(None),
    }
}

/// Decodes the identity that an import asks for.
pub(crate) fn wanted<C>(
    resource: &dyn ErasedResource<C>,
    identity: &pb::ResourceIdentityData,
) -> Result<Value, Diagnostics> {
    let Some(schema) = resource.identity_schema() else {
        return Err(Diagnostic::error(
            "resource-not-imported",
            "Resource not imported",
            "This type has no identity to import by; write `id` in the import block.",
        )
        .into());
    };
    Ok(convert::value(identity.identity_data.as_ref(), &schema.ty)?)
}

pub(crate) fn upgrade_identity<P: Provider>(
    session: &Session<P>,
    request: &pb::upgrade_resource_identity::Request,
) -> Result<pb::upgrade_resource_identity::Response, Diagnostics> {
    let resource = session.resource(&request.type_name)?;
    let json = json(request.raw_identity.as_ref())?;
    let identity = resource.upgrade_identity(request.version, json)?;
    let Some(schema) = resource.identity_schema() else {
        return Ok(pb::upgrade_resource_identity::Response::default());
    };
    Ok(pb::upgrade_resource_identity::Response {
        upgraded_identity: Some(pb::ResourceIdentityData {
            identity_data: Some(convert::dynamic_value(&identity, &schema.ty)?),
        }),
        diagnostics: Vec::new(),
    })
}

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
            json: json(request.source_state.as_ref())?,
        },
    };
    let state = resource.move_from(&source)?.unknown_to_null();
    Ok(pb::move_resource_state::Response {
        target_identity: identity(resource, &state)?,
        target_state: Some(convert::dynamic_value(&state, &resource.schema().ty)?),
        // What another provider kept for itself means nothing here.
        target_private: Vec::new(),
        diagnostics: Vec::new(),
    })
}

pub(crate) fn generate_config<P: Provider>(
    session: &Session<P>,
    request: &pb::generate_resource_config::Request,
) -> Result<pb::generate_resource_config::Response, Diagnostics> {
    let resource = session.resource(&request.type_name)?;
    let ty = &resource.schema().ty;
    let state = convert::value(request.state.as_ref(), ty)?;
    if state.is_null() {
        return Err(Diagnostic::error(
            "configuration-not-generated",
            "Configuration not generated",
            "Terraform sent no state to write a configuration for; Terraform 1.14.1 and newer do.",
        )
        .into());
    }
    let connection = session.connection().ok();
    let config = resource.generate_config(connection.as_deref(), &state)?;
    Ok(pb::generate_resource_config::Response {
        config: Some(convert::dynamic_value(&config, ty)?),
        diagnostics: Vec::new(),
    })
}

/// Gives the JSON of what was stored.
pub(crate) fn json(stored: Option<&pb::RawState>) -> Result<&[u8], Diagnostic> {
    match stored {
        Some(stored) if !stored.json.is_empty() => Ok(&stored.json),
        _ => Err(Diagnostic::error(
            "state-not-upgraded",
            "State not upgraded",
            "What is stored is not JSON: it was written before Terraform 0.12, when this provider did \
             not exist. Remove the resource from the state and import it.",
        )),
    }
}
