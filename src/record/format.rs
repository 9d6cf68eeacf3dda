//! The record format of a flow log: which fields a line has, and in which order.
//!
//! It is written as AWS writes it, `${version} ${account-id} …`. A format must not know how values are parsed. Names that
//! the field table lacks are accepted, since AWS adds fields.

use std::fmt;
use std::ops::RangeInclusive;

use super::field::{self, Field, Kind};

/// The maximum number of fields of a format. AWS's two tables have 72 together.
pub const MAX_FIELDS: usize = 80;

/// The default record format of VPC flow logs.
const VPC_DEFAULT: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes \
    start end action log-status";

/// The default record format of transit gateway flow logs: all fields of versions 2 to 6.
const TRANSIT_GATEWAY_DEFAULT: &str = "version resource-type account-id tgw-id tgw-attachment-id \
    tgw-src-vpc-account-id tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id \
    tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr srcport dstport \
    protocol packets bytes start end log-status type packets-lost-no-route packets-lost-blackhole \
    packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region flow-direction pkt-src-aws-service \
    pkt-dst-aws-service";

/// The fields of a flow log's lines, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    names: Vec<String>,
    /// The positions whose values are type-checked: those with typed results, and those that quals check.
    typed: Vec<(usize, Kind)>,
    /// The index of each position among those.
    kept: [u8; MAX_FIELDS],
    log_status: Option<usize>,
    version: Option<usize>,
    /// A bit for each position whose values are percent-encoded.
    encoded: u128,
    last_values: Option<&'static [&'static str]>,
    versions: (u8, u8),
}

/// Why a text is not a record format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FormatError {
    /// The byte of the text at which the mistake is.
    pub position: usize,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// What is wrong with a format that parses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw<'a> {
    /// A name is not a field, but an alias of one.
    Alias {
        /// The name.
        name: &'a str,
        /// The field to name instead.
        suggestion: &'static Field,
    },
    /// A name is not in the field table. It may be newer.
    Unknown {
        /// The name.
        name: &'a str,
    },
    /// No kind of flow log records two of the fields together.
    Mixed {
        /// A field.
        field: &'static Field,
        /// An earlier field that only another kind of flow log records.
        other: &'static Field,
    },
}

impl fmt::Display for Flaw<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alias { name, suggestion } => {
                let field = suggestion.name;
                write!(
                    out,
                    "There is no record field `${{{name}}}`: write `${{{field}}}`"
                )?;
                if field == "start" && !name.to_lowercase().starts_with("start") {
                    let both = "the times of the first and the last packet";
                    write!(out, " and `${{end}}`, {both}")?;
                }
                write!(out, ".")
            }
            Self::Unknown { name } => write!(
                out,
                "This version of the provider does not know the field `{name}`."
            ),
            Self::Mixed { field, other } => write!(
                out,
                "The field `${{{}}}` is recorded for {}, but `${{{}}}` for {}: one flow log cannot have both.",
                field.name,
                field.family.noun(),
                other.name,
                other.family.noun()
            ),
        }
    }
}

impl Format {
    /// Parses a format as AWS writes it: `${field}`, separated by spaces.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let names = names(text)?;
        Ok(Self::of(names.into_iter().map(str::to_owned).collect()))
    }

    /// Returns the default format of VPC flow logs, with 14 fields.
    #[must_use]
    pub fn vpc_default() -> Self {
        Self::of(VPC_DEFAULT.split(' ').map(str::to_owned).collect())
    }

    /// Returns the default format of transit gateway flow logs, with 36 fields.
    #[must_use]
    pub fn transit_gateway_default() -> Self {
        Self::of(
            TRANSIT_GATEWAY_DEFAULT
                .split(' ')
                .map(str::to_owned)
                .collect(),
        )
    }

    /// Returns AWS's names of the fields, in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the position of a field, by its AWS name.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// Checks the names.
    #[must_use]
    pub fn flaws(&self) -> Vec<Flaw<'_>> {
        let mut flaws = Vec::new();
        let mut fields: Vec<&'static Field> = Vec::new();
        for name in &self.names {
            if let Some(field) = field::find(name) {
                if let Some(other) = fields.iter().find(|other| other.excludes(field)) {
                    flaws.push(Flaw::Mixed { field, other });
                }
                fields.push(field);
            } else {
                flaws.push(match field::suggest(name) {
                    Some(suggestion) => Flaw::Alias { name, suggestion },
                    None => Flaw::Unknown { name },
                });
            }
        }
        flaws
    }

    /// Returns the versions that a record of this format may have: the highest version among its fields, or any from there
    /// on if it has fields that are newer than the field table.
    #[must_use]
    pub fn versions(&self) -> RangeInclusive<u8> {
        self.versions.0..=self.versions.1
    }

    /// Reports whether the version of a line may distinguish this format from another one with the same number of fields:
    /// they do not have the same version at the same position.
    pub(super) fn is_distinguished_by_version(&self, other: &Self) -> bool {
        self.version.is_some()
            && self.names.len() == other.names.len()
            && (self.version, self.versions) != (other.version, other.versions)
    }

    /// Reports whether the value at a position is percent-encoded in records.
    pub(super) fn is_encoded(&self, index: usize) -> bool {
        index < MAX_FIELDS && self.encoded >> index & 1 == 1
    }

    /// Returns the documented values of the last field, if there is a list.
    pub(super) fn last_values(&self) -> Option<&'static [&'static str]> {
        self.last_values
    }

    pub(super) fn typed(&self) -> &[(usize, Kind)] {
        &self.typed
    }

    /// Type-checks the value at a position, too.
    pub(super) fn check_also(&mut self, position: usize) {
        let Some(field) = self.names.get(position).and_then(|name| field::find(name)) else {
            return;
        };
        let known = self.typed.iter().any(|(known, _)| *known == position);
        if !known && field.kind != Kind::Text {
            self.typed.push((position, field.kind));
            self.kept = kept(&self.typed);
        }
    }

    /// Returns the index under which the number at a position is kept; out of range if it is not kept.
    #[inline]
    pub(super) fn kept(&self, position: usize) -> usize {
        self.kept
            .get(position)
            .map_or(MAX_FIELDS, |place| usize::from(*place))
    }

    pub(super) fn version(&self) -> Option<usize> {
        self.version
    }

    pub(super) fn log_status(&self) -> Option<usize> {
        self.log_status
    }

    pub(super) fn of(names: Vec<String>) -> Self {
        let typed: Vec<_> = names
            .iter()
            .enumerate()
            .filter_map(|(position, name)| Some((position, field::find(name)?)))
            .filter(|(_, field)| field.column.is_some() && field.kind != Kind::Text)
            .map(|(position, field)| (position, field.kind))
            .collect();
        let position = |wanted| names.iter().position(|name| name == wanted);
        let (log_status, version_at) = (position("log-status"), position("version"));
        let known = || names.iter().map(|name| field::find(name));
        let encoded = known()
            .enumerate()
            .filter(|(_, field)| field.is_some_and(|field| field.encoded))
            .fold(0, |bits, (position, _)| bits | 1 << position);
        let version = known().flatten().map(|field| field.version).max();
        let newest = if known().all(|field| field.is_some()) {
            version
        } else {
            None
        };
        let last_values = known()
            .next_back()
            .flatten()
            .map(|field| field.values)
            .filter(|values| !values.is_empty());
        Self {
            last_values,
            versions: (version.unwrap_or_default(), newest.unwrap_or(u8::MAX)),
            kept: kept(&typed),
            names,
            typed,
            log_status,
            version: version_at,
            encoded,
        }
    }
}

