//! Checks the tags that become record fields, and compares them with the fields of the record format.

use std::collections::BTreeMap;

use super::super::model::{FlowLog, TagFieldSpecification};
use super::limits::LONGEST_TAG_KEY;
use super::problem::{FormatProblem, Problem, TagFieldProblem};
use crate::cty::Path;
use crate::framework::Attr;

/// The types of tagged resources, each with the fields of its first and its second tag.
pub(crate) const TAG_FIELDS: [(&str, [&str; 2]); 3] = [
    ("instance", ["instance-tag", "instance-tag-2"]),
    ("network-interface", ["interface-tag", "interface-tag-2"]),
    ("auto-scaling-group", ["asg-tag", "asg-tag-2"]),
];

const PATH: &str = "tag_field_specification";

/// The number of keys by the type of the tagged resource.
pub(super) type Specified<'a> = BTreeMap<&'a str, usize>;

/// Checks the blocks and returns the numbers of their keys, or `None` if some are unknown.
pub(super) fn check<'a>(config: &'a FlowLog, problems: &mut Vec<Problem>) -> Option<Specified<'a>> {
    let blocks = match &config.tag_field_specification {
        Attr::Unknown => return None,
        Attr::Null => return Some(Specified::new()),
        Attr::Known(blocks) => blocks,
    };
    let mut counts = Specified::new();
    let mut is_known = true;
    for block in blocks {
        let count = keys(block, problems);
        let (Attr::Known(resource_type), Some(count)) = (&block.resource_type, count) else {
            is_known = false;
            continue;
        };
        if counts.insert(resource_type, count).is_some() {
            let resource_type = resource_type.clone();
            let path = Path::from(PATH).element(resource_type.as_str());
            let kind = TagFieldProblem::TypeTwice { resource_type };
            problems.push(Problem::at(path, kind));
        }
    }
    is_known.then_some(counts)
}

/// Checks the keys of a block and returns their number, if it is known.
fn keys(block: &TagFieldSpecification, problems: &mut Vec<Problem>) -> Option<usize> {
    let Attr::Known(keys) = &block.tag_keys else {
        return None;
    };
    if keys.iter().any(Attr::is_unknown) {
        return None;
    }
    let resource_type = block.resource_type.given().unwrap_or("…");
    let mut found = |kind: TagFieldProblem| {
        let path = Path::from(PATH);
        // Without its type, a block has nothing that identifies it.
        let path = match block.resource_type.given() {
            Some(known) => path.element(known),
            None => path,
        };
        problems.push(Problem::at(path.attribute("tag_keys"), kind));
    };
    let owned = || resource_type.to_owned();
    let known = || keys.iter().filter_map(Attr::known);
    let mut count = 0;
    for (position, key) in known().enumerate() {
        let before = || known().take(position).filter(|other| *other == key);
        match before().count() {
            0 => count += 1,
            1 => found(TagFieldProblem::KeyTwice {
                resource_type: owned(),
                key: key.clone(),
            }),
            _ => continue,
        }
        let is_first = before().next().is_none();
        if is_first && !(1..=LONGEST_TAG_KEY).contains(&key.chars().count()) {
            found(TagFieldProblem::MalformedKey {
                resource_type: owned(),
                key: key.clone(),
            });
        }
    }
    if count == 0 {
        found(TagFieldProblem::NoKeys {
            resource_type: owned(),
        });
    }
    Some(count)
}

/// Compares the tag fields of a record format with the blocks.
pub(super) fn compare(names: &[&str], specified: &Specified<'_>, problems: &mut Vec<Problem>) {
    for (resource_type, [first, second]) in TAG_FIELDS {
        let count = specified.get(resource_type).copied().unwrap_or(0);
        let needed = if names.contains(&second) {
            2
        } else {
            usize::from(names.contains(&first))
        };
        if needed > count {
            let kind = FormatProblem::FieldWithoutTag {
                field: if needed == 2 { second } else { first },
                resource_type,
                keys: needed,
            };
            problems.push(Problem::at("log_format", kind));
        } else if count > needed {
            let kind = if needed == 0 {
                TagFieldProblem::WithoutField {
                    resource_type,
                    field: first,
                }
            } else {
                TagFieldProblem::SecondWithoutField {
                    resource_type,
                    field: second,
                }
            };
            problems.push(Problem::at(Path::from(PATH).element(resource_type), kind));
        }
    }
}
