//! The map of what was checked: what contains what, each with its outcome as a color and a word.

use super::bound::{self, Room, left_out};
use crate::report::color::{Chip, Color};
use crate::report::findings::{Area, Tally};
use crate::report::markup::Markup;
use crate::report::quantity::thousands;

/// Draws the map, if there is one: the two outermost areas can be folded, and are if all is well there, the next ones are boxes, and those in a box are
/// lines.
pub(super) fn draw(areas: &[Area]) -> Option<Markup> {
    if areas.is_empty() {
        return None;
    }
    let mut room = Room::new(bound::MAP);
    let (mut text, mut more) = (String::new(), 0);
    for outer in areas {
        let mut inner = String::new();
        for area in &outer.within {
            let mut boxes = String::new();
            let left_out = room.fill(&mut boxes, area.within.iter().map(boxed));
            more += left_out;
            let wanted = !boxes.is_empty() || area.within.is_empty();
            let part = folded(area, &format!("<div class=\"boxes\">\n{boxes}</div>\n"));
            if left_out == 0 || wanted {
                room.fill(&mut inner, std::iter::once(part));
            }
        }
        if !inner.is_empty() {
            text.push_str(&folded(outer, &inner));
        }
    }
    Some(Markup::of(text + &left_out(more, "networks")))
}

fn folded(area: &Area, within: &str) -> String {
    let open = if passes(&area.tallies) { "" } else { " open" };
    format!(
        "<details{open} class=\"area\"><summary>{}{}</summary>\n{within}</details>\n",
        named(area),
        tallies(area)
    )
}

/// Reports whether a reader need not look into an area.
fn passes(tallies: &[Tally]) -> bool {
    let fine = [Color::Green, Color::Sky, Color::Gray];
    tallies
        .iter()
        .all(|tally| tally.count == 0 || fine.contains(&tally.color))
}

fn boxed(area: &Area) -> String {
    let class = area
        .outcome
        .as_ref()
        .map_or("cy", |outcome| outcome.color.class());
    let lines: String = area.within.iter().map(lined).collect();
    let lines = if lines.is_empty() {
        lines
    } else {
        format!("<ul>{lines}</ul>")
    };
    format!(
        "<div class=\"box {class}\">{}{}{}{lines}</div>\n",
        named(area),
        outcome(area.outcome.as_ref()),
        tallies(area)
    )
}

fn lined(area: &Area) -> String {
    let class = area
        .outcome
        .as_ref()
        .map_or("cy", |outcome| outcome.color.class());
    let within: String = area.within.iter().map(lined).collect();
    format!(
        "<li class=\"{class}\">{}{}{}{within}",
        named(area),
        outcome(area.outcome.as_ref()),
        tallies(area)
    )
}

fn named(area: &Area) -> String {
    let detail = match &area.detail {
        Some(detail) => format!(" <small>{}</small>", Markup::line(detail)),
        None => String::new(),
    };
    format!("<b>{}</b>{detail}", Markup::line(&area.name))
}

fn outcome(chip: Option<&Chip>) -> String {
    chip.map_or_else(String::new, |chip| {
        format!(" <span>{}</span>", Markup::line(&chip.word))
    })
}

fn tallies(area: &Area) -> String {
    let counted = match area.counted {
        counted if counted.is_empty() || area.tallies.is_empty() => String::new(),
        counted => format!(" <small>{}:</small>", Markup::line(counted)),
    };
    let tallies = area
        .tallies
        .iter()
        .filter(|tally| tally.count > 0)
        .map(|tally| {
            let count = thousands(tally.count as u128);
            let chip = Chip {
                word: format!("{count} {}", tally.word),
                color: tally.color,
            };
            format!(" {}", chip.draw())
        });
    counted + &tallies.collect::<String>()
}
