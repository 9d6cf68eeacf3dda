//! The calls of actions.

use std::sync::Arc;

use futures_util::stream::{self, Stream};
use tokio::sync::mpsc;
use tonic::Status;

use super::pb::invoke_action::Event;
use super::pb::invoke_action::event::{Completed, Progress as Line, Type};
use super::session::Session;
use super::{convert, pb};
use crate::cty::Value;
use crate::framework::{Context, Diagnostic, Diagnostics, ErasedAction, Progress, Provider};
use crate::text::sanitize;

/// The number of lines that may wait for core.
const WAITING: usize = 64;

pub(crate) fn validate<P: Provider>(
    session: &Session<P>,
    request: &pb::validate_action_config::Request,
) -> Result<pb::validate_action_config::Response, Diagnostics> {
    let action = session.action(&request.type_name)?;
    let config = config(action, request.config.as_ref())?;
    let diagnostics = convert::diagnostics(action.validate(&config));
    Ok(pb::validate_action_config::Response { diagnostics })
}

/// Plans an action: checks what is known by now. A plan has no effect, and nothing of it is stored.
pub(crate) fn plan<P: Provider>(
    session: &Session<P>,
    request: &pb::plan_action::Request,
) -> Result<pb::plan_action::Response, Diagnostics> {
    let action = session.action(&request.action_type)?;
    let config = config(action, request.config.as_ref())?;
    Ok(pb::plan_action::Response {
        diagnostics: convert::diagnostics(action.validate(&config)),
        deferred: None,
    })
}

/// Runs an action: sends each line of progress as it arrives, and one event at the end. When core drops the stream, the
/// action ends.
pub(crate) fn invoke<P: Provider>(
    session: Arc<Session<P>>,
    request: pb::invoke_action::Request,
) -> impl Stream<Item = Result<Event, Status>> {
    let (send, receive) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let gone = send.clone();
        tokio::select! {
            () = gone.closed() => {}
            result = run(&session, &request, &send) => {
                let diagnostics = result.unwrap_or_else(|error| error.into());
                let _ = send.send(completed(diagnostics)).await;
            }
        }
    });
    stream::unfold(receive, |mut receive| async move {
        Some((Ok(receive.recv().await?), receive))
    })
}

async fn run<P: Provider>(
    session: &Session<P>,
    request: &pb::invoke_action::Request,
    events: &mpsc::Sender<Event>,
) -> Result<Diagnostics, Diagnostic> {
    let action = session.action(&request.action_type)?;
    let config = config(action, request.config.as_ref())?;
    let connection = session.connection()?;
    let context = Context::new(session.stop());
    let (say, mut lines) = mpsc::channel::<String>(1);
    let encode = async {
        while let Some(line) = lines.recv().await {
            if events.send(progress(&line)).await.is_err() {
                break;
            }
        }
    };
    let invoke = action.invoke(&connection, config, Progress::new(say), &context);
    let (diagnostics, ()) = tokio::join!(invoke, encode);
    Ok(diagnostics)
}

/// Decodes the configuration. A missing block counts as an empty one.
fn config<C>(
    action: &dyn ErasedAction<C>,
    config: Option<&pb::DynamicValue>,
) -> Result<Value, Diagnostic> {
    match convert::value(config, &action.schema().ty)? {
        Value::Null => Ok(action.schema().block.empty()),
        config => Ok(config),
    }
}

fn progress(line: &str) -> Event {
    let message = sanitize::line(line).into_owned();
    Event {
        r#type: Some(Type::Progress(Line { message })),
    }
}

fn completed(diagnostics: Diagnostics) -> Event {
    let diagnostics = convert::diagnostics(diagnostics);
    Event {
        r#type: Some(Type::Completed(Completed { diagnostics })),
    }
}
