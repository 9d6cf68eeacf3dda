//! Quals put together, bound to a format, and asked about records.
//!
//! Quals are always re-checked here, whatever the service was asked to filter. A record satisfies them if all top-level
//! ones hold, any `where` block holds (if there are any), and no `exclude` block holds; a block holds if all of its quals
//! do. A field without a value satisfies no qual but one that asks for no value, and so is not excluded by any other.

use std::net::IpAddr;

use ipnet::IpNet;

use super::format::Format;
use super::qual::{Block, Qual, QualPath, Range, Target, Test};
use super::values::Values;

/// The longest list that is looked through value by value; in longer ones, which are in order, a value is looked up.
const LONGEST_UNORDERED: usize = 64;

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
    /// The format to which the quals are bound; what they look at has to hold a value of its kind.
    pub(super) format: Format,
}

/// One qual whose field has been found in a format.
#[derive(Debug, Clone)]
pub(super) struct BoundQual {
    pub(super) path: QualPath,
    pub(super) place: Place,
    pub(super) test: Test,
}

/// Where a qual looks in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Positions, of which any may satisfy the qual; none does if there are none.
    Fields(Vec<usize>),
    EventId,
    /// Nowhere: the format lacks a field of which no value is asked for, so that every record satisfies the qual.
    Anywhere,
}

/// Says why quals cannot be asked of records in a format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// A qual looks at a field that the format lacks.
    #[error("`{qual}` needs the field {field}, which the record format lacks; it has {}", .available.join(", "))]
    MissingField {
        /// The qual.
        qual: QualPath,
        /// AWS's name of the field.
        field: String,
        /// AWS's names of the fields that the format has.
        available: Vec<String>,
    },
    /// A block has no qual: as `exclude` it would drop every record, as `where` let every record through.
    #[error("`{block}` has no qual; write at least one into it, or remove the block")]
    EmptyBlock {
        /// The block.
        block: QualPath,
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
        self.bind_leniently(format, &|error| Err(error))
    }

    /// Finds the fields of all quals in each of the formats whose lines stand in one place. A format may lack a field that
    /// another has: in its records the field has no value.
    pub fn bind_each(&self, formats: &[Format]) -> Result<Vec<Bound>, BindError> {
        if let [format] = formats {
            return Ok(vec![self.bind(format)?]);
        }
        let lacked_by_all = |error: BindError| match &error {
            BindError::MissingField { field, .. }
                if formats
                    .iter()
                    .any(|format| format.position(field).is_some()) =>
            {
                Ok(())
            }
            _ => Err(error),
        };
        formats
            .iter()
            .map(|format| self.bind_leniently(format, &lacked_by_all))
            .collect()
    }

    fn bind_leniently(&self, format: &Format, judge: &Judge<'_>) -> Result<Bound, BindError> {
        let binder = Binder { format, judge };
        let mut bound = Bound {
            all: binder.all(&self.all, None)?,
            any: binder.blocks(&self.any, Block::Where)?,
            none: binder.blocks(&self.none, Block::Exclude)?,
            format: format.clone(),
        };
        for place in bound.places() {
            bound.format.check_also(place);
        }
        Ok(bound)
    }
}

/// Decides whether a format may lack a field.
type Judge<'a> = dyn Fn(BindError) -> Result<(), BindError> + 'a;

struct Binder<'a> {
    format: &'a Format,
    judge: &'a Judge<'a>,
}

impl Bound {
    /// Returns all quals as the user wrote them, such as `where[0].src_addr`.
    #[must_use]
    pub fn paths(&self) -> Vec<QualPath> {
        let blocks = self.any.iter().chain(&self.none).flatten();
        let quals = self.all.iter().chain(blocks);
        quals.map(|qual| qual.path.clone()).collect()
    }

    /// Returns the positions at which the quals look.
    fn places(&self) -> Vec<usize> {
        let blocks = self.any.iter().chain(&self.none).flatten();
        let places = self.all.iter().chain(blocks).map(|qual| &qual.place);
        let indexes = places.flat_map(|place| match place {
            Place::Fields(indexes) => indexes.as_slice(),
            Place::EventId | Place::Anywhere => &[],
        });
        indexes.copied().collect()
    }

    /// Decides whether a record, which came in the event of this id, satisfies the quals.
    ///
    /// The record must have been read in the format to which the quals were bound.
    #[must_use]
    pub fn matches(&self, record: &(impl Values + ?Sized), event_id: &str) -> bool {
        let holds = |quals: &[BoundQual]| quals.iter().all(|qual| qual.holds(record, event_id));
        holds(&self.all)
            && (self.any.is_empty() || self.any.iter().any(|block| holds(block)))
            && !self.none.iter().any(|block| holds(block))
    }

    /// Tells whether a number or an address in a record, whose values need not have been checked, makes it one that does
    /// not satisfy the quals, whatever its other values are.
    #[must_use]
    pub(super) fn is_refuted_by(&self, record: &impl Values) -> bool {
        self.all.iter().any(|qual| qual.is_refuted_by(record))
    }
}

impl BoundQual {
    fn is_refuted_by(&self, record: &impl Values) -> bool {
        let Place::Fields(indexes) = &self.place else {
            return false;
        };
        let refutes = |index: &usize| self.test.is_refuted_by(record, *index);
        !indexes.is_empty() && indexes.iter().all(refutes)
    }

    fn holds(&self, record: &(impl Values + ?Sized), event_id: &str) -> bool {
        match &self.place {
            Place::Fields(indexes) => indexes.iter().any(|index| self.test.holds(record, *index)),
            Place::EventId => {
                let own = record.event_id().unwrap_or(event_id);
                self.test.holds_for_text(own)
            }
            Place::Anywhere => true,
        }
    }
}

