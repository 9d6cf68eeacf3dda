//! The folders of a trail of Yandex Cloud: `[PREFIX/]TRAIL/YYYY/MM/DD/`.

use std::ops::Range;

use jiff::civil::Date;

use super::{Folder, Step, Wanted, days};

/// How many folders above those of the years are browsed.
const DEEPEST: usize = 6;

/// How much earlier than its time an event may have started, in milliseconds.
const EARLIER: i64 = 60 * 60 * 1000;

/// How much later than an event its object may be, in milliseconds.
const LATER: i64 = 3 * 60 * 60 * 1000;

/// Returns what to list to find objects in a folder.
pub(super) fn steps(folder: &Folder, wanted: &Wanted<'_>) -> Vec<Step> {
    let parts = folder.parts();
    match parts.iter().position(|part| is_year(part)) {
        Some(year) => {
            let trail: String = parts[..year]
                .iter()
                .map(|part| format!("{part}/"))
                .collect();
            in_trail(folder, &trail, wanted)
        }
        None => vec![Step::Browse(folder.clone())],
    }
}

/// Returns what to list in the folders of a folder. Those of years are in a trail, and all others may contain trails.
pub(super) fn enter(folder: &Folder, folders: &[Folder], wanted: &Wanted<'_>) -> Vec<Step> {
    let is_of_year = |inner: &Folder| inner.parts().last().is_some_and(|part| is_year(part));
    if folders.iter().any(is_of_year) {
        return in_trail(folder, &folder.prefix, wanted);
    }
    if folders.is_empty() || folder.parts().len() >= DEEPEST {
        return vec![Step::List(folder.prefix.clone())];
    }
    folders
        .iter()
        .flat_map(|inner| inner.steps(wanted))
        .collect()
}

fn is_year(part: &str) -> bool {
    part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns what to list below the folder of a trail.
fn in_trail(folder: &Folder, trail: &str, wanted: &Wanted<'_>) -> Vec<Step> {
    let Range { start, end } = wanted.window;
    let window = start.saturating_sub(EARLIER)..end.saturating_add(LATER);
    let Some(days) = days::of(&window) else {
        return folder.within(vec![trail.to_owned()]);
    };
    let mut prefixes = Vec::new();
    for day in days {
        for name in names(day.date) {
            prefixes.push(format!("{trail}{name}/"));
        }
    }
    folder.within(prefixes)
}

/// Returns how a day may be written: with leading zeros, or without.
fn names(date: Date) -> Vec<String> {
    let mut names = vec![
        date.strftime("%Y/%m/%d").to_string(),
        format!("{}/{}/{}", date.year(), date.month(), date.day()),
    ];
    names.dedup();
    names
}
