//! The resource's model in CloudFormation's vocabulary: which properties there are, and what each takes.
//!
//! Types, allowed values and descriptions come from the model; the names alone are told here.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-flowlog.html>

use crate::cty::{Type, Value};
use crate::flow_log::drift;
use crate::framework::{Attribute, Block, LowerError, Rule, Schema, Shape as Lowered};
use crate::text::suggest::nearest;

/// CloudFormation's name of each property, and the model's.
const NAMES: [(&str, &str); 15] = [
    ("ResourceId", "resource_id"),
    ("ResourceType", "resource_type"),
    ("TrafficType", "traffic_type"),
    ("LogDestinationType", "log_destination_type"),
    ("LogDestination", "log_destination"),
    ("LogGroupName", "log_group_name"),
    ("DeliverLogsPermissionArn", "iam_role_arn"),
    ("DeliverCrossAccountRole", "deliver_cross_account_role"),
    ("LogFormat", "log_format"),
    ("MaxAggregationInterval", "max_aggregation_interval"),
    ("DestinationOptions", "destination_options"),
    ("TagFieldSpecifications", "tag_field_specification"),
    ("Tags", "tags"),
    // Not CloudFormation's: a template is deployed into a region, a stack definition names it.
    ("Region", "region"),
    ("FlowLogId", "id"),
];

/// One property.
#[derive(Clone, Debug)]
pub(super) struct Property {
    /// CloudFormation's name.
    pub(super) name: String,
    /// The model's name.
    pub(super) attribute: String,
    pub(super) description: String,
    pub(super) required: bool,
    pub(super) takes: Takes,
}

/// What a property takes.
#[derive(Clone, Debug)]
pub(super) enum Takes {
    /// Text, one of these if there are any.
    Text(Vec<String>),
    /// A whole number, one of these if there are any.
    Number(Vec<i64>),
    /// True or false.
    Flag,
    /// A mapping of these properties.
    Object(Vec<Property>),
    /// A list, of at most so many, whose order matters or not.
    List {
        each: Box<Self>,
        most: Option<usize>,
        ordered: bool,
    },
    /// Tags, as a list of `Key` and `Value`.
    Tags,
}

/// Gives the properties of a flow log, in CloudFormation's order.
///
/// # Errors
/// The model lacks an attribute, which a test excludes.
pub(super) fn properties(schema: &Schema) -> Result<Vec<Property>, LowerError> {
    let written = NAMES.iter().filter(|(_, attribute)| *attribute != "id");
    written
        .map(|(name, attribute)| property(name, attribute, &schema.block))
        .collect()
}

/// Gives CloudFormation's name of an attribute's path, as `DestinationOptions.FileFormat`.
pub(super) fn name_of(attribute: &str) -> String {
    let end = attribute.find(['.', '[']).unwrap_or(attribute.len());
    let (head, rest) = attribute.split_at(end);
    let named = NAMES.iter().find(|(_, known)| *known == head);
    let head = named.map_or_else(|| pascal(head), |(name, _)| (*name).to_owned());
    match rest.strip_prefix('.') {
        Some(rest) => format!("{head}.{}", pascal(rest)),
        None => format!("{head}{rest}"),
    }
}

/// Reads the name of an attribute that may differ, as Terraform or CloudFormation has it.
///
/// # Errors
/// There is none of this name; the one that was probably meant is told.
pub fn attribute(name: &str) -> Result<String, String> {
    let schema = drift::schema().map_err(|error| error.to_string())?;
    let names = drift::names(&schema);
    let others = names.iter().map(|name| name_of(name));
    let known: Vec<String> = names.iter().cloned().chain(others).collect();
    let of_a_tag = name.starts_with("tags[\"") || name.starts_with("Tags[\"");
    if of_a_tag || known.iter().any(|known| known == name) {
        return Ok(name.to_owned());
    }
    let near = nearest(name, known.iter().map(String::as_str));
    let hint = near
        .map(|near| format!("; write {near}"))
        .unwrap_or_default();
    Err(format!("no attribute of this name is compared{hint}"))
}

/// Puts CloudFormation's names into a message that speaks of the model and of Terraform's language, in one line.
pub(super) fn in_its_words(message: &str) -> String {
    let message = without_hcl(message);
    let mut text = String::with_capacity(message.len());
    let mut word = String::new();
    for letter in message.chars().chain(Some('\0')) {
        if letter.is_ascii_lowercase() || letter == '_' {
            word.push(letter);
            continue;
        }
        let known = NAMES.iter().find(|(_, attribute)| *attribute == word);
        match known.filter(|(_, attribute)| attribute.contains('_')) {
            Some((name, _)) => text.push_str(name),
            None => text.push_str(&word),
        }
        word.clear();
        if letter != '\0' {
            text.push(letter);
        }
    }
    NAMES.iter().fold(text, |text, (name, _)| {
        text.replace(&format!("{name} = "), &format!("{name}: "))
    })
}

/// Turns a block of HCL into YAML of one line, and leaves out how something is written in HCL.
fn without_hcl(message: &str) -> String {
    let message = match message.split_once(" (in HCL: ") {
        Some((before, after)) => {
            let after = after.split_once(')').map_or("", |(_, after)| after);
            format!("{before}{after}")
        }
        None => message.to_owned(),
    };
    let Some((before, block)) = message.split_once("\n\n") else {
        return message;
    };
    let mut lines = block.lines().map(str::trim);
    let name = lines.next().unwrap_or_default().trim_end_matches(" {");
    let members = lines.filter_map(|line| line.split_once('='));
    let members = members.map(|(name, value)| format!("{}: {}", pascal(name.trim()), value.trim()));
    let members = members.collect::<Vec<_>>().join(", ");
    format!("{before} `{}: [{{{members}}}]`", name_of(name))
}

