//! The calls of managed resources.

use super::session::Session;
use super::{convert, pb};
use crate::framework::{Applied, Diagnostic, Diagnostics, Provider, Schema, Target};

pub(crate) fn validate<P: Provider>(
    session: &Session<P>,
    request: &pb::validate_resource_config::Request,
) -> Result<pb::validate_resource_config::Response, Diagnostics> {
    let resource = session.resource(&request.type_name)?;
    let config = convert::value(request.config.as_ref(), &resource.schema().ty)?;
    let diagnostics = convert::diagnostics(resource.validate(&config));
    Ok(pb::validate_resource_config::Response { diagnostics })
}

pub(crate) fn upgrade<P: Provider>(
    session: &Session<P>,
    request: &pb::upgrade_resource_state::Request,
) -> Result<pb::upgrade_resource_state::Response, Diagnostics> {
    let resource = session.resource(&request.type_name)?;
    let json = match &request.raw_state {
        Some(state) if !state.json.is_empty() => &state.json,
        _ => return Err(no_json().into()),
    };
    let state = resource.upgrade(request.version, json)?;
    Ok(pb::upgrade_resource_state::Response {
        upgraded_state: Some(convert::dynamic_value(&state, &resource.schema().ty)?),
        diagnostics: Vec::new(),
    })
}

pub(crate) async fn read<P: Provider>(
    session: &Session<P>,
    request: pb::read_resource::Request,
) -> Result<pb::read_resource::Response, Diagnostics> {
    let resource = session.resource(&request.type_name)?;
    let schema = resource.schema();
    let state = convert::value(request.current_state.as_ref(), &schema.ty)?;
    let connection = session.connection()?;
    let read = resource.read(&connection, state, session.stop()).await;
    let (new_state, diagnostics) = encode(read, schema);
    Ok(pb::read_resource::Response {
        new_state,
        diagnostics,
        private: request.private,
        ..pb::read_resource::Response::default()
    })
}

pub(crate) fn plan<P: Provider>(
    session: &Session<P>,
    request: pb::plan_resource_change::Request,
) -> Result<pb::plan_resource_change::Response, Diagnostics> {
    let resource = session.resource(&request.type_name)?;
    let ty = &resource.schema().ty;
    let target = Target {
        prior: convert::value(request.prior_state.as_ref(), ty)?,
        planned: convert::value(request.proposed_new_state.as_ref(), ty)?,
        config: convert::value(request.config.as_ref(), ty)?,
    };
    let planned = resource.plan(&*session.connection()?, target);
    Ok(pb::plan_resource_change::Response {
        planned_state: Some(convert::dynamic_value(&planned.state, ty)?),
        requires_replace: planned.requires_replace.iter().map(convert::path).collect(),
        planned_private: request.prior_private,
        diagnostics: convert::diagnostics(planned.diagnostics),
        ..pb::plan_resource_change::Response::default()
    })
}

pub(crate) async fn apply<P: Provider>(
    session: &Session<P>,
    request: pb::apply_resource_change::Request,
) -> Result<pb::apply_resource_change::Response, Diagnostics> {
    let resource = session.resource(&request.type_name)?;
    let schema = resource.schema();
    let target = Target {
        prior: convert::value(request.prior_state.as_ref(), &schema.ty)?,
        planned: convert::value(request.planned_state.as_ref(), &schema.ty)?,
        config: convert::value(request.config.as_ref(), &schema.ty)?,
    };
    let connection = session.connection()?;
    let applied = resource.apply(&connection, target, session.stop()).await;
    let (new_state, diagnostics) = encode(applied, schema);
    Ok(pb::apply_resource_change::Response {
        new_state,
        private: request.planned_private,
        diagnostics,
        ..pb::apply_resource_change::Response::default()
    })
}

pub(crate) async fn import<P: Provider>(
    session: &Session<P>,
    request: pb::import_resource_state::Request,
) -> Result<pb::import_resource_state::Response, Diagnostics> {
    let resource = session.resource(&request.type_name)?;
    if request.id.is_empty() {
        return Err(no_identity().into());
    }
    let connection = session.connection()?;
    let imported = resource
        .import(&connection, &request.id, session.stop())
        .await;
    let found = !imported.state.is_null();
    let (state, diagnostics) = encode(imported, resource.schema());
    let imported = pb::import_resource_state::ImportedResource {
        type_name: request.type_name,
        state,
        ..Default::default()
    };
    Ok(pb::import_resource_state::Response {
        imported_resources: if found { vec![imported] } else { Vec::new() },
        diagnostics,
        deferred: None,
    })
}

/// Encodes what an apply or read came to; messages are never lost to a value that does not encode.
fn encode(applied: Applied, schema: &Schema) -> (Option<pb::DynamicValue>, Vec<pb::Diagnostic>) {
    let mut diagnostics = convert::diagnostics(applied.diagnostics);
    match convert::dynamic_value(&applied.state, &schema.ty) {
        Ok(state) => (Some(state), diagnostics),
        Err(error) => {
            diagnostics.push(convert::diagnostic(error));
            (None, diagnostics)
        }
    }
}

fn no_json() -> Diagnostic {
    Diagnostic::error(
        "State not upgraded",
        "The stored state is not JSON: it was written before Terraform 0.12, when this provider did \
         not exist. Remove the resource from the state and import it.",
    )
}

fn no_identity() -> Diagnostic {
    Diagnostic::error(
        "Resource not imported",
        "An import needs an id: this version does not import by identity. \
         Write `id = \"fl-…\"` in the import block.",
    )
}
