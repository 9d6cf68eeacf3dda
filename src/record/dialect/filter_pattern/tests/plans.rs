//! Class and calls of quals, one by one and together.

use expect_test::{Expect, expect};

use super::quals;
use crate::record::dialect::filter_pattern::{Plan, Streams, plan};
use crate::record::format::Format;

mod exclude;
mod limits;
mod single;

fn planned(text: &str, formats: &[Format], streams: Streams) -> Plan {
    let bounds = quals(text).bind_each(formats).unwrap();
    plan(&bounds, streams, &|| true).unwrap()
}

/// Renders a plan, with only those slots that have conditions.
fn describe(text: &str, plan: &Plan) -> String {
    let mut lines = format!("{text}\n");
    for (label, class) in &plan.classes {
        lines += &format!("    {label}: {}\n", class.name());
    }
    for call in &plan.calls {
        let pattern = call
            .pattern
            .as_deref()
            .map_or("everything".to_owned(), brief);
        let prefix = call.stream_prefix.as_deref();
        let prefix = prefix
            .map(|prefix| format!(" in {prefix}*"))
            .unwrap_or_default();
        lines += &format!("    > {pattern}{prefix}\n");
    }
    if plan.time.from.is_some() || plan.time.until.is_some() {
        let edge = |edge: Option<i64>| edge.map(|edge| edge.to_string()).unwrap_or_default();
        lines += &format!(
            "    from {} to {}\n",
            edge(plan.time.from),
            edge(plan.time.until)
        );
    }
    lines
}

fn brief(pattern: &str) -> String {
    let inner = pattern.trim_matches(['[', ']']);
    let slots: Vec<_> = inner.split(',').collect();
    let said: Vec<_> = slots
        .iter()
        .filter(|slot| slot.contains(['=', '<', '>', '.']))
        .copied()
        .collect();
    format!("{} of {}", said.join(" "), slots.len())
}

#[track_caller]
fn check_in(formats: &[Format], streams: Streams, texts: &[&str], expected: &Expect) {
    let lines: String = texts
        .iter()
        .map(|text| describe(text, &planned(text, formats, streams)))
        .collect();
    expected.assert_eq(&lines);
}

