//! Stack sets whose template is a part of the template: their flow logs run in the accounts and regions of their targets.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stackset.html>

use std::rc::Rc;

use super::super::declaration::Declaration;
use super::super::decode;
use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Entry, Node};
use super::super::parameters::Parameters;
use super::super::template::{Resolved, Scope};
use super::super::unknown::{Reason, Unknown};
use super::resources::{holds_flow_log, is_of_type};
use super::{Positions, Reader};
use crate::cty::Path;
use crate::report::{Level, Position};

/// CloudFormation's name of a stack set.
pub(in crate::stack) const STACK_SET: &str = "AWS::CloudFormation::StackSet";
/// The most accounts and regions into which the stack sets of a template may deploy.
const MOST_INSTANCES: usize = 2_000;

/// An account and a region into which a stack set deploys.
#[derive(Clone, Default)]
struct Instance {
    account: Option<String>,
    region: Option<String>,
    /// What would tell those that are not known.
    reason: Option<Reason>,
}

impl Reader<'_> {
    /// Reads the flow logs of a stack set. Returns `None` if it is none, or its template is elsewhere or has no flow log.
    pub(super) fn stack_set(&mut self, entry: &Entry) -> Option<Vec<Declaration>> {
        let properties = entry.value.get("Properties")?;
        let body = properties.entry("TemplateBody")?;
        if !is_of_type(&entry.value, STACK_SET) {
            return None;
        }
        let condition = match entry.value.entry("Condition") {
            Some(condition) => match self.holds(condition) {
                Some(condition) => condition,
                None => return Some(Vec::new()),
            },
            None => None,
        };
        let literal = body.value.as_text().filter(|_| body.value.tag.is_none());
        let text = match literal.map(str::to_owned) {
            Some(text) => text,
            None => self.text_of(&body.value).ok()?,
        };
        let mut diagnostics = FileDiagnostics::default();
        let root = decode::tree(&text, &mut diagnostics);
        let Some(root) = root.filter(|_| !diagnostics.has_errors()) else {
            self.of_body(&entry.key, body.position, &diagnostics);
            return Some(Vec::new());
        };
        if !holds_flow_log(&root) {
            return None;
        }
        let given = self.parameters_of(properties);
        let instances = self.instances(&entry.key, properties);
        if instances.len() > MOST_INSTANCES {
            let message = format!(
                "`{}` deploys into more than {MOST_INSTANCES} regions of accounts",
                entry.key
            );
            self.diagnostics.error(entry.position, message);
            return Some(Vec::new());
        }
        let mut declared = Vec::new();
        for instance in instances {
            let parameters = Parameters {
                region: instance.region.clone(),
                account: instance.account.clone(),
                ..given.clone()
            };
            let (mut read, diagnostics) = self.instance(&root, &parameters);
            self.of_body(&entry.key, body.position, &diagnostics);
            for flow_log in &mut read {
                place(flow_log, &entry.key, body.position, &instance);
                flow_log.unknown.splice(0..0, condition.clone());
            }
            declared.extend(read);
        }
        Some(declared)
    }

    /// Reads the template of a stack set as one account and region deploy it.
    fn instance(
        &self,
        root: &Rc<Node>,
        parameters: &Parameters,
    ) -> (Vec<Declaration>, FileDiagnostics) {
        let mut diagnostics = FileDiagnostics::default();
        let (scope, resources) = Scope::of(root, parameters, &mut diagnostics);
        let mut reader = Reader::new(Some(scope), diagnostics, self.properties.clone());
        reader.is_nested = true;
        let declared = reader.template(root, &resources, parameters);
        (declared, reader.diagnostics)
    }

    /// Reports what is wrong in the template of a stack set, at its place in this one.
    fn of_body(&mut self, id: &str, position: Position, diagnostics: &FileDiagnostics) {
        for diagnostic in diagnostics.iter() {
            let Position { line, column } = diagnostic.position;
            let message = format!(
                "in `TemplateBody` of `{id}`, line {line}, column {column}: {}",
                diagnostic.message
            );
            match diagnostic.level {
                Level::Error => self.diagnostics.error(position, message),
                Level::Warning | Level::Note => self.diagnostics.warning(position, message),
            }
        }
    }

    /// Returns the values that a stack set gives its template.
    fn parameters_of(&mut self, properties: &Node) -> Parameters {
        let mut parameters = Parameters {
            shared: true,
            ..Parameters::default()
        };
        let elements = properties.get("Parameters").map(Rc::clone);
        for element in elements.map_or_else(Vec::new, |list| self.elements(&list)) {
            let key = element.get("ParameterKey").and_then(|key| key.as_text());
            let (Some(key), Some(value)) = (key, element.get("ParameterValue")) else {
                continue;
            };
            let outer = std::mem::take(&mut self.secret);
            match self.text_of(value) {
                Ok(value) => drop(parameters.given.insert(key.to_owned(), value)),
                Err(_) => drop(parameters.unknown.insert(key.to_owned())),
            }
            if std::mem::replace(&mut self.secret, outer) {
                parameters.secret.insert(key.to_owned());
            }
        }
        parameters
    }

    /// Returns the accounts and regions into which a stack set deploys.
    fn instances(&mut self, id: &str, properties: &Node) -> Vec<Instance> {
        let groups = properties.get("StackInstancesGroup").map(Rc::clone);
        let groups = groups.map_or_else(Vec::new, |groups| self.elements(&groups));
        let mut instances = Vec::new();
        for group in groups {
            let regions = self.texts(group.get("Regions"));
            let targets = group.get("DeploymentTargets").map(Rc::clone);
            let targets = targets.and_then(|targets| self.node(&targets));
            let target = |name: &str| targets.as_ref().and_then(|targets| targets.get(name));
            let filter = target("AccountFilterType").and_then(|node| node.as_text());
            let units = self.texts(target("OrganizationalUnitIds"));
            let accounts = self.texts(target("Accounts"));
            let adds = matches!(filter, None | Some("UNION"));
            let mut of_group = Vec::new();
            match accounts {
                Ok(accounts) if adds || units.as_ref().is_ok_and(Vec::is_empty) => {
                    of_group.extend(accounts.into_iter().map(|account| Instance {
                        account: Some(account),
                        ..Instance::default()
                    }));
                }
                Ok(_) => {}
                Err(reason) => of_group.push(Instance::later(reason)),
            }
            match units {
                Ok(units) if units.is_empty() => {}
                Ok(units) => of_group.push(Instance::later(Reason::Targets(units.join(", ")))),
                Err(reason) => of_group.push(Instance::later(reason)),
            }
            for instance in of_group {
                match &regions {
                    Ok(regions) => instances.extend(regions.iter().map(|region| Instance {
                        region: Some(region.clone()),
                        ..instance.clone()
                    })),
                    Err(reason) => instances.push(Instance {
                        reason: Some(reason.clone()),
                        ..instance
                    }),
                }
                if instances.len() > MOST_INSTANCES {
                    return instances;
                }
            }
        }
        if instances.is_empty() {
            // Its instances are created elsewhere.
            let reason = Reason::Targets(format!("the stack set {id}"));
            instances.push(Instance::later(reason));
        }
        instances
    }

    /// Returns the texts of a list, or what would tell them. Without a list, there are none.
    fn texts(&mut self, list: Option<&Rc<Node>>) -> Result<Vec<String>, Reason> {
        let Some(list) = list else {
            return Ok(Vec::new());
        };
        let elements = match self.resolve(list) {
            Resolved::Node(node) => match &node.content {
                Content::List(elements) => elements.clone(),
                Content::Scalar { .. } | Content::Map(_) => vec![Rc::clone(&node)],
            },
            Resolved::Unknown(reason) => return Err(Reason::Targets(reason.to_string())),
            Resolved::Nothing | Resolved::Failed => Vec::new(),
        };
        let texts = elements.iter().map(|element| self.text_of(element));
        texts.collect()
    }

    /// Resolves text. Returns what would tell it.
    fn text_of(&mut self, node: &Rc<Node>) -> Result<String, Reason> {
        let none = || Reason::Targets("a value that is not text".to_owned());
        match self.resolve(node) {
            Resolved::Node(node) => node.as_text().map(str::to_owned).ok_or_else(none),
            Resolved::Unknown(reason) => Err(Reason::Targets(reason.to_string())),
            Resolved::Nothing | Resolved::Failed => Err(none()),
        }
    }

    fn node(&mut self, node: &Rc<Node>) -> Option<Rc<Node>> {
        match self.resolve(node) {
            Resolved::Node(node) => Some(node),
            Resolved::Nothing | Resolved::Unknown(_) | Resolved::Failed => None,
        }
    }

    fn elements(&mut self, list: &Rc<Node>) -> Vec<Rc<Node>> {
        let Some(node) = self.node(list) else {
            return Vec::new();
        };
        let Content::List(elements) = &node.content else {
            return Vec::new();
        };
        let resolved = elements.iter().filter_map(|element| self.node(element));
        resolved.collect()
    }
}

impl Instance {
    fn later(reason: Reason) -> Self {
        Self {
            reason: Some(reason),
            ..Self::default()
        }
    }
}

/// Moves a flow log of a stack set to an account and a region.
fn place(flow_log: &mut Declaration, id: &str, position: Position, instance: &Instance) {
    flow_log.name = format!("{id}.{}", flow_log.name);
    flow_log.position = Some(position);
    flow_log.positions = Positions::new();
    flow_log.account.clone_from(&instance.account);
    flow_log.region.clone_from(&instance.region);
    for unknown in &mut flow_log.unknown {
        unknown.position = position;
    }
    let unknown = instance.reason.clone().map(|reason| Unknown {
        path: Path::root(),
        position,
        reason,
        existence: true,
    });
    flow_log.unknown.splice(0..0, unknown);
}
