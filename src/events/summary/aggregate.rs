//! The arguments of a summary as an aggregate, and their checks.

use super::model::Summary;
use crate::cty::Path;
use crate::framework::{Diagnostic, Diagnostics};
use crate::record::{Aggregate, Format, Key, Order, field};

/// Checks the arguments that are known.
pub(super) fn validate(summary: &Summary, diagnostics: &mut Diagnostics) {
    let group_by = summary.group_by();
    for (index, name) in (0..).zip(&group_by) {
        if group_by.iter().filter(|other| *other == name).count() > 1 {
            let detail = format!("`group_by` names {name} twice.");
            let summary = "Field named twice";
            diagnostics.error(path(index), "field-named-twice", summary, detail);
        } else if matches!(*name, "addr" | "port" | "event_id") {
            let detail = format!(
                "`group_by` names {name}, which is not a field of a record. Use src_addr, dst_addr, src_port, dst_port, or \
                 AWS's name of any field of the format."
            );
            diagnostics.error(
                path(index),
                "group-not-possible",
                "Group not possible",
                detail,
            );
        }
    }
}

/// Creates the aggregate of a summary over records in these formats.
///
/// # Errors
/// Every format lacks a field.
pub(super) fn of(summary: &Summary, formats: &[Format]) -> Result<Aggregate, Diagnostics> {
    let aggregate = Aggregate {
        keys: summary.group_by().into_iter().map(Key::named).collect(),
        order: Order::greatest(summary.order_by()),
        limit: summary.limit(),
        ..Aggregate::default()
    };
    let mut diagnostics = Diagnostics::new();
    // Without any, the formats are known only when the records are read.
    let is_lacking = |name: &str| {
        let mut formats = formats.iter().peekable();
        formats.peek().is_some() && formats.all(|format| format.position(name).is_none())
    };
    for (index, key) in (0..).zip(&aggregate.keys) {
        if is_lacking(&key.field) {
            diagnostics.push(missing(key, index, formats));
        }
    }
    if let Some(field) = summary.order_by().field().filter(|field| is_lacking(field)) {
        let detail = format!(
            "`order_by` needs the field {field}, which {}.",
            lacking(formats)
        );
        let rule = "order-not-possible-for-this-record-format";
        let summary = "Order not possible for this record format";
        diagnostics.error("order_by", rule, summary, detail);
    }
    diagnostics.into_result()?;
    Ok(aggregate)
}

fn missing(key: &Key, index: i64, formats: &[Format]) -> Diagnostic {
    let suggestion = field::suggest(&key.name).filter(|_| key.kind.is_none());
    let suggestion = suggestion.map(|field| format!(" Did you mean `{}`?", field.name));
    let detail = format!(
        "`group_by` names {}, which {}.{}",
        key.name,
        lacking(formats),
        suggestion.unwrap_or_default()
    );
    let rule = "group-not-possible-for-this-record-format";
    let summary = "Group not possible for this record format";
    Diagnostic::error(rule, summary, detail).at(path(index))
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

fn path(index: i64) -> Path {
    Path::root().attribute("group_by").index(index)
}
