use expect_test::{Expect, expect};

use super::*;
use crate::record::format::Format;
use crate::record::qual::Qual;
use crate::record::quals::Quals;

mod blocks;
mod limits;
mod plans;
mod properties;

/// Parses quals from lines such as `dst_port = 22`, `where[0].action = accept` or `exclude[1].fields.az-id = use1-az1`.
fn quals(text: &str) -> Quals {
    let mut quals = Quals::default();
    for line in text
        .split(';')
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let (name, value) = line.split_once(" = ").unwrap();
        let (block, name) = match name.split_once("].") {
            Some((block, name)) => (Some(block), name),
            None => (None, name),
        };
        let qual = match name.strip_prefix("fields.") {
            Some(field) => Qual::parse_field(field, value).unwrap(),
            None => Qual::parse(name, value).unwrap(),
        };
        let Some((kind, number)) = block.and_then(|block| block.split_once('[')) else {
            quals.all.push(qual);
            continue;
        };
        let blocks = if kind == "where" {
            &mut quals.any
        } else {
            &mut quals.none
        };
        let number: usize = number.parse().unwrap();
        blocks.resize(blocks.len().max(number + 1), Vec::new());
        blocks[number].push(qual);
    }
    quals
}

fn pushed(text: &str, format: &Format) -> Pushed {
    compile(&quals(text).bind(format).unwrap())
}

#[track_caller]
fn check_in(format: &Format, texts: &[&str], expected: &Expect) {
    let lines: String = texts
        .iter()
        .map(|text| {
            let Pushed {
                pattern,
                not_pushed,
            } = pushed(text, format);
            let pattern = pattern.unwrap_or_else(|| "nothing".to_owned());
            let rest = if not_pushed.is_empty() {
                String::new()
            } else {
                let not_pushed: Vec<_> = not_pushed.iter().map(ToString::to_string).collect();
                format!("    not: {}\n", not_pushed.join(", "))
            };
            format!("{text}\n    {pattern}\n{rest}")
        })
        .collect();
    expected.assert_eq(&lines);
}

#[track_caller]
fn check(texts: &[&str], expected: &Expect) {
    check_in(&Format::vpc_default(), texts, expected);
}

