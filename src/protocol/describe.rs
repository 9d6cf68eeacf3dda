//! What there is: schemas, metadata, capabilities.

use super::session::Session;
use super::{convert, functions, pb};
use crate::framework::{Diagnostic, Provider};

pub(crate) fn provider_schema<P: Provider>(
    session: &Session<P>,
) -> Result<pb::get_provider_schema::Response, Diagnostic> {
    let types = session.types()?;
    let resources = types.catalogue.resources.iter();
    let data_sources = types.catalogue.data_sources.iter();
    let lists = types.catalogue.list_resources.iter();
    let ephemeral = types.catalogue.ephemeral_resources.iter();
    Ok(pb::get_provider_schema::Response {
        provider: Some(convert::schema(&types.config)),
        resource_schemas: resources
            .map(|(name, resource)| ((*name).to_owned(), convert::schema(resource.schema())))
            .collect(),
        data_source_schemas: data_sources
            .map(|(name, source)| ((*name).to_owned(), convert::schema(source.schema())))
            .collect(),
        functions: functions::signatures(&types.catalogue).collect(),
        list_resource_schemas: lists
            .map(|(name, list)| ((*name).to_owned(), convert::schema(list.schema())))
            .collect(),
        ephemeral_resource_schemas: ephemeral
            .map(|(name, resource)| ((*name).to_owned(), convert::schema(resource.schema())))
            .collect(),
        server_capabilities: Some(capabilities()),
        ..pb::get_provider_schema::Response::default()
    })
}

pub(crate) fn metadata<P: Provider>(
    session: &Session<P>,
) -> Result<pb::get_metadata::Response, Diagnostic> {
    let catalogue = &session.types()?.catalogue;
    let resource = |name: &&str| pb::get_metadata::ResourceMetadata {
        type_name: (*name).to_owned(),
    };
    let source = |name: &&str| pb::get_metadata::DataSourceMetadata {
        type_name: (*name).to_owned(),
    };
    let function = |name: &&str| pb::get_metadata::FunctionMetadata {
        name: (*name).to_owned(),
    };
    let list = |name: &&str| pb::get_metadata::ListResourceMetadata {
        type_name: (*name).to_owned(),
    };
    let ephemeral = |name: &&str| pb::get_metadata::EphemeralMetadata {
        type_name: (*name).to_owned(),
    };
    Ok(pb::get_metadata::Response {
        server_capabilities: Some(capabilities()),
        resources: catalogue.resources.keys().map(resource).collect(),
        data_sources: catalogue.data_sources.keys().map(source).collect(),
        functions: catalogue.functions.keys().map(function).collect(),
        list_resources: catalogue.list_resources.keys().map(list).collect(),
        ephemeral_resources: catalogue
            .ephemeral_resources
            .keys()
            .map(ephemeral)
            .collect(),
        ..pb::get_metadata::Response::default()
    })
}

pub(crate) fn identity_schemas<P: Provider>(
    session: &Session<P>,
) -> Result<pb::get_resource_identity_schemas::Response, Diagnostic> {
    let resources = session.types()?.catalogue.resources.iter();
    let identities = resources.filter_map(|(name, resource)| {
        let schema = resource.identity_schema()?;
        Some(((*name).to_owned(), convert::identity_schema(schema)))
    });
    Ok(pb::get_resource_identity_schemas::Response {
        identity_schemas: identities.collect(),
        diagnostics: Vec::new(),
    })
}

/// No handler depends on the schema having been asked for in its process, so core may keep it.
fn capabilities() -> pb::ServerCapabilities {
    pb::ServerCapabilities {
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
        ..pb::ServerCapabilities::default()
    }
}
