//! Storms: a real Terraform, its provider or both are interrupted or killed at a random moment of an apply. No flow log is
//! lost: after an interrupt the state has all of them, and after a kill one more apply finds them.
//!
//! `make storm` runs many. The variables are `VPCFLOW_STORM_RUNS`, `VPCFLOW_STORM_FLOW_LOGS`, `VPCFLOW_STORM_AT_ONCE` and
//! `VPCFLOW_STORM_SEED`. Each storm has its own seed, and a failure prints it.
//!
//! Durations are compared only with the calls that the fake server has seen, and generously: other programs may use the
//! machine. The figures that are printed are what was measured.

mod running;
mod world;

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::flow_log::random::Dice;
use running::Target;
use world::World;

/// An interrupted run has ended this long after the slowest call in flight on an idle machine.
const SOON: Duration = Duration::from_secs(1);
/// The same on a machine that is busy.
const LATE: Duration = Duration::from_secs(30);

/// The number of storms, their size and their seed.
struct Plan {
    runs: u64,
    flow_logs: usize,
    at_once: usize,
    seed: u64,
}

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

impl Plan {
    /// Reads the variables. By default, a few small storms.
    fn read() -> Self {
        let size = |name: &str, default| {
            variable(name).map_or(default, |value| usize::try_from(value).unwrap())
        };
        Self {
            runs: variable("VPCFLOW_STORM_RUNS").unwrap_or(2),
            flow_logs: size("VPCFLOW_STORM_FLOW_LOGS", 24),
            at_once: size("VPCFLOW_STORM_AT_ONCE", 2),
            seed: variable("VPCFLOW_STORM_SEED").unwrap_or(1),
        }
    }

    /// Runs the storms side by side. A storm gets its number and the dice of its seed.
    fn run<T: Send>(&self, storm: impl Fn(u64, &mut Dice) -> T + Sync) -> Vec<T> {
        let next = AtomicU64::new(0);
        let results = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..self.at_once.min(usize::try_from(self.runs).unwrap()) {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= self.runs {
                            break;
                        }
                        let seed = self.seed + number;
                        let told = Told(seed);
                        let result = storm(number, &mut Dice::new(seed));
                        drop(told);
                        results.lock().unwrap().push(result);
                    }
                });
            }
        });
        results.into_inner().unwrap()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (runs, flow_logs, seed) = (self.runs, self.flow_logs, self.seed);
        write!(f, "{runs} storms of {flow_logs} flow logs from seed {seed}")
    }
}

/// The seed of a storm, which is printed if the storm fails.
struct Told(u64);

impl Drop for Told {
    #[expect(
        clippy::print_stderr,
        reason = "the seed is necessary to repeat the storm"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("The storm with VPCFLOW_STORM_SEED={} failed", self.0);
        }
    }
}

#[test]
fn an_interrupted_apply_leaves_no_flow_log_outside_of_the_state() {
    let plan = Plan::read();
    let storms = plan.run(|number, dice| {
        let world = World::new(plan.flow_logs, false);
        let interrupted = world.interrupt(Target::interrupted(number), dice);
        let (created, known) = (world.created(), world.known());
        assert_eq!(known, created, "{}", interrupted.run.output);
        (created.len(), interrupted.run.code, interrupted.after)
    });
    let mut after: Vec<_> = storms.iter().map(|(_, _, after)| *after).collect();
    after.sort_unstable();
    let created: usize = storms.iter().map(|(created, ..)| created).sum();
    let ended = storms.iter().filter(|(_, code, _)| *code == 0).count();
    let late = after.iter().filter(|after| **after > SOON).count();
    println!(
        "interrupts: {plan}: {created} created, 0 outside of the state; {ended} applies had ended before; the end after the \
         slowest call in flight: median {:?}, worst {:?}, {late} later than {SOON:?}",
        after[after.len() / 2],
        after.last().unwrap(),
    );
    assert!(after.iter().all(|after| *after <= LATE), "{after:?}");
}

#[test]
fn after_a_kill_one_apply_adopts_what_the_state_lacks() {
    let plan = Plan::read();
    let storms = plan.run(|number, dice| {
        let world = World::new(plan.flow_logs, true);
        let killed = world.kill(Target::killed(number), dice);
        let lost = world.created().difference(&world.known()).count();
        world.apply(&[]).succeeds();
        world.has_converged();
        killed.assert_ended();
        lost
    });
    let (lost, most) = (storms.iter().sum::<usize>(), storms.iter().max().unwrap());
    println!(
        "kills, adopt_existing: {plan}: {lost} flow logs were not in the state ({most} at most), all adopted by one apply, 0 \
         duplicates"
    );
}

#[test]
fn after_a_kill_each_error_has_the_import_block_of_a_flow_log_that_the_state_lacks() {
    let plan = Plan::read();
    let storms = plan.run(|number, dice| {
        let world = World::new(plan.flow_logs, false);
        let killed = world.kill(Target::killed(number), dice);
        let known = world.known();
        let lost: Vec<_> = world
            .created()
            .into_iter()
            .filter(|id| !known.contains(id))
            .collect();
        let run = world.apply(&[]);
        let said = run.flat();
        assert_eq!(run.code == 0, lost.is_empty(), "{}", run.output);
        assert_eq!(
            said.matches("Flow log not created").count(),
            lost.len(),
            "{}",
            run.output
        );
        for id in &lost {
            let block = format!("import {{ to = vpcflow_log.NAME id = \"{id}@us-east-1\" }}");
            assert_eq!(said.matches(&block).count(), 1, "{id}: {}", run.output);
        }
        world.apply(&lost).succeeds();
        world.has_converged();
        killed.assert_ended();
        lost.len()
    });
    let (lost, most) = (storms.iter().sum::<usize>(), storms.iter().max().unwrap());
    println!(
        "kills, import: {plan}: {lost} flow logs were not in the state ({most} at most), each named with its import block; 0 \
         duplicates after the import"
    );
}
