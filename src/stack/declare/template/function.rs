//! Which function a node calls, in its long form, its short form, or as a tag.

use std::rc::Rc;

use super::super::node::{Content, Node};

/// Returns the name, in its long form, and the argument of the function that a node calls.
pub(super) fn function(node: &Rc<Node>) -> Option<(String, Rc<Node>)> {
    if let Some(tag) = node.tag.as_deref().filter(|tag| !tag.starts_with('!')) {
        let long = match tag {
            "Ref" | "Condition" => tag.to_owned(),
            _ => format!("Fn::{tag}"),
        };
        let content = match &node.content {
            Content::Scalar { text, .. } => {
                return Some((long, Rc::new(Node::text(node.position, text))));
            }
            Content::List(elements) => Content::List(elements.clone()),
            Content::Map(entries) => Content::Map(entries.clone()),
        };
        return Some((long, Rc::new(Node::new(node.position, content))));
    }
    let Content::Map(entries) = &node.content else {
        return None;
    };
    let [entry] = entries.as_slice() else {
        return None;
    };
    let is_function = entry.key == "Ref" || entry.key.starts_with("Fn::");
    is_function.then(|| (entry.key.clone(), Rc::clone(&entry.value)))
}
