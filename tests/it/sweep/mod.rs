//! A fault at every call: each scenario is run once without a fault and its calls are recorded, and then once for each
//! call and each fault. Afterwards AWS is well again, and Terraform does what it would do next.
//!
//! A case ends `converged` or `told`. `lost` and `inconclusive` fail the test, which prints how to repeat the case.
//!
//! `VPCFLOW_SWEEP_CASES` sets how many of the cases run (`all` for all of them), `VPCFLOW_SWEEP_SEED` which ones, and
//! `VPCFLOW_SWEEP_CASE` the only one.

mod case;
mod fault;
mod process;
mod real;
mod recorded;
mod report;
mod scenario;
mod terraform;
mod trial;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::flow_log::random::Dice;
use case::Case;
use fault::Kind;
use recorded::Recorded;
use report::Table;
use scenario::{Scenario, Variant};
use trial::{Outcome, Verdict};

/// One case in this many runs by default.
const PART: usize = 20;
/// The cases that run side by side: those that compute, and those that wait for a timeout.
const AT_ONCE: usize = 16;
const WAITING: usize = 400;
/// The cases with a real Terraform by default.
const IN_SHORT: usize = 1;
/// The longest time of a case.
const LONGEST: Duration = Duration::from_secs(900);
/// The failures that are printed.
const SHOWN: usize = 12;

#[test]
fn no_fault_at_any_call_loses_anything() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(sweep());
    runtime.shutdown_background();
}

#[expect(clippy::print_stdout, reason = "the figures, and how to repeat a case")]
async fn sweep() {
    let began = Instant::now();
    let seed = seed();
    let is_short = variable("VPCFLOW_SWEEP_CASES").is_none();
    let all = cases(is_short.then_some(seed)).await;
    let total = all.len();
    let chosen = match variable("VPCFLOW_SWEEP_CASES").as_deref() {
        Some("all") => all,
        Some(number) => choose(all, number.parse().expect("a number, or `all`"), seed),
        // Each scenario has one of its variants.
        None => choose(all, total * Variant::ALL.len() / PART, seed),
    };
    let count = chosen.len();
    let (table, failures) = run(chosen, seed).await;
    let seconds = began.elapsed().as_secs();
    let [converged, told, lost, inconclusive] = [
        Verdict::Converged,
        Verdict::Told,
        Verdict::Lost,
        Verdict::Inconclusive,
    ]
    .map(|verdict| table.total(verdict));
    println!("{}", table.render());
    println!(
        "{count} of {total} cases with seed {seed} in {seconds} s: {converged} converged, {told} told, {lost} lost, \
         {inconclusive} inconclusive"
    );
    let failures: Vec<_> = failures
        .into_iter()
        .map(|(name, outcome)| (name, outcome.why))
        .collect();
    fail(&failures, seed);
}

/// Fails the test if a case did, and prints how to repeat it.
#[expect(clippy::print_stdout, reason = "the figures, and how to repeat a case")]
fn fail(failures: &[(String, String)], seed: u64) {
    for (name, why) in failures.iter().take(SHOWN) {
        println!(
            "\n{name}\nrepeat: VPCFLOW_SWEEP_SEED={seed} VPCFLOW_SWEEP_CASE={name} cargo test --test it -- sweep:: \
             --nocapture\n{why}"
        );
    }
    let names: Vec<_> = failures.iter().map(|(name, _)| name).collect();
    assert!(failures.is_empty(), "{names:#?}");
}

/// Records the scenarios, and returns all cases. With a seed, each scenario has one of its variants.
async fn cases(seed: Option<u64>) -> Vec<Case> {
    let mut dice = seed.map(Dice::new);
    let only = variable("VPCFLOW_SWEEP_CASE");
    let mut recording = JoinSet::new();
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    for scenario in Scenario::ALL {
        let one = dice.as_mut().map(|dice| dice.below(Variant::ALL.len()));
        for variant in Variant::ALL {
            let is_wanted = match &only {
                Some(name) => name.starts_with(&format!("{}/{}/", scenario.name(), variant.number)),
                None => one.is_none_or(|one| one == variant.number),
            };
            if is_wanted {
                let turns = Arc::clone(&turns);
                recording.spawn(async move {
                    let _turn = turns.acquire_owned().await;
                    Arc::new(Recorded::of(scenario, variant).await)
                });
            }
        }
    }
    let mut recorded = recording.join_all().await;
    recorded.sort_by_key(|recorded| (recorded.scenario, recorded.variant.number));
    let mut cases = Vec::new();
    for recorded in recorded {
        for call in 0..recorded.calls.len() {
            cases.extend(cases_of(&recorded, call));
        }
    }
    if let Some(name) = only {
        cases.retain(|case| case.name() == name);
        assert!(!cases.is_empty(), "no case {name}");
    }
    cases
}

