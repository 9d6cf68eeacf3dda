//! Which argument is unknown as yet, so that AWS cannot be asked.
//!
//! Each block is taken apart without `..`: an argument that is forgotten here does not compile.

use std::collections::{BTreeMap, BTreeSet};

use super::config::{AssumeRole, AssumeRoleWithWebIdentity, Config};
use super::endpoints::Endpoints;
use crate::framework::Attr;

impl Config {
    /// Gives the name of an argument that calls depend on and of which some part is unknown.
    pub(super) fn unknown_argument(&self) -> Option<&'static str> {
        let mut arguments = self.plain_arguments().into_iter().chain(self.blocks());
        let (name, _) = arguments.find(|(_, open)| *open)?;
        Some(name)
    }

    fn plain_arguments(&self) -> Vec<(&'static str, bool)> {
        macro_rules! plain {
            ($($name:ident)*) => {{
                let Self {
                    $($name,)*
                    assume_role: _,
                    assume_role_with_web_identity: _,
                    endpoints: _,
                    default_tags: _,
                    ignore_tags: _,
                } = self;
                vec![$((stringify!($name), $name.is_open()),)*]
            }};
        }
        plain! {
            region profile access_key secret_key token
            shared_config_files shared_credentials_files
            max_retries retry_mode token_bucket_rate_limiter_capacity
            use_fips_endpoint use_dualstack_endpoint s3_use_path_style
            insecure custom_ca_bundle http_proxy https_proxy no_proxy sts_region
            ec2_metadata_service_endpoint ec2_metadata_service_endpoint_mode skip_metadata_api_check
            skip_region_validation skip_credentials_validation skip_requesting_account_id
            allowed_account_ids forbidden_account_ids user_agent
        }
    }

    /// The tags are no way to AWS: what is planned may follow from them while they are unknown.
    fn blocks(&self) -> [(&'static str, bool); 3] {
        [
            ("endpoints", self.endpoints.is_open()),
            ("assume_role", self.assume_role.is_open()),
            (
                "assume_role_with_web_identity",
                self.assume_role_with_web_identity.is_open(),
            ),
        ]
    }
}

/// What may be unknown in part.
trait Open {
    /// Tells whether some part of it is unknown.
    fn is_open(&self) -> bool;
}

impl<T: Open> Open for Attr<T> {
    fn is_open(&self) -> bool {
        self.is_unknown() || self.known().is_some_and(T::is_open)
    }
}

impl<T: Open> Open for Vec<T> {
    fn is_open(&self) -> bool {
        self.iter().any(T::is_open)
    }
}

impl<T: Open> Open for BTreeSet<T> {
    fn is_open(&self) -> bool {
        self.iter().any(T::is_open)
    }
}

impl<T: Open> Open for BTreeMap<String, T> {
    fn is_open(&self) -> bool {
        self.values().any(T::is_open)
    }
}

macro_rules! closed {
    ($($plain:ty),*) => {
        $(impl Open for $plain {
            fn is_open(&self) -> bool {
                false
            }
        })*
    };
}

macro_rules! open_by_fields {
    ($block:ident { $($field:ident)* }) => {
        impl Open for $block {
            fn is_open(&self) -> bool {
                let Self { $($field,)* } = self;
                [$($field.is_open(),)*].contains(&true)
            }
        }
    };
}

impl Open for Endpoints {
    fn is_open(&self) -> bool {
        self.is_unknown()
    }
}

closed!(String, bool, i64);
open_by_fields!(AssumeRole {
    role_arn session_name external_id duration policy policy_arns source_identity tags
    transitive_tag_keys
});
open_by_fields!(AssumeRoleWithWebIdentity {
    role_arn session_name web_identity_token web_identity_token_file duration policy policy_arns
});

#[cfg(test)]
mod tests {
    use crate::cty::Value;
    use crate::framework::{Model, lower};

    use super::*;

    /// Makes every argument unknown in turn, as the schema lists them.
    #[test]
    fn every_argument_is_found_when_it_is_unknown() {
        let schema = lower::<Config>(0).unwrap();
        let found = |name: &str, value: Value| {
            let given = Value::map([(name, value)]);
            let config = schema.block.complete(given);
            Config::decode(&config).unwrap().unknown_argument()
        };
        for name in schema.block.attributes.keys() {
            assert_eq!(found(name, Value::unknown()), Some(&**name));
        }
        for name in ["assume_role", "assume_role_with_web_identity"] {
            let block = &schema.block.blocks.get(name).unwrap().block;
            for attribute in block.attributes.keys() {
                let part = Value::map([(attribute.clone(), Value::unknown())]);
                let part = block.complete(part);
                let value = match name {
                    "assume_role" => Value::List(vec![part]),
                    _ => part,
                };
                assert_eq!(found(name, value), Some(name), "{attribute}");
            }
        }
        assert_eq!(found("endpoints", Value::unknown()), Some("endpoints"));
        for name in ["default_tags", "ignore_tags"] {
            assert_eq!(found(name, Value::unknown()), None, "{name}");
        }
    }

    #[test]
    fn elements_that_are_unknown_are_not_left_out() {
        let config = Config {
            user_agent: Attr::Known(vec![Attr::Known("a/1".to_owned()), Attr::Unknown]),
            ..Config::default()
        };
        assert_eq!(config.unknown_argument(), Some("user_agent"));
        assert_eq!(Config::default().unknown_argument(), None);
    }
}
