//! The resource's model in CloudFormation's vocabulary: the properties, and the values that each accepts.
//!
//! Types and allowed values come from the model, and so do descriptions, except where the model's words are Terraform's.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-flowlog.html>

use crate::cty::{Path, Step, Type, Value, quoted};
use crate::flow_log::drift;
use crate::framework::{Attribute, Block, LowerError, Mode, Rule, Schema, Shape};
use crate::text::suggest::nearest;

/// One property.
#[derive(Clone, Debug)]
pub(super) struct Property {
    /// CloudFormation's name.
    pub(super) name: String,
    /// The model's name.
    pub(super) attribute: String,
    pub(super) description: String,
    pub(super) required: bool,
    pub(super) accepts: Accepts,
}

/// The values that a property accepts.
#[derive(Clone, Debug)]
pub(super) enum Accepts {
    /// Text. If the list is not empty, one of these.
    Text(Vec<String>),
    /// A whole number. If the list is not empty, one of these.
    Number(Vec<i64>),
    /// True or false.
    Flag,
    /// A mapping of these properties.
    Object(Vec<Property>),
    /// A list.
    List {
        /// The elements.
        each: Box<Self>,
        /// The largest number of elements.
        most: Option<usize>,
        /// Whether the order matters.
        ordered: bool,
    },
    /// Tags, as a list of `Key` and `Value`.
    Tags,
}

/// The reason why a name cannot be the name of a compared attribute.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttributeError {
    /// No attribute of this name is compared.
    #[error("no attribute of this name is compared{}", suggestion(.nearest.as_deref()))]
    Unknown {
        /// The name that was probably meant.
        nearest: Option<String>,
    },
    /// The model has no schema, which a test excludes.
    #[error(transparent)]
    Schema(#[from] LowerError),
}

/// The path of an attribute in the model.
pub type AttributePath = Path;

/// CloudFormation's name of a property, the model's, and a description where the model's words are Terraform's.
struct Name {
    property: &'static str,
    attribute: &'static str,
    description: Option<&'static str>,
}

const fn same(property: &'static str, attribute: &'static str) -> Name {
    Name {
        property,
        attribute,
        description: None,
    }
}

const fn described(
    property: &'static str,
    attribute: &'static str,
    description: &'static str,
) -> Name {
    Name {
        property,
        attribute,
        description: Some(description),
    }
}

/// All properties, in CloudFormation's order.
const NAMES: [Name; 15] = [
    described(
        "ResourceId",
        "resource_id",
        "The ID of the resource to record: a VPC, a subnet, a network interface, a transit gateway, a transit gateway \
         attachment, a regional NAT gateway, or a Cloud WAN edge.",
    ),
    same("ResourceType", "resource_type"),
    same("TrafficType", "traffic_type"),
    same("LogDestinationType", "log_destination_type"),
    described(
        "LogDestination",
        "log_destination",
        "The ARN of the log group, bucket (optionally with a folder) or delivery stream that receives the records. Set it, or \
         `LogGroupName`. A `:*` at the end of the ARN of a log group is ignored.",
    ),
    described(
        "LogGroupName",
        "log_group_name",
        "The name of the CloudWatch Logs group that receives the records, instead of `LogDestination`.",
    ),
    same("DeliverLogsPermissionArn", "iam_role_arn"),
    same("DeliverCrossAccountRole", "deliver_cross_account_role"),
    described(
        "LogFormat",
        "log_format",
        "The fields of a record, in order, as `${field}` separated by spaces. The default is AWS's default format of the \
         resource type. Line breaks and repeated spaces make no difference.",
    ),
    same("MaxAggregationInterval", "max_aggregation_interval"),
    same("DestinationOptions", "destination_options"),
    described(
        "TagFieldSpecifications",
        "tag_field_specification",
        "Tags of instances, network interfaces or Auto Scaling groups that become record fields, such as \
         `${instance-tag}`. One element for each resource type.",
    ),
    described(
        "Tags",
        "tags",
        "Tags of the flow log. No two tags may have the same key: `stack validate` checks this, and the JSON Schema refuses only \
         equal tags.",
    ),
    // Not a property of CloudFormation: a template is deployed into a region, a stack definition names it.
    described(
        "Region",
        "region",
        "The region of the flow log. The default is the region of the stack. A log group or a delivery stream must be in the same \
         region.",
    ),
    same("FlowLogId", "id"),
];

/// Returns the properties of a flow log, in CloudFormation's order.
///
/// # Errors
/// The model lacks an attribute, which a test excludes.
pub(super) fn properties(schema: &Schema) -> Result<Vec<Property>, LowerError> {
    let written = NAMES.iter().filter(|name| name.attribute != "id");
    written
        .map(|name| {
            let property = property(name.property, name.attribute, &schema.block)?;
            let description = name.description.map(str::to_owned);
            Ok(Property {
                description: description.unwrap_or(property.description),
                ..property
            })
        })
        .collect()
}