#[test]
fn texts_and_numbers_are_pushed_to_their_position() {
    check(
        &[
            "action = reject",
            "action = accept,reject",
            "interface_id = eni-0a1b2c3d4e5f60718; interface_account_id = 000012345678",
            "dst_port = 22",
            "dst_port = 22,3389,22",
            "dst_port = 1-1023",
            "dst_port = >=1024",
            "dst_port = <1024",
            "dst_port = 80,81,82",
            "dst_port = 22,8080-8083",
            "dst_port = 22,1000-2000",
            "dst_port = 0-100,50-200,201",
            "bytes = >1000000",
            "bytes = >=0",
            "bytes = >9007199254740991",
            "protocol = tcp,udp",
            "version = 2; log_status = ok",
            "",
        ],
        &expect![[r#"
            action = reject
                [w1,w2,w3,w4,w5,w6,w7,w8,w9,w10,w11,w12,w13="REJECT",w14]
            action = accept,reject
                [w1,w2,w3,w4,w5,w6,w7,w8,w9,w10,w11,w12,w13="ACCEPT"||w13="REJECT",w14]
            interface_id = eni-0a1b2c3d4e5f60718; interface_account_id = 000012345678
                [w1,w2="000012345678",w3="eni-0a1b2c3d4e5f60718",w4,w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            dst_port = 22
                [w1,w2,w3,w4,w5,w6,w7=22,w8,w9,w10,w11,w12,w13,w14]
            dst_port = 22,3389,22
                [w1,w2,w3,w4,w5,w6,w7=22||w7=3389,w8,w9,w10,w11,w12,w13,w14]
            dst_port = 1-1023
                [w1,w2,w3,w4,w5,w6,w7>=1&&w7<=1023,w8,w9,w10,w11,w12,w13,w14]
            dst_port = >=1024
                [w1,w2,w3,w4,w5,w6,w7>=1024&&w7<=65535,w8,w9,w10,w11,w12,w13,w14]
            dst_port = <1024
                [w1,w2,w3,w4,w5,w6,w7<=1023,w8,w9,w10,w11,w12,w13,w14]
            dst_port = 80,81,82
                [w1,w2,w3,w4,w5,w6,w7>=80&&w7<=82,w8,w9,w10,w11,w12,w13,w14]
            dst_port = 22,8080-8083
                [w1,w2,w3,w4,w5,w6,w7=22||w7=8080||w7=8081||w7=8082||w7=8083,w8,w9,w10,w11,w12,w13,w14]
            dst_port = 22,1000-2000
                nothing
                not: dst_port
            dst_port = 0-100,50-200,201
                [w1,w2,w3,w4,w5,w6,w7<=201,w8,w9,w10,w11,w12,w13,w14]
            bytes = >1000000
                [w1,w2,w3,w4,w5,w6,w7,w8,w9,w10>=1000001,w11,w12,w13,w14]
            bytes = >=0
                [w1,w2,w3,w4,w5,w6,w7,w8,w9,w10>=0,w11,w12,w13,w14]
            bytes = >9007199254740991
                nothing
                not: bytes
            protocol = tcp,udp
                [w1,w2,w3,w4,w5,w6,w7,w8=6||w8=17,w9,w10,w11,w12,w13,w14]
            version = 2; log_status = ok
                [w1=2,w2,w3,w4,w5,w6,w7,w8,w9,w10,w11,w12,w13,w14="OK"]

                nothing
        "#]],
    );
}

#[test]
fn networks_are_pushed_as_prefixes_or_one_expression() {
    check(
        &[
            "src_addr = 10.0.0.1",
            "src_addr = 10.0.0.0/8",
            "src_addr = 10.1.0.0/16,192.168.7.0/24",
            "dst_addr = 172.16.0.0/12",
            "src_addr = 10.1.16.0/22",
            "src_addr = 10.0.0.252/30",
            "src_addr = 10.0.0.0/9",
            "src_addr = 100.64.0.0/10",
            "src_addr = 10.0.0.0/25,8.8.8.8,192.168.0.0/16",
            "src_addr = 128.0.0.0/1",
            "src_addr = 0.0.0.0/0",
            "src_addr = 10.0.0.0/9,10.128.0.0/9",
            "src_addr = 10.0.0.0/9; dst_addr = 10.128.0.0/9",
            "src_addr = 2001:db8::1",
            "src_addr = 10.0.0.1,::1",
            "src_addr = 10.0.0.0/12,10.32.0.0/12,10.64.0.0/12",
        ],
        &expect![[r#"
            src_addr = 10.0.0.1
                [w1,w2,w3,w4="10.0.0.1",w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 10.0.0.0/8
                [w1,w2,w3,w4="10.*",w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 10.1.0.0/16,192.168.7.0/24
                [w1,w2,w3,w4="10.1.*"||w4="192.168.7.*",w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            dst_addr = 172.16.0.0/12
                [w1,w2,w3,w4,w5="172.16.*"||w5="172.17.*"||w5="172.18.*"||w5="172.19.*"||w5="172.20.*"||w5="172.21.*"||w5="172.22.*"||w5="172.23.*"||w5="172.24.*"||w5="172.25.*"||w5="172.26.*"||w5="172.27.*"||w5="172.28.*"||w5="172.29.*"||w5="172.30.*"||w5="172.31.*",w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 10.1.16.0/22
                [w1,w2,w3,w4="10.1.16.*"||w4="10.1.17.*"||w4="10.1.18.*"||w4="10.1.19.*",w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 10.0.0.252/30
                [w1,w2,w3,w4="10.0.0.252"||w4="10.0.0.253"||w4="10.0.0.254"||w4="10.0.0.255",w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 10.0.0.0/9
                [w1,w2,w3,w4=%^10\.[0-9]\.|^10\.[1-9][0-9]\.|^10\.1[0-1][0-9]\.|^10\.12[0-7]\.%,w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 100.64.0.0/10
                [w1,w2,w3,w4=%^100\.6[4-9]\.|^100\.[7-9][0-9]\.|^100\.1[0-1][0-9]\.|^100\.12[0-7]\.%,w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 10.0.0.0/25,8.8.8.8,192.168.0.0/16
                [w1,w2,w3,w4=%^8\.8\.8\.8$|^10\.0\.0\.[0-9]$|^10\.0\.0\.[1-9][0-9]$|^10\.0\.0\.1[0-1][0-9]$|^10\.0\.0\.12[0-7]$|^192\.168\.%,w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 128.0.0.0/1
                [w1,w2,w3,w4=%^12[8-9]\.|^1[3-9][0-9]\.|^2[0-4][0-9]\.|^25[0-5]\.%,w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 0.0.0.0/0
                [w1,w2,w3,w4=%^[0-9]+\.%,w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 10.0.0.0/9,10.128.0.0/9
                [w1,w2,w3,w4="10.*",w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 10.0.0.0/9; dst_addr = 10.128.0.0/9
                [w1,w2,w3,w4=%^10\.[0-9]\.|^10\.[1-9][0-9]\.|^10\.1[0-1][0-9]\.|^10\.12[0-7]\.%,w5=%^10\.12[8-9]\.|^10\.1[3-9][0-9]\.|^10\.2[0-4][0-9]\.|^10\.25[0-5]\.%,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 2001:db8::1
                nothing
                not: src_addr
            src_addr = 10.0.0.1,::1
                nothing
                not: src_addr
            src_addr = 10.0.0.0/12,10.32.0.0/12,10.64.0.0/12
                [w1,w2,w3,w4=%^10\.[0-9]\.|^10\.1[0-5]\.|^10\.3[2-9]\.|^10\.4[0-7]\.|^10\.6[4-9]\.|^10\.7[0-9]\.%,w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
        "#]],
    );
}

#[test]
fn quals_that_one_slot_cannot_express_are_reported() {
    check(
        &[
            "addr = 10.0.0.1",
            "port = 22; action = reject",
            "event_id = 36001",
            "start = >=2023-11-14T22:13:20Z; dst_port = 22",
            "interface_id = eni-1,eni-ж",
            "interface_id = eni\"1",
            "interface_id = eni\\1",
            "interface_account_id = a%20b",
        ],
        &expect![[r#"
            addr = 10.0.0.1
                nothing
                not: addr
            port = 22; action = reject
                [w1,w2,w3,w4,w5,w6,w7,w8,w9,w10,w11,w12,w13="REJECT",w14]
                not: port
            event_id = 36001
                nothing
                not: event_id
            start = >=2023-11-14T22:13:20Z; dst_port = 22
                [w1,w2,w3,w4,w5,w6,w7=22,w8,w9,w10,w11,w12,w13,w14]
                not: start
            interface_id = eni-1,eni-ж
                nothing
                not: interface_id
            interface_id = eni"1
                nothing
                not: interface_id
            interface_id = eni\1
                nothing
                not: interface_id
            interface_account_id = a%20b
                nothing
                not: interface_account_id
        "#]],
    );
}

#[test]
fn positions_follow_the_format() {
    let custom = Format::parse(
        "${dstport} ${az-id} ${srcaddr} ${tcp-flags} ${action} ${pkt-srcaddr} ${vpc-id}",
    )
    .unwrap();
    check_in(
        &custom,
        &[
            "action = reject; dst_port = 22",
            "fields.az-id = use1-az1; fields.pkt-srcaddr = 10.0.0.0/8",
            "tcp_flags = syn",
            "tcp_flags = 0",
            "tcp_flags = =syn,=syn+ack",
            "vpc_id = -; tcp_flags = -",
            "exclude[0].tcp_flags = 0; vpc_id = vpc-0a",
            "exclude[0].tcp_flags = =syn; exclude[1].vpc_id = -",
        ],
        &expect![[r#"
            action = reject; dst_port = 22
                [w1=22,w2,w3,w4,w5="REJECT",w6,w7]
            fields.az-id = use1-az1; fields.pkt-srcaddr = 10.0.0.0/8
                [w1,w2="use1-az1",w3,w4,w5,w6="10.*",w7]
            tcp_flags = syn
                nothing
                not: tcp_flags
            tcp_flags = 0
                [w1,w2,w3,w4=0,w5,w6,w7]
            tcp_flags = =syn,=syn+ack
                [w1,w2,w3,w4=2||w4=18,w5,w6,w7]
            vpc_id = -; tcp_flags = -
                [w1,w2,w3,w4="-",w5,w6,w7="-"]
            exclude[0].tcp_flags = 0; vpc_id = vpc-0a
                [w1,w2,w3,w4!="0",w5,w6,w7="vpc-0a"]
            exclude[0].tcp_flags = =syn; exclude[1].vpc_id = -
                [w1,w2,w3,w4!="2",w5,w6,w7!="-"]
        "#]],
    );
    check_in(
        &Format::transit_gateway_default(),
        &[
            "dst_port = 22; fields.tgw-id = tgw-0a",
            "fields.packets-lost-blackhole = >0; flow_direction = ingress",
        ],
        &expect![[r#"
            dst_port = 22; fields.tgw-id = tgw-0a
                [w1,w2,w3,w4="tgw-0a",w5,w6,w7,w8,w9,w10,w11,w12,w13,w14,w15,w16,w17,w18,w19,w20=22,w21,w22,w23,w24,w25,w26,w27,w28,w29,w30,w31,w32,w33,w34,w35,w36]
            fields.packets-lost-blackhole = >0; flow_direction = ingress
                [w1,w2,w3,w4,w5,w6,w7,w8,w9,w10,w11,w12,w13,w14,w15,w16,w17,w18,w19,w20,w21,w22,w23,w24,w25,w26,w27,w28,w29>=1,w30,w31,w32,w33,w34="ingress",w35,w36]
        "#]],
    );
}
