//! The calls of list resources.

use std::sync::Arc;

use futures_util::stream::{self, Stream};
use tokio::sync::mpsc;
use tonic::Status;

use super::pb::list_resource::Event;
use super::session::Session;
use super::{convert, pb};
use crate::cty::Value;
use crate::framework::{
    Context, Diagnostic, Diagnostics, ErasedListResource, Listed, Provider, Wanted,
};

/// The number of events that may wait for core. The next page is requested when there is room.
const WAITING: usize = 64;

pub(crate) fn validate<P: Provider>(
    session: &Session<P>,
    request: &pb::validate_list_resource_config::Request,
) -> Result<pb::validate_list_resource_config::Response, Diagnostics> {
    let list = session.list_resource(&request.type_name)?;
    let config = config(list, request.config.as_ref())?;
    let diagnostics = convert::diagnostics(list.validate(&config));
    Ok(pb::validate_list_resource_config::Response { diagnostics })
}

/// Lists objects and sends each event as it arrives. When core has enough, it drops the stream, which ends the listing.
pub(crate) fn list<P: Provider>(
    session: Arc<Session<P>>,
    request: pb::list_resource::Request,
) -> impl Stream<Item = Result<Event, Status>> {
    let (send, receive) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let gone = send.clone();
        let run = run(&session, &request, send.clone());
        tokio::select! {
            () = gone.closed() => {}
            result = run => for error in result.err().into_iter().flatten() {
                let _ = send.send(message(error)).await;
            },
        }
    });
    stream::unfold(receive, |mut receive| async move {
        Some((Ok(receive.recv().await?), receive))
    })
}

async fn run<P: Provider>(
    session: &Session<P>,
    request: &pb::list_resource::Request,
    events: mpsc::Sender<Event>,
) -> Result<(), Diagnostics> {
    let list = session.list_resource(&request.type_name)?;
    let resource = session.resource(&request.type_name)?;
    let (Some(identity), object) = (resource.identity_schema(), resource.schema()) else {
        return Err(
            Diagnostic::error("not-listed", "Not listed", "This type has no identity.").into(),
        );
    };
    let config = config(list, request.config.as_ref())?;
    let connection = session.connection()?;
    let context = Context::new(session.stop());
    let wanted = Wanted {
        objects: request.include_resource_object,
        limit: usize::try_from(request.limit)
            .ok()
            .filter(|limit| *limit > 0),
    };
    let (send, mut listed) = mpsc::channel(1);
    let encode = async {
        while let Some(listed) = listed.recv().await {
            let event = event(listed, &identity.ty, &object.ty);
            let event = event.unwrap_or_else(message);
            if events.send(event).await.is_err() {
                break;
            }
        }
    };
    let find = list.list(&connection, config, wanted, send, &context);
    tokio::join!(find, encode);
    Ok(())
}

/// Decodes the configuration. A missing block counts as an empty one.
fn config<C>(
    list: &dyn ErasedListResource<C>,
    config: Option<&pb::DynamicValue>,
) -> Result<Value, Diagnostic> {
    match convert::value(config, &list.schema().ty)? {
        Value::Null => Ok(list.schema().block.empty()),
        config => Ok(config),
    }
}

fn event(
    listed: Listed,
    identity_type: &crate::cty::Type,
    object_type: &crate::cty::Type,
) -> Result<Event, Diagnostic> {
    match listed {
        Listed::Message(diagnostic) => Ok(message(diagnostic)),
        Listed::Object {
            display_name,
            identity,
            object,
        } => {
            let object = object.map(|object| convert::dynamic_value(&object, object_type));
            Ok(Event {
                identity: Some(pb::ResourceIdentityData {
                    identity_data: Some(convert::dynamic_value(&identity, identity_type)?),
                }),
                display_name,
                resource_object: object.transpose()?,
                diagnostic: Vec::new(),
            })
        }
    }
}

fn message(diagnostic: Diagnostic) -> Event {
    Event {
        diagnostic: vec![convert::diagnostic(diagnostic)],
        ..Event::default()
    }
}
