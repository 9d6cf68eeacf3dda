//! The tag settings of the provider block, with the environment variables that the AWS provider reads.

use std::collections::BTreeSet;
use std::ffi::OsString;

use super::Config;
use crate::connection::{IgnoreTags, Tags};
use crate::flow_log;
use crate::framework::{Attr, Diagnostic, Diagnostics};

/// A default tag: `TF_AWS_DEFAULT_TAGS_<key>=<value>`.
const DEFAULT_TAG: &str = "TF_AWS_DEFAULT_TAGS_";
/// Comma-separated keys to ignore.
const IGNORED_KEYS: &str = "TF_AWS_IGNORE_TAGS_KEYS";
/// Comma-separated key prefixes to ignore.
const IGNORED_PREFIXES: &str = "TF_AWS_IGNORE_TAGS_KEY_PREFIXES";

/// Returns the tags of every resource. They are unknown if any part of them is.
pub(crate) fn defaults(
    config: &Config,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Attr<Tags>, Diagnostics> {
    let from_environment = from_environment(variables)?;
    Ok(with_written(config, from_environment))
}

fn from_environment(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Tags, Diagnostics> {
    let mut tags = Tags::new();
    // Other variables may contain anything, even if it is not UTF-8.
    let head = DEFAULT_TAG.as_bytes();
    for (name, value) in variables.filter(|(name, _)| name.as_encoded_bytes().starts_with(head)) {
        let (name, value) = match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => (name, value),
            (Err(name), _) => return Err(no_text(&name.to_string_lossy()).into()),
            (Ok(name), Err(_)) => return Err(no_text(&name).into()),
        };
        let key = &name[DEFAULT_TAG.len()..];
        if let Some(problem) = flow_log::tag_problem(key, Some(&value)) {
            let detail = format!("The environment variable {name} sets it. {problem}");
            return Err(
                Diagnostic::error("invalid-default-tag", "Invalid default tag", detail).into(),
            );
        }
        tags.insert(key.to_owned(), value);
    }
    Ok(tags)
}

fn no_text(name: &str) -> Diagnostic {
    let detail = format!("The environment variable {name} is not valid UTF-8. Change or unset it.");
    Diagnostic::error(
        "invalid-environment-variable",
        "Invalid environment variable",
        detail,
    )
}

fn with_written(config: &Config, mut tags: Tags) -> Attr<Tags> {
    let written = match &config.default_tags {
        Attr::Unknown => return Attr::Unknown,
        Attr::Null => return Attr::Known(tags),
        Attr::Known(block) => &block.tags,
    };
    if written.is_unknown() {
        return Attr::Unknown;
    }
    for (key, value) in written.known().into_iter().flatten() {
        match value {
            Attr::Known(value) => {
                let _ = tags.insert(key.clone(), value.clone());
            }
            Attr::Null => {}
            Attr::Unknown => return Attr::Unknown,
        }
    }
    Attr::Known(tags)
}

/// Returns the tags to ignore. They are unknown if any part of them is.
pub(crate) fn ignored(
    config: &Config,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Attr<IgnoreTags>, Diagnostics> {
    let listed = |name| listed(name, variable(name));
    let from_environment = IgnoreTags {
        keys: listed(IGNORED_KEYS)?,
        key_prefixes: listed(IGNORED_PREFIXES)?,
    };
    Ok(with_written_ignored(config, from_environment))
}

fn with_written_ignored(config: &Config, mut ignored: IgnoreTags) -> Attr<IgnoreTags> {
    let block = match &config.ignore_tags {
        Attr::Unknown => return Attr::Unknown,
        Attr::Null => return Attr::Known(ignored),
        Attr::Known(block) => block,
    };
    let parts = [
        (&block.keys, &mut ignored.keys),
        (&block.key_prefixes, &mut ignored.key_prefixes),
    ];
    for (written, ignored) in parts {
        if written.is_unknown() {
            return Attr::Unknown;
        }
        for key in written.known().into_iter().flatten() {
            match key {
                Attr::Known(key) => {
                    let _ = ignored.insert(key.clone());
                }
                Attr::Null => {}
                Attr::Unknown => return Attr::Unknown,
            }
        }
    }
    Attr::Known(ignored)
}

fn listed(name: &str, value: Option<OsString>) -> Result<BTreeSet<String>, Diagnostics> {
    let text = value.unwrap_or_default().into_string();
    let text = text.map_err(|_| no_text(name))?;
    let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
    Ok(keys.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::config::{DefaultTags, IgnoreTags as Block};
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> std::vec::IntoIter<(OsString, OsString)> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (name.into(), value.into()));
        pairs.collect::<Vec<_>>().into_iter()
    }

    fn refusal(variables: impl Iterator<Item = (OsString, OsString)>) -> String {
        let refused = defaults(&Config::default(), variables).unwrap_err();
        let refused = refused.iter().next().unwrap();
        format!("{}: {}", refused.summary, refused.detail)
    }

    #[test]
    fn written_tags_lie_over_those_of_the_environment() {
        let tags = BTreeMap::from([
            ("team".to_owned(), Attr::Known("net".to_owned())),
            ("none".to_owned(), Attr::Null),
        ]);
        let tags = Attr::Known(tags);
        let config = Config {
            default_tags: Attr::Known(DefaultTags { tags }),
            ..Config::default()
        };
        let environment = [
            ("TF_AWS_DEFAULT_TAGS_team", "ops"),
            ("TF_AWS_DEFAULT_TAGS_stage", "test"),
            ("OTHER", "x"),
        ];
        let all = defaults(&config, variables(&environment)).unwrap();
        let expected = [("stage", "test"), ("team", "net")];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(all, Attr::Known(Tags::from(expected)));
    }

    #[test]
    fn tags_of_the_environment_are_validated() {
        let text = refusal(variables(&[("TF_AWS_DEFAULT_TAGS_aws:x", "y")]));
        assert!(text.contains("TF_AWS_DEFAULT_TAGS_aws:x"), "{text}");
        assert!(text.contains("AWS reserves"), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_harm_only_where_they_are_read() {
        use std::os::unix::ffi::OsStringExt;
        let odd = || OsString::from_vec(b"CANARY\xff".to_vec());
        let none = Attr::Known(Tags::new());
        let elsewhere = [("OTHER".into(), odd()), (odd(), "x".into())];
        let tags = defaults(&Config::default(), elsewhere.into_iter());
        assert_eq!(tags, Ok(none));
        let text = refusal([("TF_AWS_DEFAULT_TAGS_a".into(), odd())].into_iter());
        assert!(
            text.contains("TF_AWS_DEFAULT_TAGS_a is not valid"),
            "{text}"
        );
        assert!(!text.contains("CANARY"), "{text}");
        let ignored = ignored(&Config::default(), |_| Some(odd())).unwrap_err();
        assert!(ignored.iter().next().unwrap().detail.contains(IGNORED_KEYS));
    }

    #[test]
    fn keys_to_ignore_are_those_of_the_block_and_of_the_environment() {
        let set = |text: &str| Attr::Known(BTreeSet::from([Attr::Known(text.to_owned())]));
        let config = Config {
            ignore_tags: Attr::Known(Block {
                keys: set("a"),
                key_prefixes: set("p:"),
            }),
            ..Config::default()
        };
        let variable = |name: &str| (name == IGNORED_KEYS).then(|| "b, c,".into());
        let ignored = ignored(&config, variable).unwrap();
        let expected = IgnoreTags {
            keys: ["a", "b", "c"].map(str::to_owned).into(),
            key_prefixes: ["p:".to_owned()].into(),
        };
        assert_eq!(ignored, Attr::Known(expected));
    }
}
