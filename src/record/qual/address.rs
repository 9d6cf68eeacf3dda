//! Quals on addresses: single ones and networks in CIDR notation.

use std::net::IpAddr;

use ipnet::IpNet;

use super::part::{Part, QualError};

/// Parses addresses and networks of both families.
pub(super) fn networks(parts: Vec<Part<'_>>) -> Result<Vec<IpNet>, QualError> {
    parts.into_iter().map(network).collect()
}

fn network(part: Part<'_>) -> Result<IpNet, QualError> {
    part.refuse_comparison("addresses")?;
    let Some((address, length)) = part.split_once('/') else {
        return Ok(IpNet::from(read(part)?));
    };
    let address = read(address)?;
    let greatest = if address.is_ipv4() { 32 } else { 128 };
    let Some(length) = prefix_length(length, greatest) else {
        let hint = format!("it must be from 0 to {greatest}");
        return Err(length.not("a prefix length", &hint));
    };
    let network = IpNet::new(address, length).map_err(|error| part.error(error.to_string()))?;
    if network.trunc() != network {
        return Err(part.error(format!(
            "`{}` has host bits set; write `{}`",
            part.text,
            network.trunc()
        )));
    }
    Ok(network)
}

fn prefix_length(part: Part<'_>, greatest: u8) -> Option<u8> {
    let length = part.text.parse().ok().filter(|_| part.is_number())?;
    (length <= greatest).then_some(length)
}

fn read(part: Part<'_>) -> Result<IpAddr, QualError> {
    part.text.parse().map_err(|_| {
        let hint = if part.text.contains('*') {
            "write a network such as `10.1.0.0/16` instead of `*`"
        } else if part.text.contains('-') {
            "write a range as networks, such as `10.0.0.0/30,10.0.0.4`"
        } else {
            "write `10.0.0.1`, `10.0.0.0/8` or `2001:db8::/32`"
        };
        part.not("an IP address", hint)
    })
}
