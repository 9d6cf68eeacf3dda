//! Claims about what is valid, what an expression is worth, and what is planned.

use std::collections::BTreeMap;

use serde_json::Value;

use super::table::{self, Check, Claim, flat};
use super::{none, of_kind};
use crate::harness::fake::Fake;
use crate::harness::terraform::{Run, Version, Workspace};

/// A configuration in a file of its own, and what the error says; nothing if there must be none.
fn configurations(claims: &[Claim]) -> Vec<(&Claim, (String, Option<String>))> {
    of_kind(claims, |check| match check {
        Check::Valid(text) => Some((text.clone(), None)),
        Check::Invalid {
            configuration,
            says,
        } => Some((configuration.clone(), Some(says.clone()))),
        Check::Refuse { query, says } => {
            let text = format!("data \"vpcflow_log_events\" \"NAME\" {{\n  {query}\n}}");
            Some((text, Some(says.clone())))
        }
        _ => None,
    })
}

/// Returns the errors of `terraform validate`, by file.
fn errors(work: &Workspace) -> BTreeMap<String, Vec<String>> {
    let output = work.command(&["validate", "-json"]).output().unwrap();
    let report: Value = serde_json::from_str(&Run::of(&output).stdout).unwrap();
    let mut errors: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for diagnostic in report["diagnostics"].as_array().unwrap() {
        if diagnostic["severity"] == "error" {
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let file = word(&diagnostic["range"]["filename"]);
            let text = format!(
                "{} {}",
                word(&diagnostic["summary"]),
                word(&diagnostic["detail"])
            );
            errors.entry(file).or_default().push(flat(&text));
        }
    }
    errors
}

fn configurations_with(version: Version) {
    let claims = table::read();
    let configurations = configurations(&claims);
    let fake = Fake::start();
    let work = Workspace::new(version, fake.url());
    work.configure("");
    for (number, (_, (text, _))) in configurations.iter().enumerate() {
        let text = text.replace("NAME", &format!("claim_{number}"));
        work.write(&format!("claim_{number}.tf"), &text);
    }
    let errors = errors(&work);
    let mut problems = Vec::new();
    for (number, (claim, (_, says))) in configurations.iter().enumerate() {
        let found = errors.get(&format!("claim_{number}.tf"));
        let found = found.map(Vec::as_slice).unwrap_or_default();
        let holds = match says {
            Some(says) => found.iter().any(|error| error.contains(says)),
            None => found.is_empty(),
        };
        if !holds {
            problems.push(format!(
                "{}\n  wanted {says:?}\n  found {found:?}",
                claim.place()
            ));
        }
    }
    for (file, found) in errors
        .iter()
        .filter(|(file, _)| !file.starts_with("claim_"))
    {
        problems.push(format!("{file}: {found:?}"));
    }
    none(&problems);
    assert!(fake.calls().is_empty(), "validation calls nothing");
}

#[test]
fn configurations_are_valid_or_not_as_claimed() {
    configurations_with(Version::Any);
}

#[test]
fn configurations_are_valid_or_not_as_claimed_with_1_15() {
    configurations_with(Version::V115);
}

#[test]
fn expressions_and_plans_have_the_claimed_values() {
    let claims = table::read();
    let values = of_kind(&claims, |check| match check {
        Check::Value { expression, json } => Some((expression.clone(), json.clone())),
        _ => None,
    });
    let planned = of_kind(&claims, |check| match check {
        Check::Planned {
            arguments,
            attribute,
            json,
        } => Some((arguments.clone(), attribute.clone(), json.clone())),
        _ => None,
    });
    let outputs = values
        .iter()
        .enumerate()
        .map(|(number, (_, (expression, _)))| {
            format!("output \"value_{number}\" {{\n  value = {expression}\n}}\n")
        });
    let resources = planned
        .iter()
        .enumerate()
        .map(|(number, (_, (arguments, ..)))| {
            format!("resource \"vpcflow_log\" \"planned_{number}\" {{\n  {arguments}\n}}\n")
        });
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&outputs.chain(resources).collect::<String>());
    work.run(&["plan", "-no-color", "-out=plan"]).succeeds();
    let shown = work.command(&["show", "-json", "plan"]).output().unwrap();
    let plan: Value = serde_json::from_str(&Run::of(&shown).stdout).unwrap();
    let mut problems = Vec::new();
    let mut compare = |claim: &Claim, found: &Value, json: &str| {
        let wanted: Value = serde_json::from_str(json)
            .unwrap_or_else(|error| panic!("{}: {json}: {error}", claim.place()));
        if *found != wanted {
            problems.push(format!("{}\n  found {found}", claim.place()));
        }
    };
    let outputs = &plan["planned_values"]["outputs"];
    for (number, (claim, (_, json))) in values.iter().enumerate() {
        compare(claim, &outputs[format!("value_{number}")]["value"], json);
    }
    let resources = plan["planned_values"]["root_module"]["resources"].as_array();
    for (number, (claim, (_, attribute, json))) in planned.iter().enumerate() {
        let address = format!("vpcflow_log.planned_{number}");
        let mut resources = resources.into_iter().flatten();
        let resource = resources.find(|resource| resource["address"] == *address);
        compare(claim, &resource.unwrap()["values"][attribute], json);
    }
    none(&problems);
}
