//! The resources of a template: which of them are flow logs, and whether they are to be.

use super::super::template::not_resolvable;
use super::super::yaml::{Content, Entry, Node};
use super::{Declared, Reader};

/// CloudFormation's name of the resource.
const RESOURCE: &str = "AWS::EC2::FlowLog";
impl Reader<'_> {
    /// Reads the flow logs of a template.
    pub(super) fn template(&mut self, root: &Node) -> Vec<Declared> {
        let Some(resources) = root.get("Resources") else {
            let message = "the template has no `Resources`";
            self.mistakes.error(root.place, message);
            return Vec::new();
        };
        let Content::Map(entries) = &resources.content else {
            let message = format!("`Resources` is {}, not a mapping", resources.what());
            self.mistakes.error(resources.place, message);
            return Vec::new();
        };
        let mut declared = Vec::new();
        let mut found = false;
        for entry in entries {
            if entry.key.starts_with("Fn::") {
                found |= self.made_by_function(entry);
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
                        self.mistakes.error(entry.place, message);
                    }
                    declared.extend(self.flow_log(&entry.key, entry.place, properties, None));
                }
                None => {
                    let message = format!("`{}` has no `Properties`", entry.key);
                    self.mistakes.error(entry.place, message);
                }
            }
        }
        if !found {
            let message = format!("the template has no resource of the type {RESOURCE}");
            self.mistakes.error(resources.place, message);
        }
        if let Some(scope) = &self.scope {
            scope.unused(&mut self.mistakes);
        }
        declared
    }

    /// Tells of a function in the place of resources, if it makes flow logs or nobody knows what.
    fn made_by_function(&mut self, entry: &Entry) -> bool {
        let makes = holds_flow_log(&entry.value);
        if makes || !entry.key.starts_with("Fn::ForEach::") {
            self.mistakes.error(entry.place, not_resolvable(&entry.key));
        }
        makes
    }

    /// Says whether a resource with a condition is to be. If nobody knows, that is a mistake, and the resource is
    /// read for others.
    fn holds(&mut self, condition: &Entry) -> bool {
        let name = condition.value.as_text().unwrap_or_default();
        let told = self.scope.as_ref().and_then(|scope| scope.condition(name));
        told.unwrap_or_else(|| {
            let message = format!(
                "whether this flow log is made depends on the condition `{name}`, which is not evaluated here; give \
                 --parameter {name}=true or {name}=false"
            );
            self.mistakes.error(condition.place, message);
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
