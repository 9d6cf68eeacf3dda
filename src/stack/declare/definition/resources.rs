//! The resources of a template: which of them are flow logs, and whether their conditions hold.

use super::super::declaration::Declaration;
use super::super::template::unresolvable;
use super::super::yaml::{Content, Entry, Node};
use super::Reader;

/// CloudFormation's name of the resource.
const RESOURCE: &str = "AWS::EC2::FlowLog";

impl Reader<'_> {
    /// Reads the flow logs of a template.
    pub(super) fn template(&mut self, root: &Node) -> Vec<Declaration> {
        let Some(resources) = root.get("Resources") else {
            let message = "the template has no `Resources`";
            self.diagnostics.error(root.position, message);
            return Vec::new();
        };
        let Content::Map(entries) = &resources.content else {
            let message = format!("`Resources` is {}, not a mapping", resources.what());
            self.diagnostics.error(resources.position, message);
            return Vec::new();
        };
        let mut declared = Vec::new();
        let mut found = false;
        for entry in entries {
            if entry.key.starts_with("Fn::") {
                found |= self.produced_by_function(entry);
                continue;
            }
            if !is_flow_log(&entry.value) {
                continue;
            }
            found = true;
            match entry.value.entry("Condition") {
                Some(condition) if !self.holds(condition) => continue,
                _ => {}
            }
            match entry.value.get("Properties") {
                Some(properties) => {
                    let known = |entry: &Entry| !entry.key.starts_with("Fn::");
                    let whole =
                        matches!(&properties.content, Content::Map(all) if all.iter().all(known));
                    if whole && properties.get("ResourceType").is_none() {
                        let message = "`ResourceType` is missing: CloudFormation requires it, as in `ResourceType: VPC`";
                        self.diagnostics.error(entry.position, message);
                    }
                    declared.extend(self.flow_log(&entry.key, entry.position, properties, None));
                }
                None => {
                    let message = format!("`{}` has no `Properties`", entry.key);
                    self.diagnostics.error(entry.position, message);
                }
            }
        }
        if !found {
            let message = format!("the template has no resource of the type {RESOURCE}");
            self.diagnostics.error(resources.position, message);
        }
        if let Some(scope) = &self.scope {
            scope.unused(&mut self.diagnostics);
        }
        declared
    }

    /// Reports a function that produces flow logs, or unknown resources. Returns whether it produces flow logs.
    fn produced_by_function(&mut self, entry: &Entry) -> bool {
        let produces = holds_flow_log(&entry.value);
        if produces || !entry.key.starts_with("Fn::ForEach::") {
            self.diagnostics
                .error(entry.position, unresolvable(&entry.key));
        }
        produces
    }

    /// Returns whether a condition holds. If that is not known, reports an error and assumes that it does, so that other
    /// errors in the resource are found.
    fn holds(&mut self, condition: &Entry) -> bool {
        let name = condition.value.as_text().unwrap_or_default();
        let value = self.scope.as_ref().and_then(|scope| scope.condition(name));
        value.unwrap_or_else(|| {
            let message = format!(
                "this flow log depends on the condition `{name}`, which is not evaluated here. Set \
                 --parameter {name}=true or {name}=false"
            );
            self.diagnostics.error(condition.position, message);
            true
        })
    }
}

fn is_flow_log(resource: &Node) -> bool {
    let ty = resource.get("Type").and_then(|node| node.as_text());
    ty == Some(RESOURCE)
}

fn holds_flow_log(node: &Node) -> bool {
    is_flow_log(node)
        || match &node.content {
            Content::Map(entries) => entries.iter().any(|entry| holds_flow_log(&entry.value)),
            Content::List(elements) => elements.iter().any(|element| holds_flow_log(element)),
            Content::Scalar { .. } => false,
        }
}
