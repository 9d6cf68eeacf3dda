//! The colors of pages and pictures, which people with color blindness can tell apart (the palette of Okabe and Ito).
//!
//! A color never stands alone: a word says the same. This module must not know what a color stands for.

use super::markup::Markup;

/// A color. The style of a page says how it looks on a light and on a dark screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Color {
    /// Bluish green.
    Green,
    /// Blue.
    Blue,
    /// Sky blue.
    Sky,
    /// Orange.
    Orange,
    /// Vermilion.
    Red,
    /// Reddish purple.
    Purple,
    /// Gray.
    Gray,
}

impl Color {
    /// All colors.
    pub const ALL: [Self; 7] = [
        Self::Green,
        Self::Blue,
        Self::Sky,
        Self::Orange,
        Self::Red,
        Self::Purple,
        Self::Gray,
    ];

    /// Returns the name of its class in the style.
    pub fn class(self) -> &'static str {
        match self {
            Self::Green => "cg",
            Self::Blue => "cb",
            Self::Sky => "cs",
            Self::Orange => "co",
            Self::Red => "cr",
            Self::Purple => "cp",
            Self::Gray => "cy",
        }
    }
}

/// A word with a color.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// The word.
    pub word: String,
    /// The color.
    pub color: Color,
}

impl Chip {
    /// Returns the word in its color.
    pub fn draw(&self) -> Markup {
        let word = Markup::line(&self.word);
        Markup::of(format!(
            "<b class=\"chip {}\">{word}</b>",
            self.color.class()
        ))
    }
}
