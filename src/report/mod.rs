//! Reports of checks: the findings of a check, written in one of seven formats.
//!
//! A check fills a [`Report`]; one file per format writes it. The same report is always written as the same bytes. This
//! module must not know which checks exist, nor Terraform, AWS, or the command line.
//!
//! | file | holds |
//! |---|---|
//! | `findings` | what a check reports |
//! | `format` | the list of formats |
//! | `text`, `json`, `markdown`, `github`, `sarif`, `junit`, `html` | one format each |
//! | `page` | what all pages have: head, style, tables |
//! | `svg` | pictures of numbers |
//! | `markup`, `color`, `quantity` | text, colors and numbers on a page |

mod color;
mod findings;
mod format;
mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod markup;
mod page;
mod quantity;
mod sarif;
pub mod svg;
mod text;

pub use color::{Chip, Color};
pub use findings::{
    Area, Change, Failure, Finding, Level, Passed, Position, Report, Rule, Source, Tally,
    UnknownName, exit_code, label,
};
pub use format::Format;
pub use markup::Markup;
pub use page::{Column, Head, Table};
pub use quantity::{Unit, thousands};
pub use text::Style;

/// Returns what could not be checked, and what is or may be wrong in the sources, as lines for a person.
pub fn problems(report: &Report) -> String {
    text::problems(report)
}

/// The reason why a report could not be written. No report is known to cause it.
#[derive(Debug, thiserror::Error)]
#[error("could not write the report: {0}")]
pub struct Error(#[from] std::io::Error);

/// Writes a report in a format. Only text has a style.
///
/// # Errors
/// The format cannot hold the report.
pub fn write(report: &Report, format: Format, style: Style) -> Result<String, Error> {
    Ok(match format {
        Format::Text => text::write(report, style)?,
        Format::Json => json::write(report)?,
        Format::Markdown => markdown::write(report)?,
        Format::Github => github::write(report)?,
        Format::Sarif => sarif::write(report)?,
        Format::Junit => junit::write(report)?,
        Format::Html => html::write(report)?,
    })
}

#[cfg(test)]
mod tests;
