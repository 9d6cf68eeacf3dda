//! The service by which the parent ends the plugin: `plugin.GRPCController`.

use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::pb::Empty;
use super::pb::grpc_controller_server::{GrpcController, GrpcControllerServer};

/// Creates the service; it cancels the token when it is called.
pub(super) fn service(shutdown: CancellationToken) -> GrpcControllerServer<impl GrpcController> {
    GrpcControllerServer::new(Controller { shutdown })
}

struct Controller {
    shutdown: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        tracing::debug!("the client asked us to end");
        self.shutdown.cancel();
        Ok(Response::new(Empty {}))
    }
}