fn property(name: &str, attribute: &str, block: &Block) -> Result<Property, LowerError> {
    let missing = || LowerError {
        path: attribute.to_owned(),
        reason: "not in the model".to_owned(),
    };
    if let Some(nested) = block.blocks.get(attribute) {
        let object = Takes::Object(members(&nested.block)?);
        let repeated = matches!(nested.ty(), Type::Set(_) | Type::List(_));
        let takes = if repeated {
            Takes::List {
                each: Box::new(object),
                most: None,
                ordered: matches!(nested.ty(), Type::List(_)),
            }
        } else {
            object
        };
        return Ok(Property {
            name: name.to_owned(),
            attribute: attribute.to_owned(),
            description: nested.block.description.clone(),
            required: false,
            takes,
        });
    }
    let found = block.attributes.get(attribute).ok_or_else(missing)?;
    let takes = if attribute == "tags" {
        Takes::Tags
    } else {
        takes(found).ok_or_else(missing)?
    };
    Ok(Property {
        name: name.to_owned(),
        attribute: attribute.to_owned(),
        description: found.description.clone(),
        required: found.mode == crate::framework::Mode::Required || attribute == "resource_id",
        takes,
    })
}

fn members(block: &Block) -> Result<Vec<Property>, LowerError> {
    let names = block.attributes.keys();
    names
        .map(|name| property(&pascal(name), name, block))
        .collect()
}

fn takes(attribute: &Attribute) -> Option<Takes> {
    let Lowered::Plain(ty) = &attribute.shape else {
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
        Type::String => Takes::Text(
            allowed
                .filter_map(|value| match value {
                    Value::String(text) => Some(text.clone()),
                    _ => None,
                })
                .collect(),
        ),
        Type::Number => Takes::Number(
            allowed
                .filter_map(|value| match value {
                    Value::Number(number) => number.as_i64(),
                    _ => None,
                })
                .collect(),
        ),
        Type::Bool => Takes::Flag,
        Type::Set(_) | Type::List(_) => Takes::List {
            each: Box::new(Takes::Text(Vec::new())),
            most,
            ordered: matches!(ty, Type::List(_)),
        },
        _ => return None,
    })
}

/// Turns `file_format` into `FileFormat`.
fn pascal(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let head = letters.next().map(|c| c.to_ascii_uppercase());
        head.into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(capital).collect()
}

/// Gives the property that other tools know under another name.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::Mode;

    /// What Terraform alone has a use for: other names of the resource, and how the provider goes about it.
    const OF_TERRAFORM: [&str; 8] = [
        "adopt_existing",
        "eni_id",
        "regional_nat_gateway_id",
        "subnet_id",
        "timeouts",
        "transit_gateway_attachment_id",
        "transit_gateway_id",
        "vpc_id",
    ];

    #[test]
    fn every_argument_of_the_model_has_a_property() {
        let schema = drift::schema().unwrap();
        let properties = properties(&schema).unwrap();
        let attributes = schema.block.attributes.iter();
        let written = attributes.filter(|(_, attribute)| attribute.mode != Mode::Computed);
        let names = written
            .map(|(name, _)| name)
            .chain(schema.block.blocks.keys());
        for name in names.filter(|name| !OF_TERRAFORM.contains(&&***name)) {
            let known = properties.iter().any(|p| *p.attribute == **name);
            assert!(known, "{name} has no name in stack definitions");
        }
    }

    #[test]
    fn attributes_are_known_in_both_vocabularies() {
        for name in [
            "log_format",
            "LogFormat",
            "destination_options.file_format",
            "DestinationOptions.FileFormat",
            "tag_field_specification",
            "tags",
            "Tags[\"Owner\"]",
        ] {
            assert_eq!(attribute(name), Ok(name.to_owned()));
        }
        let refused = |name: &str| attribute(name).unwrap_err();
        assert!(refused("max_aggregation_intervall").ends_with("write max_aggregation_interval"));
        assert!(refused("tag").ends_with("write tags"));
        assert!(attribute("tags_all").is_err());
        assert!(refused("TrafficTypes").ends_with("write TrafficType"));
        assert!(!refused("colour").contains("write"));
    }

    #[test]
    fn messages_speak_of_properties() {
        let said = in_its_words("`iam_role_arn` and log_format, not tags or ids of a subnet_ide");
        let meant = "`DeliverLogsPermissionArn` and LogFormat, not tags or ids of a subnet_ide";
        assert_eq!(said, meant);
        assert_eq!(
            name_of("destination_options.file_format"),
            "DestinationOptions.FileFormat"
        );
        assert_eq!(name_of("tags[\"a.b\"]"), "Tags[\"a.b\"]");
        let block = "Add\n\n  tag_field_specification {\n    resource_type = \"instance\"\n    tag_keys      = [\"a\"]\n  }";
        let line = "Add `TagFieldSpecifications: [{ResourceType: \"instance\", TagKeys: [\"a\"]}]`";
        assert_eq!(in_its_words(block), line);
        let written = in_its_words("write log_group_name = \"a\" (in HCL: `x`), or not");
        assert_eq!(written, "write LogGroupName: \"a\", or not");
    }
}
