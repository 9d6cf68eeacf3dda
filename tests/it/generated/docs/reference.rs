//! The parts of guides that come from the code: options, filters, record fields, properties, questions.
//!
//! A guide names a part in a comment of its own line, `<!-- generated: NAME -->`. Nothing here is a second list.

use std::process::Command;

use serde_json::Value;
use vpcflow::record::field::{FIELDS, Family, Field, Kind};

use crate::harness::golden;

const MARK: &str = "<!-- generated: ";

/// Replaces the marks in a guide.
pub(super) fn filled(template: &str) -> String {
    let mut text = String::new();
    for line in template.lines() {
        match line.strip_prefix(MARK) {
            Some(rest) => text.push_str(&part(rest.trim_end_matches(" -->"))),
            None => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

fn part(name: &str) -> String {
    match name.split_once(' ').unwrap_or((name, "")) {
        ("help", command) => help(command),
        ("filters", "") => filters(),
        ("fields", family) => fields(family),
        ("stack", object) => properties(object),
        ("questions", "") => questions(),
        _ => panic!("no part {name}"),
    }
}

/// Returns what `--help` prints for a command.
pub(super) fn printed(command: &str) -> String {
    let words = command.split_whitespace().chain(["--help"]);
    let output = Command::new(env!("CARGO_BIN_EXE_terraform-provider-vpcflow"))
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success(), "{command} --help");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the commands of a command that have no commands of their own, as words.
fn commands(of: &str) -> Vec<String> {
    let printed = printed(of);
    let list = printed.split("Commands:\n").nth(1).unwrap_or_default();
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.split_whitespace().next());
    let names = names.filter(|name| *name != "help");
    let commands = names.flat_map(|name| {
        let name = format!("{of} {name}").trim().to_owned();
        let inner = commands(&name);
        if inner.is_empty() { vec![name] } else { inner }
    });
    commands.collect()
}

#[test]
fn the_guide_describes_every_command() {
    let guide = golden::read("templates/guides/commands.md");
    let commands = commands("");
    assert!(commands.len() > 7, "{commands:?}");
    for command in commands {
        assert!(
            guide.contains(&format!("{MARK}help {command} -->")),
            "templates/guides/commands.md lacks the command {command}: add `{MARK}help {command} -->`"
        );
    }
}

/// Lists the arguments and options of a command, by group.
fn help(command: &str) -> String {
    let printed = printed(command);
    let (_, rest) = printed.split_once("Usage: ").unwrap();
    let (usage, rest) = rest.split_once('\n').unwrap();
    let mut text = format!("```text\n{usage}\n```\n");
    for line in rest.lines() {
        let words = line.trim();
        match line.len() - line.trim_start().len() {
            _ if words.is_empty() || words == "Possible values:" => {}
            0 => text.push_str(&format!("\n{words}\n\n")),
            2 | 6 => text.push_str(&format!("{}\n", option(words))),
            _ => describe(&mut text, words),
        }
    }
    text
}

/// Writes an option, whose description may follow on the same line.
fn option(words: &str) -> String {
    match words.split_once("  ") {
        Some((name, description)) => format!("- `{name}`: {}.", description.trim_start()),
        None => format!("- `{words}`"),
    }
}

/// Adds a line below an option: its description, a possible value, or the default.
fn describe(text: &mut String, words: &str) {
    if let Some(value) = words.strip_prefix("- ") {
        let (name, description) = value.split_once(':').unwrap();
        text.push_str(&format!("  - `{name}`: {}.\n", description.trim_start()));
    } else if let Some(alias) = words.strip_prefix("[alias: ") {
        let alias = alias.trim_end_matches(']');
        text.push_str(&format!("\n  Another name is `{alias}`.\n"));
    } else if let Some(default) = words.strip_prefix("[default: ") {
        text.push_str(&format!(
            "\n  The default is `{}`.\n",
            default.trim_end_matches(']')
        ));
    } else {
        text.truncate(text.trim_end().len());
        text.push_str(&format!(": {}.\n", words.trim_end_matches('.')));
    }
}

/// Lists the filters with what they check.
fn filters() -> String {
    let schema = vpcflow::provider::schema_json().unwrap();
    let events = &schema["provider_schemas"][vpcflow::provider::ADDRESS]["data_source_schemas"]["vpcflow_log_events"];
    let filters = &events["block"]["block_types"]["where"]["block"]["attributes"];
    let mut text = "| filter | checks | form |\n|---|---|---|\n".to_owned();
    for (name, attribute) in filters.as_object().unwrap() {
        let description = attribute["description"].as_str().unwrap();
        let description = description.replace('|', "\\|");
        text.push_str(&format!("| `{name}` | {description} | {} |\n", form(name)));
    }
    text
}

/// Returns the heading about the form of a filter.
fn form(name: &str) -> &'static str {
    let aws = |name: &str| FIELDS.iter().find(|field| field.column == Some(name));
    match (name, aws(name)) {
        ("fields", _) => "that of the field",
        ("addr", _) => "[address](#addresses-and-networks)",
        ("port", _) => "[number](#numbers-and-ports)",
        ("protocol", _) => "[protocol](#protocols)",
        ("tcp_flags", _) => "[flags](#tcp-flags)",
        (_, Some(field)) => match field.kind {
            Kind::Integer => "[number](#numbers-and-ports)",
            Kind::Address => "[address](#addresses-and-networks)",
            Kind::Seconds => "[time](#times)",
            Kind::Text => "[text](#text-and-ids)",
        },
        (_, None) => "[text](#text-and-ids)",
    }
}

/// Lists the record fields of one family, in the order of AWS's tables.
fn fields(family: &str) -> String {
    let wanted = match family {
        "vpc" => Family::TransitGateway,
        "transit-gateway" => Family::Vpc,
        other => panic!("no family {other}"),
    };
    let mut text = "| field | version | filter and attribute | type | what it records |\n|---|---|---|---|---|\n".to_owned();
    for field in FIELDS.iter().filter(|field| field.family != wanted) {
        text.push_str(&row(field));
    }
    text
}

fn row(field: &Field) -> String {
    let column = match field.column {
        Some(column) => format!("`{column}`"),
        None => format!("`fields[\"{}\"]`", field.name),
    };
    let kind = match field.kind {
        Kind::Integer => "number",
        Kind::Text => "text",
        Kind::Address => "address",
        Kind::Seconds => "time",
    };
    format!(
        "| `{}` | {} | {column} | {kind} | {} |\n",
        field.name, field.version, field.description
    )
}

/// Lists the properties of an object in a stack definition.
fn properties(object: &str) -> String {
    let schema = vpcflow::stack::stack_schema().unwrap();
    let at = match object {
        "" => &schema,
        name => &schema["$defs"][name],
    };
    let mut text = "| property | type | description |\n|---|---|---|\n".to_owned();
    list_properties(&mut text, "", at, &schema);
    text
}

fn list_properties(text: &mut String, head: &str, object: &Value, schema: &Value) {
    let required: Vec<_> = object["required"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    for (name, property) in object["properties"].as_object().unwrap() {
        let property = followed(property, schema);
        let inner = match property["type"].as_str() {
            Some("array") => followed(&property["items"], schema),
            _ => property,
        };
        let kind = kind_of(property, inner);
        let description = property["description"].as_str().unwrap_or_default();
        let description = description.replace('\n', " ").replace('|', "\\|");
        let required = if required.iter().any(|known| *known == name) {
            " Required."
        } else {
            ""
        };
        let line = format!("| `{head}{name}` | {kind} | {description}{required} |\n");
        text.push_str(&line.replace("|  ", "| "));
        // The flow logs have a table of their own.
        if inner["properties"].is_object() && name != "FlowLogs" {
            list_properties(text, &format!("{head}{name}."), inner, schema);
        }
    }
}

fn followed<'a>(property: &'a Value, schema: &'a Value) -> &'a Value {
    match property["$ref"].as_str() {
        Some(path) => schema.pointer(path.trim_start_matches('#')).unwrap(),
        None => property,
    }
}

fn kind_of(property: &Value, inner: &Value) -> String {
    let one = |value: &Value| match (&value["enum"], value["type"].as_str()) {
        (Value::Array(values), _) => {
            let values = values
                .iter()
                .map(|value| format!("`{}`", value.to_string().trim_matches('"')));
            values.collect::<Vec<_>>().join(", ")
        }
        (_, Some(kind)) => kind.to_owned(),
        (_, None) => "any".to_owned(),
    };
    match property["type"].as_str() {
        Some("array") => format!("list of {}", one(inner)),
        _ => one(property),
    }
}

/// Shows the questions of `examples/questions/`, with their answers as code.
fn questions() -> String {
    let mut text = String::new();
    for path in golden::files_under("examples/questions") {
        let file = golden::read(&path);
        let (question, code) = file.split_once('\n').unwrap();
        let question = question.strip_prefix("# ");
        let question = question.unwrap_or_else(|| panic!("{path} begins with no question"));
        text.push_str(&format!(
            "### {question}\n\n```terraform\n{}\n```\n\n",
            code.trim()
        ));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}
