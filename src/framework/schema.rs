//! The Terraform schema of a provider, resource or data source, as plain data.
//!
//! Made by [`lower()`](super::lower()) from a model, read by the plan rules, the validation, the
//! documentation and the protocol layer. Must not know how it is sent.

use crate::cty::{Map, Type, Value};

/// The schema of one type, with the value type that follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// Version of the state's form; raised when an upgrade of stored states is needed.
    pub version: i64,
    /// The root block.
    pub block: Block,
    /// The type of the values of this schema, derived once from the block.
    pub ty: Type,
}

impl Schema {
    /// Creates a schema of a root block.
    pub fn new(version: i64, block: Block) -> Self {
        let ty = block.ty();
        Self { version, block, ty }
    }
}

/// A block: attributes and nested blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// For the user, in Markdown.
    pub description: String,
    /// By name.
    pub attributes: Map<Attribute>,
    /// By name; never the name of an attribute.
    pub blocks: Map<NestedBlock>,
}

impl Block {
    /// Returns the object type of this block's values.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|(n, a)| (n.clone(), a.ty()));
        let blocks = self.blocks.iter().map(|(n, b)| (n.clone(), b.ty()));
        Type::Object(attributes.chain(blocks).collect())
    }

    /// Adds absent blocks in the form that core expects: no element, or an object of nulls, but never null.
    pub fn complete(&self, mut object: Value) -> Value {
        self.fill(&mut object);
        object
    }

    fn fill(&self, object: &mut Value) {
        if let Value::Map(values) = object {
            for (name, nested) in &self.blocks {
                nested.fill(values.entry(name.clone()).or_insert(Value::Null));
            }
        }
    }

    /// Returns an object in which nothing is set.
    pub fn empty(&self) -> Value {
        let attributes = self
            .attributes
            .keys()
            .map(|name| (name.clone(), Value::Null));
        self.complete(Value::Map(attributes.collect()))
    }
}

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The user, always.
    Required,
    /// The user may set it.
    Optional,
    /// The user, else the provider.
    OptionalComputed,
    /// The provider.
    Computed,
}

impl Mode {
    /// Checks whether the provider may choose the value when the user gives none.
    pub fn is_computed(self) -> bool {
        matches!(self, Self::Computed | Self::OptionalComputed)
    }

    /// Checks whether the user may leave it out or write it.
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Optional | Self::OptionalComputed)
    }
}

/// One attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// For the user, in Markdown.
    pub description: String,
    /// What values it takes.
    pub shape: Shape,
    /// Who sets it.
    pub mode: Mode,
    /// Whether Terraform hides it in its output.
    pub sensitive: bool,
    /// Whether a change of it needs a new object.
    pub requires_replace: bool,
    /// The planned value when the user gives none; only for optional and computed attributes.
    pub default: Option<Value>,
    /// What known values must satisfy.
    pub rules: Vec<Rule>,
}

impl Attribute {
    /// Returns the type of its values.
    pub fn ty(&self) -> Type {
        match &self.shape {
            Shape::Plain(ty) => ty.clone(),
            Shape::Nested(nesting, attributes) => nesting.wrap(Type::Object(
                attributes
                    .iter()
                    .map(|(n, a)| (n.clone(), a.ty()))
                    .collect(),
            )),
        }
    }
}

/// What values an attribute takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Values of one type.
    Plain(Type),
    /// Objects whose attributes have descriptions and modes of their own.
    Nested(Nesting, Map<Attribute>),
}

/// How a nested block or attribute may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// At most once; absent is null.
    Single,
    /// Always there; absent is an object of nulls (blocks only).
    Group,
    /// Any number, ordered.
    List,
    /// Any number, unordered.
    Set,
    /// Any number, by key.
    Map,
}

impl Nesting {
    /// Returns the type of values with this nesting.
    pub fn wrap(self, object: Type) -> Type {
        match self {
            Self::Single | Self::Group => object,
            Self::List => Type::list(object),
            Self::Set => Type::set(object),
            Self::Map => Type::map(object),
        }
    }
}

/// A block inside a block.
#[derive(Clone, Debug, PartialEq)]
pub struct NestedBlock {
    /// How it repeats.
    pub nesting: Nesting,
    /// What one of it holds.
    pub block: Block,
    /// Whether a change of it needs a new object.
    pub requires_replace: bool,
    /// The most that may be written; 0 means any number.
    pub max_items: i64,
}

impl NestedBlock {
    /// Returns the type of its values.
    pub fn ty(&self) -> Type {
        self.nesting.wrap(self.block.ty())
    }

    fn fill(&self, value: &mut Value) {
        match (self.nesting, value) {
            (Nesting::Single, Value::Null) => {}
            (Nesting::Group, absent @ Value::Null) => *absent = self.block.empty(),
            (Nesting::List, absent @ Value::Null) => *absent = Value::List(Vec::new()),
            (Nesting::Set, absent @ Value::Null) => *absent = Value::Set(Vec::new()),
            (Nesting::Map, absent @ Value::Null) => *absent = Value::Map(Map::new()),
            (Nesting::Single | Nesting::Group, object) => self.block.fill(object),
            (_, value) => value.change_elements(|object| self.block.fill(object)),
        }
    }
}

/// What a known value must satisfy; unknown and null values satisfy every rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// One of these values.
    OneOf(Vec<Value>),
    /// A number not below the first nor above the second bound.
    Range(Option<i64>, Option<i64>),
    /// The maximum number of elements.
    MaxItems(usize),
    /// Not given together with the attribute of this name.
    ConflictsWith(String),
}