impl Test {
    /// Brings a long list into order, without what overlaps.
    fn ordered(self) -> Self {
        match self {
            Self::Text(mut values) if values.len() > LONGEST_UNORDERED => {
                values.sort_unstable();
                values.dedup();
                Self::Text(values)
            }
            Self::Integer(ranges) if ranges.len() > LONGEST_UNORDERED => {
                Self::Integer(Range::merged(&ranges))
            }
            Self::Seconds(ranges) if ranges.len() > LONGEST_UNORDERED => {
                Self::Seconds(Range::merged(&ranges))
            }
            Self::Address(networks) if networks.len() > LONGEST_UNORDERED => {
                Self::Address(IpNet::aggregate(&networks))
            }
            Self::OrAbsent(test) => Self::OrAbsent(Box::new(test.ordered())),
            test => test,
        }
    }

    fn is_refuted_by(&self, record: &impl Values, index: usize) -> bool {
        match self {
            Self::Integer(ranges) => record
                .integer(index)
                .is_some_and(|number| !in_ranges(Some(number), ranges)),
            Self::Address(networks) => record
                .address(index)
                .as_ref()
                .is_some_and(|address| !in_networks(address, networks)),
            // What has a number or an address is not without a value.
            Self::OrAbsent(test) => test.is_refuted_by(record, index),
            Self::Text(_) | Self::AnyCase(_) | Self::Seconds(_) | Self::Flags(_) => false,
        }
    }

    fn holds(&self, record: &(impl Values + ?Sized), index: usize) -> bool {
        match self {
            Self::Text(_) | Self::AnyCase(_) => record
                .text(index)
                .is_some_and(|text| self.holds_for_text(&text)),
            Self::Integer(ranges) => in_ranges(record.integer(index), ranges),
            Self::Seconds(ranges) => in_ranges(record.seconds(index), ranges),
            Self::Address(networks) => record
                .address(index)
                .is_some_and(|address| in_networks(&address, networks)),
            Self::Flags(masks) => record
                .integer(index)
                .is_some_and(|flags| masks.iter().any(|mask| mask.holds(flags))),
            Self::OrAbsent(test) => record.text(index).is_none() || test.holds(record, index),
        }
    }

    fn holds_for_text(&self, text: &str) -> bool {
        match self {
            Self::Text(values) if values.len() > LONGEST_UNORDERED => values
                .binary_search_by(|value| value.as_str().cmp(text))
                .is_ok(),
            Self::Text(values) => values.iter().any(|value| value == text),
            Self::AnyCase(values) => values.iter().any(|value| value.eq_ignore_ascii_case(text)),
            _ => false,
        }
    }
}

fn in_networks(address: &IpAddr, networks: &[IpNet]) -> bool {
    let candidates = match networks.len() > LONGEST_UNORDERED {
        true => last(networks, |network| network.network() <= *address),
        false => networks,
    };
    candidates.iter().any(|network| network.contains(address))
}

fn in_ranges(number: Option<i64>, ranges: &[Range]) -> bool {
    number.is_some_and(|number| {
        let candidates = match ranges.len() > LONGEST_UNORDERED {
            true => last(ranges, |range| range.low <= number),
            false => ranges,
        };
        candidates.iter().any(|range| range.holds(number))
    })
}

/// The last of those that begin early enough, as a list: of things in order that do not overlap no other can hold a value.
fn last<T>(ordered: &[T], begins: impl Fn(&T) -> bool) -> &[T] {
    let end = ordered.partition_point(begins);
    &ordered[end.saturating_sub(1)..end]
}

impl Binder<'_> {
    fn blocks(&self, blocks: &[Vec<Qual>], kind: Block) -> Result<Vec<Vec<BoundQual>>, BindError> {
        let bind = |(number, block): (usize, &Vec<Qual>)| {
            let place = Some((kind, number));
            if block.is_empty() {
                let block = QualPath {
                    block: place,
                    name: None,
                };
                return Err(BindError::EmptyBlock { block });
            }
            self.all(block, place)
        };
        blocks.iter().enumerate().map(bind).collect()
    }

    fn all(
        &self,
        quals: &[Qual],
        block: Option<(Block, usize)>,
    ) -> Result<Vec<BoundQual>, BindError> {
        quals
            .iter()
            .map(|qual| self.one(qual, QualPath::of(block, qual.name())))
            .collect()
    }

    fn one(&self, qual: &Qual, path: QualPath) -> Result<BoundQual, BindError> {
        let names = match &qual.target {
            Target::Field(name) => &[name.as_str()][..],
            Target::Either(names) => names,
            Target::EventId => &[],
        };
        let positions = self.positions(names, &path)?;
        let lacked = positions.len() < names.len();
        let place = match (&qual.target, &qual.test) {
            (Target::EventId, _) => Place::EventId,
            (_, Test::OrAbsent(_)) if lacked => Place::Anywhere,
            _ => Place::Fields(positions),
        };
        Ok(BoundQual {
            path,
            place,
            test: qual.test.clone().ordered(),
        })
    }

    fn positions(&self, names: &[&str], qual: &QualPath) -> Result<Vec<usize>, BindError> {
        let mut positions = Vec::new();
        for name in names {
            match self.format.position(name) {
                Some(position) => positions.push(position),
                None => (self.judge)(BindError::MissingField {
                    qual: qual.clone(),
                    field: (*name).to_owned(),
                    available: self.format.names().to_vec(),
                })?,
            }
        }
        Ok(positions)
    }
}

#[cfg(test)]
mod tests;
