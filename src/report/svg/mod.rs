//! Pictures of numbers, as SVG within a page.
//!
//! A picture has a name (`<title>`) and a description (`<desc>`), its colors have words, and it fits every width: what is
//! measured is drawn in percent, and text keeps its size. Its style is that of the page. This module must not know what is
//! drawn.
//!
//! | file | draws |
//! |---|---|
//! | `series` | stacked numbers over time, with gaps that are marked |
//! | `bars` | horizontal bars |
//! | `share` | one bar of the parts of a whole |
//! | `heat` | a heat map |
//! | `flows` | flows between sources and destinations |
//! | `figure` | what all of them have: caption, legend, numbers |

mod bars;
mod figure;
mod flows;
mod heat;
mod series;
mod share;

pub use bars::{Bar, Bars};
pub use figure::{Caption, Layer};
pub use flows::{Flow, Flows};
pub use heat::{Heat, HeatRow};
pub use series::{Bin, Series};
pub use share::{Part, Share};

#[cfg(test)]
mod tests;
