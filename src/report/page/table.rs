//! A table of texts and numbers.

use crate::report::markup::Markup;

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What the table shows.
    pub caption: String,
    /// The columns. The first one names the rows.
    pub columns: Vec<Column>,
    /// The rows, with a cell for each column.
    pub rows: Vec<Vec<String>>,
    /// Why the table is empty, if it is.
    pub empty: String,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// Whether it holds numbers, which end at the right.
    pub is_number: bool,
}

impl Column {
    /// Returns a column of texts.
    pub fn text(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            is_number: false,
        }
    }

    /// Returns a column of numbers.
    pub fn number(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            is_number: true,
        }
    }
}

impl Table {
    /// Returns the table as markup. End tags that HTML does not need are left out, because a table may be long.
    pub fn draw(&self) -> Markup {
        if self.rows.is_empty() {
            return Markup::of(format!(
                "<p class=\"empty\">{}</p>\n",
                Markup::line(&self.empty)
            ));
        }
        let numbers = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.is_number);
        let numbers: Vec<_> = numbers.map(|(at, _)| format!("n{}", at + 1)).collect();
        let mut text = format!(
            "<div class=\"wide\" tabindex=\"0\"><table class=\"{}\"><caption>{}</caption><thead><tr>",
            numbers.join(" "),
            Markup::line(&self.caption)
        );
        for column in &self.columns {
            text.push_str(&format!("<th scope=\"col\">{}", Markup::line(&column.name)));
        }
        text.push_str("</thead><tbody>\n");
        for row in &self.rows {
            text.push_str("<tr>");
            for cell in row {
                text.push_str(&format!("<td>{}", Markup::line(cell)));
            }
            text.push('\n');
        }
        text.push_str("</table></div>\n");
        Markup::of(text)
    }
}
