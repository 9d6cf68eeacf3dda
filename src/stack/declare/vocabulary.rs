//! The vocabulary of stack definitions and CloudFormation templates. This module must not know any problem.

use std::borrow::Cow;

use super::property;
use crate::cty::{Path, Step};
use crate::flow_log::validate::Vocabulary;

/// CloudFormation's names of the arguments, and YAML.
#[derive(Clone, Copy, Debug)]
pub(in crate::stack) struct CloudFormation;

impl Vocabulary for CloudFormation {
    fn name<'a>(&self, argument: &'a str) -> Cow<'a, str> {
        Cow::Owned(name_of(argument))
    }

    fn assignment(&self, argument: &str, value: &str) -> String {
        format!("{}: \"{value}\"", name_of(argument))
    }

    fn block(&self, argument: &str, members: &[(&str, &str)]) -> String {
        let members = members.iter();
        let members = members.map(|(name, value)| format!("{}: {value}", name_of(name)));
        let members = members.collect::<Vec<_>>().join(", ");
        format!(" `{}: [{{{members}}}]`", name_of(argument))
    }

    fn field(&self, name: &str) -> String {
        format!("${{{name}}}")
    }
}

/// Returns CloudFormation's name of an argument.
fn name_of(argument: &str) -> String {
    let steps = argument.split('.');
    let path: Path = steps.map(|name| Step::Attribute(name.into())).collect();
    property::name_of(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_properties_in_yaml() {
        let words = CloudFormation;
        assert_eq!(words.name("iam_role_arn"), "DeliverLogsPermissionArn");
        assert_eq!(
            words.name("tag_field_specification.tag_keys"),
            "TagFieldSpecifications.TagKeys"
        );
        assert_eq!(
            words.assignment("log_group_name", "a"),
            "LogGroupName: \"a\""
        );
        assert_eq!(
            words.block(
                "tag_field_specification",
                &[("resource_type", "\"instance\""), ("tag_keys", "[\"a\"]")]
            ),
            " `TagFieldSpecifications: [{ResourceType: \"instance\", TagKeys: [\"a\"]}]`"
        );
        assert_eq!(words.field("version"), "${version}");
    }
}
