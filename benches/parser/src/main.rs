//! Measures the record parser, compared with other parsers on the same lines in the same run.
//!
//! | parser | work for each line |
//! |---|---|
//! | ours | finds the format, checks every value and reads the numbers, or rejects the line by a qual on the source address |
//! | `vrl` | its function `parse_aws_vpc_flow_log`, which builds a map; the event around it is created before |
//! | `flowlogs_reader` | its class `FlowRecord`, in Python, measured separately (`time_records.py`) |
//!
//! The parsers alternate, and each figure is the median of several rounds.

#[path = "../../cost/table.rs"]
#[allow(
    dead_code,
    reason = "the table of the other benchmark, of which this one uses a part"
)]
mod table;

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use table::{Row, Table};
use vpcflow::record::{Format, Outcome, Qual, Quals, Reader, RecordType, Values};
use vrl::compiler::{Context, Program, TargetValue, TimeZone, compile, state::RuntimeState};
use vrl::value::{ObjectMap, Secrets, Value};

const LINES: usize = 200_000;
/// The number of rounds. It is odd, so that the median is one of them.
const ROUNDS: usize = 7;
/// A network that contains no source address of the lines.
const REJECTING: &str = "192.168.0.0/16";

fn main() -> Result<(), Box<dyn Error>> {
    let lines: Vec<String> = (0..LINES).map(line).collect();
    let ours = reader(Quals::default())?;
    let rejecting = reader(Quals {
        all: vec![Qual::parse("src_addr", REJECTING)?],
        ..Quals::default()
    })?;
    let mut vrl = Vrl::new(&lines)?;
    let python = Python::find(&lines)?;
    let [mut typed, mut rejected, mut others, mut pythons] = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        typed.push(timed(|| sum(&ours, &lines)));
        rejected.push(timed(|| matching(&rejecting, &lines)));
        others.push(timed(|| vrl.run()));
        if let Some(python) = &python {
            pythons.push(python.run()?);
        }
    }
    println!(
        "Time for a line of {} bytes. The baseline is the other parser.",
        lines[0].len()
    );
    let mut table = Table::default();
    compare(
        &mut table,
        "vrl, typed numbers",
        &mut typed,
        &mut others,
        10.0,
    );
    compare(
        &mut table,
        "vrl, source rejected",
        &mut rejected,
        &mut others,
        20.0,
    );
    if pythons.is_empty() {
        table.add(&Row::new("flowlogs_reader", "not installed".to_owned()));
    } else {
        compare(
            &mut table,
            "flowlogs_reader, typed numbers",
            &mut typed,
            &mut pythons,
            25.0,
        );
        compare(
            &mut table,
            "flowlogs_reader, source rejected",
            &mut rejected,
            &mut pythons,
            50.0,
        );
    }
    Ok(())
}

fn compare(
    table: &mut Table,
    what: &'static str,
    ours: &mut [Duration],
    other: &mut [Duration],
    least: f64,
) {
    let [ours, other] = [ours, other].map(|times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64() * 1e9 / LINES as f64
    });
    let ratio = other / ours;
    table.add(
        &Row::new(what, format!("{ours:.0} ns"))
            .baseline(format!("{other:.0} ns"))
            .ratio(ratio)
            .at_least(&format!("{least} x"), ratio >= least),
    );
}

fn timed<T>(run: impl FnOnce() -> T) -> Duration {
    let begin = Instant::now();
    black_box(run());
    begin.elapsed()
}

/// Returns a line in the default format, with addresses and numbers of the usual lengths.
fn line(number: usize) -> String {
    let start = 1_767_225_600 + number / 100;
    format!(
        "2 123456789012 eni-0123456789abcdef0 10.{}.{}.{} 203.0.113.{} {} 443 6 {} {} {start} {} ACCEPT OK",
        number / 62_500,
        number / 250 % 250,
        number % 250,
        number % 200,
        32_768 + number % 28_000,
        number % 90 + 1,
        number % 90_000 + 40,
        start + 60
    )
}

fn reader(quals: Quals) -> Result<Reader, Box<dyn Error>> {
    Ok(Reader::new(
        RecordType::Aws,
        &[Format::vpc_default()],
        &quals,
    )?)
}

/// Reads all lines and their numbers.
fn sum(reader: &Reader, lines: &[String]) -> i64 {
    let mut sum = 0;
    for line in lines {
        let Ok((_, record)) = reader.read(line) else {
            continue;
        };
        for place in [0, 5, 6, 7, 8, 9, 10, 11] {
            sum += record.integer(place).unwrap_or_default();
        }
    }
    sum
}

/// Counts the lines that match the quals.
fn matching(reader: &Reader, lines: &[String]) -> usize {
    let satisfies = |line: &&String| matches!(reader.evaluate(line, ""), Ok(Outcome::Match(..)));
    lines.iter().filter(satisfies).count()
}

/// The function of `vrl`, and its input events.
struct Vrl {
    program: Program,
    events: Vec<TargetValue>,
}

impl Vrl {
    fn new(lines: &[String]) -> Result<Self, Box<dyn Error>> {
        let source = "parse_aws_vpc_flow_log!(.message)";
        let compiled = compile(source, &vrl::stdlib::all());
        let program = compiled
            .map_err(|problems| format!("{problems:?}"))?
            .program;
        let event = |line: &String| TargetValue {
            value: Value::Object(ObjectMap::from([("message".into(), line.as_str().into())])),
            metadata: Value::Object(ObjectMap::new()),
            secrets: Secrets::new(),
        };
        Ok(Self {
            program,
            events: lines.iter().map(event).collect(),
        })
    }

    /// Reads all events and returns the number of successes.
    fn run(&mut self) -> usize {
        let (mut state, zone) = (RuntimeState::default(), TimeZone::default());
        let mut read = 0;
        for event in &mut self.events {
            let mut context = Context::new(event, &mut state, &zone);
            read += usize::from(black_box(self.program.resolve(&mut context)).is_ok());
        }
        read
    }
}

/// The Python with flowlogs_reader, and a file with the lines.
struct Python {
    program: std::path::PathBuf,
    lines: tempfile::NamedTempFile,
}

impl Python {
    fn find(lines: &[String]) -> Result<Option<Self>, Box<dyn Error>> {
        let Some(folder) = env::var_os("VPCFLOW_BENCH_PROGRAMS") else {
            return Ok(None);
        };
        let program = Path::new(&folder).join("python");
        if !program.with_file_name("flowlogs_reader").exists() {
            return Ok(None);
        }
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(&file, lines.join("\n"))?;
        Ok(Some(Self {
            program,
            lines: file,
        }))
    }

    fn run(&self) -> Result<Duration, Box<dyn Error>> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("time_records.py");
        let output = Command::new(&self.program)
            .arg(script)
            .arg(self.lines.path())
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        let seconds = String::from_utf8(output.stdout)?.trim().parse()?;
        Ok(Duration::from_secs_f64(seconds))
    }
}
