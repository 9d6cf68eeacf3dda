//! The typed trait of a function, its signature, and its erased twin over values.
//!
//! The struct of the arguments is the declaration. Its doc comment is the summary and description, its fields are the
//! parameters in order, and a field with `serde(default)` takes all remaining arguments. Functions are pure and
//! work whether or not the provider is configured.

use std::marker::PhantomData;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::{LowerError, behaviour, lower};
use crate::cty::{self, Path, Step, Type, Value};

/// A function, as its author writes it: the struct of its arguments.
pub trait Function: DeserializeOwned + JsonSchema + Send + 'static {
    /// Its name in HCL, after `provider::vpcflow::`.
    const NAME: &'static str;

    /// Returns the type of its results.
    fn returns() -> Type;

    /// Computes the result without a clock, randomness or network. The same arguments always return the same result.
    ///
    /// # Errors
    /// The problem and its argument.
    fn call(self) -> Result<Value, FunctionError>;
}

/// Why a function returned no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The problem and its solution, without a final period, which Terraform adds.
    pub text: String,
    /// Path of the argument in question, which begins with the parameter's name, or the root for the whole call.
    pub path: Path,
}

impl FunctionError {
    /// Creates an error about the whole call.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            path: Path::root(),
        }
    }

    /// Sets the argument in question: a parameter's name, followed by an index if the parameter is variadic.
    #[must_use]
    pub fn at(mut self, path: impl Into<Path>) -> Self {
        self.path = path.into();
        self
    }
}

impl From<cty::Error> for FunctionError {
    fn from(error: cty::Error) -> Self {
        Self::new(error.to_string()).at(error.path)
    }
}

/// The signature of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// Summary in one sentence.
    pub summary: String,
    /// Description in Markdown.
    pub description: String,
    /// Parameters in order.
    pub parameters: Vec<Parameter>,
    /// Parameter of all remaining arguments.
    pub variadic: Option<Parameter>,
    /// Type of the result.
    pub returns: Type,
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Name, which only messages and documentation use. Arguments are positional.
    pub name: String,
    /// Description in Markdown.
    pub description: String,
    /// Type of the argument.
    pub ty: Type,
    /// Whether the function accepts null. Otherwise null is an error.
    pub allow_null: bool,
    /// Whether the function accepts unknown values. Otherwise the result is unknown, and Terraform does not call the
    /// function.
    pub allow_unknown: bool,
}

impl Signature {
    /// Returns the parameter that takes the argument at a position.
    pub fn parameter(&self, position: usize) -> Option<&Parameter> {
        self.parameters.get(position).or(self.variadic.as_ref())
    }

    /// Returns the position of the argument that an error is about.
    pub fn position(&self, path: &Path) -> Option<usize> {
        let mut steps = path.steps().iter();
        let Some(Step::Attribute(name)) = steps.next() else {
            return None;
        };
        let fixed = self.parameters.iter().position(|p| *p.name == **name);
        fixed.or_else(|| match steps.next() {
            Some(Step::Index(index)) => Some(self.parameters.len() + usize::try_from(*index).ok()?),
            _ => Some(self.parameters.len()),
        })
    }

    /// Collects arguments under the names of their parameters.
    fn object(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let expected = self.parameters.len();
        if arguments.len() < expected || (arguments.len() > expected && self.variadic.is_none()) {
            let given = arguments.len();
            let text = format!(
                "the function takes {}, but the call has {given}",
                counted(expected)
            );
            return Err(FunctionError::new(text));
        }
        let mut arguments = arguments.into_iter();
        let mut object = cty::Map::new();
        for (parameter, value) in self.parameters.iter().zip(arguments.by_ref()) {
            let path = Path::root().attribute(parameter.name.as_str());
            parameter.check(&value, path)?;
            object.insert(parameter.name.as_str().into(), value);
        }
        if let Some(variadic) = &self.variadic {
            let rest: Vec<Value> = arguments.collect();
            for (index, value) in (0..).zip(&rest) {
                let path = Path::root().attribute(variadic.name.as_str()).index(index);
                variadic.check(value, path)?;
            }
            object.insert(variadic.name.as_str().into(), Value::List(rest));
        }
        Ok(Value::Map(object))
    }
}

/// Renders a number of arguments.
pub(crate) fn counted(arguments: usize) -> String {
    let s = if arguments == 1 { "" } else { "s" };
    format!("{arguments} argument{s}")
}

