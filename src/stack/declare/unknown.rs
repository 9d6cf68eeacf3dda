//! Values that only the deployed stack has. They are valid, are not compared, and are told to the user.

use std::fmt;

use crate::cty::Path;
use crate::report::Position;

/// A value of a declaration that only the deployed stack has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The attribute. The empty path stands for the whole flow log: whether it exists, or all of its properties.
    pub path: Path,
    /// Where the value is written.
    pub position: Position,
    /// What would tell the value.
    pub reason: Reason,
    /// Whether it decides if the flow log exists, and is not a value of it.
    pub existence: bool,
}

/// What would tell an unknown value. `Display` writes it as a noun, such as ``Fn::GetAtt of Bucket.Arn``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The region, the account, or what follows from them: `AWS::Region`. A call to AWS supplies it.
    Location(String),
    /// A parameter without a value.
    Parameter(String),
    /// A parameter whose value is in Systems Manager, and its name there.
    Stored {
        /// The parameter of the template.
        parameter: String,
        /// The name of the parameter in Systems Manager.
        key: String,
    },
    /// What `Ref` to a resource returns.
    Resource(String),
    /// An attribute of a resource.
    Attribute {
        /// The resource's logical id.
        resource: String,
        /// The attribute's name.
        attribute: String,
    },
    /// An exported value of another stack, and its name if that is known.
    Import(Option<String>),
    /// A dynamic reference: `{{resolve:…}}`.
    Dynamic(String),
    /// A pseudo parameter that depends on the stack: `AWS::StackName`.
    Pseudo(String),
    /// A macro, or a function that runs one.
    Macro(String),
    /// A function that asks AWS: `Fn::GetAZs`.
    Function(String),
    /// A condition that depends on an unknown value.
    Condition {
        /// The condition's name.
        name: String,
        /// What would tell whether it holds.
        because: Box<Self>,
    },
    /// The accounts of an organizational unit, into which a stack set is deployed.
    Targets(String),
}

impl Reason {
    /// Returns whether a call to AWS supplies the value, before anything is compared.
    pub fn is_location(&self) -> bool {
        match self {
            Self::Location(_) => true,
            Self::Condition { because, .. } => because.is_location(),
            _ => false,
        }
    }

    /// Returns the reason without the text that values of the template are part of.
    pub(super) fn hidden(self) -> Self {
        match self {
            Self::Stored { parameter, key: _ } => Self::Parameter(parameter),
            Self::Import(_) => Self::Import(None),
            Self::Dynamic(_) => Self::Dynamic("{{resolve:…}}".to_owned()),
            Self::Condition { name, because } => Self::Condition {
                name,
                because: Box::new(because.hidden()),
            },
            Self::Targets(_) => Self::Targets("an account that is not shown".to_owned()),
            other => other,
        }
    }

    /// Returns the option that gives the value, if one does in addition to `--set`.
    pub fn option(&self) -> Option<String> {
        Some(match self {
            Self::Location(name)
            | Self::Parameter(name)
            | Self::Pseudo(name)
            | Self::Resource(name)
            | Self::Stored {
                parameter: name, ..
            } => format!("--parameter {name}=…"),
            Self::Attribute {
                resource,
                attribute,
            } => format!("--parameter {resource}.{attribute}=…"),
            Self::Condition { because, .. } => return because.option(),
            Self::Import(_)
            | Self::Dynamic(_)
            | Self::Macro(_)
            | Self::Function(_)
            | Self::Targets(_) => return None,
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Location(name) | Self::Pseudo(name) => write!(f, "{name}"),
            Self::Parameter(name) => write!(f, "parameter {name}, which has no value"),
            Self::Stored { parameter, key } => {
                write!(
                    f,
                    "parameter {parameter}, whose value is in Systems Manager as {key}"
                )
            }
            Self::Resource(name) => write!(f, "Ref to {name}"),
            Self::Attribute {
                resource,
                attribute,
            } => write!(f, "Fn::GetAtt of {resource}.{attribute}"),
            Self::Import(Some(name)) => write!(f, "Fn::ImportValue of {name}"),
            Self::Import(None) => write!(f, "Fn::ImportValue"),
            Self::Dynamic(reference) => write!(f, "dynamic reference {reference}"),
            Self::Macro(name) => write!(f, "macro {name}"),
            Self::Function(name) => write!(f, "{name}"),
            Self::Condition { name, because } => write!(f, "condition {name}: {because}"),
            Self::Targets(unit) => write!(f, "accounts of {unit}"),
        }
    }
}
