//! Finds unknown values in the provider block that prevent calls to AWS.

use super::endpoints;
use crate::cty::{Path, Step};

/// Returns the first unknown part of the provider block that calls to AWS depend on.
///
/// Calls do not depend on tags, or on the URL of a service that the provider never calls.
pub(super) fn blocking(unknown: &[Path]) -> Option<&Path> {
    unknown.iter().find(|path| match path.steps() {
        [Step::Attribute(block), ..] if matches!(&**block, "default_tags" | "ignore_tags") => false,
        [
            Step::Attribute(block),
            Step::Attribute(service) | Step::Key(service),
            ..,
        ] if **block == *"endpoints" => endpoints::is_called(service),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use crate::cty::Value;
    use crate::framework::lower;
    use crate::provider::Config;

    use super::*;

    /// Makes each argument of the schema unknown in turn.
    #[test]
    fn every_unknown_argument_that_calls_depend_on_is_found() {
        let schema = lower::<Config>(0).unwrap();
        let found = |name: &str, value: Value| {
            let config = schema.block.complete(Value::map([(name, value)]));
            blocking(&config.unknown_paths()).map(Path::to_string)
        };
        for name in schema.block.attributes.keys() {
            assert_eq!(found(name, Value::unknown()).as_deref(), Some(&**name));
        }
        for name in ["assume_role", "assume_role_with_web_identity"] {
            let block = &schema.block.blocks.get(name).unwrap().block;
            for attribute in block.attributes.keys() {
                let part = Value::map([(attribute.clone(), Value::unknown())]);
                let part = block.complete(part);
                let (value, path) = match name {
                    "assume_role" => (Value::List(vec![part]), format!("{name}[0].{attribute}")),
                    _ => (part, format!("{name}.{attribute}")),
                };
                assert_eq!(found(name, value), Some(path));
            }
        }
        for (name, service, path) in [
            ("endpoints", "sts", Some("endpoints.sts")),
            (
                "endpoints",
                "cloudwatchlogs",
                Some("endpoints.cloudwatchlogs"),
            ),
            ("endpoints", "lambda", None),
            ("default_tags", "tags", None),
            ("ignore_tags", "keys", None),
        ] {
            let value = Value::map([(service, Value::unknown())]);
            assert_eq!(found(name, value).as_deref(), path);
        }
        let agents = Value::List(vec!["a/1".into(), Value::unknown()]);
        assert_eq!(
            found("user_agent", agents).as_deref(),
            Some("user_agent[1]")
        );
        assert_eq!(
            found("endpoints", Value::unknown()).as_deref(),
            Some("endpoints")
        );
        assert_eq!(found("region", Value::Null), None);
    }
}
