//! The arguments of a summary as an aggregate, and their checks.

use super::having;
use super::model::{MOST_GROUPS, Summary, has_unknown};
use crate::cty::Path;
use crate::events::half_open::HalfOpen;
use crate::framework::{Attr, Diagnostic, Diagnostics};
use crate::record::aggregate::{Key, KeyError, Measure, Order, OrderBy, Quantity};
use crate::record::{Aggregate, Format, field};

/// The most values that are counted, or summed, for each group.
const MOST_NUMBERS: usize = 16;

/// Checks the arguments that are known.
pub(super) fn validate(summary: &Summary, diagnostics: &mut Diagnostics) {
    parse(summary, diagnostics);
}

/// Creates the aggregate of a summary over records in these formats, in a window.
///
/// # Errors
/// An argument is invalid, or every format lacks a field.
pub(super) fn of(
    summary: &Summary,
    formats: &[Format],
    window: HalfOpen,
) -> Result<Aggregate, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let aggregate = parse(summary, &mut diagnostics);
    diagnostics.into_result()?;
    let mut diagnostics = Diagnostics::new();
    check_fields(summary, &aggregate, formats, &mut diagnostics);
    if let Some(width) = aggregate.filled_bins() {
        let bins = (window.end - window.start) / 1000 / width;
        if usize::try_from(bins).is_ok_and(|bins| bins > MOST_GROUPS) {
            let detail = format!(
                "The time window holds {bins} bins. A summary has at most {MOST_GROUPS} groups. Use wider bins, or a shorter \
                 time window."
            );
            diagnostics.error("bin", "too-many-bins", "Too many bins", detail);
        }
    }
    diagnostics.into_result()?;
    Ok(aggregate)
}

fn parse(summary: &Summary, diagnostics: &mut Diagnostics) -> Aggregate {
    let mut keys = Vec::new();
    if let Some(text) = summary.bin.given() {
        match Key::parse_bin(text) {
            Ok(bin) => keys.push(bin),
            Err(error) => {
                let detail = format!("`bin` is \"{text}\"; {error}.");
                diagnostics.error("bin", "malformed-bin", "Malformed bin", detail);
            }
        }
    }
    keys.extend(named(
        "group_by",
        &summary.group_by,
        Key::parse,
        diagnostics,
    ));
    let distinct = named(
        "count_distinct",
        &summary.count_distinct,
        Key::parse,
        diagnostics,
    );
    let sums = named("sum", &summary.sum, Key::parse_sum, diagnostics);
    for (name, keys) in [("count_distinct", &distinct), ("sum", &sums)] {
        if keys.len() > MOST_NUMBERS {
            let detail = format!(
                "`{name}` names {} fields. It may name {MOST_NUMBERS}.",
                keys.len()
            );
            diagnostics.error(name, "too-many-fields", "Too many fields", detail);
        }
    }
    let has_unknown_keys = has_unknown(&summary.group_by) || summary.bin.is_unknown();
    let top = summary.top.known();
    if top.is_some() && keys.len() < 2 && !has_unknown_keys {
        let detail = "`top` keeps the first values of the last key for each combination of the other keys, so it requires at \
                      least two. Add an entry to `group_by`, or use `limit`.";
        diagnostics.error("top", "top-needs-two-keys", "Two keys required", detail);
    }
    let mut aggregate = Aggregate {
        keys,
        distinct,
        sums,
        top: top.and_then(|top| usize::try_from(*top).ok()),
        limit: summary.limit(),
        ..Aggregate::default()
    };
    aggregate.order = order(summary, &aggregate, diagnostics);
    aggregate.having = having::parse(summary, &aggregate, diagnostics);
    aggregate
}

/// Parses the names that are known, and reports each mistake at its place.
fn named(
    argument: &'static str,
    names: &Attr<Vec<Attr<String>>>,
    parse: fn(&str) -> Result<Key, KeyError>,
    diagnostics: &mut Diagnostics,
) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for (index, name) in (0..).zip(names.known().into_iter().flatten()) {
        let Some(name) = name.known() else { continue };
        let path = Path::root().attribute(argument).index(index);
        if keys.iter().any(|key| key.name == *name) {
            let detail = format!("`{argument}` names {name} twice.");
            diagnostics.error(path, "field-named-twice", "Field named twice", detail);
            continue;
        }
        match parse(name) {
            Ok(key) => keys.push(key),
            Err(error) => {
                let detail = format!("`{argument}` names {name}, which {error}.");
                let rule = "group-not-possible";
                diagnostics.error(path, rule, "Group not possible", detail);
            }
        }
    }
    keys
}

