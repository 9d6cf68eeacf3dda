//! Stack definitions and CloudFormation templates, read as flow logs.
//!
//! All errors are found in one run: a value that cannot be used counts as unknown, so that it neither hides nor causes
//! other errors. This module must not know what is done with flow logs.

mod cloud_control;
mod collection;
mod members;
mod overrides;
mod resources;
mod stack;
mod stack_set;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::declaration::{Declaration, Desired, Stack, nearest_position};
use super::decode;
use super::diagnostics::FileDiagnostics;
use super::node::{Content, Entry, Node};
use super::parameters::Parameters;
use super::property::{self, Property};
use super::template::{Resolved, Scope};
use super::unknown::{Reason, Unknown};
use super::vocabulary::CloudFormation;
use crate::cty::{Path, Value};
use crate::flow_log::validate::Problem;
use crate::flow_log::{FlowLog, drift};
use crate::framework::{Attr, LowerError, Model, Severity};
use crate::report::Position;
use crate::text::suggest::nearest;
use overrides::Overrides;

pub(in crate::stack) use resources::RESOURCE;
pub(in crate::stack) use stack_set::STACK_SET;

/// The positions of attributes, by their paths in the model.
type Positions = BTreeMap<Path, Position>;

/// Reads a stack definition or a template.
///
/// # Errors
/// All errors in the file.
pub fn read(file: &str, text: &str, parameters: &Parameters) -> Result<Stack, FileDiagnostics> {
    let mut diagnostics = FileDiagnostics::of(file);
    let Some(root) = decode::tree(text, &mut diagnostics) else {
        return Err(diagnostics);
    };
    let properties = match properties() {
        Ok(properties) => properties,
        Err(error) => {
            diagnostics.error(Position::START, error.to_string());
            return Err(diagnostics);
        }
    };
    let root = cloud_control::as_template(root);
    let is_template = is_template(&root);
    let (scope, resources) = if is_template {
        let (scope, resources) = Scope::of(&root, parameters, &mut diagnostics);
        (Some(scope), resources)
    } else {
        (None, Vec::new())
    };
    let mut reader = Reader::new(scope, diagnostics, properties);
    let (region, entries) = if is_template {
        (None, reader.template(&root, &resources, parameters))
    } else {
        reader.stack(&root, parameters)
    };
    reader.diagnostics.sort();
    if reader.diagnostics.has_errors() {
        return Err(reader.diagnostics);
    }
    Ok(Stack {
        file: file.to_owned(),
        region,
        entries,
        warnings: reader.diagnostics,
        incomplete: reader.incomplete,
        unreadable: Vec::new(),
        is_deployed: false,
    })
}

fn properties() -> Result<Vec<Property>, LowerError> {
    property::properties(&drift::schema()?)
}

fn is_template(root: &Node) -> bool {
    root.get("Resources").is_some() || root.get("AWSTemplateFormatVersion").is_some()
}

struct Reader<'a> {
    /// The names of a template; a stack definition has none.
    scope: Option<Scope<'a>>,
    diagnostics: FileDiagnostics,
    properties: Vec<Property>,
    /// The values of properties of the flow log that is being read.
    overrides: Overrides,
    /// The unknown values of the flow log that is being read.
    unknown: Vec<Unknown>,
    /// The attributes of that flow log whose values must not be shown, and whether the value that is being read is one.
    sensitive: BTreeSet<Path>,
    secret: bool,
    incomplete: bool,
    /// Whether the template is that of a stack set in another one.
    is_nested: bool,
}

impl<'a> Reader<'a> {
    fn new(
        scope: Option<Scope<'a>>,
        diagnostics: FileDiagnostics,
        properties: Vec<Property>,
    ) -> Self {
        Self {
            scope,
            diagnostics,
            properties,
            overrides: Overrides::default(),
            unknown: Vec::new(),
            sensitive: BTreeSet::new(),
            secret: false,
            incomplete: false,
            is_nested: false,
        }
    }
}

