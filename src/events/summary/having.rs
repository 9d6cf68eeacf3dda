//! The block `having` as conditions of an aggregate, and its checks.

use std::collections::BTreeMap;

use super::model::{Summary, has_unknown};
use crate::cty::Path;
use crate::events::query;
use crate::framework::{Attr, Diagnostics};
use crate::record::Aggregate;
use crate::record::aggregate::{Having, Key, Quantity};

/// Parses the conditions that are known, and reports each mistake at its place.
pub(super) fn parse(
    summary: &Summary,
    aggregate: &Aggregate,
    diagnostics: &mut Diagnostics,
) -> Vec<Having> {
    let Some(conditions) = summary.having.known() else {
        return Vec::new();
    };
    let root = Path::root().attribute("having");
    let mut parser = Parser {
        parsed: Vec::new(),
        diagnostics,
    };
    let measures = conditions.measures();
    for (measure, text) in &measures {
        let quantity = Quantity::Measure(*measure);
        parser.condition(
            root.clone().attribute(measure.name()),
            measure.name(),
            quantity,
            text,
        );
    }
    let lists = [
        (
            "distinct",
            "count_distinct",
            &conditions.distinct,
            has_unknown(&summary.count_distinct),
        ),
        ("sums", "sum", &conditions.sums, has_unknown(&summary.sum)),
    ];
    for (attribute, argument, texts, unknown) in lists {
        let (keys, quantity): (&[Key], fn(usize) -> Quantity) = match attribute {
            "distinct" => (&aggregate.distinct, Quantity::Distinct),
            _ => (&aggregate.sums, Quantity::Sum),
        };
        for (name, text) in texts.known().into_iter().flatten() {
            let path = root.clone().attribute(attribute).key(name.as_str());
            match keys.iter().position(|key| key.name == *name) {
                Some(index) => parser.condition(path, name, quantity(index), text),
                None if unknown => {}
                None => {
                    let detail = format!("`having` names {name}, and `{argument}` does not.");
                    let rule = "condition-not-possible";
                    parser
                        .diagnostics
                        .error(path, rule, "Condition not possible", detail);
                }
            }
        }
    }
    let is_empty = |texts: &Attr<BTreeMap<String, Attr<String>>>| {
        texts.is_null() || texts.known().is_some_and(BTreeMap::is_empty)
    };
    let without = measures.iter().all(|(_, text)| text.is_null());
    if without && is_empty(&conditions.distinct) && is_empty(&conditions.sums) {
        let detail = "This `having` block has no condition. Add at least one, or remove the block.";
        parser
            .diagnostics
            .error(root, "empty-block", "Empty having block", detail);
    }
    parser.parsed
}

struct Parser<'a> {
    parsed: Vec<Having>,
    diagnostics: &'a mut Diagnostics,
}

impl Parser<'_> {
    fn condition(&mut self, path: Path, name: &str, quantity: Quantity, text: &Attr<String>) {
        let Some(text) = text.known() else { return };
        match Having::parse(quantity, text) {
            Ok(having) => self.parsed.push(having),
            Err(error) => self
                .diagnostics
                .push(query::malformed(path, name, text, &error)),
        }
    }
}
