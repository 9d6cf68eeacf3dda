//! Networks as conditions on the text of an address.
//!
//! An IPv4 network is one prefix of the text if it ends at an octet, up to sixteen prefixes if it ends within one, and a
//! regular expression beyond that. If a pattern would be too long, wider prefixes are used. Of an IPv6 network, the groups
//! before the first zero group are a prefix: from there on, an address has several spellings.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::condition::{Condition, Form, any};
use super::plan::MAX_LENGTH;

/// The maximum number of prefixes for one network.
const MOST_PREFIXES: usize = 16;

/// Returns the ways to say that an address is in one of the networks.
pub(super) fn positive(networks: &[IpNet]) -> Vec<Form> {
    let (v4, v6) = families(networks);
    let Some(v6) = v6.iter().map(ipv6_prefix).collect::<Option<Vec<_>>>() else {
        return Vec::new();
    };
    let mut forms = Vec::new();
    let terms = terms(&v4);
    if v6.is_empty() {
        forms.extend(exact(terms, &v4));
    } else if let Some(terms) = terms {
        forms.push(Form::superset(any([terms, v6.clone()].concat())));
    }
    for octets in (1..=3).rev() {
        if let Some(terms) = widened(&v4, octets) {
            let form = Form::superset(any([terms, v6.clone()].concat()));
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    forms
}

/// Returns terms that each match only addresses within the networks, and whether together they match all of them.
pub(super) fn within(networks: &[IpNet]) -> (Vec<String>, bool) {
    let (v4, v6) = families(networks);
    let written: Vec<_> = v4
        .iter()
        .filter_map(|network| of_octets(octets(*network)))
        .collect();
    let exact = written.len() == v4.len() && v6.is_empty();
    let v6 = v6
        .iter()
        .filter(|network| is_whole(network))
        .filter_map(ipv6_prefix);
    (written.concat().into_iter().chain(v6).collect(), exact)
}

/// Returns terms that together match exactly the addresses in the networks, if prefixes can express that.
pub(in crate::record) fn prefixes(networks: &[IpNet]) -> Option<Vec<String>> {
    let (v4, v6) = families(networks);
    terms(&v4).filter(|_| v6.is_empty())
}

fn exact(terms: Option<Vec<String>>, networks: &[Ipv4Net]) -> Vec<Form> {
    let expression = expression(networks);
    match terms {
        Some(terms) if is_short(&terms, &expression) => vec![Form::exact(any(terms))],
        terms => {
            let regex = Form::exact(Condition::Regex(expression));
            let terms = terms.map(|terms| Form::exact(any(terms)));
            [Some(regex), terms].into_iter().flatten().collect()
        }
    }
}

/// Reports whether terms are preferred over a regular expression: they are short, or the expression is longer.
fn is_short(terms: &[String], expression: &str) -> bool {
    let length: usize = terms.iter().map(|term| "w10||".len() + term.len()).sum();
    length <= MAX_LENGTH / 2 || length <= expression.len()
}

fn families(networks: &[IpNet]) -> (Vec<Ipv4Net>, Vec<Ipv6Net>) {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for network in networks {
        match network {
            IpNet::V4(network) => v4.push(*network),
            IpNet::V6(network) => v6.push(*network),
        }
    }
    (Ipv4Net::aggregate(&v4), Ipv6Net::aggregate(&v6))
}

/// Renders networks as prefixes of at most this many octets.
fn widened(networks: &[Ipv4Net], octets: u8) -> Option<Vec<String>> {
    let widen = |network: &Ipv4Net| {
        let kept = (network.prefix_len() / 8).min(octets);
        let fixed = &network.network().octets()[..usize::from(kept)];
        (kept > 0).then(|| term(fixed))
    };
    networks.iter().map(widen).collect()
}

/// Returns a term for the groups before the first zero group; none if that is the first group.
fn ipv6_prefix(network: &Ipv6Net) -> Option<String> {
    let groups = network.network().segments();
    let whole = usize::from(network.prefix_len() / 16);
    let written: String = groups[..whole]
        .iter()
        .take_while(|group| **group != 0)
        .map(|group| format!("{group:x}:"))
        .collect();
    if groups.iter().all(|group| *group != 0) && whole == groups.len() {
        return Some(format!("=\"{}\"", written.trim_end_matches(':')));
    }
    let all_written = groups[..whole].iter().all(|group| *group != 0);
    // A group is written without leading zeros, so its first digits are known only if it has four digits.
    let digits = match groups.get(whole) {
        Some(group) if all_written && *group >= 0x1000 => {
            let known = usize::from(network.prefix_len() % 16 / 4);
            format!("{group:x}")[..known].to_owned()
        }
        _ => String::new(),
    };
    let prefix = format!("{written}{digits}");
    (!prefix.is_empty()).then(|| format!("=\"{prefix}*\""))
}

/// Reports whether only addresses of the network start with its prefix.
fn is_whole(network: &Ipv6Net) -> bool {
    let whole = usize::from(network.prefix_len() / 16);
    let groups = network.network().segments();
    network.prefix_len() > 0
        && network.prefix_len().is_multiple_of(16)
        && groups[..whole].iter().all(|group| *group != 0)
}

/// A network as fixed octets, and the range of the octet after them.
struct Octets {
    fixed: Vec<u8>,
    /// None if the network ends at an octet boundary.
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
        .map(|network| of_octets(octets(*network)))
        .collect();
    Some(terms?.concat())
}

fn of_octets(octets: Octets) -> Option<Vec<String>> {
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

/// Renders networks as one regular expression. The service does not support groups, so alternatives repeat their start.
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

/// Renders a range of octets as expressions, one for each run of decades with the same hundreds.
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