impl Parameter {
    fn check(&self, value: &Value, path: Path) -> Result<(), FunctionError> {
        let problem = if value.is_null() && !self.allow_null {
            "must not be null"
        } else if !value.is_wholly_known() && !self.allow_unknown {
            "must be known"
        } else {
            return Ok(());
        };
        Err(FunctionError::new(format!("`{}` {problem}", self.name)).at(path))
    }
}

/// A function over values, as the protocol layer sees it.
pub trait ErasedFunction: Send + Sync {
    /// Returns its signature.
    fn signature(&self) -> &Signature;
    /// Calls it. Each argument has its parameter's type.
    ///
    /// # Errors
    /// The problem and its argument.
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

struct Erased<F> {
    signature: Signature,
    typed: PhantomData<fn() -> F>,
}

pub(crate) fn erase<F: Function>() -> Result<Box<dyn ErasedFunction>, LowerError> {
    Ok(Box::new(Erased::<F> {
        signature: signature::<F>()?,
        typed: PhantomData,
    }))
}

impl<F: Function> ErasedFunction for Erased<F> {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let object = self.signature.object(arguments)?;
        cty::from_value::<F>(&object)?.call()
    }
}

/// Creates a signature from the struct of the arguments.
fn signature<F: Function>() -> Result<Signature, LowerError> {
    let settings = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true);
    let json = settings.into_generator().into_root_schema_for::<F>();
    let Some(object) = json.as_object() else {
        return Err(lower::refuse(F::NAME, "the arguments are not a struct"));
    };
    let properties = object.get("properties").and_then(Json::as_object);
    let mut properties = properties.cloned().unwrap_or_default();
    let required = object.get("required").and_then(Json::as_array);
    let mut parameters = Vec::new();
    // `properties` has no order, but `required` has the order of the fields.
    for name in required.into_iter().flatten().filter_map(Json::as_str) {
        let property = properties.remove(name).unwrap_or_default();
        parameters.push(parameter(F::NAME, name, &property, &property)?);
    }
    let variadic = properties
        .iter()
        .map(|(name, property)| {
            let element = property.get("items").ok_or_else(|| {
                let path = lower::join(F::NAME, name);
                lower::refuse(&path, "a parameter with a default must be a list")
            })?;
            parameter(F::NAME, name, property, element)
        })
        .collect::<Result<Vec<_>, _>>()?;
    if variadic.len() > 1 {
        return Err(lower::refuse(F::NAME, "more than one variadic parameter"));
    }
    let description = lower::description(object);
    Ok(Signature {
        summary: description.split("\n\n").next().unwrap_or_default().into(),
        description,
        parameters,
        variadic: variadic.into_iter().next(),
        returns: F::returns(),
    })
}

/// Creates a parameter from the field's schema or, if it is variadic, from the schema of the field's elements.
fn parameter(
    function: &str,
    name: &str,
    field: &Json,
    values: &Json,
) -> Result<Parameter, LowerError> {
    let path = lower::join(function, name);
    let nothing = Map::new();
    let (field, values) = (
        field.as_object().unwrap_or(&nothing),
        values.as_object().unwrap_or(&nothing),
    );
    let known = [behaviour::ALLOW_NULL, behaviour::ALLOW_UNKNOWN];
    if let Some(key) = field
        .keys()
        .find(|key| key.starts_with(behaviour::PREFIX) && !known.contains(&key.as_str()))
    {
        return Err(lower::refuse(&path, &format!("`{key}` on a parameter")));
    }
    let null = Json::from("null");
    let nullable = values.get("type").and_then(Json::as_array);
    Ok(Parameter {
        name: name.to_owned(),
        description: lower::description(field),
        ty: if says_nothing(values) {
            Type::Dynamic
        } else {
            lower::plain(&path, values)?
        },
        allow_null: lower::flag(field, behaviour::ALLOW_NULL)
            || nullable.is_some_and(|types| types.contains(&null)),
        allow_unknown: lower::flag(field, behaviour::ALLOW_UNKNOWN),
    })
}

/// Checks whether a schema accepts every value, so that the type is dynamic.
fn says_nothing(schema: &Map<String, Json>) -> bool {
    let silent = |key: &String| {
        matches!(key.as_str(), "description" | "title") || key.starts_with(behaviour::PREFIX)
    };
    schema.keys().all(silent)
}

#[cfg(test)]
mod tests;
