//! The languages in which flow logs are declared: how each of them names an argument and writes an example.
//!
//! A problem is one value, and a vocabulary renders it. This module must not know any problem.

use std::borrow::Cow;

/// A language in which flow logs are declared. Arguments are given by the names of the model, such as `iam_role_arn` or
/// `destination_options.file_format`.
pub(crate) trait Vocabulary {
    /// Returns the name of an argument.
    fn name<'a>(&self, argument: &'a str) -> Cow<'a, str>;

    /// Renders an argument that has a text as its value.
    fn assignment(&self, argument: &str, value: &str) -> String;

    /// Renders one block of a repeated argument as the end of a sentence. The values of its members are written as
    /// strings and lists of strings are written in JSON.
    fn block(&self, argument: &str, members: &[(&str, &str)]) -> String;

    /// Renders a field as a record format contains it.
    fn field(&self, name: &str) -> String;
}

/// The language of Terraform.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hcl;

impl Vocabulary for Hcl {
    fn name<'a>(&self, argument: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(argument)
    }

    fn assignment(&self, argument: &str, value: &str) -> String {
        format!("{argument} = \"{value}\"")
    }

    fn block(&self, argument: &str, members: &[(&str, &str)]) -> String {
        let longest = members.iter().map(|(name, _)| name.len()).max();
        let width = longest.unwrap_or_default();
        let members = members.iter();
        let members = members.map(|(name, value)| format!("    {name:width$} = {value}\n"));
        let members: String = members.collect();
        format!(":\n\n  {argument} {{\n{members}  }}")
    }

    fn field(&self, name: &str) -> String {
        // A template would begin without the second `$`.
        format!("$${{{name}}}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hcl_writes_arguments_blocks_and_escaped_fields() {
        assert_eq!(Hcl.name("log_format"), "log_format");
        assert_eq!(Hcl.assignment("region", "a"), "region = \"a\"");
        assert_eq!(Hcl.field("version"), "$${version}");
        assert_eq!(
            Hcl.block("x", &[("ab", "\"c\""), ("d", "[\"e\"]")]),
            ":\n\n  x {\n    ab = \"c\"\n    d  = [\"e\"]\n  }"
        );
    }
}
