//! Damaged bytes never panic, and are read or reported in bounded time.

use proptest::prelude::*;

use super::world::{Compressed, Style, everything, gzip, parquet, read};
use crate::record::format::Format;
use crate::record::object::Kind;
use crate::record::quals::Quals;

fn lines(count: usize) -> Vec<String> {
    let line = |number: usize| {
        format!(
            "2 10.0.0.{} {number} 1700000000 1700000060 ACCEPT OK",
            number % 200
        )
    };
    (0..count).map(line).collect()
}

fn format() -> Format {
    let names = "version srcaddr dstport start end action log-status".split(' ');
    let names: Vec<_> = names.map(|name| format!("${{{name}}}")).collect();
    Format::parse(&names.join(" ")).unwrap()
}

fn text() -> String {
    format!("{}\n{}\n", format().names().join(" "), lines(40).join("\n"))
}

/// Changes, removes or repeats bytes.
fn mutated(mut bytes: Vec<u8>, changes: &[(usize, u8, u8)]) -> Vec<u8> {
    for (place, kind, byte) in changes {
        let at = place % bytes.len().max(1);
        match kind % 5 {
            _ if bytes.is_empty() => {}
            0 => bytes[at] = *byte,
            1 => bytes[at] ^= 1 << (byte % 8),
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..(at + usize::from(*byte)).min(bytes.len()))),
            _ => {
                let part = bytes[at..(at + usize::from(*byte)).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<(usize, u8, u8)>> {
    proptest::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 1..8)
}

/// Changes bytes near the end, where the metadata is.
fn late() -> impl Strategy<Value = Vec<(usize, u8)>> {
    proptest::collection::vec((1..1200_usize, any::<u8>()), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mutated_gzip_and_json(changes in changes(), plain: bool) {
        let quals = Quals::default();
        let event = "{\"event_type\":\"a.ExternalFlow\",\"details\":{\"dst_port\":\"22\"}}";
        let json = format!("[{}]", [event; 20].join(","));
        for (kind, text) in [(Kind::Text, text()), (Kind::ExternalFlow, json)] {
            let bytes = if plain { text.into_bytes() } else { gzip(text) };
            let _ = read(mutated(bytes, &changes), kind, &everything(&quals));
        }
    }

    #[test]
    fn mutated_parquet(changes in changes(), late in late(), version_2: bool, compressed in 0..3_usize) {
        let quals = Quals::default();
        let style = Style {
            rows_of_group: 15,
            version_2,
            compression: [Compressed::Not, Compressed::Gzip, Compressed::Snappy][compressed],
            ..Style::default()
        };
        let whole = parquet(&format(), &lines(40), &style);
        let _ = read(mutated(whole.clone(), &changes), Kind::Parquet, &everything(&quals));
        let mut bytes = whole;
        for (before, byte) in late {
            let end = bytes.len();
            bytes[end.saturating_sub(8 + before)] = byte;
        }
        let _ = read(bytes, Kind::Parquet, &everything(&quals));
    }

    #[test]
    fn arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let quals = Quals::default();
        for kind in [Kind::Text, Kind::Parquet, Kind::ExternalFlow] {
            let _ = read(bytes.clone(), kind, &everything(&quals));
            let _ = read(gzip(&bytes), kind, &everything(&quals));
        }
    }
}
