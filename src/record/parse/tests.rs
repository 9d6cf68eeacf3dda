use super::*;

mod properties;

const ACCEPTED: &str = "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK";

#[track_caller]
fn read<'a>(line: &'a str, format: &'a Format) -> Record<'a> {
    parse(line, format).unwrap()
}

#[test]
fn a_default_line_is_read_typed() {
    let format = Format::vpc_default();
    let record = read(ACCEPTED, &format);
    assert_eq!(record.get(2), Some("eni-1235b8ca123456789"));
    assert_eq!(record.named("dstaddr"), Some("172.31.16.21"));
    assert_eq!(record.address(3), Some("172.31.16.139".parse().unwrap()));
    assert_eq!(record.integer(6), Some(22));
    assert_eq!(record.seconds(10), Some(1_418_530_010));
    assert_eq!(record.time(11).unwrap().to_string(), "2014-12-14T04:07:50Z");
    assert_eq!(record.named("action"), Some("ACCEPT"));
    assert_eq!(record.log_status(), Some("OK"));
    assert_eq!(record.fields().count(), 14);
    assert_eq!(record.fields().last(), Some(("log-status", Some("OK"))));
}

#[test]
fn a_custom_order_keeps_every_value_under_its_name() {
    let format = Format::parse("${dstport} ${action} ${srcaddr} ${vpc-id} ${tcp-flags}").unwrap();
    let record = read("443 REJECT 2001:db8::1 vpc-0a1b 18", &format);
    assert_eq!(record.named("dstport"), Some("443"));
    assert_eq!(record.address(2), Some("2001:db8::1".parse().unwrap()));
    assert_eq!(record.integer(4), Some(18));
    assert_eq!(record.named("srcport"), None);
    assert_eq!(record.log_status(), None);
}

#[test]
fn a_transit_gateway_line_is_read() {
    let line = "6 TransitGateway 123456789012 tgw-0a tgw-attach-0b 111111111111 222222222222 vpc-0c vpc-0d subnet-0e subnet-0f \
        eni-01 eni-02 use1-az1 use1-az2 tgw-attach-03 10.0.0.1 10.1.0.2 443 50000 6 5 300 1700000000 1700000050 OK IPv4 0 0 0 0 \
        16 us-east-1 egress - -";
    let format = Format::transit_gateway_default();
    let record = read(line, &format);
    assert_eq!(record.named("tgw-dst-vpc-id"), Some("vpc-0d"));
    assert_eq!(record.named("dstaddr"), Some("10.1.0.2"));
    assert_eq!(record.named("flow-direction"), Some("egress"));
    assert_eq!(record.named("pkt-src-aws-service"), None);
}

#[test]
fn a_hyphen_is_no_value() {
    let format = Format::vpc_default();
    let line = "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA";
    let record = read(line, &format);
    assert_eq!(record.get(3), None);
    assert_eq!(record.address(3), None);
    assert_eq!(record.integer(5), None);
    assert_eq!(record.named("action"), None);
    assert_eq!(record.log_status(), Some("NODATA"));
    assert_eq!(record.integer(10), Some(1_431_280_876));
}

#[test]
fn a_leading_hyphen_and_an_unknown_account_are_values_like_others() {
    let format = Format::parse("${interface-id} ${account-id} ${srcport}").unwrap();
    let record = read("- unknown 80", &format);
    assert_eq!(record.get(0), None);
    assert_eq!(record.get(1), Some("unknown"));
    assert_eq!(record.integer(2), Some(80));
}

#[test]
fn an_account_keeps_its_leading_zeros() {
    let format = Format::parse("${account-id} ${version}").unwrap();
    assert_eq!(read("000012345678 2", &format).get(0), Some("000012345678"));
}

#[test]
fn white_space_beyond_single_spaces_does_not_move_values() {
    let format = Format::vpc_default();
    let doubled = ACCEPTED.replacen(" 6 ", "  6   ", 1);
    for line in [
        format!("{ACCEPTED}\n"),
        format!("{ACCEPTED}\r\n"),
        format!("  {ACCEPTED}  "),
        doubled,
    ] {
        let record = read(&line, &format);
        assert_eq!(record.named("protocol"), Some("6"), "{line:?}");
        assert_eq!(record.log_status(), Some("OK"), "{line:?}");
    }
}