fn cases_of(recorded: &Arc<Recorded>, call: usize) -> Vec<Case> {
    let mut cases = Vec::new();
    let is_question = recorded.variant.question(recorded.scenario).is_some();
    for (number, kind) in Kind::all().into_iter().enumerate() {
        // Each fault of each call is in half of the variants, and a stale reply is in all of them.
        let half = recorded.variant.half;
        let is_turn = kind.is_stale() || (number + call + half).is_multiple_of(2);
        if !is_turn || !kind.fits(&recorded.calls[call], is_question) {
            continue;
        }
        // With all its attempts, a call that always fails takes minutes.
        let attempts = recorded.variant.attempts;
        let patient = attempts.is_none();
        let can_last = kind.can_last() && !patient && !kind.is_slow_with(attempts);
        let lasting = [false, true].into_iter().filter(|lasts| !lasts || can_last);
        cases.extend(lasting.map(|lasts| Case {
            recorded: Arc::clone(recorded),
            call,
            kind: kind.clone(),
            lasts,
        }));
    }
    cases
}

/// Chooses some of the cases.
fn choose(mut all: Vec<Case>, count: usize, seed: u64) -> Vec<Case> {
    if variable("VPCFLOW_SWEEP_CASE").is_some() {
        return all;
    }
    let mut dice = Dice::new(seed);
    let mut chosen = Vec::new();
    while chosen.len() < count && !all.is_empty() {
        chosen.push(all.swap_remove(dice.below(all.len())));
    }
    chosen
}

#[expect(clippy::print_stdout, reason = "the figures, and how to repeat a case")]
async fn run(mut cases: Vec<Case>, seed: u64) -> (Table, Vec<(String, Outcome)>) {
    // Those that wait come first.
    cases.sort_by_key(|case| !case.kind.is_slow());
    let computing = Arc::new(Semaphore::new(AT_ONCE));
    let waiting = Arc::new(Semaphore::new(WAITING));
    let mut running = JoinSet::new();
    for case in cases {
        let turn = if case.kind.is_slow() {
            &waiting
        } else {
            &computing
        };
        let turn = Arc::clone(turn);
        running.spawn(async move {
            let _turn = turn.acquire_owned().await;
            let moved = case.clone();
            let task =
                tokio::spawn(async move { tokio::time::timeout(LONGEST, moved.run(seed)).await });
            let outcome = match task.await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Outcome::new(Verdict::Inconclusive, "it did not end"),
                Err(panic) => Outcome::new(Verdict::Inconclusive, format!("{panic}")),
            };
            (case, outcome)
        });
    }
    let (mut table, mut failures) = (Table::default(), Vec::new());
    while let Some(ended) = running.join_next().await {
        let (case, outcome) = ended.unwrap();
        table.count(case.kind.name, case.recorded.scenario, outcome.verdict);
        if outcome.verdict > Verdict::Told {
            println!("{:?}: {}", outcome.verdict, case.name());
            failures.push((case.name(), outcome));
        }
    }
    failures.sort_by(|(one, _), (other, _)| one.cmp(other));
    (table, failures)
}

#[test]
fn a_real_terraform_loses_nothing_either() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let seed = seed();
    let count = variable("VPCFLOW_SWEEP_TERRAFORM");
    let is_short = count.is_none();
    let count = count.map_or(IN_SHORT, |text| text.parse().expect("a number"));
    let mut all = runtime.block_on(cases(is_short.then_some(seed)));
    all.retain(real::fits);
    let chosen = choose(all, count, seed);
    let began = Instant::now();
    let failures = real::run(&chosen, seed);
    let (count, seconds) = (chosen.len(), began.elapsed().as_secs());
    println!(
        "{count} cases with Terraform with seed {seed} in {seconds} s: {} failed",
        failures.len()
    );
    fail(&failures, seed);
}

fn seed() -> u64 {
    let text = variable("VPCFLOW_SWEEP_SEED");
    text.map_or(1, |text| text.parse().expect("a number"))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}
