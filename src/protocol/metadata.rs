//! Schemas and metadata of all types, and the capabilities of the server.

use super::session::Session;
use super::{convert, functions, pb};
use crate::framework::{Diagnostic, Provider};

pub(crate) fn provider_schema<P: Provider>(
    session: &Session<P>,
) -> Result<pb::get_provider_schema::Response, Diagnostic> {
    let catalogue = session.catalogue();
    let resources = catalogue.resources.all()?.into_iter();
    let data_sources = catalogue.data_sources.all()?.into_iter();
    let lists = catalogue.list_resources.all()?.into_iter();
    let ephemeral = catalogue.ephemeral_resources.all()?.into_iter();
    let actions = catalogue.actions.all()?.into_iter();
    let schema = |name: &str, schema| (name.to_owned(), convert::schema(schema));
    Ok(pb::get_provider_schema::Response {
        provider: Some(convert::schema(session.config_schema()?)),
        resource_schemas: resources
            .map(|(name, r)| schema(name, r.schema()))
            .collect(),
        data_source_schemas: data_sources
            .map(|(name, d)| schema(name, d.schema()))
            .collect(),
        functions: functions::signatures(session)?,
        list_resource_schemas: lists.map(|(name, l)| schema(name, l.schema())).collect(),
        ephemeral_resource_schemas: ephemeral
            .map(|(name, e)| schema(name, e.schema()))
            .collect(),
        action_schemas: actions
            .map(|(name, action)| {
                let schema = Some(convert::schema(action.schema()));
                (name.to_owned(), pb::ActionSchema { schema })
            })
            .collect(),
        server_capabilities: Some(capabilities()),
        ..pb::get_provider_schema::Response::default()
    })
}

pub(crate) fn metadata<P: Provider>(session: &Session<P>) -> pb::get_metadata::Response {
    let catalogue = session.catalogue();
    let resource = |name: &str| pb::get_metadata::ResourceMetadata {
        type_name: name.to_owned(),
    };
    let source = |name: &str| pb::get_metadata::DataSourceMetadata {
        type_name: name.to_owned(),
    };
    let function = |name: &str| pb::get_metadata::FunctionMetadata {
        name: name.to_owned(),
    };
    let list = |name: &str| pb::get_metadata::ListResourceMetadata {
        type_name: name.to_owned(),
    };
    let ephemeral = |name: &str| pb::get_metadata::EphemeralMetadata {
        type_name: name.to_owned(),
    };
    let action = |name: &str| pb::get_metadata::ActionMetadata {
        type_name: name.to_owned(),
    };
    pb::get_metadata::Response {
        server_capabilities: Some(capabilities()),
        resources: catalogue.resources.names().map(resource).collect(),
        data_sources: catalogue.data_sources.names().map(source).collect(),
        functions: catalogue.functions.names().map(function).collect(),
        list_resources: catalogue.list_resources.names().map(list).collect(),
        ephemeral_resources: catalogue
            .ephemeral_resources
            .names()
            .map(ephemeral)
            .collect(),
        actions: catalogue.actions.names().map(action).collect(),
        ..pb::get_metadata::Response::default()
    }
}

pub(crate) fn identity_schemas<P: Provider>(
    session: &Session<P>,
) -> Result<pb::get_resource_identity_schemas::Response, Diagnostic> {
    let resources = session.catalogue().resources.all()?.into_iter();
    let identities = resources.filter_map(|(name, resource)| {
        let schema = resource.identity_schema()?;
        Some((name.to_owned(), convert::identity_schema(schema)))
    });
    Ok(pb::get_resource_identity_schemas::Response {
        identity_schemas: identities.collect(),
        diagnostics: Vec::new(),
    })
}

/// Core may cache the schema: no handler needs an earlier GetProviderSchema call in the same process.
fn capabilities() -> pb::ServerCapabilities {
    pb::ServerCapabilities {
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
        ..pb::ServerCapabilities::default()
    }
}
