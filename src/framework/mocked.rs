//! Strings that Terraform's mocks generate.
//!
//! A `mock_provider` fills computed strings with eight lowercase letters and digits, and the real provider validates
//! configurations that contain them. They are validated during a plan, which a mocked provider never runs.

use std::borrow::Cow;

use super::schema::{Attribute, Block, Rule};
use super::spelling::replaced;
use crate::cty::Value;

const LENGTH: usize = 8;

/// Returns a configuration in which each string that a mock may have generated is unknown; borrowed if there is none.
pub(super) fn unknown<'c>(block: &Block, config: &'c Value) -> Cow<'c, Value> {
    let may_be_made_up = |attribute: &Attribute, value: &Value| {
        let mut rules = attribute.rules.iter();
        let is_open = !rules.any(|rule| matches!(rule, Rule::OneOf(_)));
        is_open && matches!(value, Value::String(text) if is_made_up(text))
    };
    replaced(
        block,
        Cow::Borrowed(config),
        &may_be_made_up,
        &Value::unknown(),
    )
}

fn is_made_up(text: &str) -> bool {
    let made_up = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.len() == LENGTH && text.bytes().all(made_up)
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::framework::{Attr, Model, behaviour, lower};

    /// A thing.
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Thing {
        /// Open.
        name: Attr<String>,
        /// Closed.
        #[serde(default)]
        #[schemars(transform = behaviour::one_of(&["instance"]))]
        kind: Attr<String>,
    }

    impl Model for Thing {}

    #[test]
    fn only_what_looks_made_up_is_left_for_later() {
        let schema = lower::<Thing>(0).unwrap();
        let name = |name: &str| {
            let config = Value::map([("name", name.into()), ("kind", "instance".into())]);
            let shown = unknown(&schema.block, &config);
            assert_eq!(shown.get("kind"), Some(&"instance".into()));
            shown.get("name").cloned().unwrap()
        };
        assert!(name("a1b2c3d4").is_unknown());
        for text in ["", "a1b2c3d", "a1b2c3d45", "vpc-1234", "A1b2c3d4"] {
            assert_eq!(name(text), text.into());
        }
    }
}
