//! Compares the result of a case with the expected one.

use std::fmt::Write as _;
use std::time::Duration;

use super::case::{Case, Outcome, Sent};
use super::runner::{Message, Ran, failed, run_all};
use crate::harness::world::{CANARY, Note, READ};

/// The maximum duration of a failing case, and an allowance for a busy machine.
const LONGEST_FAILURE: Duration = Duration::from_secs(10);
const BUSY: Duration = Duration::from_secs(5);

/// Terms of the SDK that mean nothing to a user.
const JARGON: [&str; 9] = [
    "unhandled error",
    "Unhandled",
    "Error {",
    "DispatchFailure",
    "dispatch failure",
    "CredentialsError",
    "SdkError",
    "credential provider was not enabled",
    "no providers in chain",
];

/// The hint of a case without any credentials.
const WAYS: &str = "Set credentials with";

/// Runs cases through the binary, and fails with all problems.
#[track_caller]
pub(super) fn check(cases: Vec<Case>) {
    let count = cases.len();
    let mut ran = run_all(cases);
    ran.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    let mut report = String::new();
    let mut wrong = 0;
    for (case, ran) in &ran {
        let problems = problems(case, ran);
        if problems.is_empty() {
            continue;
        }
        wrong += 1;
        writeln!(report, "\n== {}", case.name).unwrap();
        for problem in problems {
            writeln!(report, "   - {problem}").unwrap();
        }
        writeln!(report, "{}", shown(ran)).unwrap();
    }
    assert!(wrong == 0, "{wrong} of {count} cases failed:\n{report}");
}

fn shown(ran: &Ran) -> String {
    let mut text = format!("   took {:?}", ran.took);
    for Message {
        is_error,
        text: said,
    } in &ran.messages
    {
        let kind = if *is_error { "error" } else { "warning" };
        write!(text, "\n   {kind}: {said}").unwrap();
    }
    for note in &ran.notes {
        let Note {
            operation,
            key,
            region,
            host,
            path,
            ..
        } = note;
        write!(
            text,
            "\n   {operation} by {key:?} in {region:?} at {host}{path}"
        )
        .unwrap();
    }
    text
}

fn problems(case: &Case, ran: &Ran) -> Vec<String> {
    let mut problems = outcome(case, ran);
    problems.extend(warnings(case, ran));
    problems.extend(secrets(ran));
    problems.extend(wording(ran));
    problems.extend(machine(case, ran));
    problems.extend(counts(case, ran));
    problems.extend(ran.left.clone());
    for text in &case.untold {
        if ran
            .messages
            .iter()
            .any(|message| message.text.contains(text))
        {
            problems.push(format!("{text:?} is shown"));
        }
    }
    for wanted in &case.sent {
        if !ran.notes.iter().any(|note| matches(wanted, note)) {
            problems.push(format!("missing request: {wanted:?}"));
        }
    }
    let unsigned = [
        "AssumeRoleWithWebIdentity",
        "GetRoleCredentials",
        "CreateToken",
    ];
    let ours = ran
        .notes
        .iter()
        .filter(|note| !note.service.is_empty() || unsigned.contains(&note.operation.as_str()));
    let strangers: Vec<_> = ours
        .filter(|note| !note.user_agent.contains("terraform-provider-vpcflow"))
        .collect();
    if let Some(stranger) = strangers.first() {
        let Note {
            operation,
            user_agent,
            ..
        } = stranger;
        problems.push(format!("{operation} does not say who asks: {user_agent:?}"));
    }
    problems
}

fn outcome(case: &Case, ran: &Ran) -> Vec<String> {
    let last = ran.notes.iter().rfind(|note| note.operation == READ);
    match &case.outcome {
        Outcome::Open => vec!["the case has no expected result".to_owned()],
        Outcome::Signed { key, region, host } => {
            let Some(last) = last.filter(|_| !failed(&ran.messages)) else {
                return vec![format!("the case fails, but must be signed with {key}")];
            };
            let parts = [
                ("key", Some(*key), &last.key),
                ("region", *region, &last.region),
                ("host", *host, &last.host),
            ];
            let differing = parts.iter().filter_map(|(part, wanted, found)| {
                let wanted = wanted.filter(|wanted| wanted != found)?;
                Some(format!("the {part} is {found:?}, not {wanted:?}"))
            });
            differing.collect()
        }
        Outcome::Fails(texts) => failure(texts, ran),
    }
}

