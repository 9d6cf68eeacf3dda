use super::*;
use crate::record::Qual;

fn format(text: &str) -> Format {
    Format::parse(text).unwrap()
}

fn reader(formats: &[Format]) -> Reader {
    Reader::new(RecordType::Aws, formats, &Quals::default()).unwrap()
}

#[track_caller]
fn number(reader: &Reader, line: &str) -> usize {
    reader.read(line).unwrap().0
}

#[test]
fn formats_are_distinguished_by_number_of_fields_and_then_by_version() {
    let reader = reader(&[
        format("${version} ${srcaddr} ${dstaddr}"),
        format("${version} ${dstaddr} ${pkt-srcaddr}"),
        format("${srcaddr} ${dstport}"),
    ]);
    assert_eq!(number(&reader, "2 10.0.0.1 10.0.0.2"), 0);
    assert_eq!(number(&reader, "3 10.0.0.1 10.0.0.2"), 1);
    assert_eq!(number(&reader, "10.0.0.1 22"), 2);
    assert_eq!(
        reader.read("5 10.0.0.1 10.0.0.2").unwrap_err().to_string(),
        "the line has version 5, but records of this format have version 2, and its log group has another format with \
         the same number of fields"
    );
    assert_eq!(
        reader.read("10.0.0.1").unwrap_err().to_string(),
        "the line has 1 values, but its record format has 3 fields"
    );
}

#[test]
fn a_version_is_a_plain_value_if_there_is_one_format() {
    let names = "version srcaddr dstaddr reject-reason";
    let names: Vec<_> = names
        .split(' ')
        .map(|name| format!("${{{name}}}"))
        .collect();
    let alone = reader(&[format(&names.join(" "))]);
    // The fields imply version 8.
    for version in ["2", "5", "8", "11", "300", "-"] {
        assert_eq!(
            number(&alone, &format!("{version} 10.0.0.1 10.0.0.2 BPA")),
            0
        );
    }
    assert!(alone.read("x 10.0.0.1 10.0.0.2 BPA").is_err());
    let of_other_width = reader(&[format(&names.join(" ")), format("${version} ${srcaddr}")]);
    assert_eq!(number(&of_other_width, "5 10.0.0.1 10.0.0.2 BPA"), 0);
    assert_eq!(number(&of_other_width, "5 10.0.0.1"), 1);
}

#[test]
fn a_version_distinguishes_formats_only_if_it_differs() {
    let alike = reader(&[
        format("${version} ${srcaddr} ${action}"),
        format("${version} ${action} ${srcaddr}"),
    ]);
    assert_eq!(number(&alike, "5 10.0.0.1 ACCEPT"), 0);
    assert_eq!(number(&alike, "5 ACCEPT 10.0.0.1"), 1);
    let elsewhere = reader(&[
        format("${version} ${srcport} ${dstport}"),
        format("${srcport} ${dstport} ${protocol}"),
    ]);
    assert_eq!(number(&elsewhere, "443 22 6"), 1);
    let newer = reader(&[
        format("${version} ${action} ${brand-new}"),
        format("${version} ${action} ${srcport}"),
    ]);
    assert_eq!(number(&newer, "12 ACCEPT 22"), 0);
    assert!(newer.read("1 ACCEPT x").is_err());
}

#[test]
fn a_line_that_fits_two_formats_is_ambiguous() {
    let reader = reader(&[
        format("${srcaddr} ${dstaddr}"),
        format("${dstaddr} ${srcaddr}"),
    ]);
    assert_eq!(
        reader.read("10.0.0.1 10.0.0.2").unwrap_err(),
        ReadError::Ambiguous
    );
}

#[test]
fn a_field_that_only_some_formats_have_has_no_value_in_the_others() {
    let formats = [Format::vpc_default(), Format::transit_gateway_default()];
    let quals = Quals {
        all: vec![Qual::parse("action", "reject").unwrap()],
        ..Quals::default()
    };
    let reader = Reader::new(RecordType::Aws, &formats, &quals).unwrap();
    let plan = reader.plan(Streams::Any, &|| true).unwrap();
    assert_eq!(plan.calls.len(), 1, "{plan:?}");
    let nowhere = Quals {
        none: vec![vec![Qual::parse("vpc_id", "vpc-1").unwrap()]],
        ..Quals::default()
    };
    let error = Reader::new(RecordType::Aws, &formats, &nowhere).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`exclude[0].vpc_id` needs the field vpc-id"),
        "{error}"
    );
}

#[test]
fn record_types_have_names() {
    for name in RecordType::NAMES {
        assert!(RecordType::named(name).is_some(), "{name}");
    }
    assert_eq!(RecordType::named("AWS"), None);
}

fn reader_for(format_text: &str, quals: &Quals) -> Reader {
    Reader::new(RecordType::Aws, &[format(format_text)], quals).unwrap()
}

fn qual(name: &str, text: &str) -> Qual {
    Qual::parse(name, text).unwrap()
}

#[test]
fn a_line_that_one_value_rules_out_has_the_same_outcome() {
    let text = "${version} ${srcaddr} ${dstport} ${log-status}";
    let all = vec![qual("src_addr", "10.0.0.0/8"), qual("dst_port", "22")];
    let reader = reader_for(
        text,
        &Quals {
            all,
            ..Quals::default()
        },
    );
    let outcome = |line: &'static str| {
        Ok::<_, ReadError>(match reader.evaluate(line, "")? {
            Outcome::Match(_, row) => (true, row.text(3).map(Cow::into_owned)),
            Outcome::NoMatch(_, status) => (false, status.map(Cow::into_owned)),
        })
    };
    let status = |text: &str| Some(text.to_owned());
    assert_eq!(outcome("2 10.0.0.1 22 OK"), Ok((true, status("OK"))));
    assert_eq!(outcome("2 10.0.0.1 443 OK"), Ok((false, status("OK"))));
    assert_eq!(
        outcome("2 192.0.2.1 22 NODATA"),
        Ok((false, status("NODATA")))
    );
    for broken in [
        "2 10.0.0.1 x OK",
        "2 10.0.0.x 22 OK",
        "2 ****** 22 OK",
        "2 192.0.2.1 22 OK more",
    ] {
        assert!(outcome(broken).is_err(), "{broken}");
    }
}

#[test]
fn a_value_that_a_qual_checks_must_have_the_type_of_its_field() {
    let text = "${version} ${pkt-srcaddr} ${traffic-path}";
    let line = "5 10.1.x 8";
    assert!(reader_for(text, &Quals::default()).read(line).is_ok());
    let pkt = Qual::parse_field("pkt-srcaddr", "10.1.0.0/16").unwrap();
    let none = vec![vec![pkt]];
    let reader = reader_for(
        text,
        &Quals {
            none,
            ..Quals::default()
        },
    );
    assert!(matches!(
        reader.read(line),
        Err(ReadError::Line(ParseError::Value { .. }))
    ));
}
