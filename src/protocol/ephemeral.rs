//! Calls for ephemeral resources. The provider keeps nothing between the calls, so renew and close do nothing.

use super::session::Session;
use super::{convert, pb};
use crate::framework::{Context, Diagnostics, Provider};

pub(crate) fn validate<P: Provider>(
    session: &Session<P>,
    request: &pb::validate_ephemeral_resource_config::Request,
) -> Result<pb::validate_ephemeral_resource_config::Response, Diagnostics> {
    let resource = session.ephemeral(&request.type_name)?;
    let config = convert::value(request.config.as_ref(), &resource.schema().ty)?;
    let diagnostics = convert::diagnostics(resource.validate(&config));
    Ok(pb::validate_ephemeral_resource_config::Response { diagnostics })
}

pub(crate) async fn open<P: Provider>(
    session: &Session<P>,
    request: pb::open_ephemeral_resource::Request,
) -> Result<pb::open_ephemeral_resource::Response, Diagnostics> {
    let resource = session.ephemeral(&request.type_name)?;
    let ty = &resource.schema().ty;
    let config = convert::value(request.config.as_ref(), ty)?;
    let connection = session.connection()?;
    let context = Context::new(session.stop());
    let (result, diagnostics) = resource.open(&connection, config, &context).await;
    Ok(pb::open_ephemeral_resource::Response {
        result: result
            .map(|result| convert::dynamic_value(&result, ty))
            .transpose()?,
        diagnostics: convert::diagnostics(diagnostics),
        ..pb::open_ephemeral_resource::Response::default()
    })
}

pub(crate) fn renew<P: Provider>(
    session: &Session<P>,
    request: &pb::renew_ephemeral_resource::Request,
) -> Result<pb::renew_ephemeral_resource::Response, Diagnostics> {
    session.ephemeral(&request.type_name)?;
    Ok(pb::renew_ephemeral_resource::Response::default())
}

pub(crate) fn close<P: Provider>(
    session: &Session<P>,
    request: &pb::close_ephemeral_resource::Request,
) -> Result<pb::close_ephemeral_resource::Response, Diagnostics> {
    session.ephemeral(&request.type_name)?;
    Ok(pb::close_ephemeral_resource::Response::default())
}
