//! Quals on missing values, ambiguous lists, and ids.

use super::*;

#[test]
fn an_unknown_qual_lists_all_names() {
    check(
        &[("dst_prt", "22"), ("pkt-srcaddr", "10.0.0.1")],
        &expect![[r#"
            dst_prt = "22": there is no filter `dst_prt`; there are version, interface_account_id, interface_id, src_addr, dst_addr, src_port, dst_port, protocol, packets, bytes, start, end, action, log_status, vpc_id, subnet_id, instance_id, tcp_flags, type, flow_direction, addr, port, event_id, and `fields` with AWS's name for any other field
            pkt-srcaddr = "10.0.0.1": there is no filter `pkt-srcaddr`; there are version, interface_account_id, interface_id, src_addr, dst_addr, src_port, dst_port, protocol, packets, bytes, start, end, action, log_status, vpc_id, subnet_id, instance_id, tcp_flags, type, flow_direction, addr, port, event_id, and `fields` with AWS's name for any other field
        "#]],
    );
}

#[test]
fn a_dash_matches_no_value() {
    check(
        &[
            ("instance_id", "-"),
            ("instance_id", "i-1, -"),
            ("dst_port", "-,22,1-5"),
            ("src_addr", "-,10.0.0.0/8"),
            ("tcp_flags", "-"),
            ("start", "-"),
            ("action", "-,reject"),
            ("fields.new-field", "-"),
            ("fields.instance-tag", "-"),
            ("fields.pkt-src-aws-service", "-,s3"),
            ("dst_port", "--"),
            ("dst_port", "-,"),
        ],
        &expect![[r#"
            instance_id = "-": no value or text 
            instance_id = "i-1, -": no value or text i-1
            dst_port = "-,22,1-5": no value or number 22 | 1..5
            src_addr = "-,10.0.0.0/8": no value or in 10.0.0.0/8
            tcp_flags = "-": no value or bits 
            start = "-": no value or seconds 
            action = "-,reject": no value or text REJECT
            fields.new-field = "-": no value or text 
            fields.instance-tag = "-": no value or text 
            fields.pkt-src-aws-service = "-,s3": no value or text in any case S3
            dst_port = "--": character 1: `--`: numbers in records are not negative
            dst_port = "-,": character 3: a value is missing next to the comma
        "#]],
    );
}

#[test]
fn alternatives_that_match_everything_are_refused_with_a_range() {
    check(
        &[
            ("dst_port", ">20,<30"),
            ("dst_port", ">=20,<=30"),
            ("dst_port", ">20,<22"),
            ("dst_port", ">20,<21"),
            ("dst_port", "<30,>=30"),
            ("dst_port", "<22,>22"),
            ("dst_port", "0-30000,20000-65535"),
            ("dst_port", ">=0"),
            ("dst_port", "0-65535"),
            ("dst_port", ">=0,>=5"),
            ("dst_port", "0-10,22,11-65535"),
            ("bytes", ">1000,<5000"),
            ("bytes", ">1000,<=9223372036854775806"),
            ("protocol", "<17,>6"),
            ("fields.traffic-path", ">=1,<8"),
            ("start", ">=2026-01-01T00:00:00Z,<2026-01-02T00:00:00Z"),
            ("start", "<2026-01-01T00:00:00Z,>2026-01-01T00:00:00Z"),
            ("dst_port", "-,>20,<30"),
        ],
        &expect![[r#"
            dst_port = ">20,<30": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `21-29`
            dst_port = ">=20,<=30": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `20-30`
            dst_port = ">20,<22": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `21`
            dst_port = ">20,<21": character 1: a comma means "or", and together these alternatives match every value; remove the filter, or write only `>=0` for records that have a value
            dst_port = "<30,>=30": character 1: a comma means "or", and together these alternatives match every value; remove the filter, or write only `>=0` for records that have a value
            dst_port = "<22,>22": number 0..21 | 23..65535
            dst_port = "0-30000,20000-65535": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `20000-30000`
            dst_port = ">=0": number 0..65535
            dst_port = "0-65535": number 0..65535
            dst_port = ">=0,>=5": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `>=5`
            dst_port = "0-10,22,11-65535": character 1: a comma means "or", and together these alternatives match every value; remove the filter, or write only `>=0` for records that have a value
            bytes = ">1000,<5000": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `1001-4999`
            bytes = ">1000,<=9223372036854775806": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `1001-9223372036854775806`
            protocol = "<17,>6": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `7-16`
            fields.traffic-path = ">=1,<8": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `1-7`
            start = ">=2026-01-01T00:00:00Z,<2026-01-02T00:00:00Z": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `1767225600-1767311999`
            start = "<2026-01-01T00:00:00Z,>2026-01-01T00:00:00Z": seconds ..1767225599 | 1767225601..
            dst_port = "-,>20,<30": character 3: a comma means "or", and together these alternatives match every value; to require all of them, write `21-29`
        "#]],
    );
}

#[test]
fn numbers_with_separators_are_refused_and_lists_are_not() {
    check(
        &[
            ("bytes", "1,000"),
            ("bytes", ">1,000"),
            ("bytes", ">=1,500"),
            ("bytes", "1,000,000"),
            ("bytes", "10,000-20,000"),
            ("packets", "22, 1,050"),
            ("start", "1,767,225,600"),
            ("protocol", "1,017"),
            ("dst_port", "22,443"),
            ("dst_port", "22,443,080"),
            ("dst_port", "443, 080"),
            ("dst_port", "1,2,3"),
            ("dst_port", ">1024,22"),
            ("dst_port", ">1024,443"),
            ("dst_port", "1_000"),
            ("dst_port", "1.000"),
        ],
        &expect![[r#"
            bytes = "1,000": character 1: a comma means "or"; write numbers without separators, as in `1000`, and alternatives without leading zeros
            bytes = ">1,000": character 1: a comma means "or"; write numbers without separators, as in `>1000`, and alternatives without leading zeros
            bytes = ">=1,500": character 1: a comma means "or"; write numbers without separators, as in `>=1500`, and alternatives without leading zeros
            bytes = "1,000,000": character 1: a comma means "or"; write numbers without separators, as in `1000000`, and alternatives without leading zeros
            bytes = "10,000-20,000": character 1: a comma means "or"; write numbers without separators, as in `10000-20000`, and alternatives without leading zeros
            packets = "22, 1,050": character 5: a comma means "or"; write numbers without separators, as in `1050`, and alternatives without leading zeros
            start = "1,767,225,600": character 1: a comma means "or"; write numbers without separators, as in `1767225600`, and alternatives without leading zeros
            protocol = "1,017": character 1: a comma means "or"; write numbers without separators, as in `1017`, and alternatives without leading zeros
            dst_port = "22,443": number 22 | 443
            dst_port = "22,443,080": character 4: a comma means "or"; write numbers without separators, as in `443080`, and alternatives without leading zeros
            dst_port = "443, 080": number 443 | 80
            dst_port = "1,2,3": number 1 | 2 | 3
            dst_port = ">1024,22": number 1025..65535 | 22
            dst_port = ">1024,443": number 1025..65535 | 443
            dst_port = "1_000": character 1: `1_000` is not a port; write `22`, `22,3389`, `1-1023` or `>=1024`
            dst_port = "1.000": character 1: `1.000` is not a port; write `22`, `22,3389`, `1-1023` or `>=1024`
        "#]],
    );
}

#[track_caller]
fn check_for_lines(quals: &[(&str, &str)], expected: &Expect) {
    let lines: String = quals
        .iter()
        .map(|(name, text)| {
            let qual = match name.strip_prefix("fields.") {
                Some(field) => Qual::parse_field(field, text).unwrap(),
                None => Qual::parse(name, text).unwrap(),
            };
            match qual.check_for_lines(text) {
                Ok(()) => format!("{name} = {text:?}: possible\n"),
                Err(error) => format!("{name} = {text:?}: {error}\n"),
            }
        })
        .collect();
    expected.assert_eq(&lines);
}

#[test]
fn ids_that_no_line_can_have_are_refused_at_the_character() {
    check_for_lines(
        &[
            ("interface_id", "eni-0a1b"),
            ("interface_id", "eni-0a1b, i-0a"),
            ("instance_id", "eni-0a"),
            ("instance_id", "-,i-0a"),
            ("instance_id", "web-1"),
            ("vpc_id", "VPC-0A"),
            ("vpc_id", "vpc-0A"),
            ("vpc_id", "vpc-0a,vpc-0ж"),
            ("subnet_id", "vpc-0a"),
            ("fields.tgw-attachment-id", "tgw-0a"),
            ("fields.tgw-src-eni", "eni-0a"),
            (
                "fields.ecs-cluster-arn",
                "arn:aws:ecs:eu-west-1:123456789012:cluster/Prod",
            ),
            ("fields.ecs-cluster-arn", "prod"),
            ("fields.resource-id", "nat-0a,NAT"),
            ("interface_account_id", "012345678901,unknown"),
            ("interface_account_id", "12345678901"),
            ("fields.tgw-src-vpc-account-id", "1234"),
            ("addr", "10.0.0.1"),
            ("event_id", "X"),
        ],
        &expect![[r#"
            interface_id = "eni-0a1b": possible
            interface_id = "eni-0a1b, i-0a": character 11: `i-0a` is not a value of interface-id, which starts with `eni-`; did you mean the filter `instance_id`?
            instance_id = "eni-0a": character 1: `eni-0a` is not a value of instance-id, which starts with `i-`; did you mean the filter `interface_id`?
            instance_id = "-,i-0a": possible
            instance_id = "web-1": character 1: `web-1` is not a value of instance-id, which starts with `i-`
            vpc_id = "VPC-0A": character 1: ids in records are in lower case; write `vpc-0a`
            vpc_id = "vpc-0A": character 6: ids in records are in lower case; write `vpc-0a`
            vpc_id = "vpc-0a,vpc-0ж": possible
            subnet_id = "vpc-0a": character 1: `vpc-0a` is not a value of subnet-id, which starts with `subnet-`; did you mean the filter `vpc_id`?
            fields.tgw-attachment-id = "tgw-0a": character 1: `tgw-0a` is not a value of tgw-attachment-id, which starts with `tgw-attach-`
            fields.tgw-src-eni = "eni-0a": possible
            fields.ecs-cluster-arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/Prod": possible
            fields.ecs-cluster-arn = "prod": character 1: `prod` is not a value of ecs-cluster-arn, which starts with `arn:`
            fields.resource-id = "nat-0a,NAT": possible
            interface_account_id = "012345678901,unknown": possible
            interface_account_id = "12345678901": character 1: `12345678901` is not an account id, which has 12 digits; put it in quotes to keep leading zeros
            fields.tgw-src-vpc-account-id = "1234": character 1: `1234` is not an account id, which has 12 digits; put it in quotes to keep leading zeros
            addr = "10.0.0.1": possible
            event_id = "X": possible
        "#]],
    );
}

#[test]
fn aliases_are_refused_and_newer_names_are_not() {
    check_for_lines(
        &[
            ("fields.pkt_srcaddr", "10.0.0.1"),
            ("fields.src_addr", "10.0.0.1"),
            ("fields.timestamp", "1"),
            ("fields.pktsrcip", "10.0.0.1"),
            ("fields.pkt-srcaddr", "10.0.0.1"),
            ("fields.brand-new", "x"),
        ],
        &expect![[r#"
            fields.pkt_srcaddr = "10.0.0.1": there is no record field `pkt_srcaddr`; did you mean `pkt-srcaddr`?
            fields.src_addr = "10.0.0.1": there is no record field `src_addr`; did you mean `srcaddr`, or the filter `src_addr`?
            fields.timestamp = "1": there is no record field `timestamp`; did you mean `start`, or the filter `start`?
            fields.pktsrcip = "10.0.0.1": there is no record field `pktsrcip`; did you mean `pkt-srcaddr`?
            fields.pkt-srcaddr = "10.0.0.1": possible
            fields.brand-new = "x": possible
        "#]],
    );
}

#[test]
fn every_name_is_a_qual() {
    let accepted = |name| {
        ["1", "10.0.0.1", "ok", "accept", "egress", "ipv4"]
            .iter()
            .any(|text| Qual::parse(name, text).is_ok())
    };
    let names: Vec<_> = names().collect();
    assert_eq!(names.len(), 23);
    for name in names {
        assert!(accepted(name), "{name}");
    }
}

#[test]
fn quals_have_the_names_of_the_configuration() {
    assert_eq!(
        Qual::parse("src_addr", "10.0.0.1")
            .unwrap()
            .name()
            .to_string(),
        "src_addr"
    );
    assert_eq!(
        Qual::parse_field("pkt-srcaddr", "10.0.0.1")
            .unwrap()
            .name()
            .to_string(),
        "fields[\"pkt-srcaddr\"]"
    );
}

/// An alternative of a qual on a protocol, whose numbers are few enough to try all of them.
fn alternative() -> impl Strategy<Value = (String, Range)> {
    let pair = (0i64..=255, 0i64..=255).prop_map(|(one, other)| (one.min(other), one.max(other)));
    let range = |low, high| Range { low, high };
    prop_oneof![
        (0i64..=255).prop_map(move |n| (n.to_string(), range(n, n))),
        pair.prop_map(move |(low, high)| (format!("{low}-{high}"), range(low, high))),
        (0i64..=255).prop_map(move |n| (format!(">={n}"), range(n, 255))),
        (0i64..=255).prop_map(move |n| (format!("<={n}"), range(0, n))),
        (0i64..255).prop_map(move |n| (format!(">{n}"), range(n + 1, 255))),
        (1i64..=255).prop_map(move |n| (format!("<{n}"), range(0, n - 1))),
    ]
}

proptest! {
    #[test]
    fn alternatives_are_refused_if_and_only_if_they_hold_for_every_number(parts in proptest::collection::vec(alternative(), 1..5)) {
        let texts: Vec<_> = parts.iter().map(|(text, _)| text.as_str()).collect();
        let everything = (0..=255).all(|number| parts.iter().any(|(_, range)| range.holds(number)));
        let parsed = Qual::parse("protocol", &texts.join(", "));
        prop_assert_eq!(parsed.is_err(), everything && parts.len() > 1, "{:?}", texts);
        let Err(error) = parsed else {
            return Ok(());
        };
        // The proposed range matches exactly the numbers that all alternatives match.
        let proposed = error.message.split_once("at once write `").map(|(_, rest)| rest.trim_end_matches('`'));
        if let Some(proposed) = proposed {
            let Test::Integer(ranges) = Qual::parse("protocol", proposed).unwrap().test else {
                return Err(TestCaseError::fail(proposed.to_owned()));
            };
            for number in 0..=255 {
                let all = parts.iter().all(|(_, range)| range.holds(number));
                prop_assert_eq!(ranges.iter().any(|range| range.holds(number)), all, "{} {:?}", proposed, texts);
            }
        }
    }

    #[test]
    fn any_text_is_a_qual_or_an_error_at_one_of_its_characters(text in any::<String>()) {
        all_names_stay_in_range(&text)?;
    }

    #[test]
    fn text_of_the_grammar_s_letters_never_panics(text in "[-0-9a-f<>=!,./:+*TZ ]{0,24}") {
        all_names_stay_in_range(&text)?;
    }
}

fn all_names_stay_in_range(text: &str) -> Result<(), TestCaseError> {
    for name in names() {
        if let Err(error) = Qual::parse(name, text) {
            let position = error.position.unwrap_or_default();
            prop_assert!(position <= text.chars().count(), "{name}: {error:?}");
        }
    }
    Ok(())
}
