//! A report for the comment of a pull request.
//!
//! It begins with a mark that nobody sees, by which a job finds its comment again and updates it. However much there is
//! to tell, it stays shorter than a comment may be; what has no room is counted.

use super::{DriftReport, Failure, Finding, Kind};
use crate::text::sanitize;

/// By this a comment is found again.
const MARK: &str = "<!-- terraform-provider-vpcflow drift -->";
/// How many bytes may be full after the table, the details and the failures. GitHub takes comments of 65,536
/// characters, and each part ends in a line on what has no room.
const TABLE: usize = 25_000;
const DETAILS: usize = 45_000;
const FAILURES: usize = 60_000;
/// How much of a text of others is shown, in characters.
const SHOWN: usize = 1_000;

pub(super) fn write(report: &DriftReport) -> String {
    let title = match report.exit_code() {
        0 => "Flow logs run as declared",
        1 => "Flow logs could not be checked",
        _ => "Flow logs differ from their declarations",
    };
    let mut text = format!(
        "{MARK}\n### {title}\n\n{} {}\n",
        code(&report.source),
        report.summary()
    );
    if !report.findings.is_empty() {
        text.push_str("\n| level | what | flow log | where |\n|---|---|---|---|\n");
    }
    let rows = report.findings.iter().map(row);
    fill(&mut text, TABLE, "findings", rows);
    let parts = report.findings.iter().filter_map(details);
    fill(
        &mut text,
        DETAILS,
        "details, which the other reports hold",
        parts,
    );
    let failures = report.failures.iter().map(not_checked);
    fill(&mut text, FAILURES, "that could not be checked", failures);
    text
}

/// Adds parts up to a length, and says how many have no room.
fn fill(text: &mut String, most: usize, what: &str, parts: impl Iterator<Item = String>) {
    let mut left_out = 0;
    for part in parts {
        if text.len() + part.len() > most {
            left_out += 1;
        } else {
            text.push_str(&part);
        }
    }
    if left_out > 0 {
        text.push_str(&format!("\nand {left_out} more {what}.\n"));
    }
}

fn row(finding: &Finding) -> String {
    format!(
        "| {} | {} | {} | {} |\n",
        finding.level,
        finding.kind.name(),
        cell(finding.label()),
        cell(&finding.whereabouts())
    )
}

fn details(finding: &Finding) -> Option<String> {
    let label = code(finding.label());
    match finding.kind {
        Kind::Changed => {
            let mut text =
                format!("\n**{label}**\n\n| attribute | wanted | found |\n|---|---|---|\n");
            for change in &finding.changes {
                let (wanted, found) = change.told();
                let row = [&change.attribute, &wanted, &found].map(|text| cell(text));
                text.push_str(&format!("| {} |\n", row.join(" | ")));
            }
            Some(text)
        }
        Kind::DeliveryFailing => Some(format!(
            "\n**{label}** does not deliver: {}\n",
            code(finding.cause.as_deref().unwrap_or_default())
        )),
        Kind::Missing | Kind::Unmanaged => None,
    }
}

fn not_checked(failure: &Failure) -> String {
    format!(
        "\n> **Not checked: {}.** {}\n",
        code(&failure.label()),
        code(&failure.message)
    )
}

/// Text that Markdown leaves alone.
fn code(text: &str) -> String {
    let (text, more) = match text.char_indices().nth(SHOWN) {
        Some((end, _)) => (&text[..end], "…"),
        None => (text, ""),
    };
    let text = sanitize::line(&text.replace(['\n', '\r'], " ")).into_owned() + more;
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    if text.is_empty() {
        return String::new();
    }
    format!("{fence}{space}{text}{space}{fence}")
}

/// Text that Markdown leaves alone in a table, where a bar ends a cell even in code.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::{Level, source::Place};

    #[test]
    fn however_much_there_is_to_tell_a_comment_can_hold_it() {
        let mut report = DriftReport::of(&"x".repeat(5_000));
        let finding = Finding {
            kind: Kind::DeliveryFailing,
            level: Level::Error,
            name: Some("a|b".repeat(1_000)),
            flow_log_id: None,
            resource_id: None,
            account: None,
            region: "r".to_owned(),
            place: Some(Place::START),
            changes: Vec::new(),
            cause: Some("`".repeat(70_000)),
        };
        report.findings = vec![finding; 3_000];
        report.failures = (0..3_000)
            .map(|number| Failure {
                account: Some(format!("{number:012}")),
                region: Some("eu-central-1".to_owned()),
                message: "not authorized ".repeat(100),
            })
            .collect();
        let text = write(&report);
        assert!(text.len() < 65_536, "{}", text.len());
        assert!(text.contains("more findings.") && text.contains("more details"));
        assert!(text.contains("Not checked: `eu-central-1, account 000000000000`"));
        assert!(text.contains("more that could not be checked."));
    }

    #[test]
    fn a_bar_is_escaped_in_a_table_alone() {
        assert_eq!(code("a|b"), "`a|b`");
        assert_eq!(cell("a|b"), "`a\\|b`");
        assert_eq!(code("a`b"), "`` a`b ``");
    }
}
