//! All quals of a query, bound to a format and checked against records.
//!
//! Quals are always checked here, whatever the service was asked to filter. A record matches if it matches all top-level
//! quals, at least one `where` block, if there are any, and no `exclude` block. Within a block, all quals must match. A
//! field without a value matches no qual, except one that asks for that.

mod checks;

use std::cell::RefCell;

use super::format::Format;
use super::qual::{Block, Qual, QualPath, Target, Test};
use super::values::Values;

/// The quals of one query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quals {
    /// The top-level quals, all of which must match.
    pub all: Vec<Qual>,
    /// The `where` blocks, of which at least one must match, if there are any.
    pub any: Vec<Vec<Qual>>,
    /// The `exclude` blocks, of which none may match.
    pub none: Vec<Vec<Qual>>,
}

/// Quals with the positions of their fields in a format.
#[derive(Debug, Clone)]
pub struct Bound {
    pub(super) all: Vec<BoundQual>,
    pub(super) any: Vec<Vec<BoundQual>>,
    pub(super) none: Vec<Vec<BoundQual>>,
    /// The format to which the quals are bound. Values that they check must be of the type of their field.
    pub(super) format: Format,
}

/// One qual with the positions of its fields in a format.
#[derive(Debug, Clone)]
pub(super) struct BoundQual {
    pub(super) path: QualPath,
    pub(super) place: Place,
    pub(super) test: Test,
}

/// Which values of a record a qual checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The values at these positions, of which any may match. Without positions, none does.
    Fields(Vec<usize>),
    /// The id of the event.
    EventId,
    /// None: the qual asks for no value in a field that the format lacks, so every record matches.
    Anywhere,
}

/// Why quals cannot be bound to a format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// A qual is on a field that the format lacks.
    #[error("`{qual}` needs the field {field}, which the record format lacks; it has {}", .available.join(", "))]
    MissingField {
        /// The qual.
        qual: QualPath,
        /// AWS's name of the field.
        field: String,
        /// AWS's names of the fields of the format.
        available: Vec<String>,
    },
    /// A block has no qual. An empty block would match every record.
    #[error("`{block}` has no filter; add at least one, or remove the block")]
    EmptyBlock {
        /// The block.
        block: QualPath,
    },
}

impl Quals {
    /// Reports whether there is no qual.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.any.is_empty() && self.none.is_empty()
    }

    /// Binds the quals to a format.
    pub fn bind(&self, format: &Format) -> Result<Bound, BindError> {
        self.bind_leniently(format, &|error| Err(error))
    }

    /// Binds the quals to each of the formats of a log group. A format may lack a field that another one has: in its
    /// records, the field has no value.
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

    /// Binds the quals to a format that may lack their fields: in its records, these have no value. Also returns the first
    /// qual on such a field.
    pub(super) fn bind_with_gaps(
        &self,
        format: &Format,
    ) -> Result<(Bound, Option<BindError>), BindError> {
        let first = RefCell::new(None);
        let note = |error| match error {
            BindError::MissingField { .. } => {
                first.borrow_mut().get_or_insert(error);
                Ok(())
            }
            BindError::EmptyBlock { .. } => Err(error),
        };
        let bound = self.bind_leniently(format, &note)?;
        Ok((bound, first.into_inner()))
    }

    fn bind_leniently(
        &self,
        format: &Format,
        on_missing: &OnMissing<'_>,
    ) -> Result<Bound, BindError> {
        let binder = Binder { format, on_missing };
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
type OnMissing<'a> = dyn Fn(BindError) -> Result<(), BindError> + 'a;

struct Binder<'a> {
    format: &'a Format,
    on_missing: &'a OnMissing<'a>,
}

impl Bound {
    /// Returns the places of all quals.
    #[must_use]
    pub fn paths(&self) -> Vec<QualPath> {
        let blocks = self.any.iter().chain(&self.none).flatten();
        let quals = self.all.iter().chain(blocks);
        quals.map(|qual| qual.path.clone()).collect()
    }

    /// Returns the format to which the quals are bound.
    pub(super) fn format(&self) -> &Format {
        &self.format
    }

    /// Returns the positions that the quals check.
    pub(super) fn places(&self) -> Vec<usize> {
        let blocks = self.any.iter().chain(&self.none).flatten();
        let places = self.all.iter().chain(blocks).map(|qual| &qual.place);
        let indexes = places.flat_map(|place| match place {
            Place::Fields(indexes) => indexes.as_slice(),
            Place::EventId | Place::Anywhere => &[],
        });
        indexes.copied().collect()
    }

    /// Checks whether a record matches. `event_id` is the id of the event that held it.
    ///
    /// The record must have been read in the format to which the quals are bound.
    #[must_use]
    pub fn matches(&self, record: &(impl Values + ?Sized), event_id: &str) -> bool {
        let holds = |quals: &[BoundQual]| quals.iter().all(|qual| qual.holds(record, event_id));
        holds(&self.all)
            && (self.any.is_empty() || self.any.iter().any(|block| holds(block)))
            && !self.none.iter().any(|block| holds(block))
    }

    /// Reports whether one number or address shows that a record does not match, whatever its other values are. The values
    /// need not have been checked.
    #[must_use]
    pub(super) fn is_refuted_by(&self, record: &impl Values) -> bool {
        self.all.iter().any(|qual| qual.is_refuted_by(record))
    }

    /// Reports whether no record matches whose numbers are in these ranges, or have no value. `range` returns the least
    /// and the greatest number at a position, if they are known.
    #[must_use]
    pub(super) fn is_refuted_by_ranges(&self, range: &dyn Fn(usize) -> Option<(i64, i64)>) -> bool {
        self.all.iter().any(|qual| match &qual.place {
            Place::Fields(indexes) => {
                let refutes = |index: &usize| {
                    range(*index).is_some_and(|(low, high)| qual.test.misses(low, high))
                };
                indexes.iter().all(refutes)
            }
            Place::EventId | Place::Anywhere => false,
        })
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
                None => (self.on_missing)(BindError::MissingField {
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
