//! One case: a scenario with a fault at one of its calls.

use std::sync::Arc;
use std::time::Duration;

use super::fault::{How, Kind};
use super::recorded::Recorded;
use super::terraform::Running;
use super::trial::{Outcome, Verdict};
use crate::harness::fake::{Age, Fake, Fault};

/// How long the server refuses connections, if it does so once.
const REFUSED: Duration = Duration::from_millis(300);

/// A fault at one call of a scenario.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) recorded: Arc<Recorded>,
    /// The number of the call.
    pub(super) call: usize,
    pub(super) kind: Kind,
    /// Whether every later call of the operation has the fault, too.
    pub(super) lasts: bool,
}

impl Case {
    /// Returns the name that repeats the case.
    pub(super) fn name(&self) -> String {
        let Recorded {
            scenario, variant, ..
        } = &*self.recorded;
        let often = if self.lasts { "always" } else { "once" };
        let (call, action) = (self.call, &self.recorded.calls[self.call]);
        let (scenario, number, kind) = (scenario.name(), variant.number, self.kind.name);
        format!("{scenario}/{number}/{call}-{action}/{kind}/{often}")
    }

    /// Runs the case.
    pub(super) async fn run(&self, seed: u64) -> Outcome {
        let mut trial = self.recorded.begin();
        let running = Running::default();
        self.aim(&trial.fake, seed);
        let watch = self.interrupt(&trial.fake, &running);
        let before = trial.terraform.clone();
        let mut runs = vec![trial.act(&running).await];
        let asks = self.recorded.variant.question(self.recorded.scenario);
        if let Some(watch) = watch {
            watch.abort();
        }
        trial.fake.heal();
        if let Some(lost) = trial.lost_at_once(&before, &runs) {
            return Outcome::new(Verdict::Lost, lost);
        }
        let outcome = match asks {
            Some(_) => trial.answer_again(&self.recorded.answer, &mut runs).await,
            None => trial.settle(&mut runs).await,
        };
        trial.check(outcome, &self.recorded.after, &runs)
    }

    /// Injects the fault.
    pub(super) fn aim(&self, fake: &Fake, seed: u64) {
        let calls = &self.recorded.calls;
        let action = &calls[self.call];
        let earlier = calls[..self.call].iter().filter(|call| *call == action);
        let earlier = u32::try_from(earlier.count()).unwrap();
        let times = if self.lasts { u32::MAX } else { 1 };
        let fault = match self.kind.how.clone() {
            How::Refused => {
                let length = Some(REFUSED).filter(|_| !self.lasts);
                return fake.refuse_after(u32::try_from(self.call).unwrap(), length);
            }
            How::Call(Fault::Stale(Age::Any(_))) => Fault::Stale(Age::Any(seed)),
            How::Call(fault) | How::Interrupt(fault) => fault,
        };
        fake.aim(action, earlier, fault, times);
    }

    /// Interrupts Terraform when the call is under way, if that is the fault. Returns the task that does it.
    fn interrupt(
        &self,
        fake: &Arc<Fake>,
        running: &Running,
    ) -> Option<tokio::task::JoinHandle<()>> {
        if !matches!(self.kind.how, How::Interrupt(_)) {
            return None;
        }
        let mut held = fake.held();
        let (fake, running) = (Arc::clone(fake), Arc::clone(running));
        Some(tokio::spawn(async move {
            let _ = held.changed().await;
            let calls = running.lock().unwrap().clone();
            if let Some(calls) = calls {
                calls.stop().await;
            }
            fake.release();
        }))
    }
}
