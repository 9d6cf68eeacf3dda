//! Quals as conditions. A condition may be null where a column is null, which counts as false.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

use super::quoting::{joined, name, text};
use super::source::{Column, Holds, Source, SqlError};
use crate::record::qual::{Mask, Range, Test};
use crate::record::quals::{Bound, BoundQual, Place};

/// The bits before those of an IPv4 address that is mapped into IPv6.
const MAPPED_PREFIX: u8 = 96;

/// Renders all quals: conditions that must all hold.
pub(super) fn conditions(bound: &Bound, source: &Source) -> Result<Vec<String>, SqlError> {
    let mut conditions = Vec::new();
    for qual in &bound.all {
        conditions.push(one(qual, source)?);
    }
    let blocks = |blocks: &[Vec<BoundQual>]| -> Result<Vec<String>, SqlError> {
        blocks.iter().map(|quals| block(quals, source)).collect()
    };
    conditions.extend(joined(&blocks(&bound.any)?, " OR "));
    for block in blocks(&bound.none)? {
        conditions.push(format!("NOT COALESCE({block}, FALSE)"));
    }
    Ok(conditions)
}

fn block(quals: &[BoundQual], source: &Source) -> Result<String, SqlError> {
    let quals: Result<Vec<_>, _> = quals.iter().map(|qual| one(qual, source)).collect();
    Ok(joined(&quals?, " AND ").unwrap_or_else(|| "TRUE".to_owned()))
}

fn one(qual: &BoundQual, source: &Source) -> Result<String, SqlError> {
    match &qual.place {
        Place::Fields(indexes) => {
            let mut tests = Vec::new();
            for index in indexes {
                if source.format.is_encoded(*index) && !matches!(&qual.test, Test::OrAbsent(_)) {
                    let field = source.format.names()[*index].clone();
                    return Err(SqlError::Encoded { field });
                }
                if let Some(column) = source.columns.get(*index) {
                    tests.extend(alternatives(&qual.test, column)?);
                }
            }
            Ok(joined(&tests, " OR ").unwrap_or_else(|| "FALSE".to_owned()))
        }
        Place::EventId => Err(SqlError::EventId {
            qual: qual.path.clone(),
        }),
        Place::Anywhere => Ok("TRUE".to_owned()),
    }
}

/// Renders the conditions of which at least one must hold for the value of a column.
fn alternatives(test: &Test, column: &Column) -> Result<Vec<String>, SqlError> {
    Ok(match test {
        Test::Text(values) => {
            // Only a column that the field table lacks may hold numbers where text is asked for.
            let value = match column.holds {
                Holds::Numbers if !is_known(column) => {
                    format!("CAST({} AS VARCHAR)", name(&column.name))
                }
                _ => column.text()?,
            };
            one_of(
                &value,
                &values.iter().map(|value| text(value)).collect::<Vec<_>>(),
            )
        }
        Test::AnyCase(values) => {
            let small = values.iter().map(|value| text(&value.to_ascii_lowercase()));
            one_of(
                &format!("lower({})", column.text()?),
                &small.collect::<Vec<_>>(),
            )
        }
        Test::Integer(ranges) => in_ranges(&column.number()?, ranges),
        Test::Seconds(ranges) => in_ranges(&column.seconds()?, ranges),
        Test::Address(networks) => {
            let value = column.text()?;
            networks.iter().map(|net| in_network(net, &value)).collect()
        }
        Test::Flags(masks) => {
            let flags = column.number()?;
            masks.iter().map(|mask| has_flags(*mask, &flags)).collect()
        }
        Test::OrAbsent(test) => {
            let mut conditions = vec![column.absent()];
            conditions.extend(alternatives(test, column)?);
            conditions
        }
    })
}

fn is_known(column: &Column) -> bool {
    let fields = crate::record::field::FIELDS.iter();
    let mut names = fields.map(|field| super::columns::column_name(field.name));
    names.any(|name| name == column.name.to_ascii_lowercase())
}

fn one_of(value: &str, values: &[String]) -> Vec<String> {
    match values {
        [] => Vec::new(),
        [only] => vec![format!("{value} = {only}")],
        several => vec![format!("{value} IN ({})", several.join(", "))],
    }
}

fn in_ranges(number: &str, ranges: &[Range]) -> Vec<String> {
    let single = |range: &&Range| range.low == range.high;
    let singles = ranges
        .iter()
        .filter(single)
        .map(|range| range.low.to_string());
    let mut conditions = one_of(number, &singles.collect::<Vec<_>>());
    for Range { low, high } in ranges.iter().filter(|range| !single(range)) {
        conditions.push(match (*low, *high) {
            (i64::MIN, i64::MAX) => format!("{number} IS NOT NULL"),
            (i64::MIN, high) => format!("{number} <= {high}"),
            (low, i64::MAX) => format!("{number} >= {low}"),
            (low, high) => format!("{number} BETWEEN {low} AND {high}"),
        });
    }
    conditions
}

/// Renders that an address is in a network. Athena takes an IPv4 address that is mapped into IPv6 for the IPv4 address.
fn in_network(network: &IpNet, value: &str) -> String {
    let contains = |network: &str| format!("contains('{network}', TRY_CAST({value} AS IPADDRESS))");
    match network {
        // An IPv4 address has one form.
        IpNet::V4(net) if net.prefix_len() == 32 => format!("{value} = '{}'", net.addr()),
        IpNet::V4(net) => {
            format!(
                "({value} NOT LIKE '%:%' AND {})",
                contains(&net.trunc().to_string())
            )
        }
        IpNet::V6(net) => {
            let within = match mapped(network) {
                Some(mapped) if net.prefix_len() >= MAPPED_PREFIX => contains(&mapped.to_string()),
                Some(mapped) => {
                    let own = contains(&net.trunc().to_string());
                    format!("({own} OR {})", contains(&mapped.to_string()))
                }
                None => contains(&net.trunc().to_string()),
            };
            format!("({value} LIKE '%:%' AND {within})")
        }
    }
}

/// Returns the IPv4 addresses whose mapped forms are in a network of IPv6.
fn mapped(network: &IpNet) -> Option<Ipv4Net> {
    let IpNet::V6(net) = network.trunc() else {
        return None;
    };
    if let Some(length) = net.prefix_len().checked_sub(MAPPED_PREFIX) {
        let address = net.addr().to_ipv4_mapped()?;
        return Ipv4Net::new(address, length).ok();
    }
    let first = IpAddr::V6(Ipv4Addr::UNSPECIFIED.to_ipv6_mapped() as Ipv6Addr);
    let all = Ipv4Net::new(Ipv4Addr::UNSPECIFIED, 0).ok()?;
    network.contains(&first).then_some(all)
}

fn has_flags(mask: Mask, flags: &str) -> String {
    let bits = mask.bits;
    if mask.alone {
        format!("{flags} = {bits}")
    } else {
        // Without bits, this holds for every number.
        format!("bitwise_and({flags}, {bits}) = {bits}")
    }
}
