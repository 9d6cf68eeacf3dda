//! A report for the comment of a pull request.
//!
//! It begins with an invisible mark, by which a job finds its comment again and updates it. It always stays shorter than
//! the longest comment that GitHub accepts; what does not fit is counted.

use std::io;

use super::findings::{Failure, Finding, Report, Source};
use crate::text::sanitize;

/// The lengths, in bytes, up to which the table, the details, and the other parts fill the report. GitHub accepts comments
/// of 65,536 characters, and each part may end in a line about what does not fit.
const TABLE: usize = 25_000;
const DETAILS: usize = 45_000;
const FAILURES: usize = 57_000;
const WARNINGS: usize = 59_000;
const OUTCOMES: usize = 62_000;
/// The longest text in one line, in characters.
const LONGEST_TEXT: usize = 2_000;
/// The longest quoted text, in characters.
const LONGEST_QUOTE: usize = 1_000;

pub(super) fn write(report: &Report) -> io::Result<String> {
    let mut text = format!(
        "<!-- terraform-provider-vpcflow {} -->\n### {}\n\n{} {}\n",
        report.check,
        report.title,
        code(&report.source()),
        plain(&report.summary)
    );
    if !report.findings.is_empty() {
        text.push_str("\n| level | rule | name | location |\n|---|---|---|---|\n");
    }
    let rows = report.findings.iter().map(|finding| row(report, finding));
    fill(&mut text, TABLE, "findings", rows);
    let parts = report.findings.iter().filter_map(details);
    let more = "details, which the other formats show";
    fill(&mut text, DETAILS, more, parts);
    let failures = report.failures.iter().map(not_checked);
    fill(&mut text, FAILURES, "that could not be checked", failures);
    let warnings = report.warnings.iter().map(warning);
    fill(&mut text, WARNINGS, "warnings", warnings);
    let outcomes = report.sources.iter().filter_map(outcome);
    fill(&mut text, OUTCOMES, "files", outcomes);
    Ok(text.trim_end().to_owned() + "\n")
}

/// Adds parts up to a length, and counts those that do not fit.
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

fn row(report: &Report, finding: &Finding) -> String {
    format!(
        "| {} | {} | {} | {} |\n",
        finding.level,
        finding.rule.name,
        cell(&finding.label),
        cell(&report.location(finding))
    )
}

fn details(finding: &Finding) -> Option<String> {
    let label = code(&finding.label);
    let mut text = match &finding.cause {
        Some(cause) => format!("\n**{label}** {}: {}\n", finding.headline, code(cause)),
        None if finding.changes.is_empty() => return None,
        None => format!("\n**{label}**\n"),
    };
    if finding.changes.is_empty() {
        return Some(text);
    }
    text.push_str("\n| attribute | wanted | found |\n|---|---|---|\n");
    for row in finding.rows() {
        let cells = row.map(|text| cell(&text));
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    Some(text)
}

fn not_checked(failure: &Failure) -> String {
    let subject = code(&failure.subject());
    let message = code(&failure.message);
    match failure.label {
        Some(_) => format!("\n> **Not checked: {subject}.** {message}\n"),
        None => format!("\n> **Error in {subject}:** {message}\n"),
    }
}

fn warning(warning: &Failure) -> String {
    let message = code(&warning.message);
    match code(&warning.subject()) {
        subject if subject.is_empty() => format!("\n> **Warning:** {message}\n"),
        subject => format!("\n> **Warning about {subject}:** {message}\n"),
    }
}

fn outcome(source: &Source) -> Option<String> {
    let outcome = source.outcome.as_deref()?;
    Some(format!("\n- {} {}", code(&source.name), plain(outcome)))
}

/// Returns text that Markdown does not interpret, up to a length.
fn plain(text: &str) -> String {
    let text: String = text.chars().take(LONGEST_TEXT).collect();
    let mut escaped = String::new();
    for c in sanitize::line(&text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // A name after it would be notified.
            '@' => escaped.push_str("&#64;"),
            '`' | '*' | '_' | '[' | ']' | '\\' | '|' | '~' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Returns text as inline code, which Markdown does not interpret.
fn code(text: &str) -> String {
    let (text, more) = match text.char_indices().nth(LONGEST_QUOTE) {
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

/// Returns text as inline code in a table, where a bar ends a cell even within code.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_a_line_is_not_interpreted() {
        let hostile = "a\n::error::b <img src=x> @team `c`";
        let text = plain(hostile);
        assert!(
            !text.contains('\n') && !text.contains('<') && !text.contains('@'),
            "{text}"
        );
        assert_eq!(
            plain("2 flow logs declared: 1 in sync."),
            "2 flow logs declared: 1 in sync."
        );
    }

    #[test]
    fn only_tables_escape_bars() {
        assert_eq!(code("a|b"), "`a|b`");
        assert_eq!(cell("a|b"), "`a\\|b`");
        assert_eq!(code("a`b"), "`` a`b ``");
    }
}