fn every_field() -> Format {
    let names = "srcaddr dstaddr srcport dstport protocol bytes start end action log-status tcp-flags flow-direction \
                 interface-id instance-tag pkt-srcaddr traffic-path new-field";
    let names: Vec<_> = names
        .split_whitespace()
        .map(|name| format!("${{{name}}}"))
        .collect();
    Format::parse(&names.join(" ")).unwrap()
}
#[test]
fn names_of_services_match_in_any_case() {
    let format = Format::parse("${pkt-src-aws-service} ${pkt-dst-aws-service} ${srcaddr}").unwrap();
    check_in(
        &[format],
        Streams::Any,
        &[
            "fields.pkt-src-aws-service = s3",
            "fields.pkt-src-aws-service = S3,amazon_connect",
            "fields.pkt-src-aws-service = -,s3",
            "fields.pkt-src-aws-service = a/b",
            "fields.pkt-src-aws-service = s3; fields.pkt-dst-aws-service = ec2; src_addr = 10.0.0.0/9",
            "where[0].fields.pkt-src-aws-service = s3; where[1].fields.pkt-src-aws-service = ec2",
            "exclude[0].fields.pkt-src-aws-service = s3",
            "exclude[0].fields.pkt-src-aws-service = amazon",
        ],
        &expect![[r#"
            fields.pkt-src-aws-service = s3
                fields["pkt-src-aws-service"]: exact
                > w1=%^[Ss]3$% of 3
            fields.pkt-src-aws-service = S3,amazon_connect
                fields["pkt-src-aws-service"]: exact
                > w1=%^[Aa][Mm][Aa][Zz][Oo][Nn]_[Cc][Oo][Nn][Nn][Ee][Cc][Tt]$|^[Ss]3$% of 3
            fields.pkt-src-aws-service = -,s3
                fields["pkt-src-aws-service"]: exact
                > w1=%^[Ss]3$|^-$% of 3
            fields.pkt-src-aws-service = a/b
                fields["pkt-src-aws-service"]: none
                > everything
            fields.pkt-src-aws-service = s3; fields.pkt-dst-aws-service = ec2; src_addr = 10.0.0.0/9
                fields["pkt-src-aws-service"]: exact
                fields["pkt-dst-aws-service"]: exact
                src_addr: superset
                > w1=%^[Ss]3$% w2=%^[Ee][Cc]2$% w3="10.*" of 3
            where[0].fields.pkt-src-aws-service = s3; where[1].fields.pkt-src-aws-service = ec2
                where[0].fields["pkt-src-aws-service"]: exact
                where[1].fields["pkt-src-aws-service"]: exact
                > w1=%^[Ee][Cc]2$|^[Ss]3$% of 3
            exclude[0].fields.pkt-src-aws-service = s3
                exclude[0].fields["pkt-src-aws-service"]: exact
                > w1!="S3"&&w1!="s3" of 3
            exclude[0].fields.pkt-src-aws-service = amazon
                exclude[0].fields["pkt-src-aws-service"]: superset
                > w1!="AMAZON" of 3
        "#]],
    );
}

#[test]
fn a_format_that_lacks_a_field_is_read_completely_for_no_value() {
    let formats = [
        Format::parse("${version} ${srcaddr} ${action}").unwrap(),
        Format::parse("${version} ${srcaddr}").unwrap(),
    ];
    check_in(
        &formats,
        Streams::Any,
        &[
            "action = -",
            "action = -; src_addr = 10.0.0.1",
            "exclude[0].action = -; src_addr = 10.0.0.1",
            "where[0].action = -; where[1].src_addr = 10.0.0.1",
        ],
        &expect![[r#"
            action = -
                action: none
                > everything
            action = -; src_addr = 10.0.0.1
                action: superset
                src_addr: exact
                > w2="10.0.0.1" w3="-" of 3
                > w2="10.0.0.1" of 2
            exclude[0].action = -; src_addr = 10.0.0.1
                src_addr: exact
                exclude[0].action: superset
                > w2="10.0.0.1" w3!="-" of 3
                > w2="10.0.0.1" of 2
            where[0].action = -; where[1].src_addr = 10.0.0.1
                where[0].action: none
                where[1].src_addr: none
                > everything
        "#]],
    );
}

#[test]
fn disjunctions_over_slots_become_calls() {
    check_in(
        &[every_field()],
        Streams::ByInterface,
        &[
            "where[0].dst_port = 22; where[1].protocol = icmp",
            "where[0].dst_port = 22; where[1].protocol = icmp; action = reject; exclude[0].src_port = 53",
            "where[0].dst_port = 22; where[1].dst_port = 3389",
            "where[0].dst_port = 1-10; where[1].dst_port = 2000-3000",
            "where[0].dst_port = 22; where[0].event_id = 1; where[1].protocol = icmp",
            "where[0].event_id = 1; where[1].protocol = icmp",
            "where[0].interface_id = eni-1; where[1].dst_port = 22",
            "addr = 10.0.0.1; port = 22",
            "addr = 10.0.0.1; port = 22; where[0].action = accept; where[1].bytes = >9; where[2].protocol = tcp",
            "src_addr = 10.0.0.0/8; addr = 10.0.0.1",
            "where[0].start = >=1767225600; where[0].dst_port = 1; where[1].start = 1767220000-1767221000; where[1].dst_port = 2",
            "where[0].start = >=1767225600; where[1].dst_port = 2",
        ],
        &expect![[r#"
            where[0].dst_port = 22; where[1].protocol = icmp
                where[0].dst_port: exact
                where[1].protocol: exact
                > w4=22 of 17
                > w4!="22" w5=1 of 17
            where[0].dst_port = 22; where[1].protocol = icmp; action = reject; exclude[0].src_port = 53
                action: exact
                where[0].dst_port: exact
                where[1].protocol: exact
                exclude[0].src_port: exact
                > w3!="53" w4=22 w9="REJECT" of 17
                > w3!="53" w4!="22" w5=1 w9="REJECT" of 17
            where[0].dst_port = 22; where[1].dst_port = 3389
                where[0].dst_port: exact
                where[1].dst_port: exact
                > w4=22||w4=3389 of 17
            where[0].dst_port = 1-10; where[1].dst_port = 2000-3000
                where[0].dst_port: exact
                where[1].dst_port: exact
                > w4>=1&&w4<=10 of 17
                > w4>=2000&&w4<=3000 of 17
            where[0].dst_port = 22; where[0].event_id = 1; where[1].protocol = icmp
                where[0].dst_port: exact
                where[0].event_id: none
                where[1].protocol: exact
                > w4=22 of 17
                > w4!="22" w5=1 of 17
            where[0].event_id = 1; where[1].protocol = icmp
                where[0].event_id: none
                where[1].protocol: none
                > everything
            where[0].interface_id = eni-1; where[1].dst_port = 22
                where[0].interface_id: exact
                where[1].dst_port: exact
                > w13="eni-1" of 17 in eni-1-*
                > w4=22 w13!="eni-1" of 17
            addr = 10.0.0.1; port = 22
                addr: exact
                port: exact
                > w1="10.0.0.1" w3=22 of 17
                > w1="10.0.0.1" w3!="22" w4=22 of 17
                > w1!="10.0.0.1" w2="10.0.0.1" w3=22 of 17
                > w1!="10.0.0.1" w2="10.0.0.1" w3!="22" w4=22 of 17
            addr = 10.0.0.1; port = 22; where[0].action = accept; where[1].bytes = >9; where[2].protocol = tcp
                addr: exact
                port: exact
                where[0].action: none
                where[1].bytes: none
                where[2].protocol: none
                > w1="10.0.0.1" w3=22 of 17
                > w1="10.0.0.1" w3!="22" w4=22 of 17
                > w1!="10.0.0.1" w2="10.0.0.1" w3=22 of 17
                > w1!="10.0.0.1" w2="10.0.0.1" w3!="22" w4=22 of 17
            src_addr = 10.0.0.0/8; addr = 10.0.0.1
                src_addr: exact
                addr: exact
                > w1="10.*"&&w1="10.0.0.1" of 17
                > w1="10.*"&&w1!="10.0.0.1" w2="10.0.0.1" of 17
            where[0].start = >=1767225600; where[0].dst_port = 1; where[1].start = 1767220000-1767221000; where[1].dst_port = 2
                where[0].start: superset
                where[0].dst_port: exact
                where[1].start: superset
                where[1].dst_port: exact
                > w4=1 of 17
                > w4=2 of 17
                from 1767219940000 to 
            where[0].start = >=1767225600; where[1].dst_port = 2
                where[0].start: none
                where[1].dst_port: none
                > everything
        "#]],
    );
}

#[test]
fn several_formats_share_a_pattern_or_have_one_each() {
    let formats = [
        Format::vpc_default(),
        Format::parse("${version} ${srcaddr} ${action} ${dstport}").unwrap(),
    ];
    check_in(
        &formats,
        Streams::Any,
        &[
            "dst_port = 22",
            "version = 2",
            "version = 2; dst_port = 22",
            "protocol = tcp",
            "event_id = 1",
            "",
        ],
        &expect![[r#"
            dst_port = 22
                dst_port: exact
                > w7=22 of 14
                > w4=22 of 4
            version = 2
                version: exact
                > w1=2 ... of 2
            version = 2; dst_port = 22
                version: exact
                dst_port: exact
                > w1=2 w7=22 of 14
                > w1=2 w4=22 of 4
            protocol = tcp
                protocol: exact
                > w8=6 of 14
            event_id = 1
                event_id: none
                > everything

                > everything
        "#]],
    );
    let equally_long = [
        Format::parse("${version} ${srcaddr} ${action}").unwrap(),
        Format::parse("${version} ${action} ${vpc-id}").unwrap(),
    ];
    check_in(
        &equally_long,
        Streams::Any,
        &["action = reject", "vpc_id = vpc-1"],
        &expect![[r#"
            action = reject
                action: exact
                > w1="2" w3="REJECT" of 3
                > w1="3" w2="REJECT" of 3
            vpc_id = vpc-1
                vpc_id: exact
                > w1="3" w3="vpc-1" of 3
        "#]],
    );
    let of_one_version = [
        Format::parse("${version} ${srcaddr} ${action}").unwrap(),
        Format::parse("${version} ${action} ${srcaddr}").unwrap(),
    ];
    check_in(
        &of_one_version,
        Streams::Any,
        &["action = reject"],
        &expect![[r#"
            action = reject
                action: superset
                > w3="REJECT" of 3
                > w2="REJECT" of 3
        "#]],
    );
    let without_version = [
        Format::parse("${srcaddr} ${action}").unwrap(),
        Format::parse("${action} ${srcaddr}").unwrap(),
    ];
    check_in(
        &without_version,
        Streams::Any,
        &["action = reject"],
        &expect![[r#"
            action = reject
                action: superset
                > w2="REJECT" of 2
                > w1="REJECT" of 2
        "#]],
    );
}
