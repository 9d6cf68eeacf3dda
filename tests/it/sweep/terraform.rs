//! What Terraform does with several resources: a plan in one process, an apply in another, and a state that survives both.
//!
//! It does what Core does when a step fails: an object that a failed create returned is tainted, a deposed object stays
//! until it is deleted, and after an interrupt nothing begins.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use serde_json::Value as Json;
use vpcflow::cty::Value;

use super::process::{Calls, Object, Planned, Process, Question, Told, text};
use crate::harness::core::{Action, Message};

/// A resource in the configuration.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) config: Json,
    pub(super) create_before_destroy: bool,
}

/// What the state holds of a resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Slot {
    pub(super) current: Option<Object>,
    pub(super) tainted: bool,
    pub(super) deposed: Vec<Object>,
}

impl Slot {
    fn is_empty(&self) -> bool {
        self.current.is_none() && self.deposed.is_empty()
    }

    /// Returns the IDs in the state.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let objects = self.current.iter().chain(&self.deposed);
        objects.map(|object| text(&object.value, "id"))
    }
}

/// What one command did and said.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// Errors by address. The address of the provider is empty.
    pub(super) errors: Vec<(String, String)>,
    pub(super) warnings: Vec<String>,
    /// What Core would refuse.
    pub(super) violations: Vec<String>,
    /// What was planned, without what needs nothing.
    pub(super) planned: Vec<(String, Action)>,
    /// Objects that were planned to be replaced although they were not tainted.
    pub(super) replaced: Vec<String>,
    pub(super) interrupted: bool,
    /// The answer to a question.
    pub(super) answer: Option<String>,
}

impl Run {
    pub(super) fn failed(&self) -> bool {
        !self.errors.is_empty() || self.interrupted
    }

    /// Reports whether nothing was to be done.
    pub(super) fn was_empty(&self) -> bool {
        !self.failed() && self.planned.is_empty()
    }

    fn hear<T>(&mut self, address: &str, told: Told<T>) -> T {
        self.listen(address, told.messages, told.violations);
        told.content
    }

    fn listen(&mut self, address: &str, messages: Vec<Message>, violations: Vec<String>) {
        for message in messages {
            if message.is_error {
                self.errors.push((address.to_owned(), message.text));
            } else {
                self.warnings.push(message.text);
            }
        }
        self.violations.extend(violations);
    }

    fn join(&mut self, other: Self) {
        self.errors.extend(other.errors);
        self.warnings.extend(other.warnings);
        self.violations.extend(other.violations);
        self.planned.extend(other.planned);
        self.replaced.extend(other.replaced);
    }
}

/// The process that runs, for an interrupt.
pub(super) type Running = Arc<Mutex<Option<Calls>>>;

/// A working directory: configuration and state.
#[derive(Clone, Debug)]
pub(super) struct Terraform {
    pub(super) endpoint: String,
    pub(super) settings: Json,
    pub(super) wanted: BTreeMap<String, Wanted>,
    pub(super) state: BTreeMap<String, Slot>,
}

impl Terraform {
    /// Refreshes, plans and applies.
    pub(super) async fn apply(&mut self, running: &Running) -> Run {
        let mut run = Run::default();
        let plans = self.plan(&mut run, running).await;
        if run.failed()
            || run.planned.is_empty() && self.state.values().all(|s| s.deposed.is_empty())
        {
            return run;
        }
        let Some(process) = self.start(&mut run, running).await else {
            return run;
        };
        let steps = plans.into_iter().map(|(address, action)| {
            let calls = process.calls.clone();
            let wanted = self.wanted.get(&address).cloned();
            let slot = self.state.remove(&address).unwrap_or_default();
            async move {
                let mut step = Step::new(address, calls, slot);
                step.take(action, wanted).await;
                step
            }
        });
        for step in join_all(steps).await {
            run.join(step.run);
            self.state.insert(step.address, step.slot);
        }
        self.state.retain(|_, slot| !slot.is_empty());
        finish(process, &mut run, running).await;
        run
    }

    /// Imports an object into an address.
    pub(super) async fn import(&mut self, address: &str, id: &str, running: &Running) -> Run {
        let mut run = Run::default();
        let Some(process) = self.start(&mut run, running).await else {
            return run;
        };
        let imported = process.calls.clone().import(id).await;
        let imported = run.hear(address, imported);
        if !run.failed() {
            match imported {
                Some(object) => {
                    self.state.entry(address.to_owned()).or_default().current = Some(object);
                }
                None => run.errors.push((
                    address.to_owned(),
                    format!("Cannot import non-existent remote object {id}"),
                )),
            }
        }
        finish(process, &mut run, running).await;
        run
    }

    /// Asks a question.
    pub(super) async fn ask(&mut self, question: &Question, running: &Running) -> Run {
        let mut run = Run::default();
        let Some(process) = self.start(&mut run, running).await else {
            return run;
        };
        let answer = process.calls.clone().ask(question).await;
        run.answer = Some(run.hear("", answer));
        finish(process, &mut run, running).await;
        run
    }

    async fn start(&self, run: &mut Run, running: &Running) -> Option<Process> {
        let process = Process::start().await;
        let mut calls = process.calls.clone();
        *running.lock().unwrap() = Some(calls.clone());
        let said = calls.configure(&self.endpoint, &self.settings).await;
        drop(calls);
        run.listen("", said, Vec::new());
        if run.failed() || process.calls.is_stopped() {
            finish(process, run, running).await;
            return None;
        }
        Some(process)
    }

