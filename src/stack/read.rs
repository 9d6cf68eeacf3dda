//! A stack definition or a CloudFormation template, read as flow logs.
//!
//! Every mistake is found in one run: a value that cannot be used counts as not known yet, so that it hides no other
//! mistake and causes none.

mod property_value;
mod resources;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::property::{self, Property};
use super::source::{Mistakes, Place};
use super::template::{Parameters, Resolved, Scope, not_resolvable};
use super::yaml::{self, Content, Entry, Node};
use crate::arn::{account, region};
use crate::cty::{Step, Value};
use crate::flow_log::{FlowLog, drift};
use crate::framework::{Attr, Diagnostic, Model, Schema, Severity};
use crate::text::suggest::nearest;

/// What a stack definition may say besides.
const TOP: [&str; 5] = ["Region", "Account", "FlowLogs", "Description", "$schema"];

/// The flow logs that a file declares.
#[derive(Debug)]
pub struct Stack {
    /// The file's name, as it was given.
    pub file: String,
    /// The region of those that name none.
    pub region: Option<String>,
    /// In the order of the file.
    pub entries: Vec<Declared>,
    /// What is odd, but usable.
    pub remarks: Mistakes,
    /// Whether something depends on the region or the account, which were not given.
    pub unfinished: bool,
}

/// One flow log that should run.
#[derive(Debug)]
pub struct Declared {
    /// Its name in the file, or its address in a state.
    pub name: String,
    /// Where it is declared, if the file is written by hand.
    pub place: Option<Place>,
    /// Where its attributes are written, by the model's names.
    pub places: BTreeMap<String, Place>,
    /// Its region, if it names one.
    pub region: Option<String>,
    /// Its account, if it names one.
    pub account: Option<String>,
    /// Its id, if it is known.
    pub id: Option<String>,
    /// What it should be.
    pub wanted: Wanted,
}

/// What a flow log should be.
#[derive(Debug)]
pub enum Wanted {
    /// As a user configured it.
    Configuration(Box<FlowLog>),
    /// As a state recorded it, in all attributes or in these.
    State(Box<FlowLog>, Option<&'static [&'static str]>),
}

/// Reads a file.
///
/// # Errors
/// Every mistake in it.
pub fn read(file: &str, text: &str, parameters: &Parameters) -> Result<Stack, Mistakes> {
    let mut mistakes = Mistakes::of(file);
    let Some(root) = yaml::parse(text, &mut mistakes) else {
        return Err(mistakes);
    };
    let (schema, properties) = match model() {
        Ok(model) => model,
        Err(error) => {
            mistakes.error(Place::START, error.to_string());
            return Err(mistakes);
        }
    };
    let mut reader = Reader {
        scope: None,
        mistakes,
        schema,
        properties,
        unfinished: false,
    };
    let (region, entries) = if is_template(&root) {
        reader.scope = Some(Scope::of(&root, parameters));
        (None, reader.template(&root))
    } else {
        reader.stack(&root, parameters)
    };
    reader.mistakes.sort();
    if reader.mistakes.has_errors() {
        return Err(reader.mistakes);
    }
    Ok(Stack {
        file: file.to_owned(),
        region,
        entries,
        remarks: reader.mistakes,
        unfinished: reader.unfinished,
    })
}

fn model() -> Result<(Schema, Vec<Property>), crate::framework::LowerError> {
    let schema = drift::schema()?;
    let properties = property::properties(&schema)?;
    Ok((schema, properties))
}

fn is_template(root: &Node) -> bool {
    root.get("Resources").is_some() || root.get("AWSTemplateFormatVersion").is_some()
}

/// Says whether a file is a Terraform state, or a plan.
fn is_state(root: &Node) -> bool {
    root.get("FlowLogs").is_none()
        && ["terraform_version", "lineage"]
            .iter()
            .any(|key| root.get(key).is_some())
}

struct Reader<'a> {
    /// The names of a template; a stack definition has none.
    scope: Option<Scope<'a>>,
    mistakes: Mistakes,
    schema: Schema,
    properties: Vec<Property>,
    unfinished: bool,
}