impl Reader<'_> {
    fn flow_log(
        &mut self,
        name: &str,
        position: Position,
        node: &Rc<Node>,
        account: Option<String>,
    ) -> Option<Declaration> {
        self.unknown.clear();
        self.sensitive.clear();
        self.secret = false;
        let empty = || Rc::new(Node::new(node.position, Content::Map(Vec::new())));
        let (node, open) = match self.resolve(node) {
            Resolved::Node(node) => (node, false),
            Resolved::Nothing => (empty(), false),
            Resolved::Unknown(reason) => {
                self.know_later(&Path::root(), node.position, reason);
                (empty(), true)
            }
            Resolved::Failed => return None,
        };
        let Content::Map(entries) = &node.content else {
            let message = format!(
                "`{name}` is {}; write its properties below it, such as `ResourceId: vpc-…`",
                node.what()
            );
            self.diagnostics.error(node.position, message);
            return None;
        };
        if std::mem::take(&mut self.secret) {
            // A secret chose the properties.
            let names = self.properties.iter();
            let names = names.map(|property| Path::from(property.attribute.as_str()));
            self.sensitive.extend(names);
        }
        let entries = self.overridden(entries, "", position);
        let properties = std::mem::take(&mut self.properties);
        let mut positions = Positions::new();
        let root = Path::root();
        let values = if open {
            self.open(&entries, &properties, &mut positions, position)
        } else {
            self.object(&entries, &properties, &root, &mut positions, position)
        };
        self.properties = properties;
        let config = match FlowLog::decode(&Value::Map(values)) {
            Ok(config) => config,
            Err(error) => {
                let at = nearest_position(&positions, &error.path).unwrap_or(position);
                self.diagnostics.error(at, error.to_string());
                return None;
            }
        };
        for problem in drift::check(&config, account.as_deref()) {
            self.problem(&problem, position, &positions);
        }
        Some(Declaration {
            name: name.to_owned(),
            position: Some(position),
            region: config.region.known().cloned(),
            account,
            id: None,
            sensitive: std::mem::take(&mut self.sensitive),
            positions,
            unknown: std::mem::take(&mut self.unknown),
            desired: Desired::Configuration(Box::new(FlowLog {
                region: Attr::Null,
                ..config
            })),
        })
    }

    /// Declares flow logs of which nothing is known.
    fn nameless(&mut self, name: &str, position: Position) -> Option<Declaration> {
        let names = self.properties.iter().map(|p| p.attribute.clone());
        let all = Value::map(names.map(|attribute| (attribute, Value::unknown())));
        let config = FlowLog::decode(&all).ok()?;
        Some(Declaration {
            name: name.to_owned(),
            position: Some(position),
            region: None,
            account: None,
            id: None,
            positions: Positions::new(),
            unknown: Vec::new(),
            sensitive: BTreeSet::new(),
            desired: Desired::Configuration(Box::new(FlowLog {
                region: Attr::Null,
                ..config
            })),
        })
    }

    /// Reports a problem that the resource's own validation finds, at the position of the property.
    fn problem(&mut self, problem: &Problem, position: Position, positions: &Positions) {
        if problem.is_target_missing() {
            // `ResourceId` is required here, and reported as missing.
            return;
        }
        let at = nearest_position(positions, &problem.path).unwrap_or(position);
        let detail = if self.sensitive.is_empty() {
            problem.detail(&CloudFormation)
        } else {
            // Any of the values could be a part of it.
            "It depends on a parameter with `NoEcho`, so it is not shown".to_owned()
        };
        let message = format!("{}: {detail}", problem.summary());
        match problem.severity() {
            Severity::Error => self.diagnostics.error(at, message),
            Severity::Warning => self.diagnostics.warning(at, message),
        }
    }

    /// Reports a name that does not exist, and returns the one that was probably meant.
    fn unknown<'n>(&mut self, entry: &Entry, names: &[&'n str], has: &str) -> Option<&'n str> {
        if self.scope.is_some() && matches!(entry.key.as_str(), "Region" | "Account") {
            let message = format!(
                "there is no `{}` in a template: CloudFormation deploys it to a region of an account. Select them with \
                 --region and the credentials",
                entry.key
            );
            self.diagnostics.error(entry.position, message);
            return None;
        }
        let other = property::of_other_tools(&entry.key);
        let other = names.iter().copied().find(|name| Some(*name) == other);
        let near = other.or_else(|| nearest(&entry.key, names.iter().copied()));
        let message = match near {
            Some(near) => format!("there is no `{}`; write `{near}`", entry.key),
            None => format!("there is no `{}`. {has}: {}", entry.key, names.join(", ")),
        };
        self.diagnostics.error(entry.position, message);
        near
    }

    /// Resolves a node of a template. A stack definition has no functions.
    fn resolve(&mut self, node: &Rc<Node>) -> Resolved {
        if let Some(scope) = &self.scope {
            let (resolved, secret) = scope.watched(&mut self.diagnostics, |diagnostics| {
                scope.resolve(node, diagnostics)
            });
            self.secret |= secret;
            return resolved;
        }
        match node.tag.as_deref().filter(|tag| !tag.starts_with('!')) {
            Some(tag) => {
                let message = format!(
                    "`!{tag}` is for CloudFormation templates; in a stack definition, write the value"
                );
                self.diagnostics.error(node.position, message);
                Resolved::Failed
            }
            None => Resolved::Node(Rc::clone(node)),
        }
    }

    /// Records a value that only the deployed stack has, or that a call to AWS supplies.
    fn know_later(&mut self, path: &Path, position: Position, reason: Reason) {
        if reason.is_location() {
            self.incomplete = true;
            return;
        }
        self.unknown.push(Unknown {
            path: path.clone(),
            position,
            reason: if self.secret { reason.hidden() } else { reason },
            existence: false,
        });
    }
}
