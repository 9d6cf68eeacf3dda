//! The top level of a stack definition: its region, its account, and the names of its flow logs.

use super::super::declaration::Declaration;
use super::super::node::{Content, Node};
use super::super::parameters::Parameters;
use super::Reader;
use crate::arn::{account, region};
use crate::report::Position;

/// The keys at the top level.
const KEYS: [&str; 5] = ["Region", "Account", "FlowLogs", "Description", "$schema"];

impl Reader<'_> {
    /// Reads a stack definition: the region of the flow logs that name none, and the flow logs.
    pub(super) fn stack(
        &mut self,
        root: &Node,
        parameters: &Parameters,
    ) -> (Option<String>, Vec<Declaration>) {
        let Content::Map(_) = &root.content else {
            let message = format!("this is {}, not a stack; write `FlowLogs:`", root.what());
            self.diagnostics.error(root.position, message);
            return (None, Vec::new());
        };
        if is_state(root) {
            let message =
                "this is a Terraform state, not a stack; check it with `drift --state FILE`";
            self.diagnostics.error(root.position, message);
            return (None, Vec::new());
        }
        self.keys(root);
        let mut required = parameters.given.keys();
        let mut required = required
            .by_ref()
            .filter(|name| !parameters.shared && !parameters.optional.contains(*name));
        if let Some(name) = required.next() {
            let message = format!(
                "--parameter {name}: a stack definition has no parameters, only CloudFormation templates have"
            );
            self.diagnostics.error(Position::START, message);
        }
        let set = parameters.set.keys().next();
        if let Some((id, property)) = set.filter(|_| !parameters.shared) {
            let message = format!(
                "--set {id}.{property}: only the flow logs of CloudFormation templates have values to set"
            );
            self.diagnostics.error(Position::START, message);
        }
        let region = root.get("Region").and_then(|node| self.region_name(node));
        let account = root.get("Account").and_then(|node| self.account(node));
        let declarations = self.flow_logs(root, region.as_ref(), account.as_ref());
        (region, declarations)
    }

    /// Checks the keys at the top level, and the values of those that have no effect.
    fn keys(&mut self, root: &Node) {
        let Content::Map(entries) = &root.content else {
            return;
        };
        for entry in entries {
            let extension = entry.key.starts_with("x-") || entry.key.starts_with("X-");
            if !extension && !KEYS.contains(&entry.key.as_str()) {
                self.unknown(entry, &KEYS[..4], "The keys of a stack are");
            }
            let text = matches!(entry.key.as_str(), "Description" | "$schema");
            if text && entry.value.what() != "text" {
                let message = format!("`{}` is {}; it must be text", entry.key, entry.value.what());
                self.diagnostics.error(entry.value.position, message);
            }
        }
    }

    fn flow_logs(
        &mut self,
        root: &Node,
        region: Option<&String>,
        account: Option<&String>,
    ) -> Vec<Declaration> {
        let Some(flow_logs) = root.entry("FlowLogs") else {
            let message =
                "`FlowLogs` is missing: write `FlowLogs:`, and the flow logs by name below it";
            self.diagnostics.error(root.position, message);
            return Vec::new();
        };
        let named = match &flow_logs.value.content {
            Content::Map(named) if !named.is_empty() => named,
            Content::List(_) => {
                let message = "`FlowLogs` is a list; it must be a mapping: give each flow log a name, as in `main:`, and \
                     write its properties below";
                self.diagnostics.error(flow_logs.value.position, message);
                return Vec::new();
            }
            _ => {
                let message = "`FlowLogs` has no flow log; write a name, as in `main:`, and its properties below";
                self.diagnostics.error(flow_logs.position, message);
                return Vec::new();
            }
        };
        let declarations = named.iter().filter_map(|entry| {
            let own = entry.value.get("Account");
            let own = own.and_then(|node| self.account(node));
            let account = own.or_else(|| account.cloned());
            let mut declared = self.flow_log(&entry.key, entry.position, &entry.value, account)?;
            declared.region = declared.region.or_else(|| region.cloned());
            Some(declared)
        });
        declarations.collect()
    }

    pub(super) fn region_name(&mut self, node: &Node) -> Option<String> {
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
            None => "`Region` must be the name of a region, such as eu-central-1".to_owned(),
        };
        self.diagnostics.error(node.position, message);
        None
    }

    fn account(&mut self, node: &Node) -> Option<String> {
        let digits = node.as_text().unwrap_or_default();
        if account::is_id(digits) && node.what() == "text" {
            return Some(digits.to_owned());
        }
        let message = "`Account` must be a 12-digit account ID in quotes: \"123456789012\"";
        self.diagnostics.error(node.position, message);
        None
    }
}

/// Returns whether a file is a Terraform state, or a plan.
fn is_state(root: &Node) -> bool {
    root.get("FlowLogs").is_none()
        && ["terraform_version", "lineage"]
            .iter()
            .any(|key| root.get(key).is_some())
}
