//! Converts values, paths, diagnostics and schemas from and to the wire format.

use super::pb;
use super::pb::attribute_path::{Step, step::Selector};
use crate::cty::{self, Name, Path, Type, Value};
use crate::framework::{
    Attribute, Block, Diagnostic, Diagnostics, Mode, NestedBlock, Nesting, Schema, Severity, Shape,
};
use crate::text::sanitize;

/// Decodes a value. A missing or empty one is null: OpenTofu sends null arguments in this form.
pub(crate) fn value(wire: Option<&pb::DynamicValue>, ty: &Type) -> Result<Value, Diagnostic> {
    match wire {
        Some(wire) if !wire.msgpack.is_empty() => cty::msgpack::decode(&wire.msgpack, ty),
        Some(wire) if !wire.json.is_empty() => cty::json::decode(&wire.json, ty),
        _ => Ok(Value::Null),
    }
    .map_err(|error| {
        let detail = format!(
            "Terraform sent a value that could not be decoded: {}. This is a bug in the provider or in \
             Terraform; please report it with the output of TF_LOG=debug.",
            error.message
        );
        Diagnostic::error("value-not-decoded", "Value not decoded", detail).at(error.path)
    })
}

/// Encodes a value, always as msgpack.
pub(crate) fn dynamic_value(value: &Value, ty: &Type) -> Result<pb::DynamicValue, Diagnostic> {
    match cty::msgpack::encode(value, ty) {
        Ok(msgpack) => Ok(pb::DynamicValue {
            msgpack,
            json: Vec::new(),
        }),
        Err(error) => {
            let detail = format!(
                "The provider made a value that does not fit its own schema: {}. This is a bug in \
                 the provider; please report it.",
                error.message
            );
            Err(Diagnostic::error("value-not-encoded", "Value not encoded", detail).at(error.path))
        }
    }
}

/// Returns the JSON of a stored state.
pub(crate) fn json(stored: Option<&pb::RawState>) -> Result<&[u8], Diagnostic> {
    match stored {
        Some(stored) if !stored.json.is_empty() => Ok(&stored.json),
        _ => Err(Diagnostic::error(
            "state-not-upgraded",
            "State not upgraded",
            "The stored state is not JSON. Terraform versions before 0.12 wrote such states, but this provider never did. \
             Remove the resource from the state and import it.",
        )),
    }
}

pub(crate) fn diagnostics(diagnostics: Diagnostics) -> Vec<pb::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

pub(crate) fn diagnostic(diagnostic: Diagnostic) -> pb::Diagnostic {
    let Diagnostic {
        severity,
        rule: _,
        summary,
        detail,
        path,
    } = diagnostic;
    let severity = match severity {
        Severity::Error => pb::diagnostic::Severity::Error,
        Severity::Warning => pb::diagnostic::Severity::Warning,
    };
    let at_root = path.steps().is_empty();
    pb::Diagnostic {
        severity: severity.into(),
        summary: sanitize::line(&summary).into_owned(),
        detail: sanitize::lines(&detail).into_owned(),
        attribute: (!at_root).then(|| self::path(&path)),
    }
}

pub(crate) fn path(path: &Path) -> pb::AttributePath {
    // An element of a set has no name on the wire: the path ends at the set.
    let selector = |step: &cty::Step| match step {
        cty::Step::Attribute(name) => Some(Selector::AttributeName(name.to_string())),
        cty::Step::Key(key) => Some(Selector::ElementKeyString(key.to_string())),
        cty::Step::Index(index) => Some(Selector::ElementKeyInt(*index)),
        cty::Step::Element(_) => None,
    };
    let selectors = path.steps().iter().map_while(selector);
    let step = |selector| Step {
        selector: Some(selector),
    };
    pb::AttributePath {
        steps: selectors.map(step).collect(),
    }
}

pub(crate) fn schema(schema: &Schema) -> pb::Schema {
    pb::Schema {
        version: schema.version,
        block: Some(block(&schema.block)),
    }
}

pub(crate) fn identity_schema(schema: &Schema) -> pb::ResourceIdentitySchema {
    let attributes = schema.block.attributes.iter();
    let attribute = |(name, attribute): (&Name, &Attribute)| {
        let required = attribute.mode == Mode::Required;
        pb::resource_identity_schema::IdentityAttribute {
            name: name.to_string(),
            r#type: attribute.ty().to_json().into(),
            required_for_import: required,
            optional_for_import: !required,
            description: attribute.description.clone(),
        }
    };
    pb::ResourceIdentitySchema {
        version: schema.version,
        identity_attributes: attributes.map(attribute).collect(),
    }
}

fn block(block: &Block) -> pb::schema::Block {
    pb::schema::Block {
        attributes: block
            .attributes
            .iter()
            .map(|(n, a)| attribute(n, a))
            .collect(),
        block_types: block
            .blocks
            .iter()
            .map(|(n, b)| nested_block(n, b))
            .collect(),
        description: block.description.clone(),
        description_kind: pb::StringKind::Markdown.into(),
        ..pb::schema::Block::default()
    }
}

fn attribute(name: &str, attribute: &Attribute) -> pb::schema::Attribute {
    let (ty, nested_type) = match &attribute.shape {
        Shape::Plain(ty) => (ty.to_json().into(), None),
        Shape::Nested(nesting, attributes) => {
            let attributes = attributes
                .iter()
                .map(|(n, a)| self::attribute(n, a))
                .collect();
            let nesting = object_nesting(*nesting).into();
            let object = pb::schema::Object {
                attributes,
                nesting,
            };
            (Vec::new(), Some(object))
        }
    };
    pb::schema::Attribute {
        name: name.to_owned(),
        r#type: ty,
        nested_type,
        description: attribute.description.clone(),
        description_kind: pb::StringKind::Markdown.into(),
        required: attribute.mode == Mode::Required,
        optional: attribute.mode.is_optional(),
        computed: attribute.mode.is_computed(),
        sensitive: attribute.sensitive,
        ..pb::schema::Attribute::default()
    }
}

fn object_nesting(nesting: Nesting) -> pb::schema::object::NestingMode {
    use pb::schema::object::NestingMode;
    match nesting {
        Nesting::Single | Nesting::Group => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    }
}

fn nested_block(name: &str, nested: &NestedBlock) -> pb::schema::NestedBlock {
    use pb::schema::nested_block::NestingMode;
    let nesting = match nested.nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::Group => NestingMode::Group,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    pb::schema::NestedBlock {
        type_name: name.to_owned(),
        block: Some(block(&nested.block)),
        nesting: nesting.into(),
        min_items: 0,
        max_items: nested.max_items,
    }
}
