//! The options of the command, made from the arguments of the data source `vpcflow_log_summary`.
//!
//! There is no second list: an option has the name of the argument with `-` for `_`, its documentation, and its checks. The
//! options of a block are those of its arguments (`--athena-table`), or conditions in one text (`--where`). Must not know
//! how a command line is parsed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::failure::Failure;
use crate::cty::{Map, Number, Path, Type, Value};
use crate::events::query::{Quals, Query};
use crate::events::summary::{Summary, SummaryDataSource};
use crate::framework::{
    Attr, Attribute, Block, DataSource as _, Diagnostic, Diagnostics, LowerError, Mode, Model as _,
    Nesting, Shape, lower, validate,
};
use crate::text::suggest;

type Model = (Summary, Query, Quals);

/// The arguments of a summary that are options; the report decides on the others.
const OF_A_SUMMARY: [&str; 2] = ["engine", "athena"];
/// The arguments that every command has as options of its own.
const OF_EVERY_COMMAND: [&str; 2] = ["region", "timeout"];
/// The prefix of `fields` in a condition.
const FIELDS: &str = "fields.";

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
    path: Vec<String>,
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

/// What is asked, checked.
#[derive(Clone, Debug)]
pub struct Question {
    pub(super) summary: Summary,
    pub(super) query: Query,
    pub(super) quals: Quals,
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
    Some(TrafficOption {
        name: dashed(path),
        help: attribute.description.clone(),
        form,
        path: path.iter().map(|name| (*name).to_owned()).collect(),
    })
}

fn dashed(path: &[&str]) -> String {
    path.join("-").replace('_', "-")
}

fn conditions(description: &str) -> String {
    format!(
        "{description} Write the conditions as NAME=VALUE, separated by `;`, such as `dst_port=22,3389; protocol=tcp`. \
         Repeat the option for more sets."
    )
}

impl Question {
    /// Sets the time that the reading may take.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.query.timeout = Attr::Known(format!("{}ms", time.as_millis().max(1)));
        self
    }

    /// Checks the values that were given for the options, by the name of each option.
    ///
    /// # Errors
    /// The errors that the data source reports for the same arguments.
    pub fn parse(given: &BTreeMap<String, Vec<String>>) -> Result<Self, Failure> {
        let block = lower::<Model>(0).map_err(Diagnostic::from)?.block;
        let mut diagnostics = Diagnostics::new();
        let mut values = Entries::default();
        for option in options().map_err(Diagnostic::from)? {
            let Some(texts) = given.get(&option.name).filter(|texts| !texts.is_empty()) else {
                continue;
            };
            match value(&option, texts, &block) {
                Ok(value) => values.set(&option.path, value),
                Err(error) => diagnostics.push(error),
            }
        }
        values.check_required(&block, &mut diagnostics);
        diagnostics.into_result()?;
        let config = values.complete(&block);
        let mut model = None;
        let found = validate(
            &block,
            &config,
            |(summary, query, quals): &Model, diagnostics| {
                let (results, completeness) = Default::default();
                let whole = (
                    summary.clone(),
                    query.clone(),
                    quals.clone(),
                    results,
                    completeness,
                );
                SummaryDataSource.validate(&whole, diagnostics);
                model = Some((summary.clone(), query.clone(), quals.clone()));
            },
        );
        found.into_result()?;
        let (summary, query, quals) = match model {
            Some(model) => model,
            None => Model::decode(&config)?,
        };
        Ok(Self {
            summary,
            query,
            quals,
        })
    }
}

/// The values so far: arguments, and those of single blocks.
#[derive(Default)]
struct Entries(Map<Value>);

impl Entries {
    fn set(&mut self, path: &[String], value: Value) {
        match path {
            [name] => {
                self.0.insert(name.as_str().into(), value);
            }
            [block, name] => {
                let inner = self.0.entry(block.as_str().into());
                if let Value::Map(inner) = inner.or_insert_with(|| Value::Map(Map::new())) {
                    inner.insert(name.as_str().into(), value);
                }
            }
            _ => {}
        }
    }

    /// Checks that a block that was begun has what it requires. In a configuration, Terraform checks that.
    fn check_required(&self, block: &Block, diagnostics: &mut Diagnostics) {
        for (name, value) in &self.0 {
            let Some(nested) = block
                .blocks
                .get(name)
                .filter(|_| matches!(value, Value::Map(_)))
            else {
                continue;
            };
            let attributes = nested.block.attributes.iter();
            let required = attributes.filter(|(_, attribute)| attribute.mode == Mode::Required);
            for (inner, _) in required.filter(|(inner, _)| value.get(inner).is_none()) {
                let path = Path::root()
                    .attribute(name.clone())
                    .attribute(inner.clone());
                let detail = format!("The attribute `{inner}` is required here.");
                let rule = "missing-required-argument";
                diagnostics.error(path, rule, "Missing required argument", detail);
            }
        }
    }

