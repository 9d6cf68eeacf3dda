//! A heat map: how much there is in each row and column, in five steps of one color.

use std::fmt::Write as _;

use super::figure::{self, Caption, Entry, clipped, number, part};
use crate::report::color::Color;
use crate::report::markup::Markup;
use crate::report::quantity::Unit;

/// The height of a row, in pixels, and the place of the names of columns.
const ROW: usize = 22;
const FOOT: usize = 24;
/// The part of the width that the names of rows take, in percent, and the longest name.
const NAMES: f64 = 30.0;
const LONGEST: usize = 40;

/// A heat map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heat {
    /// The words about the picture.
    pub caption: Caption,
    /// What the numbers count.
    pub unit: Unit,
    /// The color. The more there is, the less of the page shines through.
    pub color: Color,
    /// The names of the columns. Some of them are shown, of up to eleven characters.
    pub columns: Vec<String>,
    /// The rows, from the top.
    pub rows: Vec<HeatRow>,
}

/// A row of a heat map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeatRow {
    /// Its name.
    pub name: String,
    /// One number for each column; `None` where nothing could be seen.
    pub values: Vec<Option<u64>>,
}

impl Heat {
    /// Draws the map.
    pub fn draw(&self) -> Markup {
        let values = self.rows.iter().flat_map(|row| &row.values);
        let most = values.clone().flatten().copied().max();
        let (Some(most), false) = (most, self.columns.is_empty()) else {
            return figure::empty(&self.caption);
        };
        let rows = self.rows.iter().enumerate();
        let rows: String = rows
            .map(|(at, row)| self.row(at, row, most.into()))
            .collect();
        let unseen = values.filter(|value| value.is_none()).count();
        let mut legend = vec![Entry::Note(format!(
            "The fullest color is {}, an empty place is 0.",
            self.unit.exact(most.into())
        ))];
        if unseen > 0 {
            legend.push(Entry::Unseen("not seen".to_owned()));
        }
        let height = self.rows.len() * ROW + FOOT;
        figure::figure(&self.caption, height, &(rows + &self.names()), &legend)
    }

    fn row(&self, at: usize, row: &HeatRow, most: u128) -> String {
        let y = at * ROW;
        let name = format!(
            "<text class=\"m\" y=\"12\">{}</text>",
            Markup::cut(&row.name, LONGEST)
        );
        let mut drawn = clipped("0", y + 3, &format!("{}%", NAMES - 1.0), &name);
        for (column, value) in row.values.iter().enumerate().take(self.columns.len()) {
            let (class, text) = match value {
                None => ("un".to_owned(), "not seen".to_owned()),
                Some(value) => {
                    let step = step(u128::from(*value), most);
                    if step == 0 {
                        continue;
                    }
                    let class = format!("{} s{step}", self.color.class());
                    (class, self.unit.exact(u128::from(*value)))
                }
            };
            let title = format!("{}, {}: {text}", row.name, self.columns[column]);
            // Writing to a string does not fail.
            let _ = write!(
                drawn,
                "<rect class=\"{class}\" x=\"{}%\" y=\"{y}\" width=\"{}%\" height=\"{}\"><title>{}</title></rect>",
                number(self.left(column)),
                number(self.wide() * 0.94),
                ROW - 2,
                Markup::line(&title)
            );
        }
        drawn + "\n"
    }

    /// Writes some of the names of the columns.
    fn names(&self) -> String {
        let count = self.columns.len();
        let shown = count.min(4);
        let y = self.rows.len() * ROW + 15;
        let names = (0..shown).map(|name| {
            let at = name * count / shown;
            let x = number(self.left(at));
            let text = Markup::cut(&self.columns[at], 8);
            format!("<text x=\"{x}%\" y=\"{y}\">{text}</text>\n")
        });
        names.collect()
    }

    fn left(&self, column: usize) -> f64 {
        NAMES + part(column as u128, self.columns.len() as u128, 100.0 - NAMES)
    }

    fn wide(&self) -> f64 {
        part(1, self.columns.len() as u128, 100.0 - NAMES)
    }
}

/// Returns how full a color is, from 0 to 5. Only nothing is 0.
fn step(value: u128, most: u128) -> u128 {
    if value == 0 {
        0
    } else {
        (value * 5).div_ceil(most.max(1))
    }
}
