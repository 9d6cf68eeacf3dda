//! Every picture, with numbers and names of every size.

use super::*;
use crate::report::{Color, Markup, Unit};

const FLOWS: Unit = Unit::Count("flow", "flows");

fn caption() -> Caption {
    Caption {
        title: "A <title>".to_owned(),
        description: "What it shows & why.".to_owned(),
        empty: "Nothing was recorded.".to_owned(),
    }
}

fn layers() -> Vec<Layer> {
    [("accepted", Color::Blue), ("rejected", Color::Red)]
        .map(|(name, color)| Layer {
            name: name.to_owned(),
            color,
        })
        .into()
}

/// Draws every kind of picture, with as many numbers, names and gaps as there are.
fn all(numbers: &[u64], name: &str, unseen: Option<&str>) -> Vec<Markup> {
    let (caption, layers, unit) = (caption(), layers(), Unit::Bytes);
    let owned = name.to_owned();
    let bins = numbers.iter().map(|number| Bin {
        time: owned.clone(),
        tick: owned.clone(),
        values: vec![*number, *number / 2],
        unseen: unseen.map(str::to_owned),
    });
    let bars = numbers.iter().map(|number| Bar {
        name: owned.clone(),
        values: vec![*number, 0],
    });
    let values: Vec<_> = numbers
        .iter()
        .copied()
        .map(Some)
        .chain(unseen.map(|_| None))
        .collect();
    let flows = numbers.iter().enumerate().map(|(at, number)| Flow {
        from: owned.clone(),
        to: format!("{name}{at}"),
        layer: at % 2,
        value: *number,
    });
    let parts = numbers.iter().map(|number| Part {
        name: owned.clone(),
        color: Color::Green,
        value: *number,
    });
    vec![
        Series {
            caption: caption.clone(),
            unit,
            layers: layers.clone(),
            bins: bins.collect(),
        }
        .draw(),
        Bars {
            caption: caption.clone(),
            unit,
            layers: layers.clone(),
            bars: bars.collect(),
        }
        .draw(),
        Heat {
            caption: caption.clone(),
            unit,
            color: Color::Blue,
            columns: values.iter().map(|_| owned.clone()).collect(),
            rows: if values.is_empty() {
                Vec::new()
            } else {
                vec![HeatRow {
                    name: owned.clone(),
                    values,
                }]
            },
        }
        .draw(),
        Flows {
            caption: caption.clone(),
            unit,
            layers,
            flows: flows.collect(),
        }
        .draw(),
        Share {
            caption,
            unit: FLOWS,
            parts: parts.collect(),
        }
        .draw(),
    ]
}

/// Asserts that a picture is well formed, closes what it opens, and has nothing that is not a number in its coordinates.
fn assert_picture(picture: &Markup) {
    let text = picture
        .as_str()
        .replace("<li>", "")
        .replace("<p class=\"empty\">", "<p>");
    let mut reader = quick_xml::Reader::from_str(&text);
    reader.config_mut().check_end_names = false;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    let value = attribute.unwrap().value;
                    assert!(
                        !value.contains("NaN") && !value.contains("inf"),
                        "{value} in {text}"
                    );
                }
            }
            _ => {}
        }
    }
}

#[test]
fn every_number_and_every_name_can_be_drawn() {
    let hostile = "</title></svg><script>\u{202e}\"'&";
    let long = "2001:db8:".repeat(30);
    for numbers in [
        &[][..],
        &[0],
        &[1],
        &[1 << 63; 3],
        &[u64::MAX, 0, 1],
        &[7; 2_000],
    ] {
        for name in ["", "10.0.0.1", hostile, &long] {
            for unseen in [None, Some(hostile)] {
                for picture in all(numbers, name, unseen) {
                    assert_picture(&picture);
                    let text = picture.as_str();
                    assert!(
                        !text.contains("<script") && !text.contains('\u{202e}'),
                        "{text}"
                    );
                    assert!(text.contains("A &lt;title&gt;"), "{text}");
                }
            }
        }
    }
}

#[test]
fn a_picture_has_a_name_and_a_description_or_says_why_it_is_empty() {
    for picture in all(&[5, 3], "a", None) {
        let text = picture.as_str();
        let named = "role=\"img\" width=\"100%\" ";
        assert!(text.contains(named), "{text}");
        assert!(
            text.contains("<title>A &lt;title&gt;</title><desc>What it shows &amp; why.</desc>"),
            "{text}"
        );
    }
    for picture in all(&[], "a", None) {
        let text = picture.as_str();
        assert!(
            text.contains("Nothing was recorded.") && !text.contains("<svg"),
            "{text}"
        );
    }
}

#[test]
fn a_gap_is_not_a_zero() {
    let bin = |hour: usize, value, unseen: Option<&str>| Bin {
        time: format!("2026-11-29 {hour:02}:00"),
        tick: format!("{hour:02}:00"),
        values: vec![value, 0],
        unseen: unseen.map(str::to_owned),
    };
    let bins = (0..12).map(|hour| match hour {
        3..6 => bin(hour, 0, None),
        6..9 => bin(hour, 0, Some("no records were delivered")),
        _ => bin(hour, 1_000, None),
    });
    let series = Series {
        caption: caption(),
        unit: Unit::Bytes,
        layers: layers(),
        bins: bins.collect(),
    };
    let drawn = series.draw();
    let text = drawn.as_str();
    assert_eq!(
        text.matches("class=\"un\" x=").count(),
        1,
        "one gap, not three: {text}"
    );
    assert!(
        text.contains("class=\"un\" x=\"50%\" y=\"20\" width=\"25%\""),
        "{text}"
    );
    assert!(
        text.contains("not seen in 3 of 12 bins: no records were delivered"),
        "{text}"
    );
    assert!(text.contains("not seen</text>"), "{text}");
    assert!(
        text.contains("2026-11-29 00:00: 1,000 bytes accepted, 0 bytes rejected"),
        "{text}"
    );
}

#[test]
fn many_bins_stay_small() {
    let bins = (0..1_440).map(|minute| Bin {
        time: format!("2026-11-29 {minute}"),
        tick: minute.to_string(),
        values: vec![minute * 1_000, minute],
        unseen: None,
    });
    let series = Series {
        caption: caption(),
        unit: Unit::Bytes,
        layers: layers(),
        bins: bins.collect(),
    };
    let length = series.draw().as_str().len();
    assert!(length < 80_000, "{length}");
}
