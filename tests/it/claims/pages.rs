//! Every configuration of every page is valid, with both Terraforms.
//!
//! Each block becomes a module of one configuration, so that one run checks all. What belongs to the AWS provider, which is
//! not installed here, is replaced by a value that is not known yet.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::none;
use crate::harness::fake::Fake;
use crate::harness::golden;
use crate::harness::terraform::{Run, Version, Workspace};

/// The blocks that a module can have.
const TOP: [&str; 9] = [
    "removed",
    "resource",
    "data",
    "check",
    "output",
    "variable",
    "locals",
    "provider",
    "terraform",
];
/// Blocks that only a root module, a query or a test can have. Tests of their own run them.
const APART: [&str; 6] = [
    "import",
    "list",
    "run",
    "mock_provider",
    "variables",
    "provider_installation",
];
/// The blocks of Terraform 1.14.
const NEW: &str = "action";

/// A configuration on a page.
pub(super) struct Block {
    place: String,
    pub(super) text: String,
}

/// Returns the configurations of a page, with their places. A block below `<!-- continued -->` belongs to the one before.
pub(super) fn blocks(path: &str, text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    let mut before = "";
    for (number, line) in (1..).zip(text.lines()) {
        match (&mut open, line) {
            (None, "```terraform" | "```hcl") => {
                let first = Block {
                    place: format!("{path}:{number}"),
                    text: String::new(),
                };
                let previous = found.pop_if(|_| before == "<!-- continued -->");
                open = Some(previous.unwrap_or(first));
            }
            (Some(_), "```") => found.extend(open.take()),
            (Some(block), line) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, _) => {}
        }
        before = line;
    }
    found
}

/// Splits a configuration into its blocks at the top level, each with its first word.
pub(super) fn statements(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let is_start = !inside && line.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_start {
            let word = line.split([' ', '{', '=']).next().unwrap_or_default();
            found.push((word.to_owned(), String::new()));
            inside = !line.trim_end().ends_with('}');
        } else if line == "}" {
            inside = false;
        }
        if let Some((_, text)) = found.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    found
}

/// Replaces references to objects of the AWS provider by a variable, and its place in `required_providers` by nothing.
fn without_aws(text: &str) -> String {
    let mut result = String::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with("aws "))
    {
        let mut rest = line;
        while let Some(at) = rest.find("aws_") {
            let (before, after) = rest.split_at(at);
            let end = reference_end(after);
            let (reference, tail) = after.split_at(end);
            let is_reference =
                reference.contains('.') && !before.ends_with('"') && !before.ends_with('`');
            let before = if is_reference {
                before.trim_end_matches("data.")
            } else {
                before
            };
            result.push_str(before);
            result.push_str(if is_reference { "var.aws" } else { reference });
            rest = tail;
        }
        result.push_str(rest);
        result.push('\n');
    }
    result
}

/// Returns where a reference ends: after names, points, and indexes in brackets.
fn reference_end(text: &str) -> usize {
    let mut open = false;
    let end = text.find(|c: char| {
        match c {
            '[' if !open => open = true,
            ']' if open => open = false,
            _ => return !(open || c.is_alphanumeric() || "_.-".contains(c)),
        }
        false
    });
    end.unwrap_or(text.len())
}

/// Turns an object of the AWS provider into a value that only uses the same expressions.
fn as_data(text: &str) -> String {
    let Some((first, rest)) = text.split_once('\n') else {
        return String::new();
    };
    let inner = rest.split("\n}\n").next().unwrap_or_default();
    let nested = inner
        .lines()
        .any(|line| line.trim_end().ends_with('{') && !line.contains('='));
    if nested || first.ends_with('}') {
        return String::new();
    }
    let name = first.replace([' ', '"', '{', '}'], "_");
    let name = name.trim_matches('_');
    format!("output \"{name}\" {{\n  value = {{\n{inner}\n  }}\n}}\n")
}

