//! Numbers as people read them: with thousands separators and units. This module must not know what is counted.

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Things, with their name for one and for several: `flow` and `flows`.
    Count(&'static str, &'static str),
    /// Things whose name stands elsewhere.
    Bare,
}

impl Unit {
    /// Returns a number in full: `1,234,567 bytes`.
    pub fn exact(self, value: u128) -> String {
        let name = match (self, value) {
            (Self::Bytes, 1) => "byte",
            (Self::Bytes, _) => "bytes",
            (Self::Count(one, _), 1) => one,
            (Self::Count(_, many), _) => many,
            (Self::Bare, _) => return thousands(value),
        };
        format!("{} {name}", thousands(value))
    }

    /// Returns a number for a picture, in at most seven characters: `1.23 MB`, `1,234`, `1.23 M`.
    pub fn short(self, value: u128) -> String {
        let (unit, whole) = match self {
            Self::Bytes => ("B", 1_000),
            Self::Count(..) | Self::Bare => ("", 100_000),
        };
        if value < whole {
            return format!("{} {unit}", thousands(value)).trim_end().to_owned();
        }
        let mut size = 1_000;
        let mut prefixes = "kMGTPEZY".chars();
        let mut prefix = prefixes.next();
        // A number that would be rounded to 1,000 takes the next prefix.
        while value >= size * 1_000 - size / 2 {
            let Some(next) = prefixes.next() else {
                break;
            };
            prefix = Some(next);
            size *= 1_000;
        }
        let digits = match value / size {
            0..10 => 100,
            10..100 => 10,
            _ => 1,
        };
        let step = size / digits;
        let scaled = value.saturating_add(step / 2) / step;
        let number = match digits {
            100 => format!("{}.{:02}", scaled / 100, scaled % 100),
            10 => format!("{}.{}", scaled / 10, scaled % 10),
            _ => thousands(scaled),
        };
        let prefix = prefix.map(String::from).unwrap_or_default();
        format!("{number} {prefix}{unit}")
    }
}

/// Returns a number with thousands separators: `1,234,567`.
pub fn thousands(value: u128) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators_and_units() {
        const FLOWS: Unit = Unit::Count("flow", "flows");
        for (unit, value, exact, short) in [
            (Unit::Bytes, 0, "0 bytes", "0 B"),
            (Unit::Bytes, 1, "1 byte", "1 B"),
            (Unit::Bytes, 999, "999 bytes", "999 B"),
            (Unit::Bytes, 1_000, "1,000 bytes", "1.00 kB"),
            (Unit::Bytes, 12_345, "12,345 bytes", "12.3 kB"),
            (Unit::Bytes, 999_499, "999,499 bytes", "999 kB"),
            (Unit::Bytes, 999_500, "999,500 bytes", "1.00 MB"),
            (
                Unit::Bytes,
                1 << 63,
                "9,223,372,036,854,775,808 bytes",
                "9.22 EB",
            ),
            (FLOWS, 1, "1 flow", "1"),
            (FLOWS, 99_999, "99,999 flows", "99,999"),
            (FLOWS, 123_456, "123,456 flows", "123 k"),
            (FLOWS, 1_234_567, "1,234,567 flows", "1.23 M"),
        ] {
            assert_eq!(
                (unit.exact(value), unit.short(value)),
                (exact.to_owned(), short.to_owned())
            );
        }
        assert!(Unit::Bytes.short(u128::MAX).ends_with(" YB"));
    }
}
