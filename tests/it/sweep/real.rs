//! A sample of the cases, with a real Terraform.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Map, Value as Json, json};

use super::case::Case;
use super::fault::How;
use super::scenario::Scenario;
use super::terraform::Wanted;
use super::trial::essences;
use crate::harness::fake::Fake;
use crate::harness::terraform::{Run, Version, Workspace};

/// The runs side by side.
const AT_ONCE: usize = 2;
/// The applies after the fault: two, and those that only refuse.
const RUNS: usize = 5;

/// Reports whether a real Terraform can run the case in seconds.
pub(super) fn fits(case: &Case) -> bool {
    let resource = matches!(
        case.recorded.scenario,
        Scenario::Create
            | Scenario::CreateThree
            | Scenario::Read
            | Scenario::Tag
            | Scenario::DestroyCreate
            | Scenario::CreateDestroy
            | Scenario::Delete
            | Scenario::Drift
    );
    // A server that refuses connections does so by the number of calls, which a real Terraform can change.
    resource && !case.lasts && !case.kind.is_slow() && case.kind.how != How::Refused
}

/// Runs cases, and returns those that failed, each with its reason.
pub(super) fn run(cases: &[Case], seed: u64) -> Vec<(String, String)> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut failures = Vec::new();
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(why) = Trial::of(case).run(case, seed) {
                failures.push((case.name(), why));
            }
        }
        failures
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let failures = workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap());
        failures.collect()
    })
}

/// AWS and a working directory.
struct Trial {
    fake: Fake,
    work: Workspace,
}

impl Trial {
    fn of(case: &Case) -> Self {
        let fake = Fake::start();
        let settings = case.recorded.variant.settings(case.recorded.scenario);
        let mut text = String::new();
        if let Some(attempts) = settings.get("max_retries") {
            text = format!("max_retries = {attempts}\n");
        }
        if let Some(tags) = settings.get("default_tags") {
            let tags = tags["tags"].as_object().unwrap();
            let tags = tags.iter().map(|(key, value)| format!("{key} = {value}\n"));
            text += &format!(
                "default_tags {{\ntags = {{\n{}}}\n}}\n",
                tags.collect::<String>()
            );
        }
        let work = Workspace::new(Version::Any, fake.url()).with_settings(&text);
        work.configure("");
        Self { fake, work }
    }

    fn run(&self, case: &Case, seed: u64) -> Result<(), String> {
        let recorded = &case.recorded;
        let [before, after] = recorded.variant.configurations(recorded.scenario);
        self.configure(&before, recorded.scenario);
        self.apply().succeeds();
        if !recorded.variant.is_young(recorded.scenario) {
            self.fake.age();
            self.apply().succeeds();
        }
        recorded.variant.prepare(recorded.scenario, &self.fake);
        self.fake
            .remember(recorded.variant.is_young(recorded.scenario));
        self.configure(&after, recorded.scenario);
        case.aim(&self.fake, seed);
        let mut outputs = vec![self.under_fault(case).output];
        self.fake.heal();
        for _ in 0..RUNS {
            let run = self.apply();
            let way_out = way_out(&run);
            let settled = run.code == 0 && run.output.contains("0 added, 0 changed, 0 destroyed");
            outputs.push(run.output);
            if settled {
                return self
                    .check(case)
                    .map_err(|why| format!("{why}\n{}", outputs.join("\n")));
            }
            if let Some((address, id)) = way_out {
                let run = self.work.run(&["import", "-no-color", &address, &id]);
                outputs.push(run.output);
            }
        }
        Err(format!("not settled:\n{}", outputs.join("\n")))
    }

    /// Applies, and interrupts Terraform if that is the fault.
    fn under_fault(&self, case: &Case) -> Run {
        if !matches!(case.kind.how, How::Interrupt(_)) {
            return self.apply();
        }
        let held = self.fake.held();
        let mut child = self.work.command(&["apply", "-auto-approve", "-no-color"]);
        let mut child = child.stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        while *held.borrow() == 0 && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        if *held.borrow() > 0 {
            kill_process(Pid::from_child(&child), Signal::INT).unwrap();
            while !text.contains("Interrupt received") && output.read_line(&mut text).unwrap() > 0 {
            }
            // Time passes until the provider knows of the interrupt.
            self.work.run(&["version"]);
            self.fake.release();
        }
        output.read_to_string(&mut text).unwrap();
        let code = child.wait().unwrap().code().unwrap_or(-1);
        Run {
            code,
            stdout: text.clone(),
            output: text,
        }
    }

    fn apply(&self) -> Run {
        self.work.run(&["apply", "-auto-approve", "-no-color"])
    }

    fn configure(&self, wanted: &BTreeMap<String, Wanted>, scenario: Scenario) {
        let mut resources = Map::new();
        for (address, wanted) in wanted {
            let mut config = escaped(&wanted.config);
            if scenario == Scenario::CreateDestroy {
                config["lifecycle"] = json!({ "create_before_destroy": true });
            }
            let (_, name) = address.split_once('.').unwrap();
            resources.insert(name.to_owned(), config);
        }
        let text = if resources.is_empty() {
            json!({})
        } else {
            json!({ "resource": { "vpcflow_log": resources } })
        };
        self.work.write("resources.tf.json", &text.to_string());
    }

    fn check(&self, case: &Case) -> Result<(), String> {
        let mut state: Vec<String> = Vec::new();
        for number in 0..3 {
            let instances = self.work.instances(&format!("vpcflow_log.r{number}"));
            state.extend(
                instances
                    .iter()
                    .map(|it| it["id"].as_str().unwrap().to_owned()),
            );
        }
        let mut aws: Vec<_> = self
            .fake
            .all_flow_logs()
            .into_iter()
            .map(|log| log.id)
            .collect();
        state.sort();
        aws.sort();
        if state != aws {
            return Err(format!("the state has {state:?}, AWS has {aws:?}"));
        }
        let essences = essences(self.fake.all_flow_logs());
        if essences != case.recorded.after {
            return Err(format!("AWS has {essences:#?}"));
        }
        Ok(())
    }
}

/// Returns the address of an error with an import block, and the ID in the block.
fn way_out(run: &Run) -> Option<(String, String)> {
    let flat = run.flat();
    let (before, block) = flat.split_once("import {")?;
    let (_, name) = before.rsplit_once("with vpcflow_log.")?;
    let (name, _) = name.split_once(',')?;
    let (_, id) = block.split_once("id = \"")?;
    let (id, _) = id.split_once('"')?;
    let found = (format!("vpcflow_log.{name}"), id.to_owned());
    Some(found).filter(|(_, id)| !id.contains('…'))
}

/// Escapes templates.
fn escaped(config: &Json) -> Json {
    let text = config.to_string().replace("${", "$${");
    serde_json::from_str(&text).unwrap()
}