/// Returns CloudFormation's name of an attribute, such as `DestinationOptions.FileFormat` or `Tags["Name"]`.
pub(in crate::stack) fn name_of(path: &Path) -> String {
    let mut text = String::new();
    for (position, step) in path.steps().iter().enumerate() {
        match step {
            Step::Attribute(name) if position == 0 => text.push_str(&property_name(name)),
            Step::Attribute(name) => text.push_str(&format!(".{}", pascal(name))),
            Step::Key(key) | Step::Element(key) => text.push_str(&format!("[{}]", quoted(key))),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// Parses the name of a compared attribute in Terraform's or CloudFormation's vocabulary.
///
/// # Errors
/// No attribute of this name is compared.
pub fn attribute(name: &str) -> Result<AttributePath, AttributeError> {
    if let Some(path) = tag(name) {
        return Ok(path);
    }
    let compared = drift::compared_paths(&drift::schema()?);
    let named: Vec<(String, Path)> = compared
        .into_iter()
        .flat_map(|path| {
            let property = name_of(&path);
            let of_cloud_control = snake(&property);
            let terraform = path.to_string();
            [terraform, property, of_cloud_control].map(|name| (name, path.clone()))
        })
        .collect();
    if let Some((_, path)) = named.iter().find(|(known, _)| known == name) {
        return Ok(path.clone());
    }
    let nearest = nearest(name, named.iter().map(|(known, _)| known.as_str()));
    Err(AttributeError::Unknown {
        nearest: nearest.map(str::to_owned),
    })
}

/// Finds the property that other tools know under another name.
pub(super) fn of_other_tools(name: &str) -> Option<&'static str> {
    const OTHERS: [(&str, &str); 14] = [
        ("vpcid", "ResourceId"),
        ("subnetid", "ResourceId"),
        ("eniid", "ResourceId"),
        ("networkinterfaceid", "ResourceId"),
        ("transitgatewayid", "ResourceId"),
        ("resourceids", "ResourceId"),
        ("iamrolearn", "DeliverLogsPermissionArn"),
        ("rolearn", "DeliverLogsPermissionArn"),
        ("deliverlogspermissionrolearn", "DeliverLogsPermissionArn"),
        ("tagfieldspecification", "TagFieldSpecifications"),
        ("destinationarn", "LogDestination"),
        ("bucketarn", "LogDestination"),
        ("aggregationinterval", "MaxAggregationInterval"),
        ("delivercrossaccountrolearn", "DeliverCrossAccountRole"),
    ];
    let folded = name.to_lowercase().replace(['_', '-'], "");
    OTHERS
        .iter()
        .find(|(other, _)| *other == folded)
        .map(|(_, name)| *name)
}

/// Parses `tags["KEY"]` or `Tags["KEY"]`.
fn tag(name: &str) -> Option<Path> {
    let rest = name.strip_prefix("tags").or(name.strip_prefix("Tags"))?;
    let quoted = rest.strip_prefix('[')?.strip_suffix(']')?;
    let key: String = serde_json::from_str(quoted).ok()?;
    Some(Path::from("tags").key(key))
}

/// Converts the name of a property to the one in Terraform's provider of Cloud Control: `deliver_logs_permission_arn`.
fn snake(property: &str) -> String {
    let mut name = String::new();
    for c in property.chars() {
        if c.is_ascii_uppercase() && !(name.is_empty() || name.ends_with('.')) {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; write {name}"))
}

fn property_name(attribute: &str) -> String {
    let named = NAMES.iter().find(|name| name.attribute == attribute);
    named.map_or_else(|| pascal(attribute), |name| name.property.to_owned())
}

fn property(name: &str, attribute: &str, block: &Block) -> Result<Property, LowerError> {
    let missing = || LowerError {
        path: attribute.to_owned(),
        reason: "not in the model".to_owned(),
    };
    if let Some(nested) = block.blocks.get(attribute) {
        let object = Accepts::Object(members(&nested.block)?);
        let ordered = matches!(nested.ty(), Type::List(_));
        let repeated = ordered || matches!(nested.ty(), Type::Set(_));
        let list = |each| Accepts::List {
            each: Box::new(each),
            most: None,
            ordered,
        };
        return Ok(Property {
            name: name.to_owned(),
            attribute: attribute.to_owned(),
            description: nested.block.description.clone(),
            required: false,
            accepts: if repeated { list(object) } else { object },
        });
    }
    let found = block.attributes.get(attribute).ok_or_else(missing)?;
    let accepts = if attribute == "tags" {
        Accepts::Tags
    } else {
        accepts(found).ok_or_else(missing)?
    };
    Ok(Property {
        name: name.to_owned(),
        attribute: attribute.to_owned(),
        description: found.description.clone(),
        required: found.mode == Mode::Required || attribute == "resource_id",
        accepts,
    })
}

fn members(block: &Block) -> Result<Vec<Property>, LowerError> {
    let names = block.attributes.keys();
    names
        .map(|name| property(&pascal(name), name, block))
        .collect()
}

fn accepts(attribute: &Attribute) -> Option<Accepts> {
    let Shape::Plain(ty) = &attribute.shape else {
        return None;
    };
    let allowed = attribute.rules.iter().find_map(|rule| match rule {
        Rule::OneOf(values) => Some(values.as_slice()),
        _ => None,
    });
    let most = attribute.rules.iter().find_map(|rule| match rule {
        Rule::MaxItems(most) => Some(*most),
        _ => None,
    });
    let allowed = allowed.unwrap_or_default().iter();
    Some(match ty {
        Type::String => Accepts::Text(
            allowed
                .filter_map(|value| match value {
                    Value::String(text) => Some(text.clone()),
                    _ => None,
                })
                .collect(),
        ),
        Type::Number => Accepts::Number(
            allowed
                .filter_map(|value| match value {
                    Value::Number(number) => number.as_i64(),
                    _ => None,
                })
                .collect(),
        ),
        Type::Bool => Accepts::Flag,
        Type::Set(_) | Type::List(_) => Accepts::List {
            each: Box::new(Accepts::Text(Vec::new())),
            most,
            ordered: matches!(ty, Type::List(_)),
        },
        _ => return None,
    })
}

/// Converts `file_format` to `FileFormat`.
fn pascal(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let head = letters.next().map(|c| c.to_ascii_uppercase());
        head.into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(capital).collect()
}

#[cfg(test)]
mod tests;
