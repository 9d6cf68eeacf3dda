//! Resource identities: of objects, in import requests, and stored ones of older versions.

use super::session::Session;
use super::{convert, pb};
use crate::cty::Value;
use crate::framework::{Diagnostic, Diagnostics, ErasedResource, Provider};

/// Returns the identity of an object; none for a type without identity, since core would crash on one.
pub(crate) fn identity<C>(
    resource: &dyn ErasedResource<C>,
    state: &Value,
) -> Result<Option<pb::ResourceIdentityData>, Diagnostics> {
    known_identity(resource, resource.identity(state)?)
}

/// Returns an identity if it is wholly known: Terraform 1.15 cannot print a plan with an unknown identity.
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

/// Decodes the identity in an import request.
pub(crate) fn wanted<C>(
    resource: &dyn ErasedResource<C>,
    identity: &pb::ResourceIdentityData,
) -> Result<Value, Diagnostics> {
    let Some(schema) = resource.identity_schema() else {
        return Err(Diagnostic::error(
            "resource-not-imported",
            "Resource not imported",
            "This type has no identity. Use `id` in the import block.",
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
    let json = convert::json(request.raw_identity.as_ref())?;
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
