//! The same records in every form give the same answers: events of a log group, gzip text and Parquet in each layout of a
//! bucket, and ExternalFlow events; counted by the provider, by CloudWatch Logs Insights, and by Athena.
//!
//! | file | holds |
//! |---|---|
//! | `records` | random records |
//! | `forms` | the records in a log group and in the objects of a bucket |
//! | `rows` | quals: every form gives the same rows |
//! | `external_flow` | the same with ExternalFlow events |
//! | `groups` | aggregates: every engine gives the same groups |
//! | `edges` | the first and the last second of a window, whatever the delay |
//!
//! `VPCFLOW_SAME_RECORDS`, `VPCFLOW_SAME_QUERIES` and `VPCFLOW_SAME_SEED` set how many records there are, how many random
//! questions each test asks, and the seed.

mod edges;
mod external_flow;
mod forms;
mod groups;
mod records;
mod rows;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

use crate::harness::athena::Athena;
use crate::harness::core::Core;
use crate::harness::fake::Fake;

/// How large a test is.
#[derive(Clone, Copy, Debug)]
struct Size {
    records: usize,
    queries: usize,
    seed: u64,
}

impl Size {
    /// Returns the size that the environment asks for. A test has its own number of questions.
    fn of(queries: usize) -> Self {
        Self {
            records: variable("VPCFLOW_SAME_RECORDS").unwrap_or(300),
            queries: variable("VPCFLOW_SAME_QUERIES").unwrap_or(queries),
            seed: variable("VPCFLOW_SAME_SEED").unwrap_or(1),
        }
    }

    /// Prints what was compared.
    #[expect(clippy::print_stdout, reason = "the result of a long run")]
    fn tell(self, compared: &str) {
        println!("{self:?}: {compared}");
    }

    /// Returns what draws random questions.
    fn runner(self) -> TestRunner {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_le_bytes());
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        TestRunner::new_with_rng(Config::default(), random)
    }
}

/// Starts a provider that finds Athena at its own address.
async fn core(fake: &Fake, athena: &Athena) -> Core {
    let mut core = Core::start(fake.url()).await;
    let mut endpoints = json!({ "athena": athena.url() });
    for service in ["ec2", "logs", "s3", "sts"] {
        endpoints[service] = json!(fake.url());
    }
    core.configure(&json!({ "endpoints": endpoints }), &[])
        .await;
    core
}

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    let Ok(number) = text.parse() else {
        panic!("{name} is {text:?}, which is not a number");
    };
    Some(number)
}
