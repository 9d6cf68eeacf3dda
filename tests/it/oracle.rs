//! Random sequences of calls over every noun. Terraform Core's rules check each response.
//!
//! The nouns and their schemas come from the catalogue of the provider, so that a noun without a configuration in `bases`
//! fails here. Configurations are valid, changed at random, and partly unknown. Core removes its marks, such as sensitive
//! and ephemeral, before a call, so that no call contains any.
//!
//! `VPCFLOW_ORACLE_SEQUENCES` sets the number of sequences, and `VPCFLOW_ORACLE_SEED` the first seed.

mod actions;
mod bases;
mod calls;
mod checks;
mod elsewhere;
mod managed;
mod reading;
mod resource;
mod values;

use std::collections::BTreeMap;
use std::time::Instant;

use crate::flow_log::random::Dice;
use calls::Oracle;

/// The number of sequences by default.
const SEQUENCES: u64 = 400;
/// The number of sequences with one provider and one server. Their creates stay within EC2's bucket, so that none waits.
const SEQUENCES_AT_ONCE: u64 = 40;

/// How often each kind of sequence came, and how often each call.
pub(crate) type Counts = BTreeMap<&'static str, u64>;

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

#[tokio::test]
async fn no_response_breaks_a_rule_of_core() {
    let sequences = variable("VPCFLOW_ORACLE_SEQUENCES").unwrap_or(SEQUENCES);
    let first = variable("VPCFLOW_ORACLE_SEED").unwrap_or(1);
    let began = Instant::now();
    let mut counts = Counts::new();
    for start in (0..sequences).step_by(usize::try_from(SEQUENCES_AT_ONCE).unwrap()) {
        let mut oracle = Oracle::start(first + start).await;
        for number in start..sequences.min(start + SEQUENCES_AT_ONCE) {
            sequence(&mut oracle, first + number).await;
        }
        for (what, count) in oracle.end().await {
            *counts.entry(what).or_default() += count;
        }
    }
    println!(
        "{sequences} sequences from seed {first} in {:.1} s: {counts:?}",
        began.elapsed().as_secs_f64()
    );
    if sequences >= SEQUENCES {
        for call in calls::ALL {
            assert!(counts.contains_key(call), "{call} was never called");
        }
    }
}

async fn sequence(oracle: &mut Oracle, seed: u64) {
    oracle.begin(seed);
    let dice = &mut Dice::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    match dice.below(11) {
        0..=2 => managed::lifecycle(oracle, dice).await,
        3 => elsewhere::strangers(oracle, dice).await,
        4..=6 => reading::data(oracle, dice).await,
        7 => reading::ephemeral(oracle, dice).await,
        8 => reading::function(oracle, dice).await,
        9 => actions::action(oracle, dice).await,
        _ => reading::settings(oracle, dice).await,
    }
}
