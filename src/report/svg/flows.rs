//! Flows between sources and destinations, as bands as wide as there is much.

use std::collections::BTreeMap;

use super::figure::{self, Caption, Entry, Layer, clipped, number, part, visible};
use crate::report::markup::Markup;
use crate::report::quantity::Unit;

/// The least height of a source or destination, in pixels: that of two lines of text.
const LEAST: f64 = 32.0;
/// The height that all of them have together at least, and the gap between two of them.
const HEIGHT: f64 = 300.0;
const GAP: f64 = 8.0;
/// The parts of the width in percent: the bands, the names of sources, which stand on the bands, and those of destinations
/// beside them. Names begin at the left, so that a narrow page shows their beginning.
const BANDS: f64 = 64.0;
const SOURCES: f64 = 46.0;
const DESTINATIONS: f64 = 35.0;
/// The longest name.
const LONGEST: usize = 40;

/// Flows between sources and destinations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flows {
    /// The words about the picture.
    pub caption: Caption,
    /// What the numbers count.
    pub unit: Unit,
    /// What the colors stand for.
    pub layers: Vec<Layer>,
    /// The flows. At most some 30 can be told apart.
    pub flows: Vec<Flow>,
}

/// A flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// The name of its source.
    pub from: String,
    /// The name of its destination.
    pub to: String,
    /// The place of its layer in the list of layers.
    pub layer: usize,
    /// How much it is.
    pub value: u64,
}

impl Flows {
    /// Draws the flows.
    pub fn draw(&self) -> Markup {
        let flows = self.flows.iter();
        let flows: Vec<_> = flows
            .filter(|flow| flow.value > 0 && flow.layer < self.layers.len())
            .collect();
        if flows.is_empty() {
            return figure::empty(&self.caption);
        }
        let whole = flows.iter().map(|flow| u128::from(flow.value)).sum();
        let mut left = Side::of(&flows, |flow| &flow.from, whole);
        let mut right = Side::of(&flows, |flow| &flow.to, whole);
        let height = left.height().max(right.height());
        let bars = bars(&left, &right);
        let texts =
            names(&left, self.unit, 1.0, SOURCES) + &names(&right, self.unit, 65.0, DESTINATIONS);
        let bands: String = flows
            .iter()
            .map(|flow| self.band(flow, whole, &mut left, &mut right))
            .collect();
        let drawn = format!(
            "<svg width=\"{BANDS}%\" height=\"{h}\" viewBox=\"0 0 100 {h}\" preserveAspectRatio=\"none\">\n{bands}{bars}</svg>\n\
             {texts}",
            h = number(height)
        );
        let legend: Vec<_> = self.layers.iter().map(Entry::Layer).collect();
        figure::figure(&self.caption, pixels(height), &drawn, &legend)
    }

    /// Draws a flow, from its place at its source to its place at its destination.
    fn band(&self, flow: &Flow, whole: u128, left: &mut Side<'_>, right: &mut Side<'_>) -> String {
        let thick = visible(part(u128::from(flow.value), whole, HEIGHT), 1.0);
        let from = left.place(&flow.from, thick);
        let to = right.place(&flow.to, thick);
        let layer = &self.layers[flow.layer];
        let words = self.unit.exact(u128::from(flow.value));
        let title = format!("{} to {}: {words} {}", flow.from, flow.to, layer.name);
        format!(
            "<path class=\"{} band\" d=\"M1 {a}C60 {a} 60 {b} 99 {b}V{d}C60 {d} 60 {c} 1 {c}z\"><title>{}</title></path>\n",
            layer.color.class(),
            Markup::line(&title),
            a = number(from),
            b = number(to),
            c = number(from + thick),
            d = number(to + thick),
        )
    }
}

/// Writes the names of sources or destinations.
fn names(side: &Side<'_>, unit: Unit, x: f64, width: f64) -> String {
    let names = side.nodes.iter().map(|node| {
        let title = Markup::line(&format!("{}: {}", node.name, unit.exact(node.total)));
        let name = Markup::cut(node.name, LONGEST);
        let short = unit.short(node.total);
        let (x, y, width) = (format!("{x}%"), pixels(node.top), format!("{width}%"));
        let name = format!("<text class=\"m h\" y=\"12\">{name}</text>");
        let short = format!("<text class=\"h\" y=\"12\">{short}</text>");
        format!(
            "<g><title>{title}</title>{}{}</g>\n",
            clipped(&x, y + 1, &width, &name),
            clipped(&x, y + 16, &width, &short)
        )
    });
    names.collect()
}

/// Draws a line beside each source and destination.
fn bars(left: &Side<'_>, right: &Side<'_>) -> String {
    let sides = [(left, "0"), (right, "99")].into_iter();
    let nodes = sides.flat_map(|(side, x)| side.nodes.iter().map(move |node| (node, x)));
    let drawn = nodes.map(|(node, x)| {
        let (y, height) = (number(node.top), number(node.height));
        format!("<rect class=\"node\" x=\"{x}\" y=\"{y}\" width=\"1\" height=\"{height}\"/>\n")
    });
    drawn.collect()
}

/// The sources, or the destinations.
struct Side<'a> {
    /// The greatest first.
    nodes: Vec<Node<'a>>,
}

/// A source or a destination.
struct Node<'a> {
    name: &'a str,
    total: u128,
    top: f64,
    height: f64,
    /// The place of the next flow.
    next: f64,
}

impl<'a> Side<'a> {
    fn of(flows: &[&'a Flow], name: impl Fn(&'a Flow) -> &'a String, whole: u128) -> Self {
        let mut totals: BTreeMap<&str, (u128, f64)> = BTreeMap::new();
        for flow in flows {
            let (total, thick) = totals.entry(name(flow)).or_default();
            *total += u128::from(flow.value);
            *thick += visible(part(u128::from(flow.value), whole, HEIGHT), 1.0);
        }
        let mut totals: Vec<_> = totals.into_iter().collect();
        totals.sort_by(|(a, (more, _)), (b, (less, _))| less.cmp(more).then(a.cmp(b)));
        let mut y = 0.0;
        let nodes = totals.into_iter().map(|(name, (total, thick))| {
            let height = thick.max(LEAST);
            let top = y;
            y += height + GAP;
            Node {
                name,
                total,
                top,
                height: thick,
                next: top,
            }
        });
        Self {
            nodes: nodes.collect(),
        }
    }

    fn height(&self) -> f64 {
        let ends = self
            .nodes
            .iter()
            .map(|node| node.top + node.height.max(LEAST));
        ends.fold(0.0, f64::max).ceil()
    }

    /// Returns where the next flow of a source or destination begins, and moves on.
    fn place(&mut self, name: &str, thick: f64) -> f64 {
        let Some(node) = self.nodes.iter_mut().find(|node| node.name == name) else {
            return 0.0;
        };
        let place = node.next;
        node.next += thick;
        place
    }
}

/// Returns a length in whole pixels. It is never negative.
fn pixels(length: f64) -> usize {
    length.max(0.0) as usize
}
