//! Plain scalars as CloudFormation reads them, which is YAML 1.1: `yes` is true, `010` is eight, `1:30` is ninety.

use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Node};

/// Returns a scalar as CloudFormation reads it, and warns if that is not what it seems to be.
pub(super) fn read(node: &Rc<Node>, diagnostics: &mut FileDiagnostics) -> Rc<Node> {
    let Content::Scalar { text, plain: true } = &node.content else {
        return Rc::clone(node);
    };
    let Some(read) = canonical(text) else {
        return Rc::clone(node);
    };
    if text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = format!(
            "CloudFormation reads `{text}` as the number {read}; put it in quotes if it is text"
        );
        diagnostics.warning(node.position, message);
    }
    let content = Content::Scalar {
        text: read,
        plain: true,
    };
    Rc::new(Node::new(node.position, content))
}

/// Returns the canonical form of a plain scalar, if it is written in another one.
pub(super) fn canonical(text: &str) -> Option<String> {
    match text {
        "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            return Some("true".to_owned());
        }
        "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            return Some("false".to_owned());
        }
        _ => {}
    }
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (&text[..1], digits),
        None => ("", text),
    };
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let plain = digits.replace('_', "");
    let number = if let Some(hex) = plain.strip_prefix("0x") {
        i64::from_str_radix(hex, 16).ok()?
    } else if let Some(binary) = plain.strip_prefix("0b") {
        i64::from_str_radix(binary, 2).ok()?
    } else if plain.len() > 1 && plain.starts_with('0') {
        i64::from_str_radix(&plain, 8).ok()?
    } else if plain.contains(':') {
        sexagesimal(&plain)?
    } else if plain != digits || sign == "+" {
        plain.parse().ok()?
    } else {
        return None;
    };
    let number = if sign == "-" { -number } else { number };
    Some(number.to_string())
}

/// Reads a number to the base 60, such as `1:30`.
fn sexagesimal(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let first: i64 = parts.next()?.parse().ok()?;
    parts.try_fold(first, |number, part| {
        let is_short = matches!(part.len(), 1 | 2);
        let part: i64 = part.parse().ok().filter(|part| is_short && *part < 60)?;
        number.checked_mul(60)?.checked_add(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_read_as_yaml_1_1() {
        for (text, read) in [
            ("yes", "true"),
            ("Off", "false"),
            ("010", "8"),
            ("0x1F", "31"),
            ("0b11", "3"),
            ("1_000", "1000"),
            ("+60", "60"),
            ("1:30", "90"),
            ("-010", "-8"),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(read), "{text}");
        }
        for text in [
            "60",
            "-1",
            "0",
            "089",
            "true",
            "y",
            "60.0",
            "10.0.0.0",
            "fd00::1",
            "12:75",
            "é",
            "",
            "-",
            "99999999999999999999_0",
            "0x",
            "1:",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
