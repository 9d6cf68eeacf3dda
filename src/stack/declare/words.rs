//! Messages of the resource's validation in CloudFormation's vocabulary.

use super::property::{NAMES, name_of, pascal};
use crate::cty::Path;

/// Renders a message that names the model's attributes, in one line.
pub(super) fn in_its_words(message: &str) -> String {
    let message = without_hcl(message);
    let mut text = String::with_capacity(message.len());
    let mut word = String::new();
    for letter in message.chars().chain(Some('\0')) {
        if letter.is_ascii_lowercase() || letter == '_' {
            word.push(letter);
            continue;
        }
        let known = NAMES.iter().find(|name| name.attribute == word);
        match known.filter(|name| name.attribute.contains('_')) {
            Some(name) => text.push_str(name.property),
            None => text.push_str(&word),
        }
        word.clear();
        if letter != '\0' {
            text.push(letter);
        }
    }
    NAMES.iter().fold(text, |text, name| {
        let name = name.property;
        text.replace(&format!("{name} = "), &format!("{name}: "))
    })
}

fn without_hcl(message: &str) -> String {
    let message = match message.split_once(" (in HCL: ") {
        Some((before, after)) => {
            let after = after.split_once(')').map_or("", |(_, after)| after);
            format!("{before}{after}")
        }
        None => message.to_owned(),
    };
    let Some((before, block)) = message.split_once("\n\n") else {
        return message;
    };
    let mut lines = block.lines().map(str::trim);
    let name = lines.next().unwrap_or_default().trim_end_matches(" {");
    let members = lines.filter_map(|line| line.split_once('='));
    let members = members.map(|(name, value)| format!("{}: {}", pascal(name.trim()), value.trim()));
    let members = members.collect::<Vec<_>>().join(", ");
    format!("{before} `{}: [{{{members}}}]`", name_of(&Path::from(name)))
}
