//! IPv4 networks as conditions on the text of an address.
//!
//! A network is a prefix of the text where it ends at an octet, up to sixteen prefixes where it ends within one, and a
//! regular expression beyond that. IPv6 is not pushed: the same address has several spellings.

use ipnet::{IpNet, Ipv4Net};

use super::MAX_LENGTH;
use super::condition::{Condition, any};

/// The most prefixes that one network is written as.
const MOST_PREFIXES: usize = 16;

/// Says that an address lies in one of the networks.
pub(super) fn holding(networks: &[IpNet]) -> Option<Condition> {
    let networks = ipv4(networks)?;
    let expression = expression(&networks);
    Some(match terms(&networks) {
        Some(terms) if is_short(&terms, &expression) => any(terms),
        _ => Condition::Regex(expression),
    })
}

/// Tells whether terms are to be preferred: they leave room for others, or the expression would take more.
fn is_short(terms: &[String], expression: &str) -> bool {
    let length: usize = terms.iter().map(|term| "w10||".len() + term.len()).sum();
    length <= MAX_LENGTH / 2 || length <= expression.len()
}

/// Returns the terms of which any holds for an address in one of the networks, if prefixes can say it.
pub(super) fn equal(networks: &[IpNet]) -> Option<Vec<String>> {
    terms(&ipv4(networks)?)
}

fn ipv4(networks: &[IpNet]) -> Option<Vec<Ipv4Net>> {
    let networks: Option<Vec<_>> = networks
        .iter()
        .map(|network| match network {
            IpNet::V4(network) => Some(*network),
            IpNet::V6(_) => None,
        })
        .collect();
    Some(Ipv4Net::aggregate(&networks?))
}

/// A network as octets that are fixed and the range of the first octet that is not wholly free.
struct Octets {
    fixed: Vec<u8>,
    /// None if the network ends at an octet.
    range: Option<(u8, u8)>,
}

fn octets(network: Ipv4Net) -> Octets {
    let whole = usize::from(network.prefix_len() / 8);
    let bits = network.prefix_len() % 8;
    let low = network.network().octets();
    let high = network.broadcast().octets();
    let range = (bits > 0).then(|| (low[whole], high[whole]));
    Octets {
        fixed: low[..whole].to_vec(),
        range,
    }
}

fn terms(networks: &[Ipv4Net]) -> Option<Vec<String>> {
    let terms: Option<Vec<Vec<String>>> = networks
        .iter()
        .map(|network| prefixes(octets(*network)))
        .collect();
    Some(terms?.concat())
}

fn prefixes(octets: Octets) -> Option<Vec<String>> {
    let Octets { mut fixed, range } = octets;
    let Some((low, high)) = range else {
        return (!fixed.is_empty()).then(|| vec![term(&fixed)]);
    };
    if usize::from(high - low) >= MOST_PREFIXES {
        return None;
    }
    fixed.push(low);
    let last = fixed.len() - 1;
    let prefix = |octet| {
        fixed[last] = octet;
        term(&fixed)
    };
    Some((low..=high).map(prefix).collect())
}

fn term(octets: &[u8]) -> String {
    let text = dotted(octets, ".");
    if octets.len() == 4 {
        format!("=\"{text}\"")
    } else {
        format!("=\"{text}.*\"")
    }
}

fn dotted(octets: &[u8], dot: &str) -> String {
    let octets: Vec<_> = octets.iter().map(u8::to_string).collect();
    octets.join(dot)
}

/// Writes networks as one regular expression; the service's kind knows no groups, so alternatives repeat their beginning.
fn expression(networks: &[Ipv4Net]) -> String {
    let alternatives: Vec<_> = networks
        .iter()
        .flat_map(|network| alternatives(&octets(*network)))
        .collect();
    alternatives.join("|")
}

fn alternatives(octets: &Octets) -> Vec<String> {
    let fixed: String = octets
        .fixed
        .iter()
        .map(|octet| format!("{octet}\\."))
        .collect();
    let Some((low, high)) = octets.range else {
        return match octets.fixed.len() {
            0 => vec!["^[0-9]+\\.".to_owned()],
            4 => vec![format!("^{}$", dotted(&octets.fixed, "\\."))],
            _ => vec![format!("^{fixed}")],
        };
    };
    let end = if octets.fixed.len() == 3 { "$" } else { "\\." };
    decades(low, high)
        .into_iter()
        .map(|octet| format!("^{fixed}{octet}{end}"))
        .collect()
}

/// Writes a range of octets as expressions, one for each run of decades that share their hundreds.
fn decades(low: u8, high: u8) -> Vec<String> {
    let mut runs: Vec<(u8, u8, u8, u8)> = Vec::new();
    for decade in low / 10..=high / 10 {
        let first = if decade == low / 10 { low % 10 } else { 0 };
        let last = if decade == high / 10 { high % 10 } else { 9 };
        match runs.last_mut() {
            Some((from, to, 0, 9))
                if (first, last) == (0, 9) && *from > 0 && *from / 10 == decade / 10 =>
            {
                *to = decade
            }
            _ => runs.push((decade, decade, first, last)),
        }
    }
    runs.into_iter()
        .map(|(from, to, first, last)| format!("{}{}", tens(from, to), digit(first, last)))
        .collect()
}

fn tens(from: u8, to: u8) -> String {
    match (from, from / 10) {
        (0, _) => String::new(),
        (_, 0) => digit(from, to),
        (_, hundreds) => format!("{hundreds}{}", digit(from % 10, to % 10)),
    }
}

fn digit(first: u8, last: u8) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("[{first}-{last}]")
    }
}
