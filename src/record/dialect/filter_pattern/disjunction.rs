//! Quals as alternatives, of which each is a conjunction that one pattern can hold.
//!
//! A pattern ANDs its slots and may not compare one slot with another, so whatever is an OR over slots (several `where`
//! blocks, `addr`, `port`) becomes several conjunctions, each a call of its own.

use super::positive;
use crate::record::format::Format;
use crate::record::qual::Test;
use crate::record::quals::{Bound, BoundQual, Place};

/// One thing that has to hold in one slot.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    /// The quals for which it stands, by their number.
    pub(super) quals: Vec<usize>,
    pub(super) slot: usize,
    pub(super) test: Test,
}

/// Things that have to hold together.
#[derive(Debug, Clone, Default)]
pub(super) struct Alternative {
    /// The quals that have to hold, also those of which no slot can say anything.
    pub(super) quals: Vec<usize>,
    pub(super) atoms: Vec<Atom>,
    /// What another alternative brings already, and this one need not.
    pub(super) elsewhere: Vec<Atom>,
}

/// Alternatives of which any has to hold.
struct Unit(Vec<Alternative>);

/// Writes the quals that have to hold as at most so many alternatives; none if no record of the format satisfies them.
pub(super) fn alternatives(bound: &Bound, most: usize) -> Vec<Alternative> {
    let mut units = units(bound);
    for unit in &mut units {
        unit.join_if_vain();
    }
    while units.iter().map(|unit| unit.0.len()).product::<usize>() > most {
        let widest = units.iter_mut().max_by_key(|unit| unit.0.len());
        widest.into_iter().for_each(Unit::join);
    }
    units.iter_mut().for_each(Unit::part);
    let all = vec![Alternative::default()];
    units.iter().fold(all, |all, unit| cross(&all, &unit.0))
}

impl Alternative {
    /// Cuts the list with the most values into at most so many parts of about the same length, each with all else that has
    /// to hold.
    pub(super) fn in_parts(&self, count: usize) -> Vec<Self> {
        let atoms = self.atoms.iter().enumerate();
        let Some((longest, _)) = atoms.max_by_key(|(_, atom)| positive::values(&atom.test)) else {
            return vec![self.clone()];
        };
        let with = |test| {
            let mut part = self.clone();
            part.atoms[longest].test = test;
            part
        };
        let tests = positive::in_parts(&self.atoms[longest].test, count);
        tests.into_iter().map(with).collect()
    }
}

impl Unit {
    /// Gives up the alternatives: all that is left to say is nothing.
    fn join(&mut self) {
        let mut quals: Vec<_> = self.0.iter().flat_map(|one| one.quals.clone()).collect();
        quals.sort_unstable();
        quals.dedup();
        self.0 = vec![Alternative {
            quals,
            ..Alternative::default()
        }];
    }

    /// Keeps an alternative from bringing again what one before it brings.
    fn part(&mut self) {
        let mut before: Vec<Atom> = Vec::new();
        for alternative in &mut self.0 {
            let own = |slot: usize| alternative.atoms.iter().any(|atom| atom.slot == slot);
            let elsewhere = before.iter().filter(|atom| !own(atom.slot));
            alternative.elsewhere = elsewhere.cloned().collect();
            if let [atom] = alternative.atoms.as_slice() {
                before.push(atom.clone());
            }
        }
    }

    /// An alternative of which nothing can be said lets everything through, and the others with it.
    fn join_if_vain(&mut self) {
        if self.0.len() > 1 && self.0.iter().any(|one| one.atoms.is_empty()) {
            self.join();
        }
    }
}

fn units(bound: &Bound) -> Vec<Unit> {
    let mut number = 0;
    let mut numbered = |qual| {
        number += 1;
        (number - 1, qual)
    };
    let mut units: Vec<_> = bound
        .all
        .iter()
        .map(|qual| Unit(of_qual(numbered(qual), &bound.format)))
        .collect();
    let mut blocks = Vec::new();
    for block in &bound.any {
        let quals = block
            .iter()
            .map(|qual| of_qual(numbered(qual), &bound.format));
        let together = vec![Alternative::default()];
        blocks.extend(quals.fold(together, |all, qual| cross(&all, &qual)));
    }
    if !bound.any.is_empty() {
        units.push(Unit(in_one_slot(&blocks, &bound.format).unwrap_or(blocks)));
    }
    units
}

/// Writes a qual as one alternative for each slot in which it may hold.
fn of_qual((number, qual): (usize, &BoundQual), format: &Format) -> Vec<Alternative> {
    let alternative = |atoms| Alternative {
        quals: vec![number],
        atoms,
        ..Alternative::default()
    };
    let Place::Fields(slots) = &qual.place else {
        return vec![alternative(Vec::new())];
    };
    let in_slot = |slot: &usize| {
        let pushable = !positive::forms(&qual.test, format.is_encoded(*slot)).is_empty();
        let atom = Atom {
            quals: vec![number],
            slot: *slot,
            test: qual.test.clone(),
        };
        alternative(if pushable { vec![atom] } else { Vec::new() })
    };
    slots.iter().map(in_slot).collect()
}

/// Makes one alternative of several that each ask one thing of the same slot, if the slot can say exactly that.
fn in_one_slot(alternatives: &[Alternative], format: &Format) -> Option<Vec<Alternative>> {
    let mut atoms = Vec::new();
    for alternative in alternatives {
        match alternative.atoms.as_slice() {
            [atom] if alternative.quals.len() == 1 => atoms.push(atom),
            _ => return None,
        }
    }
    let slot = atoms.first()?.slot;
    if atoms.iter().any(|atom| atom.slot != slot) {
        return None;
    }
    let test = positive::union(atoms.iter().map(|atom| &atom.test))?;
    let forms = positive::forms(&test, format.is_encoded(slot));
    forms.first().filter(|form| form.exact)?;
    let quals: Vec<_> = atoms.iter().flat_map(|atom| atom.quals.clone()).collect();
    Some(vec![Alternative {
        quals: quals.clone(),
        atoms: vec![Atom { quals, slot, test }],
        ..Alternative::default()
    }])
}

fn cross(all: &[Alternative], more: &[Alternative]) -> Vec<Alternative> {
    let both = |one: &Alternative, other: &Alternative| Alternative {
        quals: [one.quals.clone(), other.quals.clone()].concat(),
        atoms: [one.atoms.clone(), other.atoms.clone()].concat(),
        elsewhere: [one.elsewhere.clone(), other.elsewhere.clone()].concat(),
    };
    all.iter()
        .flat_map(|one| more.iter().map(move |other| both(one, other)))
        .collect()
}
