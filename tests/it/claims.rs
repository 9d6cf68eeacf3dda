//! The claims of the documentation, each with a check that runs.
//!
//! `claims/*.txt` is the table: a page, a sentence that must be on it, and what shows that it is true. All checks of a kind
//! share one run of Terraform, so a claim costs milliseconds. The pages themselves, and what a sentence means, are not
//! known here.

mod first_hour;
mod pages;
mod program;
mod queries;
mod table;
mod titles;
mod validated;

use crate::harness::golden;
use table::{Check, Claim};

/// The claims that have a check of one kind, with that check.
fn of_kind<T>(claims: &[Claim], kind: impl Fn(&Check) -> Option<T>) -> Vec<(&Claim, T)> {
    claims
        .iter()
        .flat_map(|claim| claim.checks.iter().map(move |check| (claim, check)))
        .filter_map(|(claim, check)| Some((claim, kind(check)?)))
        .collect()
}

/// Fails with all problems at once.
#[track_caller]
fn none(problems: &[String]) {
    assert!(
        problems.is_empty(),
        "{} claims:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

#[test]
fn every_claim_is_on_its_page() {
    let claims = table::read();
    assert!(claims.len() >= 100, "{} claims", claims.len());
    let missing = claims.iter().filter(|claim| {
        let page = table::flat(&golden::read(&claim.page));
        !page.contains(&claim.sentence)
    });
    let missing: Vec<_> = missing.map(Claim::place).collect();
    none(&missing);
}

/// A claim whose check takes a scenario of its own names the test that holds it.
#[test]
fn every_test_that_holds_a_claim_exists() {
    let claims = table::read();
    let sources: String = ["tests/it", "src"]
        .iter()
        .flat_map(|folder| golden::files_under(folder))
        .filter(|path| path.ends_with(".rs"))
        .map(|path| golden::read(&path))
        .collect();
    let held = of_kind(&claims, |check| match check {
        Check::Test(name) => Some(name.clone()),
        _ => None,
    });
    let missing = held
        .iter()
        .filter(|(_, name)| !sources.contains(&format!("fn {name}()")));
    let missing: Vec<_> = missing
        .map(|(claim, name)| format!("{}: no test {name}", claim.place()))
        .collect();
    none(&missing);
}
