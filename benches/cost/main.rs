//! Measures the cost of the provider: start-up, memory, calls and plans, each compared with a baseline in the same run.
//!
//! The baseline is an echo provider with the same schema (`echo.rs`). This program acts as the echo provider when Terraform
//! starts it. Every figure is the median of several runs, which alternate between the provider and the baseline, so that
//! other load on the machine affects both. The program prints a table and always returns 0: it is a benchmark, not a test.
//!
//! `make bench` builds the release binary, finds a Terraform and runs this program.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the benchmark prints a table"
)]

mod ask;
#[path = "../../tests/it/harness/canary.rs"]
#[allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    reason = "what the fake AWS looks for in requests"
)]
mod canary;
#[path = "../../tests/it/harness/client.rs"]
#[allow(
    dead_code,
    clippy::unwrap_used,
    reason = "the client of the tests, of which the benchmark uses a part"
)]
mod client;
mod coverage;
mod drift;
mod echo;
#[path = "../../tests/it/harness/fake/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "the tests' AWS, of which the bench needs a part"
)]
mod fake;
mod objects;
mod plan;
mod process;
mod query;
mod refresh;
mod rows;
mod soak;
mod start;
mod table;

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use table::{Row, Table, megabytes, milliseconds, percent, seconds};

/// The number of runs for each figure. It is odd, so that the median is one of them.
const STARTS: usize = 21;
const PLANS: usize = 5;
const CALLS: usize = 1_000;

/// The programs that the benchmark measures.
struct Subjects {
    provider: PathBuf,
    echo: PathBuf,
    terraform: OsString,
}

