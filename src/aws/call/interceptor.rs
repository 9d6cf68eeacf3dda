//! The SDK's hooks around each attempt of a call.
//!
//! They hold back a request that must not be sent, and replace a reply that lacks required content with an error.
//! This module must not know what is done about it.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        connection::CaptureSmithyConnection,
        interceptors::{
            Intercept,
            context::{
                BeforeTransmitInterceptorContextMut, BeforeTransmitInterceptorContextRef,
                FinalizerInterceptorContextMut, FinalizerInterceptorContextRef,
            },
        },
        orchestrator::OrchestratorError,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

use super::super::{
    codes::is_skewed,
    network::NetworkProblem,
    reply::{Flaw, Unreadable},
};
use super::attempts::Failure;
use super::failure;
use super::run::{Call, MOST_FUTILE_ATTEMPTS, NotSent, Phase};

impl Intercept for Call {
    fn name(&self) -> &'static str {
        "Call"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        if request.extension::<CaptureSmithyConnection>().is_none() {
            request.add_extension(CaptureSmithyConnection::new());
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut attempts = self.attempts();
        let stopped = self.context.stop.is_cancelled() && (self.mutates || attempts.count > 0);
        if stopped || self.context.is_past_deadline() {
            return Err(NotSent.into());
        }
        let request = context.request();
        if let Some(pace) = self.pace.as_ref().filter(|_| attempts.count > 0) {
            pace.count();
        }
        attempts.begin(request.uri(), request.extension().cloned());
        drop(attempts);
        self.phase.send_replace(Phase::InFlight);
        Ok(())
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(reply) = context.response() else {
            return Ok(());
        };
        self.context.read_clock(reply);
        let flaw = match context.output_or_error() {
            Some(Ok(output)) => {
                let missing = self
                    .requirement
                    .as_ref()
                    .and_then(|requirement| requirement.missing(output, reply));
                missing.map(Flaw::Lacks)
            }
            // The SDK could not parse it.
            Some(Err(error)) if error.is_operation_error() && reply.status().is_success() => {
                Some(Flaw::Malformed)
            }
            _ => None,
        };
        let unreadable = flaw.map(|flaw| Unreadable::new(reply, flaw));
        if let (Some(unreadable), Some(result)) = (unreadable, context.output_or_error_mut()) {
            *result = Err(OrchestratorError::response(unreadable.into()));
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if *self.phase.borrow() != Phase::InFlight {
            return Ok(());
        }
        let status = context
            .response()
            .map(|response| response.status().as_u16());
        // EC2's status for throttling, and for "not now".
        if let (Some(pace), Some(503)) = (&self.pace, status) {
            pace.empty();
        }
        let mut attempts = self.attempts();
        let failure = match context.output_or_error() {
            Some(Ok(_)) => None,
            Some(Err(error)) => Some(attempts.failure(error)),
            None => Some(Failure {
                text: "the attempt ended without a result".to_owned(),
                code: None,
                message: String::new(),
                unreadable: None,
                network: NetworkProblem::Other,
            }),
        };
        attempts.end(status, failure);
        attempts.request_id = context.response().and_then(failure::request_id);
        attempts.bucket_region = context.response().and_then(failure::bucket_region);
        attempts.unanswered &= self.mutates;
        let mut futile = attempts.futile;
        if attempts.count > 1
            && is_skewed(
                attempts
                    .failure
                    .as_ref()
                    .and_then(|failure| failure.code.as_deref()),
                self.context.clock_ahead().as_secs(),
            )
        {
            // The SDK has signed again with the service's clock, without success.
            futile = MOST_FUTILE_ATTEMPTS;
        }
        drop(attempts);
        self.phase.send_replace(Phase::Between { futile });
        Ok(())
    }
}
