//! Calls for data sources.

use super::session::Session;
use super::{convert, pb};
use crate::framework::{Context, Diagnostics, Provider};

pub(crate) fn validate<P: Provider>(
    session: &Session<P>,
    request: &pb::validate_data_resource_config::Request,
) -> Result<pb::validate_data_resource_config::Response, Diagnostics> {
    let source = session.data_source(&request.type_name)?;
    let config = convert::value(request.config.as_ref(), &source.schema().ty)?;
    let diagnostics = convert::diagnostics(source.validate(&config));
    Ok(pb::validate_data_resource_config::Response { diagnostics })
}

pub(crate) async fn read<P: Provider>(
    session: &Session<P>,
    request: pb::read_data_source::Request,
) -> Result<pb::read_data_source::Response, Diagnostics> {
    let source = session.data_source(&request.type_name)?;
    let ty = &source.schema().ty;
    let config = convert::value(request.config.as_ref(), ty)?;
    let connection = session.connection()?;
    let context = Context::new(session.stop());
    let (state, diagnostics) = source.read(&connection, config, &context).await;
    Ok(pb::read_data_source::Response {
        state: state
            .map(|state| convert::dynamic_value(&state, ty))
            .transpose()?,
        diagnostics: convert::diagnostics(diagnostics),
        deferred: None,
    })
}
