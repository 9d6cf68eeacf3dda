//! The gRPC service: one thin method per call, in the order of the `.proto` file. It stays one file, however many calls
//! there are, because the generated trait is implemented at once.

use std::future::Future;
use std::sync::Arc;

use futures_util::stream;
use tokio_util::sync::CancellationToken;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use super::pb::provider_server::{Provider as Service, ProviderServer};
use super::response::{WithDiagnostics, call, on_own_thread, on_own_thread_if_large, uncancelled};
use super::session::Session;
use super::{
    action, data, ephemeral, functions, identity, list, managed, metadata, move_state, pb,
    unsupported,
};
use crate::framework::{Diagnostics, Provider};

/// The largest message in either direction, in bytes: the same as in HashiCorp's own servers.
pub const MESSAGE_LIMIT: usize = 256 << 20;

/// Creates the gRPC service of a provider. Cancelling `interrupt` has the effect of `StopProvider`.
pub fn service<P: Provider>(
    provider: P,
    interrupt: CancellationToken,
) -> ProviderServer<Server<P>> {
    ProviderServer::new(Server(Arc::new(Session::new(provider, interrupt))))
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT)
}

/// A provider as a gRPC service.
pub struct Server<P: Provider>(Arc<Session<P>>);

impl<P: Provider> std::fmt::Debug for Server<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Server")
    }
}

type Reply<A> = Result<Response<A>, Status>;

/// Responds to a call with its result, or with nothing but diagnostics.
async fn respond<A: WithDiagnostics, E: Into<Diagnostics>>(
    rpc: &'static str,
    type_name: &str,
    result: impl Future<Output = Result<A, E>>,
) -> Reply<A> {
    call(rpc, type_name, async { or_only(result.await) }).await
}

/// Responds to a call for a kind of type that this provider does not have.
async fn no_such<A: WithDiagnostics>(rpc: &'static str, kind: &str, type_name: &str) -> Reply<A> {
    call(rpc, type_name, async {
        unsupported::no_such(kind, type_name)
    })
    .await
}

fn or_only<A: WithDiagnostics>(result: Result<A, impl Into<Diagnostics>>) -> A {
    result.unwrap_or_else(|messages| A::only(messages))
}

/// Returns the size of an encoded value, in bytes.
fn size(value: Option<&pb::DynamicValue>) -> usize {
    value.map_or(0, |value| value.msgpack.len() + value.json.len())
}

#[tonic::async_trait]
impl<P: Provider> Service for Server<P> {
    async fn get_metadata(
        &self,
        _: Request<pb::get_metadata::Request>,
    ) -> Reply<pb::get_metadata::Response> {
        call("GetMetadata", "", async { metadata::metadata(&self.0) }).await
    }

    async fn get_provider_schema(
        &self,
        _: Request<pb::get_provider_schema::Request>,
    ) -> Reply<pb::get_provider_schema::Response> {
        respond("GetProviderSchema", "", async {
            metadata::provider_schema(&self.0)
        })
        .await
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<pb::get_resource_identity_schemas::Request>,
    ) -> Reply<pb::get_resource_identity_schemas::Response> {
        respond("GetResourceIdentitySchemas", "", async {
            metadata::identity_schemas(&self.0)
        })
        .await
    }

    async fn get_functions(
        &self,
        _: Request<pb::get_functions::Request>,
    ) -> Reply<pb::get_functions::Response> {
        respond("GetFunctions", "", async { functions::declared(&self.0) }).await
    }

    async fn validate_provider_config(
        &self,
        request: Request<pb::validate_provider_config::Request>,
    ) -> Reply<pb::validate_provider_config::Response> {
        let config = request.into_inner().config;
        call("ValidateProviderConfig", "", async {
            WithDiagnostics::only(self.0.validate(config.as_ref()))
        })
        .await
    }

