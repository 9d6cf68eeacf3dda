//! Quals put together, bound to a format, and asked about records.
//!
//! Quals are always re-checked here, whatever the service was asked to filter. A record satisfies them if all top-level
//! ones hold, any `where` block holds (if there are any), and no `exclude` block holds; a block holds if all of its quals
//! do. A field without a value satisfies no qual, and so is never excluded either.

use super::format::Format;
use super::parse::Record;
use super::qual::{Qual, Range, Target, Test};

/// The quals of one query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quals {
    /// The top-level quals: all must hold.
    pub all: Vec<Qual>,
    /// The `where` blocks: any of them must hold, if there are any.
    pub any: Vec<Vec<Qual>>,
    /// The `exclude` blocks: none of them may hold.
    pub none: Vec<Vec<Qual>>,
}

/// Quals whose fields have been found in a format.
#[derive(Debug, Clone)]
pub struct Bound {
    pub(super) all: Vec<BoundQual>,
    pub(super) any: Vec<Vec<BoundQual>>,
    pub(super) none: Vec<Vec<BoundQual>>,
    /// The number of fields in the format.
    pub(super) width: usize,
}

/// One qual whose field has been found in a format.
#[derive(Debug, Clone)]
pub(super) struct BoundQual {
    /// The qual as the user wrote it, such as `where[0].src_addr`.
    pub(super) label: String,
    pub(super) place: Place,
    pub(super) test: Test,
}

/// Where a qual looks in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Field(usize),
    Either([usize; 2]),
    EventId,
}

/// Says why quals cannot be asked of records in a format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// A qual looks at a field that the format lacks.
    #[error("`{qual}` needs the field {field}, which the record format lacks; it has {}", .available.join(", "))]
    MissingField {
        /// The qual as the user wrote it, such as `where[0].src_addr`.
        qual: String,
        /// AWS's name of the field.
        field: String,
        /// AWS's names of the fields that the format has.
        available: Vec<String>,
    },
    /// A block has no qual: as `exclude` it would drop every record, as `where` let every record through.
    #[error("`{block}` has no qual; write at least one into it, or remove the block")]
    EmptyBlock {
        /// The block, such as `exclude[0]`.
        block: String,
    },
}

impl Quals {
    /// Tells whether there is nothing to check.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.any.is_empty() && self.none.is_empty()
    }

    /// Finds the fields of all quals in a format.
    pub fn bind(&self, format: &Format) -> Result<Bound, BindError> {
        Ok(Bound {
            all: bind_all(&self.all, "", format)?,
            any: bind_blocks(&self.any, "where", format)?,
            none: bind_blocks(&self.none, "exclude", format)?,
            width: format.names().len(),
        })
    }
}

impl Bound {
    /// Returns all quals as the user wrote them, such as `where[0].src_addr`.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let blocks = self.any.iter().chain(&self.none).flatten();
        let quals = self.all.iter().chain(blocks);
        quals.map(|qual| qual.label.clone()).collect()
    }

    /// Decides whether a record, which came in the event of this id, satisfies the quals.
    ///
    /// The record must have been read in the format to which the quals were bound.
    #[must_use]
    pub fn matches(&self, record: &Record<'_>, event_id: &str) -> bool {
        let holds = |quals: &[BoundQual]| quals.iter().all(|qual| qual.holds(record, event_id));
        holds(&self.all)
            && (self.any.is_empty() || self.any.iter().any(|block| holds(block)))
            && !self.none.iter().any(|block| holds(block))
    }
}

impl BoundQual {
    fn holds(&self, record: &Record<'_>, event_id: &str) -> bool {
        match self.place {
            Place::Field(index) => self.test.holds(record, index),
            Place::Either(indexes) => indexes.iter().any(|index| self.test.holds(record, *index)),
            Place::EventId => self.test.holds_for_text(event_id),
        }
    }
}

impl Test {
    fn holds(&self, record: &Record<'_>, index: usize) -> bool {
        match self {
            Self::Text(_) => record
                .get(index)
                .is_some_and(|text| self.holds_for_text(text)),
            Self::Integer(ranges) => in_ranges(record.integer(index), ranges),
            Self::Seconds(ranges) => in_ranges(record.seconds(index), ranges),
            Self::Address(networks) => record
                .address(index)
                .is_some_and(|address| networks.iter().any(|network| network.contains(&address))),
            Self::Flags(masks) => record
                .integer(index)
                .is_some_and(|flags| masks.iter().any(|mask| has_flags(flags, *mask))),
        }
    }

    fn holds_for_text(&self, text: &str) -> bool {
        matches!(self, Self::Text(values) if values.iter().any(|value| value == text))
    }
}

fn in_ranges(number: Option<i64>, ranges: &[Range]) -> bool {
    number.is_some_and(|number| ranges.iter().any(|range| range.holds(number)))
}

/// Tells whether all bits of the mask are set; the empty mask asks for no bit at all.
fn has_flags(flags: i64, mask: i64) -> bool {
    if mask == 0 {
        flags == 0
    } else {
        flags & mask == mask
    }
}

fn bind_blocks(
    blocks: &[Vec<Qual>],
    name: &str,
    format: &Format,
) -> Result<Vec<Vec<BoundQual>>, BindError> {
    let bind = |(number, block): (usize, &Vec<Qual>)| {
        let block_name = format!("{name}[{number}]");
        if block.is_empty() {
            return Err(BindError::EmptyBlock { block: block_name });
        }
        bind_all(block, &format!("{block_name}."), format)
    };
    blocks.iter().enumerate().map(bind).collect()
}

fn bind_all(quals: &[Qual], prefix: &str, format: &Format) -> Result<Vec<BoundQual>, BindError> {
    quals
        .iter()
        .map(|qual| bind_one(qual, format!("{prefix}{}", qual.name()), format))
        .collect()
}

fn bind_one(qual: &Qual, label: String, format: &Format) -> Result<BoundQual, BindError> {
    let find = |name: &str| {
        format
            .position(name)
            .ok_or_else(|| BindError::MissingField {
                qual: label.clone(),
                field: name.to_owned(),
                available: format.names().to_vec(),
            })
    };
    let place = match &qual.target {
        Target::Field(name) => Place::Field(find(name)?),
        Target::Either([one, other]) => Place::Either([find(one)?, find(other)?]),
        Target::EventId => Place::EventId,
    };
    Ok(BoundQual {
        label,
        place,
        test: qual.test.clone(),
    })
}

#[cfg(test)]
mod tests;
