//! Class and calls of `exclude` blocks.

use super::*;

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
