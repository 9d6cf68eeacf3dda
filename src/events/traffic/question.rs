//! What is asked: the values of the options as the arguments of the data source, with its checks. Must not know how a command
//! line is parsed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::failure::Failure;
use super::options::{Form, Model, TrafficOption, options};
use crate::cty::{Map, Number, Path, Type, Value};
use crate::events::query::{Quals, Query};
use crate::events::summary::{Summary, SummaryDataSource};
use crate::framework::{
    Attr, Block, DataSource as _, Diagnostic, Diagnostics, Mode, Model as _, Shape, lower, validate,
};
use crate::text::suggest;

/// The prefix of `fields` in a condition.
const FIELDS: &str = "fields.";

/// What is asked, checked.
#[derive(Clone, Debug)]
pub struct Question {
    pub(super) summary: Summary,
    pub(super) query: Query,
    pub(super) quals: Quals,
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
                "\"{written}\" is not the name of a filter.{} Write other fields as fields.NAME=VALUE.",
                meant.unwrap_or_default()
            );
            return Err(error(option, "unknown-filter", "Unknown filter", detail));
        }
        if values.insert(name.as_str().into(), value).is_some() {
            let detail = format!("\"{text}\" names {name} twice. A comma in a value means \"or\".");
            return Err(error(
                option,
                "filter-named-twice",
                "Filter named twice",
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
