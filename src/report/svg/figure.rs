//! What all pictures have: a caption, a legend, and numbers of the same form.

use std::fmt::Write as _;

use crate::report::color::Color;
use crate::report::markup::Markup;

/// The words about a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caption {
    /// The name of the picture: `Bytes over time`.
    pub title: String,
    /// What the picture shows, in a sentence or two, for those who cannot see it.
    pub description: String,
    /// Why there is nothing to draw, if there is nothing.
    pub empty: String,
}

/// What a color of a picture stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The word for it: `accepted`.
    pub name: String,
    /// The color.
    pub color: Color,
}

/// An entry of a legend.
pub(super) enum Entry<'a> {
    Layer(&'a Layer),
    /// The pattern of what could not be seen, and its explanation.
    Unseen(String),
    /// A sentence.
    Note(String),
}

/// Returns a picture of so many pixels in height, with its caption and its legend. The parts are markup.
pub(super) fn figure(
    caption: &Caption,
    height: usize,
    drawn: &str,
    legend: &[Entry<'_>],
) -> Markup {
    let title = Markup::line(&caption.title);
    let description = Markup::line(&caption.description);
    let mut part = format!(
        "<figure><figcaption>{title}</figcaption>\n<svg role=\"img\" width=\"100%\" height=\"{height}\"><title>{title}</title>\
         <desc>{description}</desc>\n{drawn}</svg>\n"
    );
    if !legend.is_empty() {
        part.push_str("<ul class=\"legend\">");
        for entry in legend {
            part.push_str(&match entry {
                Entry::Layer(Layer { name, color }) => {
                    format!(
                        "<li><i class=\"{}\"></i>{}",
                        color.class(),
                        Markup::line(name)
                    )
                }
                Entry::Unseen(text) => format!("<li><i class=\"un\"></i>{}", Markup::line(text)),
                Entry::Note(text) => format!("<li>{}", Markup::line(text)),
            });
        }
        part.push_str("</ul>\n");
    }
    part.push_str("</figure>\n");
    Markup::of(part)
}

/// Returns what stands in place of a picture if there is nothing to draw.
pub(super) fn empty(caption: &Caption) -> Markup {
    Markup::of(format!(
        "<figure><figcaption>{}</figcaption><p class=\"empty\">{}</p></figure>\n",
        Markup::line(&caption.title),
        Markup::line(&caption.empty)
    ))
}

/// Returns a coordinate, with at most two decimals and always in the same form.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// Returns which part of a whole a value is, times a scale. Nothing has no parts.
pub(super) fn part(value: u128, whole: u128, scale: f64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        value as f64 / whole as f64 * scale
    }
}

/// Returns a value that the eye can see, if it is not 0.
pub(super) fn visible(size: f64, least: f64) -> f64 {
    if size > 0.0 { size.max(least) } else { size }
}

/// Returns the sum of values.
pub(super) fn total(values: &[u64]) -> u128 {
    values.iter().copied().map(u128::from).sum()
}

/// Returns the values in words: `1.2 GB accepted, 3 bytes rejected`.
pub(super) fn words<'a>(
    values: &[u64],
    layers: &'a [Layer],
    write: impl Fn(u128) -> String + 'a,
) -> String {
    let mut text = String::new();
    for (value, layer) in values.iter().zip(layers) {
        let comma = if text.is_empty() { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(text, "{comma}{} {}", write(u128::from(*value)), layer.name);
    }
    text
}

/// Returns a text that ends before the right edge, without its overflow.
pub(super) fn clipped(x: &str, y: usize, width: &str, text: &str) -> String {
    format!("<svg x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"16\">{text}</svg>")
}