#[test]
fn times_in_milliseconds_are_accepted() {
    let format = Format::parse("${start} ${end}").unwrap();
    let record = read("1418530010123 1418530070", &format);
    assert_eq!(record.seconds(0), Some(1_418_530_010));
    assert_eq!(
        record.time(0).unwrap().to_string(),
        "2014-12-14T04:06:50.123Z"
    );
    assert_eq!(record.seconds(1), Some(1_418_530_070));
}

#[test]
fn letters_beyond_ascii_are_kept() {
    let format = Format::parse("${interface-id} ${srcport}").unwrap();
    assert_eq!(read("eni-0аб 22", &format).get(0), Some("eni-0аб"));
}

#[test]
fn values_newer_than_the_documentation_are_kept() {
    let format = Format::parse("${action} ${log-status} ${type} ${new-field}").unwrap();
    let record = read("MIRROR INCOMPLETEDATA IPv8 value", &format);
    assert_eq!(record.get(0), Some("MIRROR"));
    assert_eq!(record.log_status(), Some("INCOMPLETEDATA"));
    assert_eq!(record.named("new-field"), Some("value"));
}

#[test]
fn a_line_of_another_length_is_refused_with_both_counts() {
    let format = Format::vpc_default();
    let short = ACCEPTED.rsplit_once(' ').unwrap().0.to_owned();
    let long = format!("{ACCEPTED} more");
    for (line, found) in [
        (short.as_str(), 13),
        (&long, 15),
        ("", 0),
        (" \n", 0),
        (&"x ".repeat(500), 500),
    ] {
        let error = parse(line, &format).unwrap_err();
        assert_eq!(
            error,
            ParseError::Count {
                expected: 14,
                found
            }
        );
    }
    assert_eq!(
        parse(&short, &format).unwrap_err().to_string(),
        "the line has 13 values, but its record format has 14 fields"
    );
}

