//! Class and calls of single quals.

use super::*;

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