impl Reader<'_> {
    fn stack(&mut self, root: &Node, parameters: &Parameters) -> (Option<String>, Vec<Declared>) {
        let Content::Map(entries) = &root.content else {
            let message = format!("this is {}, not a stack; write `FlowLogs:`", root.what());
            self.mistakes.error(root.place, message);
            return (None, Vec::new());
        };
        if is_state(root) {
            let message =
                "this is a Terraform state, not a stack; `drift` takes it as --state FILE";
            self.mistakes.error(root.place, message);
            return (None, Vec::new());
        }
        for entry in entries {
            let extension = entry.key.starts_with("x-") || entry.key.starts_with("X-");
            if !extension && !TOP.contains(&entry.key.as_str()) {
                self.unknown(entry, &TOP[..4], "A stack has");
            }
            let said = matches!(entry.key.as_str(), "Description" | "$schema");
            if said && entry.value.what() != "text" {
                let message = format!("`{}` is {}; it must be text", entry.key, entry.value.what());
                self.mistakes.error(entry.value.place, message);
            }
        }
        if let Some(name) = parameters.given.keys().next() {
            let message = format!(
                "--parameter {name}: a stack definition has no parameters; CloudFormation templates have"
            );
            self.mistakes.error(Place::START, message);
        }
        let region = root.get("Region").and_then(|node| self.region_name(node));
        let account = root.get("Account").and_then(|node| self.account(node));
        let Some(flow_logs) = root.entry("FlowLogs") else {
            let message =
                "`FlowLogs` is missing: a stack is `FlowLogs:` with the flow logs by name below it";
            self.mistakes.error(root.place, message);
            return (region, Vec::new());
        };
        let declared = match &flow_logs.value.content {
            Content::Map(named) if !named.is_empty() => named.clone(),
            Content::List(_) => {
                let message = "`FlowLogs` is a list; it must be a mapping: give each flow log a name, as in `main:`, and \
                     write its properties below";
                self.mistakes.error(flow_logs.value.place, message);
                Vec::new()
            }
            _ => {
                let message = "`FlowLogs` has no flow log; write a name, as in `main:`, and its properties below";
                self.mistakes.error(flow_logs.place, message);
                Vec::new()
            }
        };
        let declared = declared.iter().filter_map(|entry| {
            let own = entry.value.get("Account").cloned();
            let own = own.and_then(|node| self.account(&node));
            let account = own.or_else(|| account.clone());
            let mut declared = self.flow_log(&entry.key, entry.place, &entry.value, account)?;
            declared.region = declared.region.or_else(|| region.clone());
            Some(declared)
        });
        let declared = declared.collect();
        (region, declared)
    }

    fn flow_log(
        &mut self,
        name: &str,
        place: Place,
        node: &Rc<Node>,
        account: Option<String>,
    ) -> Option<Declared> {
        let Resolved::Node(node) = self.resolve(node) else {
            return None;
        };
        let Content::Map(entries) = &node.content else {
            let message = format!(
                "`{name}` is {}; write its properties below it, such as `ResourceId: vpc-…`",
                node.what()
            );
            self.mistakes.error(node.place, message);
            return None;
        };
        let properties = std::mem::take(&mut self.properties);
        let mut places = BTreeMap::new();
        let values = self.object(entries, &properties, &mut places, place);
        self.properties = properties;
        let config = match FlowLog::decode(&Value::Map(values)) {
            Ok(config) => config,
            Err(error) => {
                let at = places.get(&error.path.to_string()).copied();
                self.mistakes.error(at.unwrap_or(place), error.to_string());
                return None;
            }
        };
        for diagnostic in drift::judge(&config, &self.schema, account.as_deref()) {
            self.diagnostic(&diagnostic, place, &places);
        }
        Some(Declared {
            name: name.to_owned(),
            place: Some(place),
            region: config.region.known().cloned(),
            account,
            id: None,
            places,
            wanted: Wanted::Configuration(Box::new(FlowLog {
                region: Attr::Null,
                ..config
            })),
        })
    }

    /// Tells what the resource's own validation says, at the property in question.
    fn diagnostic(
        &mut self,
        diagnostic: &Diagnostic,
        place: Place,
        places: &BTreeMap<String, Place>,
    ) {
        let mut steps = diagnostic.path.steps().iter().map(|step| match step {
            Step::Attribute(name) | Step::Key(name) | Step::Element(name) => name.to_string(),
            Step::Index(index) => index.to_string(),
        });
        let head = steps.next().unwrap_or_default();
        let whole = std::iter::once(head.clone())
            .chain(steps)
            .collect::<Vec<_>>();
        let element = || {
            // The element of a list of objects is known by what the message quotes of it.
            let mut elements = places.iter().filter_map(|(path, place)| {
                let (list, quoted) = path.split_once('.')?;
                (list == head).then_some((quoted, place))
            });
            let quoted = |text: &str| diagnostic.detail.contains(&format!("\"{text}\""));
            elements
                .find(|(text, _)| quoted(text))
                .map(|(_, place)| place)
        };
        let at = places.get(&whole.join(".")).filter(|_| whole.len() > 1);
        let at = at.or_else(element).or_else(|| places.get(&head));
        if diagnostic.summary == "Nothing to watch" {
            // `ResourceId` is required here, and told as such.
            return;
        }
        let message = format!("{}: {}", diagnostic.summary, diagnostic.detail);
        let message = property::in_its_words(&message);
        let at = at.copied().unwrap_or(place);
        match diagnostic.severity {
            Severity::Error => self.mistakes.error(at, message),
            Severity::Warning => self.mistakes.warning(at, message),
        }
    }

    fn region_name(&mut self, node: &Node) -> Option<String> {
        let text = node.as_text().filter(|_| node.what() == "text");
        let text = text.unwrap_or_default();
        if region::is_name(text) {
            return Some(text.to_owned());
        }
        let small = text.to_lowercase();
        let of_zone = small.strip_suffix(|last: char| last.is_ascii_lowercase());
        let meant = [Some(small.as_str()), of_zone];
        let message = match meant
            .into_iter()
            .flatten()
            .find(|name| region::is_name(name))
        {
            Some(meant) => format!("`Region` is \"{text}\"; write {meant}"),
            None => "`Region` must be a region's name, such as eu-central-1".to_owned(),
        };
        self.mistakes.error(node.place, message);
        None
    }

    fn account(&mut self, node: &Node) -> Option<String> {
        let digits = node.as_text().unwrap_or_default();
        if account::is_id(digits) && node.what() == "text" {
            return Some(digits.to_owned());
        }
        let message =
            "`Account` must be the twelve digits of an account, in quotes: \"123456789012\"";
        self.mistakes.error(node.place, message);
        None
    }

    /// Reports a name that does not exist, and gives the one that was probably meant.
    fn unknown<'n>(&mut self, entry: &Entry, names: &[&'n str], has: &str) -> Option<&'n str> {
        if self.scope.is_some() && entry.key.starts_with("Fn::") {
            self.mistakes.error(entry.place, not_resolvable(&entry.key));
            return None;
        }
        if self.scope.is_some() && matches!(entry.key.as_str(), "Region" | "Account") {
            let message = format!(
                "there is no `{}` in a template: it is deployed into a region of an account. Give them by --region \
                 and by the credentials",
                entry.key
            );
            self.mistakes.error(entry.place, message);
            return None;
        }
        let other = property::of_other_tools(&entry.key);
        let other = names.iter().copied().find(|name| Some(*name) == other);
        let near = other.or_else(|| nearest(&entry.key, names.iter().copied()));
        let message = match near {
            Some(near) => format!("there is no `{}`; write `{near}`", entry.key),
            None => format!("there is no `{}`. {has}: {}", entry.key, names.join(", ")),
        };
        self.mistakes.error(entry.place, message);
        near
    }

    /// Resolves a node of a template; a stack definition has no functions.
    fn resolve(&mut self, node: &Rc<Node>) -> Resolved {
        match &self.scope {
            Some(scope) => {
                let resolved = scope.resolve(node, &mut self.mistakes);
                self.unfinished |= matches!(resolved, Resolved::Later);
                resolved
            }
            None => match node.tag.as_deref().filter(|tag| !tag.starts_with('!')) {
                Some(tag) => {
                    let message = format!(
                        "`!{tag}` is for CloudFormation templates; in a stack definition write the value"
                    );
                    self.mistakes.error(node.place, message);
                    Resolved::Failed
                }
                None => Resolved::Node(Rc::clone(node)),
            },
        }
    }
}
