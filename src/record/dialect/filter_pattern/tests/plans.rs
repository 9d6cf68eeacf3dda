//! Class and calls of quals, one by one and together.

use expect_test::{Expect, expect};

use super::quals;
use crate::record::dialect::filter_pattern::effort::Effort;
use crate::record::dialect::filter_pattern::planner::Options;
use crate::record::dialect::filter_pattern::{MAX_CALLS, MAX_LENGTH, Plan, Streams, plan};
use crate::record::format::Format;

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
fn single_quals_have_a_class_and_a_pattern() {
    check_in(
        &[every_field()],
        Streams::ByInterface,
        &[
            "action = reject",
            "action = accept,reject",
            "log_status = nodata",
            "flow_direction = ingress",
            "interface_id = eni-1",
            "interface_id = eni-1,eni-2,eni-3",
            "interface_id = eni-1,eni-2,eni-3,eni-4",
            "fields.new-field = a*",
            "fields.new-field = a/b",
            "fields.new-field = a b",
            "fields.new-field = %20",
            "fields.instance-tag = web-1",
            "fields.instance-tag = My web",
            "fields.instance-tag = web,My web",
            "fields.instance-tag = é",
            "fields.traffic-path = 8",
            "dst_port = 22",
            "dst_port = 22,443",
            "dst_port = 1-1023",
            "dst_port = >=1024",
            "dst_port = 22,8080-8083",
            "dst_port = 22,1000-2000",
            "dst_port = 1-10,5-20",
            "protocol = tcp,udp",
            "bytes = >1000000",
            "bytes = <=9007199254740993",
            "bytes = >9007199254740993",
            "bytes = 9007199254740993",
            "tcp_flags = 0",
            "tcp_flags = syn+ack",
            "tcp_flags = urg,0",
            "tcp_flags = 128",
            "tcp_flags = =syn",
            "tcp_flags = =syn,=128",
            "tcp_flags = =syn,ack",
            "interface_id = -",
            "interface_id = -,eni-1",
            "fields.instance-tag = -",
            "dst_port = -",
            "dst_port = -,22",
            "dst_port = -,22,80-90",
            "dst_port = -,1000-2000",
            "dst_port = -,>=1024",
            "bytes = -,>=1024",
            "bytes = -,<1024",
            "src_addr = -",
            "src_addr = -,10.0.0.0/8",
            "src_addr = -,10.0.0.0/9",
            "src_addr = -,::1",
            "tcp_flags = -,=syn",
            "tcp_flags = -,urg",
            "start = -",
            "addr = -",
            "src_addr = 10.0.0.1",
            "src_addr = 10.0.0.0/8",
            "src_addr = 10.1.16.0/22",
            "src_addr = 10.0.0.0/9",
            "src_addr = 2001:db8::1",
            "src_addr = 2001:db8::/32",
            "src_addr = 2001:db8:a000::/36",
            "src_addr = 2001:db8:a00::/40",
            "src_addr = 2001:db8:1:2:3:4:5:6",
            "src_addr = ::1",
            "src_addr = 10.0.0.0/8,2001:db8::/32",
            "src_addr = 10.0.0.0/9,2001:db8::/32",
            "fields.pkt-srcaddr = 192.168.0.0/16",
            "addr = 10.0.0.1",
            "addr = ::1",
            "port = 22",
            "start = >=2026-01-01T00:00:00Z",
            "start = 1767225600-1767229200",
            "end = 1767225600-1767229200",
            "event_id = 36001",
        ],
        &expect![[r#"
            action = reject
                action: exact
                > w9="REJECT" of 17
            action = accept,reject
                action: exact
                > w9="ACCEPT"||w9="REJECT" of 17
            log_status = nodata
                log_status: exact
                > w10="NODATA" of 17
            flow_direction = ingress
                flow_direction: exact
                > w12="ingress" of 17
            interface_id = eni-1
                interface_id: exact
                > w13="eni-1" of 17 in eni-1-*
            interface_id = eni-1,eni-2,eni-3
                interface_id: exact
                > w13="eni-1" of 17 in eni-1-*
                > w13="eni-2" of 17 in eni-2-*
                > w13="eni-3" of 17 in eni-3-*
            interface_id = eni-1,eni-2,eni-3,eni-4
                interface_id: exact
                > w13="eni-1"||w13="eni-2"||w13="eni-3"||w13="eni-4" of 17
            fields.new-field = a*
                fields["new-field"]: none
                > everything
            fields.new-field = a/b
                fields["new-field"]: exact
                > w17="a/b" of 17
            fields.new-field = a b
                fields["new-field"]: none
                > everything
            fields.new-field = %20
                fields["new-field"]: none
                > everything
            fields.instance-tag = web-1
                fields["instance-tag"]: exact
                > w14="web-1" of 17
            fields.instance-tag = My web
                fields["instance-tag"]: superset
                > w14="My*" of 17
            fields.instance-tag = web,My web
                fields["instance-tag"]: superset
                > w14="web"||w14="My*" of 17
            fields.instance-tag = é
                fields["instance-tag"]: none
                > everything
            fields.traffic-path = 8
                fields["traffic-path"]: exact
                > w16=8 of 17
            dst_port = 22
                dst_port: exact
                > w4=22 of 17
            dst_port = 22,443
                dst_port: exact
                > w4=22||w4=443 of 17
            dst_port = 1-1023
                dst_port: exact
                > w4>=1&&w4<=1023 of 17
            dst_port = >=1024
                dst_port: exact
                > w4>=1024&&w4<=65535 of 17
            dst_port = 22,8080-8083
                dst_port: exact
                > w4=22||w4=8080||w4=8081||w4=8082||w4=8083 of 17
            dst_port = 22,1000-2000
                dst_port: superset
                > w4>=22&&w4<=2000 of 17
            dst_port = 1-10,5-20
                dst_port: exact
                > w4>=1&&w4<=20 of 17
            protocol = tcp,udp
                protocol: exact
                > w5=6||w5=17 of 17
            bytes = >1000000
                bytes: exact
                > w6>=1000001 of 17
            bytes = <=9007199254740993
                bytes: superset
                > w6>=0 of 17
            bytes = >9007199254740993
                bytes: superset
                > w6>=9007199254740991 of 17
            bytes = 9007199254740993
                bytes: superset
                > w6>=9007199254740991 of 17
            tcp_flags = 0
                tcp_flags: exact
                > w11=0 of 17
            tcp_flags = syn+ack
                tcp_flags: superset
                > w11=18||w11=19||w11=22||w11=23||w11=26||w11=27||w11=30||w11=31||w11=50||w11=51||w11=54||w11=55||w11=58||w11=59||w11=62||w11=63||w11>=64 of 17
            tcp_flags = urg,0
                tcp_flags: superset
                > w11=0||w11=32||w11=33||w11=34||w11=35||w11=36||w11=37||w11=38||w11=39||w11=40||w11=41||w11=42||w11=43||w11=44||w11=45||w11=46||w11=47||w11=48||w11=49||w11=50||w11=51||w11=52||w11=53||w11=54||w11=55||w11=56||w11=57||w11=58||w11=59||w11=60||w11=61||w11=62||w11=63||w11>=64 of 17
            tcp_flags = 128
                tcp_flags: superset
                > w11>=64 of 17
            tcp_flags = =syn
                tcp_flags: exact
                > w11=2 of 17
            tcp_flags = =syn,=128
                tcp_flags: exact
                > w11=2||w11=128 of 17
            tcp_flags = =syn,ack
                tcp_flags: superset
                > w11=2||w11=16||w11=17||w11=18||w11=19||w11=20||w11=21||w11=22||w11=23||w11=24||w11=25||w11=26||w11=27||w11=28||w11=29||w11=30||w11=31||w11=48||w11=49||w11=50||w11=51||w11=52||w11=53||w11=54||w11=55||w11=56||w11=57||w11=58||w11=59||w11=60||w11=61||w11=62||w11=63||w11>=64 of 17
            interface_id = -
                interface_id: exact
                > w13="-" of 17
            interface_id = -,eni-1
                interface_id: exact
                > w13="eni-1"||w13="-" of 17
            fields.instance-tag = -
                fields["instance-tag"]: exact
                > w14="-" of 17
            dst_port = -
                dst_port: exact
                > w4="-" of 17
            dst_port = -,22
                dst_port: exact
                > w4=22||w4="-" of 17
            dst_port = -,22,80-90
                dst_port: exact
                > w4=22||w4=80||w4=81||w4=82||w4=83||w4=84||w4=85||w4=86||w4=87||w4=88||w4=89||w4=90||w4="-" of 17
            dst_port = -,1000-2000
                dst_port: superset
                > w4>=1000||w4="-" of 17
            dst_port = -,>=1024
                dst_port: superset
                > w4>=1024||w4="-" of 17
            bytes = -,>=1024
                bytes: exact
                > w6>=1024||w6="-" of 17
            bytes = -,<1024
                bytes: exact
                > w6<=1023||w6="-" of 17
            src_addr = -
                src_addr: exact
                > w1="-" of 17
            src_addr = -,10.0.0.0/8
                src_addr: exact
                > w1="10.*"||w1="-" of 17
            src_addr = -,10.0.0.0/9
                src_addr: exact
                > w1=%^10\.[0-9]\.|^10\.[1-9][0-9]\.|^10\.1[0-1][0-9]\.|^10\.12[0-7]\.|^-$% of 17
            src_addr = -,::1
                src_addr: none
                > everything
            tcp_flags = -,=syn
                tcp_flags: exact
                > w11=2||w11="-" of 17
            tcp_flags = -,urg
                tcp_flags: superset
                > w11=32||w11=33||w11=34||w11=35||w11=36||w11=37||w11=38||w11=39||w11=40||w11=41||w11=42||w11=43||w11=44||w11=45||w11=46||w11=47||w11=48||w11=49||w11=50||w11=51||w11=52||w11=53||w11=54||w11=55||w11=56||w11=57||w11=58||w11=59||w11=60||w11=61||w11=62||w11=63||w11>=64||w11="-" of 17
            start = -
                start: exact
                > w7="-" of 17
            addr = -
                addr: exact
                > w1="-" of 17
                > w1!="-" w2="-" of 17
            src_addr = 10.0.0.1
                src_addr: exact
                > w1="10.0.0.1" of 17
            src_addr = 10.0.0.0/8
                src_addr: exact
                > w1="10.*" of 17
            src_addr = 10.1.16.0/22
                src_addr: exact
                > w1="10.1.16.*"||w1="10.1.17.*"||w1="10.1.18.*"||w1="10.1.19.*" of 17
            src_addr = 10.0.0.0/9
                src_addr: exact
                > w1=%^10\.[0-9]\.|^10\.[1-9][0-9]\.|^10\.1[0-1][0-9]\.|^10\.12[0-7]\.% of 17
            src_addr = 2001:db8::1
                src_addr: superset
                > w1="2001:db8:*" of 17
            src_addr = 2001:db8::/32
                src_addr: superset
                > w1="2001:db8:*" of 17
            src_addr = 2001:db8:a000::/36
                src_addr: superset
                > w1="2001:db8:a*" of 17
            src_addr = 2001:db8:a00::/40
                src_addr: superset
                > w1="2001:db8:*" of 17
            src_addr = 2001:db8:1:2:3:4:5:6
                src_addr: superset
                > w1="2001:db8:1:2:3:4:5:6" of 17
            src_addr = ::1
                src_addr: none
                > everything
            src_addr = 10.0.0.0/8,2001:db8::/32
                src_addr: superset
                > w1="10.*"||w1="2001:db8:*" of 17
            src_addr = 10.0.0.0/9,2001:db8::/32
                src_addr: superset
                > w1="10.*"||w1="2001:db8:*" of 17
            fields.pkt-srcaddr = 192.168.0.0/16
                fields["pkt-srcaddr"]: exact
                > w15="192.168.*" of 17
            addr = 10.0.0.1
                addr: exact
                > w1="10.0.0.1" of 17
                > w1!="10.0.0.1" w2="10.0.0.1" of 17
            addr = ::1
                addr: none
                > everything
            port = 22
                port: exact
                > w3=22 of 17
                > w3!="22" w4=22 of 17
            start = >=2026-01-01T00:00:00Z
                start: superset
                > everything
                from 1767225540000 to 
            start = 1767225600-1767229200
                start: superset
                > everything
                from 1767225540000 to 1767229260999
            end = 1767225600-1767229200
                end: superset
                > everything
                from 1767224940000 to 1767229260999
            event_id = 36001
                event_id: none
                > everything
        "#]],
    );
}

#[test]
fn exclude_blocks_have_a_class_and_a_pattern() {
    check_in(
        &[every_field()],
        Streams::Any,
        &[
            "exclude[0].action = accept",
            "exclude[0].dst_port = 443,80",
            "exclude[0].dst_port = >=1024",
            "exclude[0].dst_port = 1000-2000",
            "exclude[0].dst_port = 22,1000-2000,3000-3010",
            "exclude[0].bytes = <100",
            "exclude[0].bytes = >9007199254740993",
            "exclude[0].dst_addr = 10.1.0.0/16",
            "exclude[0].dst_addr = 10.0.0.0/9",
            "exclude[0].dst_addr = 10.0.0.0/9,192.168.0.0/16",
            "exclude[0].dst_addr = 2001:db8::/32",
            "exclude[0].dst_addr = 2001:db8::/36",
            "exclude[0].addr = 10.1.0.0/16",
            "exclude[0].tcp_flags = 0",
            "exclude[0].tcp_flags = urg",
            "exclude[0].tcp_flags = =syn,=0",
            "exclude[0].interface_id = -",
            "exclude[0].interface_id = -,eni-1",
            "exclude[0].dst_port = -",
            "exclude[0].dst_port = -,22",
            "exclude[0].dst_port = -,>=1024",
            "exclude[0].dst_port = -,1000-2000,3000-4000",
            "exclude[0].src_addr = -,10.0.0.0/9",
            "exclude[0].start = -",
            "exclude[0].fields.instance-tag = web,My web",
            "exclude[0].start = >=2026-01-01T00:00:00Z",
            "exclude[0].dst_port = 443; exclude[0].action = accept",
        ],
        &expect![[r#"
            exclude[0].action = accept
                exclude[0].action: exact
                > w9!="ACCEPT" of 17
            exclude[0].dst_port = 443,80
                exclude[0].dst_port: exact
                > w4!="80"&&w4!="443" of 17
            exclude[0].dst_port = >=1024
                exclude[0].dst_port: exact
                > w4<=1023||w4>=65536||w4="-" of 17
            exclude[0].dst_port = 1000-2000
                exclude[0].dst_port: exact
                > w4<=999||w4>=2001||w4="-" of 17
            exclude[0].dst_port = 22,1000-2000,3000-3010
                exclude[0].dst_port: superset
                > w4<=999||w4>=2001||w4="-" of 17
            exclude[0].bytes = <100
                exclude[0].bytes: exact
                > w6>=100||w6="-" of 17
            exclude[0].bytes = >9007199254740993
                exclude[0].bytes: none
                > everything
            exclude[0].dst_addr = 10.1.0.0/16
                exclude[0].dst_addr: exact
                > w2!="10.1.*" of 17
            exclude[0].dst_addr = 10.0.0.0/9
                exclude[0].dst_addr: none
                > everything
            exclude[0].dst_addr = 10.0.0.0/9,192.168.0.0/16
                exclude[0].dst_addr: superset
                > w2!="192.168.*" of 17
            exclude[0].dst_addr = 2001:db8::/32
                exclude[0].dst_addr: superset
                > w2!="2001:db8:*" of 17
            exclude[0].dst_addr = 2001:db8::/36
                exclude[0].dst_addr: none
                > everything
            exclude[0].addr = 10.1.0.0/16
                exclude[0].addr: exact
                > w1!="10.1.*" w2!="10.1.*" of 17
            exclude[0].tcp_flags = 0
                exclude[0].tcp_flags: exact
                > w11!="0" of 17
            exclude[0].tcp_flags = urg
                exclude[0].tcp_flags: superset
                > w11!="32"&&w11!="33"&&w11!="34"&&w11!="35"&&w11!="36"&&w11!="37"&&w11!="38"&&w11!="39"&&w11!="40"&&w11!="41"&&w11!="42"&&w11!="43"&&w11!="44"&&w11!="45"&&w11!="46"&&w11!="47"&&w11!="48"&&w11!="49"&&w11!="50"&&w11!="51"&&w11!="52"&&w11!="53"&&w11!="54"&&w11!="55"&&w11!="56"&&w11!="57"&&w11!="58"&&w11!="59"&&w11!="60"&&w11!="61"&&w11!="62"&&w11!="63" of 17
            exclude[0].tcp_flags = =syn,=0
                exclude[0].tcp_flags: exact
                > w11!="2"&&w11!="0" of 17
            exclude[0].interface_id = -
                exclude[0].interface_id: exact
                > w13!="-" of 17
            exclude[0].interface_id = -,eni-1
                exclude[0].interface_id: exact
                > w13!="eni-1"&&w13!="-" of 17
            exclude[0].dst_port = -
                exclude[0].dst_port: exact
                > w4!="-" of 17
            exclude[0].dst_port = -,22
                exclude[0].dst_port: exact
                > w4!="22"&&w4!="-" of 17
            exclude[0].dst_port = -,>=1024
                exclude[0].dst_port: exact
                > w4<=1023||w4>=65536 of 17
            exclude[0].dst_port = -,1000-2000,3000-4000
                exclude[0].dst_port: superset
                > w4<=2999||w4>=4001 of 17
            exclude[0].src_addr = -,10.0.0.0/9
                exclude[0].src_addr: superset
                > w1!="-" of 17
            exclude[0].start = -
                exclude[0].start: exact
                > w7!="-" of 17
            exclude[0].fields.instance-tag = web,My web
                exclude[0].fields["instance-tag"]: superset
                > w14!="web" of 17
            exclude[0].start = >=2026-01-01T00:00:00Z
                exclude[0].start: none
                > everything
            exclude[0].dst_port = 443; exclude[0].action = accept
                exclude[0].dst_port: none
                exclude[0].action: none
                > everything
        "#]],
    );
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

fn classes(plan: &Plan) -> Vec<String> {
    let classes = plan.classes.iter();
    classes
        .map(|(label, class)| format!("{label}: {}", class.name()))
        .collect()
}

fn list(count: usize, value: impl Fn(usize) -> String) -> String {
    (0..count).map(value).collect::<Vec<_>>().join(",")
}

#[test]
fn a_list_that_is_too_long_is_split_over_several_calls() {
    let interface = |number| format!("eni-{number:017}");
    let text = format!(
        "action = reject; interface_id = {}; exclude[0].dst_port = {}",
        list(70, interface),
        list(60, |port| (port * 7).to_string()),
    );
    let plan = planned(&text, &[Format::vpc_default()], Streams::Any);
    assert_eq!(
        classes(&plan),
        [
            "action: exact",
            "interface_id: exact",
            "exclude[0].dst_port: none"
        ]
    );
    let patterns = plan.calls.iter().filter_map(|call| call.pattern.as_deref());
    let asked: Vec<_> = patterns
        .flat_map(|pattern| {
            assert!(pattern.len() <= MAX_LENGTH, "{pattern}");
            pattern.split("w3=\"").skip(1)
        })
        .map(|rest| rest.split_once('"').unwrap().0.to_owned())
        .collect();
    let every: Vec<_> = (0..70).map(interface).collect();
    assert_eq!((plan.calls.len(), asked), (3, every));
}

#[test]
fn the_longest_condition_is_dropped_if_the_calls_are_not_enough() {
    let text = format!(
        "action = reject; interface_id = {}; interface_account_id = {}",
        list(70, |number| format!("eni-{number:017}")),
        list(70, |number| format!("{number:012}")),
    );
    let plan = planned(&text, &[Format::vpc_default()], Streams::Any);
    let patterns = plan.calls.iter().filter_map(|call| call.pattern.as_deref());
    assert_eq!(
        patterns.map(brief).collect::<Vec<_>>(),
        ["w13=\"REJECT\" of 14"]
    );
    assert_eq!(
        classes(&plan),
        [
            "action: exact",
            "interface_id: none",
            "interface_account_id: none"
        ]
    );
}

/// Returns networks of which no two touch, so that they are not merged.
fn networks(count: usize) -> String {
    list(count, |number| {
        let address =
            std::net::Ipv4Addr::from(0x0a00_0000 + (u32::try_from(number).unwrap() << 13));
        format!("{address}/20")
    })
}

/// Returns the number of steps that a plan takes.
fn steps(text: &str, format: &Format, exact: bool) -> u64 {
    let bound = quals(text).bind(format).unwrap();
    let options = Options {
        streams: Streams::ByInterface,
        exact,
        most: if exact { 1 } else { MAX_CALLS },
    };
    let effort = Effort::new(&|| true);
    crate::record::dialect::filter_pattern::planner::plan(&[bound], options, &effort).unwrap();
    effort.taken()
}

#[test]
fn twice_the_quals_take_twice_the_steps() {
    let format = every_field();
    let excluded = |count: usize| -> String {
        let block = |n: usize| format!("exclude[{n}].dst_port = {}", 2 * n);
        (0..count).map(block).collect::<Vec<_>>().join("; ")
    };
    let either_side = |count: usize| -> String {
        let block = |n: usize| format!("exclude[{n}].addr = 10.{}.{}.1", n / 200, n % 200);
        (0..count).map(block).collect::<Vec<_>>().join("; ")
    };
    let any = |count: usize| -> String {
        let block = |n: usize| format!("where[{n}].interface_id = eni-{n:08}");
        (0..count).map(block).collect::<Vec<_>>().join("; ")
    };
    let asked: [&dyn Fn(usize) -> String; 4] = [
        &|count| format!("src_addr = {}", networks(count)),
        &excluded,
        &either_side,
        &any,
    ];
    for (number, text) in asked.iter().enumerate() {
        for exact in [true, false] {
            let (once, twice) = (
                steps(&text(1000), &format, exact),
                steps(&text(2000), &format, exact),
            );
            assert!(
                once > 1000 && twice <= 2 * once + 1000,
                "{number}: {once} {twice}"
            );
        }
    }
}

/// A quadratic step would make this take minutes.
#[test]
fn very_many_quals_are_compiled_in_time() {
    let format = Format::vpc_default();
    let plan = planned(
        &format!("src_addr = {}", networks(8_000)),
        std::slice::from_ref(&format),
        Streams::Any,
    );
    assert_eq!(plan.calls.len(), 1);
    let blocks: Vec<_> = (0..20_000)
        .map(|n| format!("exclude[{n}].fields.srcport = {n}"))
        .collect();
    let plan = planned(&blocks.join("; "), &[format], Streams::Any);
    let pattern = plan.calls[0].pattern.as_deref().unwrap();
    assert!(
        pattern.len() > MAX_LENGTH - 20 && pattern.len() <= MAX_LENGTH,
        "{pattern}"
    );
}

#[test]
fn a_plan_that_is_no_longer_wanted_is_canceled() {
    let bounds = [quals(&format!("src_addr = {}", networks(2000)))
        .bind(&Format::vpc_default())
        .unwrap()];
    assert!(plan(&bounds, Streams::Any, &|| false).is_none());
    for patience in [1, 5, 20] {
        let asked = std::cell::Cell::new(0);
        let is_wanted = || {
            asked.set(asked.get() + 1);
            asked.get() <= patience
        };
        assert!(plan(&bounds, Streams::Any, &is_wanted).is_none());
        assert_eq!(asked.get(), patience + 1, "nobody is asked again");
    }
}

#[test]
fn a_query_is_never_split_into_more_calls_than_it_may() {
    let blocks: Vec<_> = (0..30)
        .map(|n| format!("where[{n}].dst_port = {n}; where[{n}].protocol = tcp"))
        .collect();
    let plan = planned(&blocks.join("; "), &[Format::vpc_default()], Streams::Any);
    assert_eq!(plan.calls.len(), 1);
    let text = blocks[..MAX_CALLS].join("; ");
    assert_eq!(
        planned(&text, &[Format::vpc_default()], Streams::Any)
            .calls
            .len(),
        MAX_CALLS
    );
}
