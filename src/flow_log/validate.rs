//! What the service would refuse, said at validate, which core asks for again before each plan, when more is known.
//!
//! | file | judges |
//! |---|---|
//! | `target` | what is watched, and what depends on its type |
//! | `destination` | where records go |
//! | `role` | by which roles |
//! | `place` | regions and partitions |
//! | `format` | the record format and its tag fields |
//!
//! Nothing valid is refused: only known values are judged, and a record field that is newer than our
//! table is a warning. A known mistake is an error that says what to write instead.

pub(super) mod destination;
pub(super) mod format;
mod place;
pub(super) mod role;
mod target;

use super::model::FlowLog;
use crate::connection::{Connection, Tags};
use crate::framework::{Attr, Diagnostics};
use crate::text::duration;

/// Tags that one resource may have, AWS's own not counted.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>
pub(crate) const MOST_TAGS: usize = 50;
const LONGEST_TAG_KEY: usize = 128;
pub(crate) const LONGEST_TAG_VALUE: usize = 256;

/// Judges the arguments that the user wrote.
pub(crate) fn arguments(config: &FlowLog) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let watched = super::target::watched(config);
    target::judge(config, &watched, &mut diagnostics);
    destination::judge(config, &mut diagnostics);
    place::judge(config, config.region.given(), &mut diagnostics);
    format::judge(config, &watched, &mut diagnostics);
    region(config, &mut diagnostics);
    written_tags(config, &mut diagnostics);
    timeouts(config, &mut diagnostics);
    diagnostics
}

/// Judges what only a configured provider can: what is named, for the region that the flow log is planned in.
pub(crate) fn in_region(config: &FlowLog, planned: &FlowLog) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    // One that is written has been judged with the other arguments.
    if config.region.given().is_none() {
        place::judge(config, planned.region.given(), &mut diagnostics);
    }
    diagnostics
}

/// Judges what only a configured provider can: whether records leave the account.
pub(crate) fn across_accounts(connection: &Connection, config: &FlowLog) -> Diagnostics {
    let account = connection.account.as_ref();
    account.map_or_else(Diagnostics::new, |account| out_of(&account.id, config))
}

/// Judges whether records leave an account, and if so, whether they may.
pub(crate) fn out_of(account: &str, config: &FlowLog) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    role::across_accounts(account, config, &mut diagnostics);
    diagnostics
}

/// Judges all tags of a flow log, the provider's defaults included.
pub(crate) fn tags_all(tags: &Attr<Tags>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if let Some(tags) = tags.known().filter(|tags| tags.len() > MOST_TAGS) {
        let detail = format!(
            "The flow log would have {} tags, those from `default_tags` included; AWS allows \
             {MOST_TAGS}. Remove some.",
            tags.len()
        );
        diagnostics.error("tags", "too-many-tags", "Too many tags", detail);
    }
    diagnostics
}

/// The name of an availability zone is often taken for that of its region.
fn region(config: &FlowLog, diagnostics: &mut Diagnostics) {
    let Some(region) = config.region.given() else {
        return;
    };
    let of_zone = region
        .strip_suffix(|last: char| last.is_ascii_lowercase())
        .filter(|rest| rest.ends_with(|last: char| last.is_ascii_digit()));
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let problem = match of_zone {
        Some(zone) => format!("that is an availability zone; write \"{zone}\""),
        None if !region.chars().all(lower) => {
            "a region is written in small letters, such as \"eu-central-1\"".to_owned()
        }
        None => return,
    };
    let detail = format!("`region` is \"{region}\"; {problem}.");
    diagnostics.error("region", "malformed-region", "Malformed region", detail);
}

/// Says why AWS would not take a tag.
pub(crate) fn tag_problem(key: &str, value: Option<&str>) -> Option<String> {
    let length = key.chars().count();
    let problem = if key.starts_with("aws:") {
        "keys that begin with `aws:` are reserved by AWS".to_owned()
    } else if length == 0 {
        "a key cannot be empty".to_owned()
    } else if length > LONGEST_TAG_KEY {
        format!("a key has at most {LONGEST_TAG_KEY} characters, this one has {length}")
    } else if value.is_some_and(|v| v.chars().count() > LONGEST_TAG_VALUE) {
        format!("a value has at most {LONGEST_TAG_VALUE} characters")
    } else {
        return None;
    };
    Some(format!("The tag \"{key}\" is not possible: {problem}."))
}

fn written_tags(config: &FlowLog, diagnostics: &mut Diagnostics) {
    for (key, value) in config.tags.known().into_iter().flatten() {
        if let Some(problem) = tag_problem(key, value.known().map(String::as_str)) {
            let path = crate::cty::Path::root().attribute("tags").key(key.as_str());
            diagnostics.error(path, "invalid-tag", "Invalid tag", problem);
        }
    }
    let count = config
        .tags
        .known()
        .map_or(0, |tags| tags.values().filter(|v| !v.is_null()).count());
    if count > MOST_TAGS {
        let detail = format!("{count} tags are given; AWS allows {MOST_TAGS}. Remove some.");
        diagnostics.error("tags", "too-many-tags", "Too many tags", detail);
    }
}

fn timeouts(config: &FlowLog, diagnostics: &mut Diagnostics) {
    let Some(timeouts) = config.timeouts.known() else {
        return;
    };
    for (name, value) in [("create", &timeouts.create), ("delete", &timeouts.delete)] {
        if let Some(text) = value.given()
            && let Err(problem) = duration::parse(text)
        {
            let path = crate::cty::Path::root()
                .attribute("timeouts")
                .attribute(name);
            let detail = format!("The timeout \"{text}\" is not possible: {problem}.");
            diagnostics.error(path, "malformed-duration", "Malformed duration", detail);
        }
    }
}
