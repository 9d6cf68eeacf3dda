//! Reads the table of claims.
//!
//! ```text
//! page docs/guides/filters.md
//!
//! > A comma means "or".
//! match dst_port = "22,3389" => ssh rdp
//! ```
//!
//! Lines with `>` are the sentence, which is on the page apart from line breaks. Each line below is a check: its kind, what
//! is checked, and after `=>` what is expected. In a configuration, `;` stands for the end of a line. Lines with `#` are
//! comments.

use crate::harness::golden;

/// One sentence of the documentation.
pub(super) struct Claim {
    pub(super) page: String,
    pub(super) sentence: String,
    pub(super) checks: Vec<Check>,
    file: String,
    line: usize,
}

/// What shows that a claim is true.
#[derive(Clone)]
pub(super) enum Check {
    /// The records that filters match.
    Match {
        filters: String,
        records: Vec<String>,
    },
    /// A query that is refused, and what the error says.
    Refuse { query: String, says: String },
    /// A configuration that is valid.
    Valid(String),
    /// A configuration that is not valid, and what the error says.
    Invalid { configuration: String, says: String },
    /// An expression and its value in JSON.
    Value { expression: String, json: String },
    /// The arguments of a flow log, an attribute that is planned, and its value in JSON.
    Planned {
        arguments: String,
        attribute: String,
        json: String,
    },
    /// The arguments of a command, its exit code, and what it says.
    Run {
        arguments: String,
        code: i32,
        says: String,
    },
    /// The name of a test that holds the claim.
    Test(String),
}

impl Claim {
    /// Returns where the claim is, for a message.
    pub(super) fn place(&self) -> String {
        format!(
            "{}:{}: {}: {}",
            self.file, self.line, self.page, self.sentence
        )
    }
}

/// Joins the words of a text with single spaces.
pub(super) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads all claims.
pub(super) fn read() -> Vec<Claim> {
    let files = golden::files_under("tests/it/claims").into_iter();
    let files = files.filter(|path| path.ends_with(".txt"));
    files.flat_map(|file| of_file(&file)).collect()
}

fn of_file(file: &str) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    let mut page = String::new();
    for (number, line) in (1..).zip(golden::read(file).lines()) {
        let complain = |what: &str| -> ! { panic!("{file}:{number}: {what}: {line}") };
        let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
        match kind {
            "" | "#" => {}
            "page" => rest.clone_into(&mut page),
            ">" => match claims.last_mut().filter(|claim| claim.checks.is_empty()) {
                Some(claim) => claim.sentence = format!("{} {}", claim.sentence, flat(rest)),
                None => claims.push(Claim {
                    page: page.clone(),
                    sentence: flat(rest),
                    checks: Vec::new(),
                    file: file.to_owned(),
                    line: number,
                }),
            },
            _ => {
                let Some(claim) = claims.last_mut() else {
                    complain("a check without a claim")
                };
                let check = check(kind, rest);
                claim
                    .checks
                    .push(check.unwrap_or_else(|| complain("no such check")));
            }
        }
    }
    for claim in &claims {
        assert!(!claim.checks.is_empty(), "{}: no check", claim.place());
    }
    claims
}

fn check(kind: &str, rest: &str) -> Option<Check> {
    let (what, expected) = rest.rsplit_once(" =>").unwrap_or((rest, ""));
    let hcl = || what.replace("; ", "\n  ");
    let expected = expected.trim();
    Some(match kind {
        "match" => Check::Match {
            filters: hcl(),
            records: expected.split_whitespace().map(str::to_owned).collect(),
        },
        "refuse" => Check::Refuse {
            query: hcl(),
            says: expected.to_owned(),
        },
        "valid" => Check::Valid(hcl()),
        "invalid" => Check::Invalid {
            configuration: hcl(),
            says: expected.to_owned(),
        },
        "value" => Check::Value {
            expression: what.to_owned(),
            json: expected.to_owned(),
        },
        "planned" => {
            let (attribute, json) = expected.split_once(" = ")?;
            Check::Planned {
                arguments: hcl(),
                attribute: attribute.to_owned(),
                json: json.to_owned(),
            }
        }
        "run" => {
            let (code, says) = expected.split_once(' ').unwrap_or((expected, ""));
            Check::Run {
                arguments: what.to_owned(),
                code: code.parse().ok()?,
                says: says.to_owned(),
            }
        }
        "test" => Check::Test(what.to_owned()),
        _ => return None,
    })
}