fn order(summary: &Summary, aggregate: &Aggregate, diagnostics: &mut Diagnostics) -> Order {
    let by_default = match aggregate.filled_bins() {
        Some(_) => Order::BY_KEY,
        None => Order::default(),
    };
    let Some(text) = summary.order_by.given() else {
        return by_default;
    };
    let unknown = has_unknown(&summary.count_distinct) || has_unknown(&summary.sum);
    match Order::parse(text, &aggregate.distinct, &aggregate.sums) {
        Ok(order) => order,
        Err(_) if unknown => by_default,
        Err(error) => {
            let detail = format!("`order_by` is \"{text}\"; {error}.");
            diagnostics.error("order_by", "malformed-order", "Malformed order", detail);
            by_default
        }
    }
}

/// Checks that at least one format has each field.
fn check_fields(
    summary: &Summary,
    aggregate: &Aggregate,
    formats: &[Format],
    diagnostics: &mut Diagnostics,
) {
    // Without any, the formats are known only when the records are read.
    let is_lacking = |name: &str| {
        let mut formats = formats.iter().peekable();
        formats.peek().is_some() && formats.all(|format| format.position(name).is_none())
    };
    let lists = [
        ("count_distinct", &aggregate.distinct),
        ("sum", &aggregate.sums),
    ];
    for key in aggregate.keys.iter().filter(|key| is_lacking(&key.field)) {
        let names = summary.group_by.known().into_iter().flatten();
        let mut names = (0..).zip(names);
        let index = names.find(|(_, name)| name.known() == Some(&key.name));
        let path = match (key.bin(), index) {
            (None, Some((index, _))) => Path::root().attribute("group_by").index(index),
            _ => Path::root().attribute("bin"),
        };
        let argument = if key.bin().is_some() {
            "bin"
        } else {
            "group_by"
        };
        diagnostics.push(missing(argument, key, path, formats));
    }
    for (argument, keys) in lists {
        for (index, key) in (0..).zip(keys) {
            if is_lacking(&key.field) {
                let path = Path::root().attribute(argument).index(index);
                diagnostics.push(missing(argument, key, path, formats));
            }
        }
    }
    let measured = |quantity| match quantity {
        Quantity::Measure(measure) => Measure::field(measure).filter(|field| is_lacking(field)),
        Quantity::Distinct(_) | Quantity::Sum(_) => None,
    };
    let ordered = match aggregate.order.by {
        OrderBy::Quantity(quantity) => measured(quantity),
        OrderBy::Key => None,
    };
    let mut chosen = aggregate.having.iter();
    let chosen = chosen.find_map(|having| measured(having.quantity));
    for (argument, field) in [("order_by", ordered), ("having", chosen)] {
        if let Some(field) = field {
            let detail = format!(
                "`{argument}` needs the field {field}, which {}.",
                lacking(formats)
            );
            let rule = "order-not-possible-for-this-record-format";
            let summary = "Order not possible for this record format";
            diagnostics.error(argument, rule, summary, detail);
        }
    }
}

fn missing(argument: &str, key: &Key, path: Path, formats: &[Format]) -> Diagnostic {
    let suggestion = field::suggest(&key.name).filter(|_| key.kind.is_none());
    let suggestion = suggestion.map(|field| format!(" Did you mean `{}`?", field.name));
    let needs = if key.bin().is_some() || key.name != key.field && key.kind.is_none() {
        format!("`{argument}` needs the field {}", key.field)
    } else {
        format!("`{argument}` names {}", key.name)
    };
    let detail = format!(
        "{needs}, which {}.{}",
        lacking(formats),
        suggestion.unwrap_or_default()
    );
    let rule = "group-not-possible-for-this-record-format";
    let summary = "Group not possible for this record format";
    Diagnostic::error(rule, summary, detail).at(path)
}

fn lacking(formats: &[Format]) -> String {
    match formats {
        [format] => format!(
            "the record format lacks; it has {}",
            format.names().join(", ")
        ),
        formats => {
            let names = formats.iter().map(|format| format.names().join(", "));
            format!(
                "all record formats of the log group lack; they have {}",
                names.collect::<Vec<_>>().join("; ")
            )
        }
    }
}
