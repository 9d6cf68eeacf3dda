//! One bar of the parts of a whole.

use std::fmt::Write as _;

use super::figure::{self, Caption, Entry, Layer, number, part, visible};
use crate::report::color::Color;
use crate::report::markup::Markup;
use crate::report::quantity::{Unit, thousands};

/// The parts of a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The words about the picture.
    pub caption: Caption,
    /// What the numbers count.
    pub unit: Unit,
    /// The parts, from the left.
    pub parts: Vec<Part>,
}

/// A part of a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The word for it.
    pub name: String,
    /// Its color. Neighbors should differ.
    pub color: Color,
    /// How much it is.
    pub value: u64,
}

impl Share {
    /// Draws the parts.
    pub fn draw(&self) -> Markup {
        let parts: Vec<_> = self.parts.iter().filter(|part| part.value > 0).collect();
        let whole: u128 = parts.iter().map(|part| u128::from(part.value)).sum();
        if parts.is_empty() {
            return figure::empty(&self.caption);
        }
        let widths: Vec<_> = parts
            .iter()
            .map(|one| visible(part(u128::from(one.value), whole, 100.0), 0.6))
            .collect();
        // Parts that were made visible take their width from all.
        let wide = 100.0 / widths.iter().sum::<f64>();
        let mut drawn = String::new();
        let mut x = 0.0;
        for (part, width) in parts.iter().zip(widths) {
            let title = format!("{} {}", self.unit.exact(part.value.into()), part.name);
            // Writing to a string does not fail.
            let _ = writeln!(
                drawn,
                "<rect class=\"{} part\" x=\"{}%\" width=\"{}%\" height=\"24\"><title>{}</title></rect>",
                part.color.class(),
                number(x * wide),
                number(width * wide),
                Markup::line(&title)
            );
            x += width;
        }
        let layers: Vec<_> = parts
            .iter()
            .map(|part| Layer {
                name: format!("{} {}", thousands(part.value.into()), part.name),
                color: part.color,
            })
            .collect();
        let legend: Vec<_> = layers.iter().map(Entry::Layer).collect();
        figure::figure(&self.caption, 24, &drawn, &legend)
    }
}