fn failure(texts: &[&str], ran: &Ran) -> Vec<String> {
    let mut problems = Vec::new();
    if !failed(&ran.messages) {
        let last = ran.notes.iter().rfind(|note| note.operation == READ);
        let key = last.map_or("", |note| note.key.as_str());
        return vec![format!("the case does not fail, and signs with {key:?}")];
    }
    let errors = ran.messages.iter().filter(|message| message.is_error);
    let told: Vec<_> = errors.map(|message| message.text.as_str()).collect();
    let told = told.join("\n");
    let missing = texts.iter().filter(|text| !told.contains(**text));
    problems.extend(missing.map(|text| format!("{text:?} is not told")));
    if ran.took > LONGEST_FAILURE + BUSY {
        problems.push(format!("the failure took {:?}", ran.took));
    }
    problems
}

fn warnings(case: &Case, ran: &Ran) -> Vec<String> {
    let said = ran.messages.iter().filter(|message| !message.is_error);
    let mut said: Vec<_> = said.map(|message| message.text.as_str()).collect();
    let mut problems = Vec::new();
    for wanted in &case.warnings {
        let found = said
            .iter()
            .position(|text| wanted.iter().all(|part| text.contains(part)));
        match found {
            Some(index) => drop(said.swap_remove(index)),
            None => problems.push(format!("no warning tells {wanted:?}")),
        }
    }
    problems.extend(
        said.iter()
            .map(|text| format!("an unexpected warning: {text}")),
    );
    problems
}

fn secrets(ran: &Ran) -> Vec<String> {
    let mut problems = Vec::new();
    for message in &ran.messages {
        if message.text.contains(CANARY) {
            problems.push(format!("A SECRET is shown: {}", message.text));
        }
    }
    let logged = ran.stderr.lines().find(|line| line.contains(CANARY));
    problems.extend(logged.map(|line| format!("A SECRET is logged: {line}")));
    problems
}

fn wording(ran: &Ran) -> Vec<String> {
    let mut problems = Vec::new();
    for Message { text, .. } in &ran.messages {
        let jargon = JARGON.iter().filter(|word| text.contains(**word));
        problems.extend(jargon.map(|word| format!("{word:?} says nothing to anybody: {text}")));
    }
    let nothing_given = ran
        .messages
        .iter()
        .filter(|message| message.text.contains(WAYS));
    let began = ran.notes.iter().any(|note| {
        let operations = [
            "AssumeRole",
            "AssumeRoleWithWebIdentity",
            "GetRoleCredentials",
        ];
        operations.contains(&note.operation.as_str())
    });
    if began {
        let told = nothing_given.map(|message| message.text.clone());
        problems.extend(told.map(|text| format!("something was given: {text}")));
    }
    problems
}

/// Checks that only cases with the role of the machine request it.
fn machine(case: &Case, ran: &Ran) -> Vec<String> {
    let mut problems = Vec::new();
    for (head, key) in [("Instance", "INSTANCE"), ("Container", "CONTAINER")] {
        let gives = matches!(&case.outcome, Outcome::Signed { key: wanted, .. } if *wanted == key);
        if gives || case.machine.contains(&head) {
            continue;
        }
        let asked = ran
            .notes
            .iter()
            .find(|note| note.operation.starts_with(head));
        let asked = asked.map(|note| format!("unexpected request: {}", note.operation));
        problems.extend(asked);
    }
    problems
}

fn counts(case: &Case, ran: &Ran) -> Vec<String> {
    let wrong = case.counts.iter().filter_map(|(operation, wanted)| {
        let of_it = ran.notes.iter().filter(|note| note.operation == *operation);
        let found = of_it.count();
        (found != *wanted).then(|| format!("{operation} was requested {found} times, not {wanted}"))
    });
    wrong.collect()
}

fn matches(wanted: &Sent, note: &Note) -> bool {
    let is = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
    let given = |(name, value): &(&str, &str)| {
        let found = note.parameters.get(*name).map_or("", String::as_str);
        found == *value
    };
    wanted.operation == note.operation
        && is(wanted.key, &note.key)
        && is(wanted.region, &note.region)
        && is(wanted.host, &note.host)
        && wanted.path.is_none_or(|path| note.path.starts_with(path))
        && is(wanted.bearer, &note.bearer)
        && wanted.parameters.iter().all(given)
}
