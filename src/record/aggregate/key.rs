//! What makes a group: a field, or what follows from its value.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{BIN, packed, scope, service};
use crate::record::field::{self, Kind};
use crate::record::qual;
use crate::record::values::Values;
use crate::text::duration::{self, DurationError};

/// The shortest and the longest bin, in seconds.
const BINS: std::ops::RangeInclusive<u64> = 60..=86_400;
/// The names of what follows from a field, and AWS's names of the fields.
const NAMES: [(&str, &str, Derived); 3] = [
    ("protocol_name", "protocol", Derived::Protocol),
    ("src_service", "srcport", Derived::Service),
    ("dst_service", "dstport", Derived::Service),
];
/// The names of quals that are not fields.
const NOT_FIELDS: [&str; 3] = ["addr", "port", "event_id"];

/// What makes a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The name as the user wrote it, such as `src_addr`, `srcaddr`, `src_addr/24` or `protocol_name`.
    pub name: String,
    /// AWS's name of the field.
    pub field: String,
    /// The type of the field's values; none for a field that is not in the field table.
    pub kind: Option<Kind>,
    /// What is made of the values.
    pub derived: Derived,
}

/// What is made of the values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// The value itself.
    Value,
    /// The network of an address, by the length of its prefix. Up to 32 it is that of an IPv4 network, and above it that of
    /// an IPv6 network. Addresses of the other family stay as they are.
    Network(u8),
    /// The start of the bin that holds a time, in Unix seconds. Bins have this width in seconds, and one starts at the
    /// beginning of 1970.
    Bin(i64),
    /// The name of a protocol. Numbers without a name stay as they are.
    Protocol,
    /// The name of a well-known port. Numbers without a name stay as they are.
    Service,
    /// Whether an address is inside or outside: the name of a [`scope`](super::Scope).
    Scope,
}

/// Why a name is not a key. `Display` completes a sentence that begins with the name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name is that of a qual that checks something else than one field.
    #[error(
        "is not a field of a record. Use src_addr, dst_addr, src_port, dst_port, or AWS's name of any field of the format"
    )]
    NotAField,
    /// A prefix of a field that does not hold addresses.
    #[error("has a prefix length, and {field} does not hold addresses")]
    NotAnAddress {
        /// The field, as it was written.
        field: String,
    },
    /// The length of the prefix is not one.
    #[error("has a prefix length that is not a number from 0 to 128")]
    NotAPrefix,
    /// The field does not hold numbers.
    #[error("does not hold numbers that could be added")]
    NotANumber,
}

/// Why a text is not a bin. `Display` completes a sentence that begins with the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BinError {
    /// The text is not a duration.
    #[error(transparent)]
    Duration(#[from] DurationError),
    /// The duration is too short or too long, or not in whole seconds.
    #[error("it must be from 1m to 1d, in whole seconds")]
    OutOfRange,
}

