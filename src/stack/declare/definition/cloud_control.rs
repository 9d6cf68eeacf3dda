//! The documents of Cloud Control: the desired state of one flow log, or its description.
//!
//! `aws cloudcontrol create-resource` takes a type and a desired state, `get-resource` returns a type and a description. Both
//! contain the properties as text in JSON. The properties alone are read, too.

use std::rc::Rc;

use super::super::decode;
use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Entry, Node};
use super::overrides::placed;
use super::resources::RESOURCE;

/// The name of the flow log, which such documents do not have.
const NAME: &str = "FlowLog";
/// Properties that AWS sets.
const READ_ONLY: [&str; 1] = ["Id"];

/// Returns a document of Cloud Control as a template with one resource, and any other file as it is.
pub(super) fn as_template(root: Rc<Node>) -> Rc<Node> {
    let Some(properties) = properties(&root) else {
        return root;
    };
    let position = root.position;
    let properties = match &properties.content {
        Content::Map(entries) => {
            let written = entries
                .iter()
                .filter(|e| !READ_ONLY.contains(&e.key.as_str()));
            let content = Content::Map(written.cloned().collect());
            Rc::new(Node::new(properties.position, content))
        }
        Content::Scalar { .. } | Content::List(_) => properties,
    };
    let entry = |key: &str, value: Rc<Node>| Entry {
        key: key.to_owned(),
        position,
        value,
    };
    let map = |entries: Vec<Entry>| Rc::new(Node::new(position, Content::Map(entries)));
    let resource = map(vec![
        entry("Type", Rc::new(Node::text(position, RESOURCE))),
        entry("Properties", properties),
    ]);
    map(vec![entry("Resources", map(vec![entry(NAME, resource)]))])
}

/// Returns the properties of the flow log that a document describes.
fn properties(root: &Rc<Node>) -> Option<Rc<Node>> {
    let is_other = ["Resources", "FlowLogs", "AWSTemplateFormatVersion"]
        .iter()
        .any(|key| root.get(key).is_some());
    if is_other {
        return None;
    }
    if root.get("TypeName").and_then(|node| node.as_text()) == Some(RESOURCE) {
        let description = root.get("ResourceDescription").unwrap_or(root);
        let state = description
            .get("DesiredState")
            .or_else(|| description.get("Properties"))?;
        return Some(parsed(state));
    }
    let is_bare = root.get("ResourceId").is_some() && root.get("ResourceType").is_some();
    is_bare.then(|| Rc::clone(root))
}

/// Returns properties that are written as text in JSON, at the position of the text.
fn parsed(node: &Rc<Node>) -> Rc<Node> {
    let text = node.as_text();
    let tree = text.and_then(|text| decode::tree(text, &mut FileDiagnostics::default()));
    tree.map_or_else(|| Rc::clone(node), |tree| placed(&tree, node.position))
}
