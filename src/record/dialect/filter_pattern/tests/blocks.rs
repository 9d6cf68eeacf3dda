use expect_test::expect;

use super::check;

#[test]
fn where_blocks_are_pushed_if_one_slot_holds_them() {
    check(
        &[
            "where[0].dst_port = 22; where[0].action = reject",
            "where[0].dst_port = 22; where[1].dst_port = 3389,443",
            "where[0].src_addr = 10.0.0.0/8; where[1].src_addr = 172.16.0.0/12",
            "where[0].dst_port = 22; where[1].protocol = icmp; action = accept",
            "where[0].dst_port = 22; where[0].action = reject; where[1].dst_port = 23",
            "where[0].dst_port = 1-10; where[1].dst_port = 11-2000",
            "where[0].dst_port = 1-10; where[1].dst_port = 2000-3000",
            "where[0].addr = 10.0.0.1; where[1].addr = 10.0.0.2",
            "dst_port = 22,23; where[0].dst_port = 22; action = accept",
        ],
        &expect![[r#"
            where[0].dst_port = 22; where[0].action = reject
                [w1,w2,w3,w4,w5,w6,w7=22,w8,w9,w10,w11,w12,w13="REJECT",w14]
            where[0].dst_port = 22; where[1].dst_port = 3389,443
                [w1,w2,w3,w4,w5,w6,w7=22||w7=443||w7=3389,w8,w9,w10,w11,w12,w13,w14]
            where[0].src_addr = 10.0.0.0/8; where[1].src_addr = 172.16.0.0/12
                [w1,w2,w3,w4="10.*"||w4="172.16.*"||w4="172.17.*"||w4="172.18.*"||w4="172.19.*"||w4="172.20.*"||w4="172.21.*"||w4="172.22.*"||w4="172.23.*"||w4="172.24.*"||w4="172.25.*"||w4="172.26.*"||w4="172.27.*"||w4="172.28.*"||w4="172.29.*"||w4="172.30.*"||w4="172.31.*",w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            where[0].dst_port = 22; where[1].protocol = icmp; action = accept
                [w1,w2,w3,w4,w5,w6,w7,w8,w9,w10,w11,w12,w13="ACCEPT",w14]
                not: where[0].dst_port, where[1].protocol
            where[0].dst_port = 22; where[0].action = reject; where[1].dst_port = 23
                nothing
                not: where[0].dst_port, where[0].action, where[1].dst_port
            where[0].dst_port = 1-10; where[1].dst_port = 11-2000
                [w1,w2,w3,w4,w5,w6,w7>=1&&w7<=2000,w8,w9,w10,w11,w12,w13,w14]
            where[0].dst_port = 1-10; where[1].dst_port = 2000-3000
                nothing
                not: where[0].dst_port, where[1].dst_port
            where[0].addr = 10.0.0.1; where[1].addr = 10.0.0.2
                nothing
                not: where[0].addr, where[1].addr
            dst_port = 22,23; where[0].dst_port = 22; action = accept
                [w1,w2,w3,w4,w5,w6,w7>=22&&w7<=23&&w7=22,w8,w9,w10,w11,w12,w13="ACCEPT",w14]
        "#]],
    );
}

#[test]
fn exclude_blocks_are_pushed_as_inequalities() {
    check(
        &[
            "exclude[0].dst_port = 443",
            "exclude[0].dst_port = 443,80; exclude[1].dst_port = 53",
            "exclude[0].dst_port = 80-83",
            "exclude[0].dst_port = >=1024",
            "exclude[0].action = accept",
            "exclude[0].dst_addr = 10.1.0.0/16",
            "exclude[0].dst_addr = 10.0.0.0/9",
            "exclude[0].dst_addr = ::1",
            "exclude[0].addr = 10.1.0.0/16",
            "exclude[0].port = 53",
            "exclude[0].dst_port = 443; exclude[0].action = accept",
            "exclude[0].event_id = 1",
            "src_addr = 10.0.0.0/8; exclude[0].src_addr = 10.1.0.0/16",
            "src_addr = 10.0.0.0/9; exclude[0].src_addr = 10.1.0.0/16",
            "dst_port = 22,23; exclude[0].dst_port = 23",
            "dst_port = 1-1023; exclude[0].dst_port = 22",
            "dst_port = 22,23; exclude[0].port = 80",
        ],
        &expect![[r#"
            exclude[0].dst_port = 443
                [w1,w2,w3,w4,w5,w6,w7!="443",w8,w9,w10,w11,w12,w13,w14]
            exclude[0].dst_port = 443,80; exclude[1].dst_port = 53
                [w1,w2,w3,w4,w5,w6,w7!="80"&&w7!="443"&&w7!="53",w8,w9,w10,w11,w12,w13,w14]
            exclude[0].dst_port = 80-83
                [w1,w2,w3,w4,w5,w6,w7!="80"&&w7!="81"&&w7!="82"&&w7!="83",w8,w9,w10,w11,w12,w13,w14]
            exclude[0].dst_port = >=1024
                [w1,w2,w3,w4,w5,w6,w7<=1023||w7>=65536||w7="-",w8,w9,w10,w11,w12,w13,w14]
            exclude[0].action = accept
                [w1,w2,w3,w4,w5,w6,w7,w8,w9,w10,w11,w12,w13!="ACCEPT",w14]
            exclude[0].dst_addr = 10.1.0.0/16
                [w1,w2,w3,w4,w5!="10.1.*",w6,w7,w8,w9,w10,w11,w12,w13,w14]
            exclude[0].dst_addr = 10.0.0.0/9
                nothing
                not: exclude[0].dst_addr
            exclude[0].dst_addr = ::1
                nothing
                not: exclude[0].dst_addr
            exclude[0].addr = 10.1.0.0/16
                [w1,w2,w3,w4!="10.1.*",w5!="10.1.*",w6,w7,w8,w9,w10,w11,w12,w13,w14]
            exclude[0].port = 53
                [w1,w2,w3,w4,w5,w6!="53",w7!="53",w8,w9,w10,w11,w12,w13,w14]
            exclude[0].dst_port = 443; exclude[0].action = accept
                nothing
                not: exclude[0].dst_port, exclude[0].action
            exclude[0].event_id = 1
                nothing
                not: exclude[0].event_id
            src_addr = 10.0.0.0/8; exclude[0].src_addr = 10.1.0.0/16
                [w1,w2,w3,w4="10.*"&&w4!="10.1.*",w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
            src_addr = 10.0.0.0/9; exclude[0].src_addr = 10.1.0.0/16
                [w1,w2,w3,w4=%^10\.[0-9]\.|^10\.[1-9][0-9]\.|^10\.1[0-1][0-9]\.|^10\.12[0-7]\.%,w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]
                not: exclude[0].src_addr
            dst_port = 22,23; exclude[0].dst_port = 23
                [w1,w2,w3,w4,w5,w6,w7>=22&&w7<=23&&w7!="23",w8,w9,w10,w11,w12,w13,w14]
            dst_port = 1-1023; exclude[0].dst_port = 22
                [w1,w2,w3,w4,w5,w6,w7>=1&&w7<=1023&&w7!="22",w8,w9,w10,w11,w12,w13,w14]
            dst_port = 22,23; exclude[0].port = 80
                [w1,w2,w3,w4,w5,w6!="80",w7>=22&&w7<=23&&w7!="80",w8,w9,w10,w11,w12,w13,w14]
        "#]],
    );
}