    /// Returns an object of the block, in which everything else is null.
    fn complete(self, block: &Block) -> Value {
        Value::Map(filled(block, self.0))
    }
}

fn filled(block: &Block, mut values: Map<Value>) -> Map<Value> {
    for name in block.attributes.keys() {
        values.entry(name.clone()).or_insert(Value::Null);
    }
    for (name, nested) in &block.blocks {
        if let Some(Value::Map(inner)) = values.get_mut(name) {
            *inner = filled(&nested.block, std::mem::take(inner));
        }
    }
    match block.complete(Value::Map(values)) {
        Value::Map(values) => values,
        _ => Map::new(),
    }
}

fn value(option: &TrafficOption, texts: &[String], block: &Block) -> Result<Value, Diagnostic> {
    let last = texts.last().map(String::as_str).unwrap_or_default();
    match option.form {
        Form::Flag => Ok(Value::Bool(true)),
        Form::Text => Ok(Value::String(last.to_owned())),
        Form::Number => {
            let number = last.parse::<i64>();
            let number = number.map_err(|_| {
                let detail = format!(
                    "`{}` is \"{last}\"; it must be a whole number.",
                    option.name
                );
                error(option, "not-a-number", "Not a number", detail)
            })?;
            Ok(Value::Number(Number::from(number)))
        }
        Form::Pairs => pairs(option, texts),
        Form::Conditions => {
            let name = option.path.first().map(String::as_str).unwrap_or_default();
            let block = block.blocks.get(name).map(|nested| &nested.block);
            let sets = texts.iter();
            let sets: Result<Vec<_>, _> = sets.map(|text| set(option, text, block)).collect();
            Ok(Value::List(sets?))
        }
    }
}

fn pairs(option: &TrafficOption, texts: &[String]) -> Result<Value, Diagnostic> {
    let pair = |text: &String| match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((
            name.trim().to_owned(),
            Value::String(value.trim().to_owned()),
        )),
        _ => Err(not_a_pair(option, text)),
    };
    let pairs: Result<Vec<_>, _> = texts.iter().map(pair).collect();
    Ok(Value::map(pairs?))
}

/// Parses one set of conditions, such as `dst_port=22,3389; protocol=tcp`.
fn set(option: &TrafficOption, text: &str, block: Option<&Block>) -> Result<Value, Diagnostic> {
    let mut values = Map::new();
    let mut fields = Vec::new();
    for part in text
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let Some((name, value)) = part.split_once('=') else {
            return Err(not_a_pair(option, part));
        };
        let value = Value::String(value.trim().to_owned());
        let written = name.trim();
        if let Some(field) = written.strip_prefix(FIELDS) {
            fields.push((field.to_owned(), value));
            continue;
        }
        let name = written.replace('-', "_");
        let known = block.and_then(|block| block.attributes.get(name.as_str()));
        if !matches!(
            known.map(|known| &known.shape),
            Some(Shape::Plain(Type::String))
        ) {
            let names = block.into_iter().flat_map(|block| block.attributes.keys());
            let meant = suggest::nearest(&name, names.map(|name| &**name));
            let meant = meant.map(|meant| format!(" Did you mean {meant}?"));
            let detail = format!(
                "\"{written}\" is not the name of a qual.{} Write other fields as fields.NAME=VALUE.",
                meant.unwrap_or_default()
            );
            return Err(error(option, "unknown-qual", "Unknown qual", detail));
        }
        if values.insert(name.as_str().into(), value).is_some() {
            let detail = format!("\"{text}\" names {name} twice. A comma in a value means \"or\".");
            return Err(error(
                option,
                "qual-named-twice",
                "Qual named twice",
                detail,
            ));
        }
    }
    if !fields.is_empty() {
        values.insert("fields".into(), Value::map(fields));
    }
    let values = match block {
        Some(block) => filled(block, values),
        None => values,
    };
    Ok(Value::Map(values))
}

fn not_a_pair(option: &TrafficOption, text: &str) -> Diagnostic {
    let detail = format!("\"{text}\" is not of the form NAME=VALUE.");
    error(option, "not-a-pair", "Not a pair", detail)
}

fn error(option: &TrafficOption, rule: &'static str, summary: &str, detail: String) -> Diagnostic {
    let mut path = Path::root();
    for name in &option.path {
        path = path.attribute(name.as_str());
    }
    Diagnostic::error(rule, summary, detail).at(path)
}
