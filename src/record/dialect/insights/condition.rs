//! Tests as conditions on the value of a field.

use ipnet::IpNet;

use super::EXACT;
use super::syntax::{in_seconds, quoted};
use crate::record::parse::NO_VALUE;
use crate::record::qual::{Mask, Range, Test};

/// Renders the conditions of which at least one must hold for the value of a field.
pub(super) fn alternatives(test: &Test, field: &str) -> Vec<String> {
    match test {
        Test::Text(values) => one_of(field, values),
        Test::AnyCase(values) => {
            let small = values.iter().map(|value| value.to_ascii_lowercase());
            one_of(&format!("tolower({field})"), &small.collect::<Vec<_>>())
        }
        Test::Integer(ranges) => ranges.iter().map(|range| in_range(*range, field)).collect(),
        Test::Seconds(ranges) => {
            let time = in_seconds(field);
            ranges.iter().map(|range| in_range(*range, &time)).collect()
        }
        Test::Address(networks) => networks.iter().map(|net| in_network(net, field)).collect(),
        Test::Flags(masks) => masks.iter().map(|mask| has_flags(*mask, field)).collect(),
        Test::OrAbsent(test) => {
            let mut conditions = alternatives(test, field);
            conditions.push(format!("{field} = {}", quoted(NO_VALUE)));
            conditions
        }
    }
}

/// Finds a number that Insights cannot compare exactly.
pub(super) fn inexact(test: &Test) -> Option<i64> {
    let is_inexact = |number: &i64| number.unsigned_abs() >= EXACT;
    match test {
        Test::Integer(ranges) | Test::Seconds(ranges) => {
            // An open range has no bound to compare with.
            let bounds = ranges.iter().flat_map(|range| [range.low, range.high]);
            let mut bounds = bounds.filter(|bound| ![i64::MIN, i64::MAX].contains(bound));
            bounds.find(is_inexact)
        }
        Test::Flags(masks) => masks.iter().map(|mask| mask.bits).find(is_inexact),
        Test::OrAbsent(test) => inexact(test),
        Test::Text(_) | Test::AnyCase(_) | Test::Address(_) => None,
    }
}

fn one_of(field: &str, values: &[String]) -> Vec<String> {
    let quoted: Vec<_> = values.iter().map(|value| quoted(value)).collect();
    match quoted.as_slice() {
        [] => Vec::new(),
        [value] => vec![format!("{field} = {value}")],
        _ => vec![format!("{field} in [{}]", quoted.join(", "))],
    }
}

fn in_range(Range { low, high }: Range, field: &str) -> String {
    match (low, high) {
        _ if low == high => format!("{field} = {low}"),
        (i64::MIN, high) => format!("{field} <= {high}"),
        (low, i64::MAX) => format!("{field} >= {low}"),
        (low, high) => format!("({field} >= {low} and {field} <= {high})"),
    }
}

fn in_network(network: &IpNet, field: &str) -> String {
    match network {
        IpNet::V4(net) if net.prefix_len() == 32 => format!("{field} = \"{}\"", net.addr()),
        network => format!("isIpInSubnet({field}, \"{network}\")"),
    }
}

/// Renders a condition on bits. Insights has no bit operators: a bit is set if the number shifted down to it is odd.
fn has_flags(mask: Mask, field: &str) -> String {
    if mask.alone {
        return format!("{field} = {}", mask.bits);
    }
    let bits = (0..63)
        .map(|bit| 1_i64 << bit)
        .filter(|bit| mask.bits & bit != 0);
    let set: Vec<_> = bits
        .map(|bit| format!("floor({field} / {bit}) % 2 = 1"))
        .collect();
    match set.len() {
        1 => set.concat(),
        _ => format!("({})", set.join(" and ")),
    }
}
