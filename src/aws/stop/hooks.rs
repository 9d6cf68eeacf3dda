//! How a flight watches its call: the SDK's hooks around each attempt.
//!
//! What must not be sent is held back, and a reply that lacks what it must hold counts as no reply.
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

use super::{
    super::{
        attempts::Failure,
        error::{SKEW, SKEWED},
        reply::{Flaw, Unreadable},
    },
    ATTEMPTS_IN_VAIN, Flight, HeldBack, Phase, failure,
};

impl Intercept for Flight {
    fn name(&self) -> &'static str {
        "Flight"
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
        let mut log = self.log();
        let stopped = self.terms.stop.is_cancelled() && (self.mutates || log.attempts > 0);
        if stopped || self.terms.is_over() {
            return Err(HeldBack.into());
        }
        let request = context.request();
        log.begin(request.uri(), request.extension().cloned());
        drop(log);
        self.phase.send_replace(Phase::UnderWay);
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
        self.terms.heard(reply);
        let flaw = match context.output_or_error() {
            Some(Ok(output)) => {
                let missing = self
                    .demand
                    .as_ref()
                    .and_then(|demand| demand.0(output, reply));
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
        if *self.phase.borrow() != Phase::UnderWay {
            return Ok(());
        }
        let status = context
            .response()
            .map(|response| response.status().as_u16());
        let mut log = self.log();
        let failure = match context.output_or_error() {
            Some(Ok(_)) => None,
            Some(Err(error)) => Some(log.failure(error)),
            None => Some(Failure {
                text: "the attempt ended without a result".to_owned(),
                code: None,
                message: String::new(),
                unreadable: None,
            }),
        };
        log.end(status, failure);
        log.request_id = context.response().and_then(failure::request_id);
        log.unanswered &= self.mutates;
        let mut in_vain = log.in_vain;
        if log.attempts > 1 && is_skewed(log.failure.as_ref(), self.terms.ahead().as_secs()) {
            // The SDK has signed once more by the service's clock, in vain.
            in_vain = ATTEMPTS_IN_VAIN;
        }
        drop(log);
        self.phase.send_replace(Phase::Between { in_vain });
        Ok(())
    }
}

/// Whether a service refused a signature, and its clock is far from this machine's.
fn is_skewed(failure: Option<&Failure>, ahead: i64) -> bool {
    let code = failure.and_then(|failure| failure.code.as_deref());
    ahead.abs() > SKEW && code.is_some_and(|code| SKEWED.contains(&code))
}