fn main() -> ExitCode {
    let outcome = match env::var_os(echo::SCHEMA) {
        Some(schema) => echo::serve(Path::new(&schema)),
        None => measure(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Box<dyn Error>> {
    let subjects = Subjects::find()?;
    let folder = tempfile::tempdir()?;
    let schema = folder.path().join("schema");
    start::save_schema(&subjects.provider, &schema)?;

    let mut table = Table::default();
    starts(&subjects, &schema, &mut table)?;
    calls(&subjects, &schema, &mut table)?;
    plans(&subjects, &schema, folder.path(), &mut table)?;
    refreshes(&subjects, &schema, folder.path(), &mut table)?;
    drifts(&subjects, folder.path(), &mut table)?;
    coverages(&subjects, &mut table)?;
    rows::rows(&subjects, &schema, folder.path(), &mut table)?;
    query::query(&subjects.provider, &mut table)?;
    objects::objects(&subjects.provider, folder.path(), &mut table)?;
    soak::soak(&subjects.provider, &mut table)?;
    Ok(())
}

impl Subjects {
    fn find() -> Result<Self, Box<dyn Error>> {
        let provider = env::var_os("VPCFLOW_PROVIDER")
            .ok_or("VPCFLOW_PROVIDER must name the release binary; `make bench` sets it")?;
        Ok(Self {
            provider: PathBuf::from(provider).canonicalize()?,
            echo: env::current_exe()?.canonicalize()?,
            terraform: env::var_os("VPCFLOW_TERRAFORM").unwrap_or_else(|| "terraform".into()),
        })
    }
}

fn starts(subjects: &Subjects, schema: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let mut ours = Vec::new();
    let mut echo = Vec::new();
    for _ in 0..STARTS {
        ours.push(start::once(&subjects.provider, None)?);
        echo.push(start::once(&subjects.echo, Some(schema))?);
    }
    let line = median(ours.iter().map(|start| start.line));
    table.add(
        &Row::new("exec to handshake line, mTLS", milliseconds(line))
            .baseline(milliseconds(median(echo.iter().map(|start| start.line))))
            .target("5 ms", line.as_secs_f64() <= 5e-3),
    );
    let memory = median(ours.iter().map(|start| start.memory));
    table.add(
        &Row::new("anonymous memory after it", megabytes(memory))
            .baseline(megabytes(median(echo.iter().map(|start| start.memory))))
            .target_if(memory > 0, "4 MB", memory <= 4_000_000),
    );
    let size = subjects.provider.metadata()?.len();
    // With the SDKs of all services that the provider will call.
    table.add(&Row::new("stripped binary", megabytes(size)).target("28 MB", size <= 28_000_000));
    Ok(())
}

fn calls(subjects: &Subjects, schema: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let ours = start::calls(&subjects.provider, None, CALLS)?;
    let echo = start::calls(&subjects.echo, Some(schema), CALLS)?;
    let p50 = median(ours.iter().copied());
    table.add(
        &Row::new("warm call over the socket, p50", milliseconds(p50))
            .baseline(milliseconds(median(echo.iter().copied())))
            .target("0.3 ms", p50.as_secs_f64() <= 3e-4),
    );
    let steps = |calls: &[_]| calls.iter().filter(|call| start::is_step(**call)).count();
    table.add(
        &Row::new("... of 1,000, slower than 30 ms", steps(&ours).to_string())
            .baseline(steps(&echo).to_string())
            .target("10", steps(&ours) <= CALLS / 100),
    );
    Ok(())
}

fn plans(
    subjects: &Subjects,
    schema: &Path,
    folder: &Path,
    table: &mut Table,
) -> Result<(), Box<dyn Error>> {
    let [mut ours, mut echo, mut floor] = [const { Vec::new() }; 3];
    let thousand = plan::Workspaces::write(folder, subjects, schema, 1_000)?;
    for _ in 0..PLANS {
        ours.push(thousand.ours()?);
        echo.push(thousand.echo()?);
        floor.push(thousand.terraform_data()?);
    }
    let wall = median(ours.iter().map(|run| run.wall));
    let echo_wall = median(echo.iter().map(|run| run.wall));
    let ratio = wall.as_secs_f64() / echo_wall.as_secs_f64();
    table.add(
        &Row::new("plan of 1,000 to create, wall", seconds(wall))
            .baseline(seconds(echo_wall))
            .ratio(ratio)
            .target("1.10 x echo", ratio <= 1.1),
    );
    table.add(&Row::new(
        "... as many terraform_data",
        seconds(median(floor.iter().map(|run| run.wall))),
    ));
    let cpu = median(ours.iter().map(|run| run.plugin_cpu));
    let measured = !cpu.is_zero();
    table.add(
        &Row::new("... our CPU", seconds(cpu))
            .baseline(seconds(median(echo.iter().map(|run| run.plugin_cpu))))
            .target_if(measured, "0.1 s", cpu.as_secs_f64() <= 0.1),
    );
    let share = median(ours.iter().map(process::Usage::share_in_ten_thousand));
    table.add(
        &Row::new("... our CPU to Terraform's own", percent(share))
            .baseline(percent(median(
                echo.iter().map(process::Usage::share_in_ten_thousand),
            )))
            .target_if(measured, "8 %", share <= 800),
    );

    let five_thousand = plan::Workspaces::write(folder, subjects, schema, 5_000)?;
    let [mut ours, mut echo] = [const { Vec::new() }; 2];
    for _ in 0..PLANS {
        ours.push(five_thousand.ours()?);
        echo.push(five_thousand.echo()?);
    }
    let wall = median(ours.iter().map(|run| run.wall));
    let echo_wall = median(echo.iter().map(|run| run.wall));
    let ratio = wall.as_secs_f64() / echo_wall.as_secs_f64();
    table.add(
        &Row::new("plan of 5,000 to create, wall", seconds(wall))
            .baseline(seconds(echo_wall))
            .ratio(ratio)
            .target("1.10 x echo", ratio <= 1.1),
    );
    let memory = median(ours.iter().map(|run| run.plugin_memory));
    table.add(
        &Row::new("... anonymous memory", megabytes(memory))
            .baseline(megabytes(median(echo.iter().map(|run| run.plugin_memory))))
            .target_if(memory > 0, "8 MB", memory <= 8_000_000),
    );
    Ok(())
}

/// Measures plans of flow logs that exist, at 50 ms for a call to AWS.
fn refreshes(
    subjects: &Subjects,
    schema: &Path,
    folder: &Path,
    table: &mut Table,
) -> Result<(), Box<dyn Error>> {
    let refresh = refresh::Refresh::of(folder, subjects, schema, 1_000)?;
    let (mut ours, mut echo) = (Vec::new(), Vec::new());
    for _ in 0..PLANS {
        ours.push(refresh.ours()?);
        echo.push(refresh.echo()?);
    }
    let (wall, echo) = (median(ours.iter().map(|cost| cost.wall)), median(echo));
    table.add(
        &Row::new("refresh of 1,000 at 50 ms a call, wall", seconds(wall))
            .baseline(seconds(echo))
            .target("echo + 0.5 s", wall <= echo + Duration::from_millis(500)),
    );
    let calls = median(ours.iter().map(|cost| cost.calls));
    table.add(&Row::new("... calls to AWS", calls.to_string()).target("5", calls <= 5));
    let one = refresh::Refresh::of(folder, subjects, schema, 1)?.ours()?;
    table.add(
        &Row::new("refresh of 1, calls to AWS", one.calls.to_string()).target("1", one.calls == 1),
    );
    Ok(())
}

/// Measures drift checks. The figure includes the replies of the fake server, so the real cost is lower.
fn drifts(subjects: &Subjects, folder: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let scene = drift::Scene::of(1_000, 1);
    let mut checks = Vec::new();
    for _ in 0..PLANS {
        checks.push(scene.check(&subjects.provider, folder)?);
    }
    let wall = median(checks.iter().map(|check| check.wall));
    table.add(
        &Row::new("drift of 1,000 in a state, wall", milliseconds(wall))
            .target("100 ms", wall.as_secs_f64() <= 0.1),
    );
    let calls = median(checks.iter().map(|check| check.calls));
    table.add(&Row::new("... calls to AWS", calls.to_string()).target("5", calls <= 5));
    let memory = median(checks.iter().map(|check| check.memory));
    table.add(
        &Row::new("... anonymous memory", megabytes(memory)).target_if(
            memory > 0,
            "32 MB",
            memory <= 32_000_000,
        ),
    );
    let scene = drift::Scene::of(10_000, 20);
    let mut checks = Vec::new();
    for _ in 0..PLANS {
        checks.push(scene.check(&subjects.provider, folder)?);
    }
    let wall = median(checks.iter().map(|check| check.wall));
    table.add(
        &Row::new("drift of 10,000 in 20 states, wall", milliseconds(wall))
            .target("1 s", wall.as_secs_f64() <= 1.0),
    );
    let memory = median(checks.iter().map(|check| check.memory));
    table.add(
        &Row::new("... anonymous memory", megabytes(memory)).target_if(
            memory > 0,
            "64 MB",
            memory <= 64_000_000,
        ),
    );
    Ok(())
}

/// Measures the check of an organization. The figure includes the replies of the fake server.
fn coverages(subjects: &Subjects, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let check = coverage::check(&subjects.provider)?;
    table.add(
        &Row::new(
            "coverage, 50 accounts x 17 regions, 100 ms a call",
            seconds(check.wall),
        )
        .target("40 s", check.wall.as_secs() < 40),
    );
    table.add(&Row::new("... calls to AWS", check.calls.to_string()));
    table.add(
        &Row::new("... anonymous memory", megabytes(check.memory)).target_if(
            check.memory > 0,
            "64 MB",
            check.memory <= 64_000_000,
        ),
    );
    Ok(())
}

fn median<T: Ord + Copy>(values: impl IntoIterator<Item = T>) -> T {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_unstable();
    values[values.len() / 2]
}