    /// Refreshes and plans, and returns what to do with each address.
    async fn plan(&mut self, run: &mut Run, running: &Running) -> Vec<(String, Action)> {
        let Some(process) = self.start(run, running).await else {
            return Vec::new();
        };
        self.refresh(&process.calls, run).await;
        let mut plans = Vec::new();
        let mut addresses: Vec<_> = self
            .wanted
            .keys()
            .chain(self.state.keys())
            .cloned()
            .collect();
        addresses.sort();
        addresses.dedup();
        for address in addresses {
            if run.failed() || process.calls.is_stopped() {
                break;
            }
            let slot = self.state.get(&address).cloned().unwrap_or_default();
            let action = match self.wanted.get(&address) {
                None => None,
                Some(wanted) => {
                    let mut calls = process.calls.clone();
                    let plan = calls.plan(slot.current.as_ref(), &wanted.config).await;
                    let plan = run.hear(&address, plan).plan;
                    let prior = slot.current.as_ref().map(|object| object.value.clone());
                    let action = plan.action(&prior.unwrap_or(Value::Null));
                    if action == Action::Replace {
                        run.replaced
                            .push(format!("{address} for {:?}", plan.replacing));
                    }
                    Some(if slot.tainted {
                        Action::Replace
                    } else {
                        action
                    })
                }
            };
            // `Nothing` for an object that is not wanted any more: it is deleted.
            let action = action.unwrap_or(Action::Nothing);
            if action != Action::Nothing || !self.wanted.contains_key(&address) {
                run.planned.push((address.clone(), action));
            }
            plans.push((address, action));
        }
        finish(process, run, running).await;
        plans
    }

    async fn refresh(&mut self, calls: &Calls, run: &mut Run) {
        let reads = self.state.iter().map(|(address, slot)| {
            let (address, slot, mut calls) = (address.clone(), slot.clone(), calls.clone());
            async move {
                let mut run = Run::default();
                let mut fresh = Slot {
                    tainted: slot.tainted,
                    ..Slot::default()
                };
                if let Some(object) = &slot.current {
                    fresh.current = run.hear(&address, calls.read(object).await);
                }
                for object in &slot.deposed {
                    let read = run.hear(&address, calls.read(object).await);
                    fresh.deposed.extend(read);
                }
                (address, fresh, run)
            }
        });
        let read = join_all(reads).await;
        run.interrupted |= calls.is_stopped();
        let mut fresh = BTreeMap::new();
        for (address, slot, said) in read {
            run.join(said);
            if !slot.is_empty() {
                fresh.insert(address, slot);
            }
        }
        // A plan that failed stores nothing.
        if !run.failed() {
            self.state = fresh;
        }
    }
}

/// Ends a process, and notes whether it was interrupted.
async fn finish(process: Process, run: &mut Run, running: &Running) {
    run.interrupted |= process.calls.is_stopped();
    running.lock().unwrap().take();
    process.end().await;
}

/// What an apply does with one address.
struct Step {
    address: String,
    calls: Calls,
    slot: Slot,
    run: Run,
}

impl Step {
    fn new(address: String, calls: Calls, slot: Slot) -> Self {
        Self {
            address,
            calls,
            slot,
            run: Run::default(),
        }
    }

    async fn take(&mut self, action: Action, wanted: Option<Wanted>) {
        match (action, wanted) {
            (_, None) => self.delete_current().await,
            (Action::Nothing, Some(_)) => {}
            (Action::Create, Some(wanted)) => self.create(&wanted).await,
            (Action::Update, Some(wanted)) => self.update(&wanted).await,
            (Action::Replace, Some(wanted)) if wanted.create_before_destroy => {
                let old = self.slot.current.take();
                let was_tainted = std::mem::take(&mut self.slot.tainted);
                self.create(&wanted).await;
                if self.slot.current.is_some() {
                    self.slot.deposed.extend(old);
                } else {
                    self.slot.current = old;
                    self.slot.tainted = was_tainted;
                }
            }
            (Action::Replace, Some(wanted)) => {
                self.delete_current().await;
                if self.slot.current.is_none() {
                    self.create(&wanted).await;
                }
            }
        }
        self.delete_deposed().await;
    }

    fn may_go_on(&self) -> bool {
        self.run.errors.is_empty() && !self.calls.is_stopped()
    }

    async fn create(&mut self, wanted: &Wanted) {
        if !self.may_go_on() {
            return;
        }
        let plan = self.calls.plan(None, &wanted.config).await;
        let plan = self.run.hear(&self.address, plan);
        if !self.may_go_on() {
            return;
        }
        let applied = self.calls.apply(None, &plan).await;
        self.slot.current = self.run.hear(&self.address, applied);
        self.slot.tainted = self.slot.current.is_some() && !self.run.errors.is_empty();
    }

    async fn update(&mut self, wanted: &Wanted) {
        let prior = self.slot.current.clone();
        if !self.may_go_on() {
            return;
        }
        let plan = self.calls.plan(prior.as_ref(), &wanted.config).await;
        let plan = self.run.hear(&self.address, plan);
        if !self.may_go_on() {
            return;
        }
        let applied = self.calls.apply(prior.as_ref(), &plan).await;
        self.slot.current = self.run.hear(&self.address, applied);
    }

    async fn delete_current(&mut self) {
        if let Some(object) = self.slot.current.take() {
            self.slot.current = self.delete(object).await;
            self.slot.tainted &= self.slot.current.is_some();
        }
    }

    async fn delete_deposed(&mut self) {
        for object in std::mem::take(&mut self.slot.deposed) {
            let left = self.delete(object).await;
            self.slot.deposed.extend(left);
        }
    }

    /// Deletes an object. Returns it if it is still there.
    async fn delete(&mut self, object: Object) -> Option<Object> {
        if !self.may_go_on() {
            return Some(object);
        }
        let deleted = self.calls.apply(Some(&object), &Planned::delete()).await;
        self.run.hear(&self.address, deleted)
    }
}