/// Returns the module of a block; nothing if it is no complete configuration, or one that a module cannot hold.
fn module(text: &str, version: Version) -> Option<String> {
    let statements = statements(text);
    let mut module = String::new();
    for (word, text) in &statements {
        match word.as_str() {
            word if APART.contains(&word) => {}
            "ephemeral" | "moved" => module.push_str(text),
            NEW if matches!(version, Version::V115) => module.push_str(text),
            NEW => return None,
            word if TOP.contains(&word) => {
                let aws = text.starts_with("resource \"aws_")
                    || text.starts_with("data \"aws_")
                    || text.starts_with("provider \"aws\"");
                module.push_str(&if aws {
                    as_data(&without_aws(text))
                } else {
                    without_aws(text)
                });
            }
            _ => return None,
        }
    }
    if module.contains("action_trigger") && !matches!(version, Version::V115) {
        return None;
    }
    let is_configuration = statements
        .iter()
        .any(|(word, _)| TOP.contains(&word.as_str()));
    is_configuration.then_some(module)
}

/// Writes the module, and calls it with unknown values.
fn write(work: &Workspace, root: &mut String, number: usize, module: &str) {
    let folder = format!("m{number}");
    let mut text = module.to_owned();
    if !text.contains("required_providers") {
        text.push_str("terraform {\n  required_providers {\n    vpcflow = { source = \"vpcflow/vpcflow\" }\n  }\n}\n");
    }
    text.push_str("variable \"aws\" {\n  default = null\n}\n");
    std::fs::create_dir(work.folder().join(&folder)).unwrap();
    work.write(&format!("{folder}/main.tf"), &text);
    let variables = text
        .lines()
        .filter_map(|line| line.strip_prefix("variable \""));
    let names = variables.filter_map(|rest| rest.split('"').next());
    let values = names.map(|name| format!("  {name} = terraform_data.unknown.output\n"));
    let values: String = values.collect();
    write!(
        root,
        "module \"{folder}\" {{\n  source = \"./{folder}\"\n{values}}}\n"
    )
    .unwrap();
}

fn every_configuration_is_valid(version: Version) {
    let mut pages = golden::files_under("docs");
    pages.retain(|path| path.ends_with(".md"));
    pages.extend(["README.md", "CONTRIBUTING.md"].map(str::to_owned));
    let found = pages
        .iter()
        .flat_map(|path| blocks(path, &golden::read(path)));
    let modules = found.filter_map(|block| Some((block.place, module(&block.text, version)?)));
    let modules: Vec<_> = modules.collect();
    assert!(modules.len() > 70, "{} configurations", modules.len());
    let fake = Fake::start();
    let work = Workspace::new(version, fake.url());
    let mut root = "resource \"terraform_data\" \"unknown\" {}\n".to_owned();
    for (number, (_, module)) in modules.iter().enumerate() {
        write(&work, &mut root, number, module);
    }
    work.write("main.tf", &root);
    work.run(&["get", "-no-color"]).succeeds();
    let output = work.command(&["validate", "-json"]).output().unwrap();
    let report: Value = serde_json::from_str(&Run::of(&output).stdout).unwrap();
    let mut problems = BTreeMap::new();
    for diagnostic in report["diagnostics"].as_array().unwrap() {
        let file = diagnostic["range"]["filename"]
            .as_str()
            .unwrap_or("nowhere");
        let number = file
            .trim_start_matches('m')
            .split('/')
            .next()
            .unwrap_or_default();
        let place = number
            .parse()
            .ok()
            .and_then(|number: usize| modules.get(number));
        let place = place.map_or(file.to_owned(), |(place, _)| place.clone());
        if diagnostic["severity"] == "error" {
            problems.insert(
                format!(
                    "{place}: {} {} {}",
                    diagnostic["summary"], diagnostic["detail"], diagnostic["snippet"]["code"]
                ),
                (),
            );
        }
    }
    none(&problems.into_keys().collect::<Vec<_>>());
}

#[test]
fn every_configuration_of_every_page_is_valid() {
    every_configuration_is_valid(Version::Any);
}

#[test]
fn every_configuration_of_every_page_is_valid_with_1_15() {
    every_configuration_is_valid(Version::V115);
}
