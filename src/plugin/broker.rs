//! The service for further connections between both sides: `plugin.GRPCBroker`.
//!
//! The client opens its stream on every connection. We offer no further connections, so what arrives is read and
//! dropped, and the stream ends with the client's half or with the server.

use std::future::ready;

use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use super::pb::ConnInfo;
use super::pb::grpc_broker_server::{GrpcBroker, GrpcBrokerServer};

/// Creates the service; its streams end when the token is cancelled.
pub(super) fn service(stopping: CancellationToken) -> GrpcBrokerServer<impl GrpcBroker> {
    GrpcBrokerServer::new(Broker { stopping })
}

struct Broker {
    stopping: CancellationToken,
}

#[tonic::async_trait]
impl GrpcBroker for Broker {
    type StartStreamStream = BoxStream<'static, Result<ConnInfo, Status>>;

    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        let unread = unread(request.into_inner(), self.stopping.clone());
        let silence = unread.into_stream().filter_map(|()| ready(None));
        Ok(Response::new(silence.boxed()))
    }
}

/// Reads to the end, which is the client's or ours.
async fn unread(mut offers: Streaming<ConnInfo>, stopping: CancellationToken) {
    let read = async { while let Ok(Some(_)) = offers.message().await {} };
    tokio::select! {
        () = read => {}
        () = stopping.cancelled() => {}
    }
}
