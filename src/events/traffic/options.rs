//! The options of the command, made from the arguments of the data source `vpcflow_log_summary`.
//!
//! There is no second list: an option has the name of the argument with `-` for `_`, and its documentation. The options of a
//! block are those of its arguments (`--athena-table`), or conditions in one text (`--where`). Must not know how a command
//! line is parsed.

use crate::cty::Type;
use crate::events::query::{Quals, Query};
use crate::events::summary::Summary;
use crate::framework::{Attribute, LowerError, Nesting, Shape, lower};

/// The arguments that are options, and those that the report decides on.
pub(super) type Model = (Summary, Query, Quals);

/// The arguments of a summary that are options; the report decides on the others.
const OF_A_SUMMARY: [&str; 2] = ["engine", "athena"];
/// The arguments that every command has as options of its own.
const OF_EVERY_COMMAND: [&str; 2] = ["region", "timeout"];

/// How to write an argument that is a map.
const PAIRS: &str =
    " On the command line, write NAME=VALUE, and repeat the option for more values.";

/// An option of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrafficOption {
    /// The name, without `--`.
    pub name: String,
    /// The documentation.
    pub help: String,
    /// What it takes.
    pub form: Form,
    /// The path of the argument.
    pub(super) path: Vec<String>,
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Nothing: it is set, or not.
    Flag,
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// Any number of `NAME=VALUE`.
    Pairs,
    /// Any number of sets of conditions.
    Conditions,
}

/// Returns the options.
///
/// # Errors
/// The arguments cannot be declared, which nothing is known to cause.
pub fn options() -> Result<Vec<TrafficOption>, LowerError> {
    let block = lower::<Model>(0)?.block;
    let of_summary = lower::<Summary>(0)?.block;
    let is_wanted = |name: &str| {
        let of_summary =
            of_summary.attributes.contains_key(name) || of_summary.blocks.contains_key(name);
        !OF_EVERY_COMMAND.contains(&name) && (!of_summary || OF_A_SUMMARY.contains(&name))
    };
    let mut options = Vec::new();
    for (name, attribute) in &block.attributes {
        if is_wanted(name) {
            options.extend(option(&[name], attribute));
        }
    }
    for (name, nested) in &block.blocks {
        match nested.nesting {
            _ if !is_wanted(name) => {}
            Nesting::List | Nesting::Set | Nesting::Map => options.push(TrafficOption {
                name: dashed(&[name]),
                help: conditions(&nested.block.description),
                form: Form::Conditions,
                path: vec![name.to_string()],
            }),
            Nesting::Single | Nesting::Group => {
                let attributes = nested.block.attributes.iter();
                options.extend(
                    attributes.filter_map(|(inner, attribute)| option(&[name, inner], attribute)),
                );
            }
        }
    }
    let names = options.clone();
    for option in &mut options {
        option.help = renamed(&option.help, &names);
    }
    Ok(options)
}

/// Replaces the names of arguments in a text by those of the options.
pub(super) fn as_options(text: &str) -> String {
    options().map_or_else(|_| text.to_owned(), |options| renamed(text, &options))
}

fn renamed(text: &str, options: &[TrafficOption]) -> String {
    options.iter().fold(text.to_owned(), |text, option| {
        let argument = option.path.join(".");
        text.replace(&format!("`{argument}`"), &format!("--{}", option.name))
    })
}

fn option(path: &[&str], attribute: &Attribute) -> Option<TrafficOption> {
    let form = match &attribute.shape {
        Shape::Plain(Type::String) => Form::Text,
        Shape::Plain(Type::Number) => Form::Number,
        Shape::Plain(Type::Bool) => Form::Flag,
        Shape::Plain(Type::Map(_)) => Form::Pairs,
        _ => return None,
    };
    let mut help = attribute.description.clone();
    if form == Form::Pairs {
        help.push_str(PAIRS);
    }
    Some(TrafficOption {
        name: dashed(path),
        help,
        form,
        path: path.iter().map(|name| (*name).to_owned()).collect(),
    })
}

fn dashed(path: &[&str]) -> String {
    path.join("-").replace('_', "-")
}

fn conditions(description: &str) -> String {
    let description = description
        .replace("` block", "`")
        .replace("Within a block", "Within a set");
    format!(
        "{description} Write the conditions as NAME=VALUE, separated by `;`, such as `dst_port=22,3389; protocol=tcp`. \
         Repeat the option for more sets."
    )
}
