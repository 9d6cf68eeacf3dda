//! Quals as alternatives, each of which is a conjunction that one pattern can express.
//!
//! A pattern ANDs its slots, so an OR over slots (several `where` blocks, `addr`, `port`) becomes several conjunctions,
//! each with its own call.

use super::positive;
use crate::record::format::Format;
use crate::record::qual::Test;
use crate::record::quals::{Bound, BoundQual, Place};

/// A condition on one slot.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    /// The quals that it stands for, by their index.
    pub(super) quals: Vec<usize>,
    pub(super) slot: usize,
    pub(super) test: Test,
}

/// Conditions that must all hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Alternative {
    /// The quals that must match, including those that no slot can express.
    pub(super) quals: Vec<usize>,
    pub(super) atoms: Vec<Atom>,
    /// What an earlier alternative already receives, so this one need not.
    pub(super) elsewhere: Vec<Atom>,
}

/// Alternatives of which at least one must hold.
struct Unit(Vec<Alternative>);

/// Converts the quals that must match to at most this many alternatives; none if no record of the format can match.
pub(super) fn alternatives(bound: &Bound, most: usize) -> Vec<Alternative> {
    let mut units = units(bound);
    for unit in &mut units {
        unit.join_if_open();
    }
    while units.iter().map(|unit| unit.0.len()).product::<usize>() > most {
        let widest = units.iter_mut().max_by_key(|unit| unit.0.len());
        widest.into_iter().for_each(Unit::join);
    }
    units.iter_mut().for_each(Unit::separate);
    let all = vec![Alternative::default()];
    units.iter().fold(all, |all, unit| cross(&all, &unit.0))
}

impl Alternative {
    /// Splits the longest list into at most this many parts of about the same length, each with all other conditions.
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
    /// Replaces the alternatives by one without conditions.
    fn join(&mut self) {
        let mut quals: Vec<_> = self.0.iter().flat_map(|one| one.quals.clone()).collect();
        quals.sort_unstable();
        quals.dedup();
        self.0 = vec![Alternative {
            quals,
            ..Alternative::default()
        }];
    }

    /// Keeps an alternative from receiving what an earlier one receives.
    fn separate(&mut self) {
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

    /// Joins the alternatives if one has no condition: it receives everything.
    fn join_if_open(&mut self) {
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

/// Converts a qual to one alternative for each slot in which it can match.
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

/// Merges alternatives that each have one condition on the same slot, if the slot can express that exactly.
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
