//! Calls for managed resources.

use super::identity::{self, identity, known_identity};
use super::session::Session;
use super::{convert, pb};
use crate::framework::{Applied, Diagnostic, Diagnostics, Private, Provider, Schema, Target};

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
    let json = convert::json(request.raw_state.as_ref())?;
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
    let new_identity = identity(resource, &read.state)?.or(request
        .current_identity
        .filter(|_| resource.identity_schema().is_some() && !read.state.is_null()));
    let (new_state, diagnostics) = encode(read, schema);
    Ok(pb::read_resource::Response {
        new_state,
        diagnostics,
        private: request.private,
        new_identity,
        ..pb::read_resource::Response::default()
    })
}

pub(crate) fn plan<P: Provider>(
    session: &Session<P>,
    request: pb::plan_resource_change::Request,
) -> Result<pb::plan_resource_change::Response, Diagnostics> {
    let resource = session.resource(&request.type_name)?;
    let ty = &resource.schema().ty;
    let config = convert::value(request.config.as_ref(), ty)?;
    let capabilities = request.client_capabilities.as_ref();
    let target = Target {
        prior: convert::value(request.prior_state.as_ref(), ty)?,
        // To create an object, core proposes exactly the configuration.
        planned: if request.proposed_new_state == request.config {
            config.clone()
        } else {
            convert::value(request.proposed_new_state.as_ref(), ty)?
        },
        config,
        private: Private {
            is_stored: capabilities.is_some_and(|capabilities| capabilities.store_planned_private),
            planned: request.planned_private,
            prior: request.prior_private,
        },
    };
    let planned = resource.plan(&*session.connection()?, target);
    Ok(pb::plan_resource_change::Response {
        planned_state: Some(convert::dynamic_value(&planned.state, ty)?),
        requires_replace: planned.requires_replace.iter().map(convert::path).collect(),
        planned_private: planned.private,
        planned_identity: known_identity(resource, planned.identity)?,
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
        private: Private {
            planned: request.planned_private,
            ..Private::default()
        },
    };
    let connection = session.connection()?;
    let applied = resource.apply(&connection, target, session.stop()).await;
    // The state of an object that exists is returned even without an identity.
    let new_identity = identity(resource, &applied.state).unwrap_or_default();
    let (new_state, diagnostics) = encode(applied, schema);
    Ok(pb::apply_resource_change::Response {
        new_state,
        new_identity,
        diagnostics,
        ..pb::apply_resource_change::Response::default()
    })
}

pub(crate) async fn import<P: Provider>(
    session: &Session<P>,
    request: pb::import_resource_state::Request,
) -> Result<pb::import_resource_state::Response, Diagnostics> {
    let resource = session.resource(&request.type_name)?;
    let connection = session.connection()?;
    let imported = match (&request.identity, request.id.is_empty()) {
        (Some(wanted), true) => {
            let wanted = identity::wanted(resource, wanted)?;
            let import = resource.import_by_identity(&connection, wanted, session.stop());
            import.await
        }
        _ => {
            let import = resource.import(&connection, &request.id, session.stop());
            import.await
        }
    };
    let identity = identity(resource, &imported.state)?;
    let found = !imported.state.is_null();
    let (state, diagnostics) = encode(imported, resource.schema());
    let imported = pb::import_resource_state::ImportedResource {
        type_name: request.type_name,
        state,
        identity,
        ..Default::default()
    };
    Ok(pb::import_resource_state::Response {
        imported_resources: if found { vec![imported] } else { Vec::new() },
        diagnostics,
        deferred: None,
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
            "Terraform sent no state to generate a configuration from. Use Terraform 1.14.1 or newer.",
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

/// Encodes the result of an apply or a read. Diagnostics are kept even if the state cannot be encoded.
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
