use super::world::{Collected, everything, gzip, read};
use crate::record::Qual;
use crate::record::format::Format;
use crate::record::object::{Ask, Kind, Problem, Read, Unparsed};
use crate::record::quals::Quals;

const HEADER: &str = "version srcaddr dstport start end action log-status";
const ONE: &str = "2 10.0.0.1 22 1700000000 1700000060 ACCEPT OK";
const TWO: &str = "2 10.0.0.2 443 1700000060 1700000120 REJECT OK";
const NONE: &str = "2 - - 1700000120 1700000180 - NODATA";

fn all(text: impl AsRef<[u8]>) -> (Collected, Read, Option<Problem>) {
    read(gzip(text), Kind::Text, &everything(&Quals::default()))
}

#[test]
fn a_header_names_the_fields_whether_the_text_is_compressed_or_not() {
    let text = format!("{HEADER}\n{ONE}\n{TWO}\n{NONE}\n");
    for bytes in [gzip(&text), text.clone().into_bytes()] {
        let (found, read, problem) = read(bytes, Kind::Text, &everything(&Quals::default()));
        assert!(problem.is_none());
        assert_eq!(found.lines(), [ONE, TWO, NONE]);
        assert_eq!((read.scanned, read.matched, read.no_data), (3, 3, 1));
        assert_eq!(found.records[1].time, Some(1_700_000_060_000));
        assert_eq!(
            found.records[1].values[1],
            ("srcaddr".into(), "10.0.0.2".into())
        );
    }
}

#[test]
fn a_header_may_change_within_an_object_and_name_unknown_fields() {
    let text =
        format!("{HEADER}\n{ONE}\nversion brand-new srcaddr\n9 x 10.0.0.9\n{HEADER}\n{TWO}\n");
    let (found, _, problem) = all(text);
    assert!(problem.is_none());
    assert_eq!(found.lines(), [ONE, "9 x 10.0.0.9", TWO]);
    assert_eq!(found.records[1].values[1], ("brand-new".into(), "x".into()));
    assert_eq!(found.formats.len(), 2);
}

#[test]
fn a_record_belongs_to_the_window_by_its_start_then_its_end_and_else_always() {
    let quals = Quals::default();
    let text = format!(
        "{HEADER}\n{ONE}\n{TWO}\nend bytes\n1700000061 5\n1700000059 6\nbytes packets\n7 8\n"
    );
    let ask = Ask {
        window: 1_700_000_060_000..1_700_000_120_000,
        ..everything(&quals)
    };
    let (found, counted, _) = read(gzip(text), Kind::Text, &ask);
    assert_eq!(found.lines(), [TWO, "1700000061 5", "7 8"]);
    assert_eq!(found.records[2].time, None);
    assert_eq!((counted.scanned, counted.outside), (3, 2));
}

#[test]
fn exports_of_log_groups_have_a_time_in_front_and_no_header() {
    let quals = Quals::default();
    let formats = [
        Format::parse("${version} ${srcaddr} ${dstport} ${start} ${end} ${action} ${log-status}")
            .unwrap(),
        Format::parse("${srcaddr} ${dstport}").unwrap(),
    ];
    let text = format!("2023-11-14T22:13:20.000Z {ONE}\n2023-11-14T22:14:20.000Z 10.0.0.7 80\n");
    for most in [1, 2] {
        let ask = Ask {
            formats: &formats[..most],
            ..everything(&quals)
        };
        let (found, counted, problem) = read(gzip(&text), Kind::Text, &ask);
        assert!(problem.is_none());
        assert_eq!(counted.unparsed, 2 - most as u64);
        assert_eq!(found.lines(), [ONE, "10.0.0.7 80"][..most]);
        if most == 2 {
            assert_eq!(found.records[1].time, Some(1_700_000_060_000));
        }
    }
    assert!(matches!(all(ONE).2, Some(Problem::NoHeader)));
}

#[test]
fn an_object_that_ends_badly_is_reported_after_the_records_before() {
    let text = format!("{HEADER}\n{ONE}\n{TWO}\n");
    let whole = gzip(&text);
    let members = [gzip(format!("{HEADER}\n{ONE}\n")), gzip(format!("{TWO}\n"))].concat();
    let (found, _, problem) = read(members.clone(), Kind::Text, &everything(&Quals::default()));
    assert_eq!((found.records.len(), problem.is_none()), (2, true));
    let quals = Quals::default();
    let ask = &everything(&quals);
    let (found, _, problem) = read([members.clone(), vec![0; 700]].concat(), Kind::Text, ask);
    assert_eq!((found.records.len(), problem.is_none()), (2, true));
    let (found, _, problem) = read(
        [members.clone(), b"more".to_vec()].concat(),
        Kind::Text,
        ask,
    );
    assert!(
        found.records.len() == 2 && matches!(problem, Some(Problem::Trailing)),
        "{problem:?}"
    );
    let cut = members.len() - 9;
    let (found, _, problem) = read(members[..cut].to_vec(), Kind::Text, ask);
    assert!(
        !found.records.is_empty() && matches!(problem, Some(Problem::Truncated)),
        "{problem:?}"
    );
    let mut damaged = whole.clone();
    let end = damaged.len() - 6;
    damaged[end] ^= 1;
    let (found, _, problem) = read(damaged, Kind::Text, ask);
    assert!(
        found.records.len() == 2 && matches!(problem, Some(Problem::Damaged)),
        "{problem:?}"
    );
    for empty in [Vec::new(), gzip(""), gzip("\n \n")] {
        assert!(matches!(
            read(empty, Kind::Text, ask).2,
            Some(Problem::Empty)
        ));
    }
}

#[test]
fn unusual_lines_are_read_or_reported_one_by_one() {
    let long = "x".repeat(70_000);
    let endless = "y".repeat(3_000_000);
    let mut bytes = format!("{HEADER}\r\n{ONE}\r\n\n{long}\n{endless}\n10.0.0.1 22\n").into_bytes();
    bytes.extend_from_slice(b"2 10.0.0.3 22 1 2 ACCEPT \xff\n");
    bytes.extend_from_slice(b"2 10.0.0.3 22 1 2 ACC\0EPT OK\n");
    bytes.extend_from_slice(TWO.as_bytes());
    let (found, counted, problem) = all(bytes);
    assert!(problem.is_none());
    assert_eq!(found.lines(), [ONE, TWO]);
    assert_eq!(counted.unparsed, 5);
    let problems: Vec<_> = found.unparsed.iter().map(|(_, problem)| problem).collect();
    assert!(
        matches!(
            problems[..],
            [
                Unparsed::Long(_),
                Unparsed::Long(_),
                Unparsed::Read(_),
                Unparsed::NotText,
                Unparsed::NotText,
            ]
        ),
        "{problems:?}"
    );
    assert!(found.unparsed.iter().all(|(line, _)| line.len() <= 4096));
}

#[test]
fn quals_on_a_field_that_a_format_lacks_are_told_and_match_nothing() {
    let quals = Quals {
        all: vec![Qual::parse("vpc_id", "vpc-1").unwrap()],
        ..Quals::default()
    };
    let text = format!("{HEADER}\n{ONE}\nversion vpc-id\n3 vpc-1\n");
    let (found, counted, _) = read(gzip(text), Kind::Text, &everything(&quals));
    assert_eq!(found.lines(), ["3 vpc-1"]);
    assert_eq!(counted.lacks.len(), 1);
}
