//! Measures the largest result of a query in a plan: the cost of its encoding, and the duration of the plan when our
//! provider sends it and when the echo provider sends the same bytes.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use vpcflow::cty::msgpack;
use vpcflow::events::{Completeness, DataSource, Output, Quals, Selection};
use vpcflow::framework::{self, Attr, Model, lower};

use crate::fake::Fake;
use crate::query::{GROUP, REGION, STREAM, deliver, events, window};
use crate::table::{Row, Table, milliseconds, seconds};
use crate::{PLANS, Subjects, ask, echo, median, plan, process};

/// The largest number of events that a query returns.
const ROWS: usize = 10_000;
const ENCODINGS: usize = 11;

type Question = <DataSource as framework::DataSource>::Model;

/// Measures the encoding and the plan.
pub(crate) fn rows(
    subjects: &Subjects,
    schema: &Path,
    folder: &Path,
    table: &mut Table,
) -> Result<(), Box<dyn Error>> {
    let fake = Fake::start();
    deliver(&fake);
    fake.put_events_in(REGION, GROUP, STREAM, events(ROWS));
    let selection = Selection {
        limit: Attr::Known(ROWS as i64),
        ..Selection::default()
    };
    let question: Question = (
        selection,
        window(),
        Quals::default(),
        Output::default(),
        Completeness::default(),
    );
    let answer = ask::read::<DataSource>(&subjects.provider, REGION, fake.url(), &question)?;
    encoding(&answer.bytes, table)?;

    let folder = folder.join("rows");
    let workspace = plan::configuration(&folder.join("events"), &configuration())?;
    let sent = folder.join("answer");
    fs::write(&sent, &answer.bytes)?;
    let ours = plan::settings(&folder.join("ours"), &subjects.provider)?;
    let theirs = plan::settings(&folder.join("echo"), &subjects.echo)?;
    let (mut our_walls, mut echo_walls) = (Vec::new(), Vec::new());
    for _ in 0..PLANS {
        let mut command = plan::command(subjects, &workspace, &ours);
        command.envs(ask::environment(REGION, fake.url()));
        our_walls.push(process::run(&mut command, None)?.wall);
        let mut command = plan::command(subjects, &workspace, &theirs);
        command.env(echo::SCHEMA, schema).env(echo::ANSWER, &sent);
        echo_walls.push(process::run(&mut command, None)?.wall);
    }
    let (wall, echo_wall) = (median(our_walls), median(echo_walls));
    let ratio = wall.as_secs_f64() / echo_wall.as_secs_f64();
    table.add(
        &Row::new("plan with 10,000 events, wall", seconds(wall))
            .baseline(seconds(echo_wall))
            .ratio(ratio)
            .target("1.15 x echo", ratio <= 1.15),
    );
    Ok(())
}

/// Measures the encoding of a decoded result.
fn encoding(bytes: &[u8], table: &mut Table) -> Result<(), Box<dyn Error>> {
    let schema = lower::<Question>(0)?;
    let model = Question::decode(&msgpack::decode(bytes, &schema.ty)?)?;
    let mut times = Vec::new();
    for _ in 0..ENCODINGS {
        let begin = Instant::now();
        let value = schema.block.complete(model.encode(&schema.ty)?);
        let encoded = msgpack::encode(&value, &schema.ty)?;
        times.push(begin.elapsed());
        if encoded.len() != bytes.len() {
            return Err("the encoding differs from that of the provider".into());
        }
    }
    let time = median(times);
    table.add(
        &Row::new("encoding 10,000 events", milliseconds(time))
            .target("50 ms", time <= Duration::from_millis(50)),
    );
    Ok(())
}

fn configuration() -> String {
    let query = window();
    let known = |value: &Attr<String>| value.known().cloned().unwrap_or_default();
    format!(
        r#"terraform {{
  required_providers {{
    vpcflow = {{
      source = "vpcflow/vpcflow"
    }}
  }}
}}

data "vpcflow_log_events" "many" {{
  log_group_name = "{}"
  start_time     = "{}"
  end_time       = "{}"
  limit          = {ROWS}
}}
"#,
        known(&query.log_group_name),
        known(&query.start_time),
        known(&query.end_time)
    )
}
