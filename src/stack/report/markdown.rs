//! A report for the comment of a pull request.
//!
//! It begins with a mark that nobody sees, by which a job finds its comment again and updates it.

use super::{DriftReport, Kind};

/// By this a comment is found again.
const MARK: &str = "<!-- terraform-provider-vpcflow drift -->";
/// GitHub takes comments of 65,536 characters.
const LONGEST: usize = 60_000;

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
    let mut left_out = 0;
    for finding in &report.findings {
        let row = format!(
            "| {} | {} | {} | {} |\n",
            finding.level,
            finding.kind.name(),
            code(finding.label()),
            code(&finding.whereabouts())
        );
        if text.len() + row.len() > LONGEST / 2 {
            left_out += 1;
        } else {
            text.push_str(&row);
        }
    }
    if left_out > 0 {
        text.push_str(&format!("\nand {left_out} more.\n"));
    }
    for finding in &report.findings {
        let part = details(finding);
        if text.len() + part.len() > LONGEST {
            text.push_str("\nMore details are in the other reports.\n");
            break;
        }
        text.push_str(&part);
    }
    for failure in &report.failures {
        let part = format!(
            "\n> **Not checked: {}.** {}\n",
            failure.label(),
            code(&failure.message)
        );
        text.push_str(&part);
    }
    text
}

fn details(finding: &super::Finding) -> String {
    let label = code(finding.label());
    match finding.kind {
        Kind::Changed => {
            let mut text =
                format!("\n**{label}**\n\n| attribute | wanted | found |\n|---|---|---|\n");
            for change in &finding.changes {
                let (wanted, found) = change.told();
                let row = [&change.attribute, &wanted, &found].map(|cell| code(cell));
                text.push_str(&format!("| {} |\n", row.join(" | ")));
            }
            text
        }
        Kind::DeliveryFailing => format!(
            "\n**{label}** does not deliver: {}\n",
            code(finding.cause.as_deref().unwrap_or_default())
        ),
        Kind::Missing | Kind::Unmanaged => String::new(),
    }
}

/// Text that Markdown leaves alone, in a table too.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    let text = text.replace('|', "\\|");
    if text.is_empty() {
        return String::new();
    }
    format!("{fence}{space}{text}{space}{fence}")
}