impl Key {
    /// Finds the field of a name, which may be that of a qual or AWS's.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let field = field::by_column(name).or_else(|| field::find(name));
        Self {
            name: name.to_owned(),
            field: field.map_or(name, |field| field.name).to_owned(),
            kind: field.map(|field| field.kind),
            derived: Derived::Value,
        }
    }

    /// Parses a key: the name of a field, an address with a prefix length such as `src_addr/24`, `protocol_name`,
    /// `src_service` or `dst_service`.
    ///
    /// # Errors
    /// The name is not one of a field, or has a prefix that the field cannot have.
    pub fn parse(name: &str) -> Result<Self, KeyError> {
        if NOT_FIELDS.contains(&name) {
            return Err(KeyError::NotAField);
        }
        if let Some((_, field, derived)) = NAMES.iter().find(|(known, ..)| *known == name) {
            return Ok(Self {
                name: name.to_owned(),
                derived: *derived,
                ..Self::named(field)
            });
        }
        let Some((address, prefix)) = name.split_once('/') else {
            return Ok(Self::named(name));
        };
        let field = Self::named(address);
        if NOT_FIELDS.contains(&address) || field.kind != Some(Kind::Address) {
            let field = address.to_owned();
            return Err(KeyError::NotAnAddress { field });
        }
        let is_number = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = prefix
            .parse()
            .ok()
            .filter(|prefix| is_number && *prefix <= 128);
        Ok(Self {
            name: name.to_owned(),
            derived: Derived::Network(prefix.ok_or(KeyError::NotAPrefix)?),
            ..field
        })
    }

    /// Parses the name of a field whose values are added.
    ///
    /// # Errors
    /// The name is not one of a field with numbers.
    pub fn parse_sum(name: &str) -> Result<Self, KeyError> {
        let key = Self::parse(name)?;
        match (key.kind, key.derived) {
            (Some(Kind::Integer) | None, Derived::Value) => Ok(key),
            _ => Err(KeyError::NotANumber),
        }
    }

    /// Creates the key that tells whether an address is inside or outside.
    #[must_use]
    pub fn scope(name: &str, field: &str) -> Self {
        Self {
            name: name.to_owned(),
            derived: Derived::Scope,
            ..Self::named(field)
        }
    }

    /// Creates the key of bins of time with a width in seconds.
    #[must_use]
    pub fn bins(width: i64) -> Self {
        Self {
            name: BIN.to_owned(),
            derived: Derived::Bin(width.max(1)),
            ..Self::named("start")
        }
    }

    /// Parses the key of bins of time.
    ///
    /// # Errors
    /// The text is not a duration from one minute to one day.
    pub fn parse_bin(text: &str) -> Result<Self, BinError> {
        let width = duration::parse(text)?;
        let whole = Duration::from_secs(width.as_secs()) == width;
        let seconds = width.as_secs();
        match i64::try_from(seconds) {
            Ok(seconds_signed) if whole && BINS.contains(&seconds) => {
                Ok(Self::bins(seconds_signed))
            }
            _ => Err(BinError::OutOfRange),
        }
    }

    /// Returns the width of the bins of time, in seconds.
    #[must_use]
    pub fn bin(&self) -> Option<i64> {
        match self.derived {
            Derived::Bin(width) => Some(width),
            _ => None,
        }
    }

    /// Compares two values. Numbers are compared as numbers and before text, and no value comes first.
    pub(super) fn compare(&self, one: Option<&[u8]>, other: Option<&[u8]>) -> Ordering {
        let (Some(text), Some(other_text)) = (one, other) else {
            return one.cmp(&other);
        };
        if !matches!(self.kind, Some(Kind::Integer | Kind::Seconds)) {
            return one.cmp(&other);
        }
        let number = |text: &[u8]| str::from_utf8(text).ok()?.parse::<i64>().ok();
        match (number(text), number(other_text)) {
            (Some(one), Some(other)) => one.cmp(&other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => one.cmp(&other),
        }
    }

    /// Adds what the key makes of the value at a position of a record. What was made of a value already stays.
    pub(super) fn push(&self, record: &dyn Values, index: Option<usize>, packed: &mut Vec<u8>) {
        let Some(index) = index else {
            packed::push(packed, None);
            return;
        };
        let name = match self.derived {
            Derived::Value => None,
            Derived::Protocol => record.integer(index).and_then(qual::protocol_name),
            Derived::Service => record.integer(index).and_then(service::name),
            Derived::Scope => record.address(index).map(|of| scope::Scope::of(of).name()),
            Derived::Bin(width) => {
                let start = record
                    .seconds(index)
                    .map(|time| time - time.rem_euclid(width));
                let start = start.map(|start| start.to_string());
                packed::push(packed, start.as_deref());
                return;
            }
            Derived::Network(prefix) => {
                if let Some(network) = record.address(index).and_then(|of| network(of, prefix)) {
                    let mut text = String::with_capacity(24);
                    let _ = write!(text, "{network}");
                    packed::push(packed, Some(&text));
                    return;
                }
                None
            }
        };
        match name {
            Some(name) => packed::push(packed, Some(name)),
            None => {
                let text = record.text(index);
                packed::push(packed, text.as_deref().filter(|text| *text != "-"));
            }
        }
    }
}

/// Returns the network of an address; none if the prefix is one of the other family.
fn network(address: IpAddr, prefix: u8) -> Option<IpNet> {
    match address {
        IpAddr::V4(address) => {
            let network = Ipv4Net::new(address, prefix).ok()?;
            Some(IpNet::V4(network.trunc()))
        }
        IpAddr::V6(address) if prefix > 32 => {
            let network = Ipv6Net::new(address, prefix).ok()?;
            Some(IpNet::V6(network.trunc()))
        }
        IpAddr::V6(_) => None,
    }
}