    async fn validate_resource_config(
        &self,
        request: Request<pb::validate_resource_config::Request>,
    ) -> Reply<pb::validate_resource_config::Response> {
        let request = request.into_inner();
        let (session, name) = (Arc::clone(&self.0), request.type_name.clone());
        let bytes = size(request.config.as_ref());
        let validate = move || async move { or_only(managed::validate(&session, &request)) };
        call(
            "ValidateResourceConfig",
            &name,
            on_own_thread_if_large(bytes, validate),
        )
        .await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<pb::validate_data_resource_config::Request>,
    ) -> Reply<pb::validate_data_resource_config::Response> {
        let request = request.into_inner();
        let (session, name) = (Arc::clone(&self.0), request.type_name.clone());
        let validate =
            on_own_thread(move || async move { or_only(data::validate(&session, &request)) });
        call("ValidateDataResourceConfig", &name, validate).await
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<pb::validate_ephemeral_resource_config::Request>,
    ) -> Reply<pb::validate_ephemeral_resource_config::Response> {
        let request = request.into_inner();
        let (session, name) = (Arc::clone(&self.0), request.type_name.clone());
        let validate =
            on_own_thread(move || async move { or_only(ephemeral::validate(&session, &request)) });
        call("ValidateEphemeralResourceConfig", &name, validate).await
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<pb::validate_list_resource_config::Request>,
    ) -> Reply<pb::validate_list_resource_config::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        respond("ValidateListResourceConfig", &name, async {
            list::validate(&self.0, &request)
        })
        .await
    }

    async fn validate_action_config(
        &self,
        request: Request<pb::validate_action_config::Request>,
    ) -> Reply<pb::validate_action_config::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        respond("ValidateActionConfig", &name, async {
            action::validate(&self.0, &request)
        })
        .await
    }

    async fn validate_state_store_config(
        &self,
        request: Request<pb::validate_state_store::Request>,
    ) -> Reply<pb::validate_state_store::Response> {
        let name = request.into_inner().type_name;
        no_such("ValidateStateStoreConfig", "state store", &name).await
    }

    async fn configure_provider(
        &self,
        request: Request<pb::configure_provider::Request>,
    ) -> Reply<pb::configure_provider::Response> {
        let request = request.into_inner();
        let configure =
            async { WithDiagnostics::only(self.0.configure(request.config.as_ref()).await) };
        call("ConfigureProvider", "", configure).await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<pb::upgrade_resource_state::Request>,
    ) -> Reply<pb::upgrade_resource_state::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        respond("UpgradeResourceState", &name, async {
            managed::upgrade(&self.0, &request)
        })
        .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<pb::upgrade_resource_identity::Request>,
    ) -> Reply<pb::upgrade_resource_identity::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        respond("UpgradeResourceIdentity", &name, async {
            identity::upgrade_identity(&self.0, &request)
        })
        .await
    }

    async fn read_resource(
        &self,
        request: Request<pb::read_resource::Request>,
    ) -> Reply<pb::read_resource::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        respond("ReadResource", &name, async {
            managed::read(&self.0, request).await
        })
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<pb::plan_resource_change::Request>,
    ) -> Reply<pb::plan_resource_change::Response> {
        let request = request.into_inner();
        let (session, name) = (Arc::clone(&self.0), request.type_name.clone());
        let bytes = size(request.config.as_ref()) + size(request.prior_state.as_ref());
        let plan = move || async move { or_only(managed::plan(&session, request)) };
        call(
            "PlanResourceChange",
            &name,
            on_own_thread_if_large(bytes, plan),
        )
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<pb::apply_resource_change::Request>,
    ) -> Reply<pb::apply_resource_change::Response> {
        let request = request.into_inner();
        let (session, name) = (Arc::clone(&self.0), request.type_name.clone());
        let apply = async move { or_only(managed::apply(&session, request).await) };
        call("ApplyResourceChange", &name, uncancelled(apply)).await
    }

    async fn import_resource_state(
        &self,
        request: Request<pb::import_resource_state::Request>,
    ) -> Reply<pb::import_resource_state::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        respond("ImportResourceState", &name, async {
            managed::import(&self.0, request).await
        })
        .await
    }

    async fn move_resource_state(
        &self,
        request: Request<pb::move_resource_state::Request>,
    ) -> Reply<pb::move_resource_state::Response> {
        let request = request.into_inner();
        let name = request.target_type_name.clone();
        respond("MoveResourceState", &name, async {
            move_state::move_from(&self.0, &request)
        })
        .await
    }

    async fn generate_resource_config(
        &self,
        request: Request<pb::generate_resource_config::Request>,
    ) -> Reply<pb::generate_resource_config::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        respond("GenerateResourceConfig", &name, async {
            managed::generate_config(&self.0, &request)
        })
        .await
    }

    async fn read_data_source(
        &self,
        request: Request<pb::read_data_source::Request>,
    ) -> Reply<pb::read_data_source::Response> {
        let request = request.into_inner();
        let (session, name) = (Arc::clone(&self.0), request.type_name.clone());
        let read =
            on_own_thread(move || async move { or_only(data::read(&session, request).await) });
        call("ReadDataSource", &name, read).await
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<pb::open_ephemeral_resource::Request>,
    ) -> Reply<pb::open_ephemeral_resource::Response> {
        let request = request.into_inner();
        let (session, name) = (Arc::clone(&self.0), request.type_name.clone());
        let open =
            on_own_thread(move || async move { or_only(ephemeral::open(&session, request).await) });
        call("OpenEphemeralResource", &name, open).await
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<pb::renew_ephemeral_resource::Request>,
    ) -> Reply<pb::renew_ephemeral_resource::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        respond("RenewEphemeralResource", &name, async {
            ephemeral::renew(&self.0, &request)
        })
        .await
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<pb::close_ephemeral_resource::Request>,
    ) -> Reply<pb::close_ephemeral_resource::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        respond("CloseEphemeralResource", &name, async {
            ephemeral::close(&self.0, &request)
        })
        .await
    }

    async fn call_function(
        &self,
        request: Request<pb::call_function::Request>,
    ) -> Reply<pb::call_function::Response> {
        let request = request.into_inner();
        let (session, name) = (Arc::clone(&self.0), request.name.clone());
        let work =
            on_own_thread(move || async move { or_only(functions::call(&session, &request)) });
        call("CallFunction", &name, work).await
    }

    async fn list_resource(
        &self,
        request: Request<pb::list_resource::Request>,
    ) -> Reply<BoxStream<pb::list_resource::Event>> {
        let events = list::list(Arc::clone(&self.0), request.into_inner());
        Ok(Response::new(Box::pin(events)))
    }

    async fn plan_action(
        &self,
        request: Request<pb::plan_action::Request>,
    ) -> Reply<pb::plan_action::Response> {
        let request = request.into_inner();
        let name = request.action_type.clone();
        respond("PlanAction", &name, async {
            action::plan(&self.0, &request)
        })
        .await
    }

    async fn invoke_action(
        &self,
        request: Request<pb::invoke_action::Request>,
    ) -> Reply<BoxStream<pb::invoke_action::Event>> {
        let events = action::invoke(Arc::clone(&self.0), request.into_inner());
        Ok(Response::new(Box::pin(events)))
    }

    async fn configure_state_store(
        &self,
        request: Request<pb::configure_state_store::Request>,
    ) -> Reply<pb::configure_state_store::Response> {
        let name = request.into_inner().type_name;
        no_such("ConfigureStateStore", "state store", &name).await
    }

    async fn read_state_bytes(
        &self,
        request: Request<pb::read_state_bytes::Request>,
    ) -> Reply<BoxStream<pb::read_state_bytes::Response>> {
        let response = unsupported::no_state_bytes(&request.into_inner().type_name);
        Ok(Response::new(Box::pin(stream::iter([Ok(response)]))))
    }

    async fn write_state_bytes(
        &self,
        _: Request<Streaming<pb::write_state_bytes::RequestChunk>>,
    ) -> Reply<pb::write_state_bytes::Response> {
        no_such("WriteStateBytes", "state store", "").await
    }

    async fn lock_state(
        &self,
        request: Request<pb::lock_state::Request>,
    ) -> Reply<pb::lock_state::Response> {
        let name = request.into_inner().type_name;
        no_such("LockState", "state store", &name).await
    }

    async fn unlock_state(
        &self,
        request: Request<pb::unlock_state::Request>,
    ) -> Reply<pb::unlock_state::Response> {
        let name = request.into_inner().type_name;
        no_such("UnlockState", "state store", &name).await
    }

    async fn get_states(
        &self,
        request: Request<pb::get_states::Request>,
    ) -> Reply<pb::get_states::Response> {
        let name = request.into_inner().type_name;
        no_such("GetStates", "state store", &name).await
    }

    async fn delete_state(
        &self,
        request: Request<pb::delete_state::Request>,
    ) -> Reply<pb::delete_state::Response> {
        let name = request.into_inner().type_name;
        no_such("DeleteState", "state store", &name).await
    }

    async fn stop_provider(
        &self,
        _: Request<pb::stop_provider::Request>,
    ) -> Reply<pb::stop_provider::Response> {
        tracing::info!("stopping: nothing new is begun, what was sent is waited for");
        self.0.stop().cancel();
        Ok(Response::new(pb::stop_provider::Response::default()))
    }
}
