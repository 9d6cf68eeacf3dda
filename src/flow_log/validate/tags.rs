//! Checks the tags of a flow log.

use super::super::tags::Written;
use super::limits::{LONGEST_TAG_KEY, LONGEST_TAG_VALUE, MOST_TAGS};
use super::problem::{Problem, TagProblem, TagsProblem};
use crate::connection::Tags;
use crate::cty::Path;
use crate::framework::Attr;

const PATH: &str = "tags";

/// Checks the tags that the user wrote.
pub(super) fn check(tags: &Written, problems: &mut Vec<Problem>) {
    let Some(tags) = tags.known() else { return };
    for (key, value) in tags {
        if let Some(why) = refused(key, value.known().map(String::as_str)) {
            let path = Path::from(PATH).key(key.as_str());
            let key = key.clone();
            problems.push(Problem::at(path, TagsProblem::Invalid { key, why }));
        }
    }
    let count = tags.values().filter(|value| !value.is_null()).count();
    too_many(count, false, problems);
}

/// Checks all tags of a flow log, including those that the provider adds.
pub(super) fn check_all(tags: &Attr<Tags>, problems: &mut Vec<Problem>) {
    too_many(tags.known().map_or(0, Tags::len), true, problems);
}

/// Returns the reason why AWS refuses a tag, in a sentence.
pub(crate) fn tag_problem(key: &str, value: Option<&str>) -> Option<String> {
    refused(key, value).map(|why| why.detail(key))
}

fn refused(key: &str, value: Option<&str>) -> Option<TagProblem> {
    let length = key.chars().count();
    if key.starts_with("aws:") {
        Some(TagProblem::Reserved)
    } else if length == 0 {
        Some(TagProblem::EmptyKey)
    } else if length > LONGEST_TAG_KEY {
        Some(TagProblem::LongKey(length))
    } else if value.is_some_and(|value| value.chars().count() > LONGEST_TAG_VALUE) {
        Some(TagProblem::LongValue)
    } else {
        None
    }
}

fn too_many(count: usize, with_defaults: bool, problems: &mut Vec<Problem>) {
    if count > MOST_TAGS {
        let kind = TagsProblem::TooMany {
            count,
            with_defaults,
        };
        problems.push(Problem::at(PATH, kind));
    }
}
