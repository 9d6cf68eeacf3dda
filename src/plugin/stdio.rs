//! The service that could carry our output to the parent: `plugin.GRPCStdio`.
//!
//! We have nothing to say on it, as the parent reads our standard error anyway and would show whatever came here
//! as unexpected. The stream stays open in silence until the server stops, which also keeps the client's
//! connection from counting as idle.

use std::future::ready;

use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::pb::StdioData;
use super::pb::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};

/// Creates the service; its streams end when the token is cancelled.
pub(super) fn service(stopping: CancellationToken) -> GrpcStdioServer<impl GrpcStdio> {
    GrpcStdioServer::new(Stdio { stopping })
}

struct Stdio {
    stopping: CancellationToken,
}

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    type StreamStdioStream = BoxStream<'static, Result<StdioData, Status>>;

    async fn stream_stdio(
        &self,
        _: Request<()>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        let stopped = self.stopping.clone().cancelled_owned().into_stream();
        Ok(Response::new(stopped.filter_map(|()| ready(None)).boxed()))
    }
}