/// Parses the names of a format's fields, in their order.
pub fn names(text: &str) -> Result<Vec<&str>, FormatError> {
    let mut names = Vec::new();
    let mut rest = text.trim_ascii_start();
    while !rest.is_empty() {
        let position = text.len() - rest.len();
        let (word, after) = split_word(rest);
        let name = field_name(word, position)?;
        if names.contains(&name) {
            return fail(
                position,
                format!("`${{{name}}}` is named twice; name each field once"),
            );
        }
        if names.len() == MAX_FIELDS {
            return fail(
                position,
                format!("a record format names at most {MAX_FIELDS} fields"),
            );
        }
        names.push(name);
        rest = after;
    }
    if names.is_empty() {
        return fail(
            0,
            "a record format names at least one field, such as `${version}`".to_owned(),
        );
    }
    Ok(names)
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, name) in self.names.iter().enumerate() {
            let space = if position == 0 { "" } else { " " };
            write!(out, "{space}${{{name}}}")?;
        }
        Ok(())
    }
}

/// Numbers the positions that are type-checked.
fn kept(typed: &[(usize, Kind)]) -> [u8; MAX_FIELDS] {
    let mut kept = [u8::MAX; MAX_FIELDS];
    for (place, (position, _)) in (0..).zip(typed) {
        kept[*position] = place;
    }
    kept
}

fn fail<T>(position: usize, message: String) -> Result<T, FormatError> {
    Err(FormatError { position, message })
}

fn split_word(text: &str) -> (&str, &str) {
    let end = text
        .find(|letter: char| letter.is_ascii_whitespace())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (word, rest.trim_ascii_start())
}

/// Returns the name in `${name}`. The position is that of the word in the whole text.
fn field_name(word: &str, position: usize) -> Result<&str, FormatError> {
    let Some(inner) = word.strip_prefix("${") else {
        return fail(position, without_braces(word));
    };
    let Some((name, after)) = inner.split_once('}') else {
        return fail(position, never_closed(word, inner));
    };
    if name.is_empty() {
        return fail(
            position,
            "`${}` names no field; write the field's name between the braces".to_owned(),
        );
    }
    if let Some(bad) = name.find(|letter: char| !is_name_letter(letter)) {
        return fail(
            position + 2 + bad,
            format!("`${{{name}}}` is not the name of a field; {NAME_RULE}"),
        );
    }
    if !after.is_empty() {
        let place = position + word.len() - after.len();
        return fail(
            place,
            format!("separate fields by a space: `{after}` follows `${{{name}}}` directly"),
        );
    }
    Ok(name)
}

fn never_closed(word: &str, inner: &str) -> String {
    match letters(inner) {
        "" => format!(
            "`{word}` is not a field; write the name between the braces without white space"
        ),
        name => format!("`{word}` is never closed; write `${{{name}}}`"),
    }
}

const NAME_RULE: &str = "names consist of letters, digits and `-`, as in `${account-id}`";

fn without_braces(word: &str) -> String {
    if word.starts_with("$${") {
        return format!("`{word}` has one `$` too many; write `{}`", &word[1..]);
    }
    match letters(word) {
        "" => format!("`{word}` is not a field; write fields as in `${{version}} ${{account-id}}`"),
        name => format!("`{word}` is not a field; write `${{{name}}}`"),
    }
}

/// Returns the part of a malformed word that is probably the name.
fn letters(word: &str) -> &str {
    let word = word.trim_start_matches(|letter| !is_name_letter(letter));
    let end = word
        .find(|letter| !is_name_letter(letter))
        .unwrap_or(word.len());
    &word[..end]
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

#[cfg(test)]
mod tests;