#[test]
fn a_line_of_another_order_is_refused_and_not_misread() {
    let format = Format::vpc_default();
    let other = "OK 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT 2";
    assert_eq!(
        parse(other, &format).unwrap_err().to_string(),
        "`OK` in field version is not a number"
    );
    for (broken, message) in [
        (
            ACCEPTED.replace("172.31.16.21", "172.31.16.2x"),
            "`172.31.16.2x` in field dstaddr is not an IP address",
        ),
        (
            ACCEPTED.replace("4249", "****"),
            "the value of field bytes is masked by a data protection policy; set `unmask` to read it",
        ),
        (
            ACCEPTED.replace("1418530070", "later"),
            "`later` in field end is not a time in Unix seconds",
        ),
        (
            ACCEPTED.replace(" 22 ", " 022 "),
            "`022` in field dstport is not a number",
        ),
    ] {
        assert_eq!(parse(&broken, &format).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_line_with_a_masked_value_is_refused() {
    let format = Format::parse("${interface-id} ${instance-tag} ${srcport}").unwrap();
    for (line, field) in [
        ("******** web 22", "interface-id"),
        ("eni-1 john%40******** 22", "instance-tag"),
        ("eni-1 web *", "srcport"),
    ] {
        let field = field.to_owned();
        assert_eq!(
            parse(line, &format).unwrap_err(),
            ParseError::Masked { field }
        );
    }
    assert_eq!(read("eni-1 a*b 22", &format).get(1), Some("a*b"));
}

#[test]
fn a_line_that_ends_within_a_known_value_is_refused() {
    let format = Format::vpc_default();
    for status in ["O", "NODAT", "S"] {
        let line = ACCEPTED.replace(" OK", &format!(" {status}"));
        assert_eq!(
            parse(&line, &format).unwrap_err().to_string(),
            format!("the line ends within the value of field log-status, `{status}`")
        );
    }
    let line = ACCEPTED.replace(" OK", " NEWDATA");
    assert_eq!(read(&line, &format).log_status(), Some("NEWDATA"));
}

#[test]
fn values_of_tags_are_decoded() {
    let format = Format::parse("${instance-tag} ${az-id}").unwrap();
    let record = read("My%20web%2Fapp a%20b", &format);
    assert_eq!(record.text(0).as_deref(), Some("My web/app"));
    assert_eq!(record.get(0), Some("My%20web%2Fapp"));
    assert_eq!(record.text(1).as_deref(), Some("a%20b"));
    assert_eq!(read("- x", &format).text(0), None);
}

#[test]
fn a_long_wrong_value_is_cut_in_the_message() {
    let format = Format::parse("${srcport}").unwrap();
    let message = parse(&"é".repeat(1000), &format).unwrap_err().to_string();
    assert!(message.chars().count() < 100, "{message}");
}

#[test]
fn fields_without_a_column_keep_any_value() {
    let format = Format::parse("${encryption-status} ${pkt-srcaddr}").unwrap();
    let record = read("enabled -", &format);
    assert_eq!(record.get(0), Some("enabled"));
    assert_eq!(record.integer(0), None);
}

#[test]
fn numbers_have_up_to_64_bits() {
    let format = Format::parse("${bytes}").unwrap();
    assert_eq!(
        read("9223372036854775807", &format).integer(0),
        Some(i64::MAX)
    );
    for beyond in [
        "9223372036854775808",
        "99999999999999999999",
        "+1",
        "-1",
        "1.0",
        "1e3",
        "٣",
    ] {
        assert!(parse(beyond, &format).is_err(), "{beyond}");
    }
}

#[test]
fn a_position_beyond_the_format_has_no_value() {
    let format = Format::parse("${version}").unwrap();
    let record = read("2", &format);
    assert_eq!(
        (record.get(1), record.integer(79), record.get(usize::MAX)),
        (None, None, None)
    );
}

#[test]
fn lines_of_another_kind_are_recognized() {
    let record = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 1 1700000000 1700000060 ACCEPT OK";
    let default = Format::vpc_default();
    let header = default.names().join(" ");
    let look = |line: &str| match parse(line, &default) {
        Err(ParseError::Foreign(likeness)) => Some(likeness),
        Err(_) => None,
        Ok(_) => panic!("{line} is a record"),
    };
    let wrapped = |member: &str| {
        let member = member.to_owned();
        Some(Likeness::Wrapped { member })
    };
    for (line, expected) in [
        (format!(r#"{{"message": "{record}"}}"#), wrapped("message")),
        (format!(r#"{{"message":"{record}"}}"#), wrapped("message")),
        (
            format!(r#"{{"id": "36001", "log": "{record}\n"}}"#),
            wrapped("log"),
        ),
        (
            r#"{"event_type": "a.ExternalFlow", "details": {}}"#.to_owned(),
            Some(Likeness::ExternalFlow),
        ),
        (
            r#"{"logEvents": [{"message": "x"}]}"#.to_owned(),
            Some(Likeness::Json),
        ),
        (format!(r#"["{record}"]"#), Some(Likeness::Json)),
        (format!(r#""{record}""#), Some(Likeness::Quoted)),
        (header.clone(), Some(Likeness::Header)),
        (header.replace('-', "_"), Some(Likeness::Header)),
        (
            "version srcaddr brand-new dstaddr".to_owned(),
            Some(Likeness::Header),
        ),
        (
            format!("2026-05-01T12:00:00.000Z {record}"),
            Some(Likeness::Exported),
        ),
        (
            format!("  2026-05-01T12:00:00+02:00  {record}"),
            Some(Likeness::Exported),
        ),
        (format!("{record} more"), None),
        (r#"{"message": "2 123"#.to_owned(), None),
        ("START RequestId: x Version: $LATEST".to_owned(), None),
        ("2026-05-01T12:00:00Z started".to_owned(), None),
        (String::new(), None),
    ] {
        assert_eq!(look(&line), expected, "{line}");
    }
    // A record of another format keeps its own error.
    assert!(matches!(
        parse("2 10.0.0.1", &default),
        Err(ParseError::Count { .. })
    ));
}
