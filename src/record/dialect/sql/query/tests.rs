//! Golden queries: exactly what Athena receives.

use expect_test::{Expect, expect};

use super::*;
use crate::record::dialect::sql::{SourceError, column_name};
use crate::record::field;
use crate::record::format::Format;
use crate::record::{Qual, Quals};

fn quals(texts: &[(&str, &str)]) -> Vec<Qual> {
    let parse = |(name, text): &(&str, &str)| match name.strip_prefix("fields.") {
        Some(field) => Qual::parse_field(field, text).unwrap(),
        None => Qual::parse(name, text).unwrap(),
    };
    texts.iter().map(parse).collect()
}

fn pairs(texts: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    texts.iter().map(pair).collect()
}

/// Returns a table with the columns of a format.
fn table(format: &Format, partitions: &[(&str, &str)], properties: &[(&str, &str)]) -> Source {
    let columns = format.names().iter().map(|name| {
        let numbers =
            field::find(name).is_some_and(|f| matches!(f.kind, Kind::Integer | Kind::Seconds));
        let ty = if numbers { "bigint" } else { "string" };
        (column_name(name), ty.to_owned())
    });
    let columns: Vec<_> = columns.collect();
    let properties = pairs(properties).into_iter().collect();
    Source::new(
        &["AwsDataCatalog", "network", "flow_logs"],
        &columns,
        &pairs(partitions),
        &properties,
    )
    .unwrap()
}

fn by(keys: &[&str]) -> Aggregate {
    Aggregate {
        keys: keys.iter().map(|name| Key::named(name)).collect(),
        order: Order::greatest(Measure::Bytes),
        limit: 10,
        ..Aggregate::default()
    }
}

fn scope() -> Scope {
    Scope {
        window: (1_767_225_600_000, 1_767_229_200_500),
        partitions: BTreeMap::new(),
    }
}

fn check(source: &Source, quals: &Quals, aggregate: &Aggregate, expected: &Expect) {
    let bound = quals.bind(source.format()).unwrap();
    expected.assert_eq(&compile(&bound, source, aggregate, &scope()).unwrap().text);
}

const PLAIN: [(&str, &str); 3] = [
    ("aws_account_id", "string"),
    ("aws_region", "string"),
    ("day", "string"),
];
const DAYS: [(&str, &str); 2] = [
    ("projection.day.type", "date"),
    ("projection.day.format", "yyyy/MM/dd"),
];
const HIVE: [(&str, &str); 4] = [
    ("year", "string"),
    ("month", "string"),
    ("day", "string"),
    ("hour", "string"),
];

#[test]
fn every_form_of_a_qual_is_a_condition() {
    let format = Format::parse(
        "${srcaddr} ${dstaddr} ${dstport} ${bytes} ${tcp-flags} ${pkt-dst-aws-service} ${instance-id} ${start} ${end} ${action}",
    )
    .unwrap();
    let quals = Quals {
        all: quals(&[
            ("action", "REJECT"),
            ("dst_port", "22,3389,8000-8999"),
            ("bytes", ">=400"),
            ("tcp_flags", "syn+ack,=rst"),
            ("fields.pkt-dst-aws-service", "S3,ec2"),
            ("start", ">=2026-01-01T00:00:00Z"),
        ]),
        any: vec![
            quals(&[("src_addr", "10.0.0.0/8,10.1.2.3")]),
            quals(&[
                ("addr", "2001:db8::/32"),
                ("instance_id", "-,i-0123456789abcdef0"),
            ]),
        ],
        none: vec![
            quals(&[("dst_addr", "::/0,::ffff:10.0.0.0/104")]),
            quals(&[("dst_port", "-")]),
        ],
    };
    check(
        &table(&format, &PLAIN, &DAYS),
        &quals,
        &by(&["src_addr", "dst_port"]),
        &expect![[r#"
            WITH counted AS (
            SELECT NULLIF(NULLIF("srcaddr", ''), '-') AS key_0, "dstport" AS key_1, count(*) AS flows, COALESCE(sum("bytes"), 0) AS bytes, count_if("action" = 'ACCEPT') AS accepted, count_if("action" = 'REJECT') AS rejected, min(IF("start" < 100000000000, "start", "start" / 1000)) AS first_seen, max(IF("end" < 100000000000, "end", "end" / 1000)) AS last_seen
            FROM "AwsDataCatalog"."network"."flow_logs"
            WHERE "day" BETWEEN '2025/12/31' AND '2026/01/01'
              AND COALESCE(IF("start" < 100000000000, "start", "start" / 1000), IF("end" < 100000000000, "end", "end" / 1000)) >= 1767225600
              AND COALESCE(IF("start" < 100000000000, "start", "start" / 1000), IF("end" < 100000000000, "end", "end" / 1000)) < 1767229201
              AND "action" = 'REJECT'
              AND ("dstport" IN (22, 3389) OR "dstport" BETWEEN 8000 AND 8999)
              AND "bytes" >= 400
              AND (bitwise_and("tcp_flags", 18) = 18 OR "tcp_flags" = 4)
              AND lower("pkt_dst_aws_service") IN ('s3', 'ec2')
              AND IF("start" < 100000000000, "start", "start" / 1000) >= 1767225600
              AND ((("srcaddr" NOT LIKE '%:%' AND contains('10.0.0.0/8', TRY_CAST("srcaddr" AS IPADDRESS))) OR "srcaddr" = '10.1.2.3') OR ((("srcaddr" LIKE '%:%' AND contains('2001:db8::/32', TRY_CAST("srcaddr" AS IPADDRESS))) OR ("dstaddr" LIKE '%:%' AND contains('2001:db8::/32', TRY_CAST("dstaddr" AS IPADDRESS)))) AND (("instance_id" IS NULL OR "instance_id" IN ('-', '')) OR "instance_id" = 'i-0123456789abcdef0')))
              AND NOT COALESCE((("dstaddr" LIKE '%:%' AND (contains('::/0', TRY_CAST("dstaddr" AS IPADDRESS)) OR contains('0.0.0.0/0', TRY_CAST("dstaddr" AS IPADDRESS)))) OR ("dstaddr" LIKE '%:%' AND contains('10.0.0.0/8', TRY_CAST("dstaddr" AS IPADDRESS)))), FALSE)
              AND NOT COALESCE("dstport" IS NULL, FALSE)
            GROUP BY 1, 2
            )
            SELECT counted.*, sum(flows) OVER () AS all_flows, sum(bytes) OVER () AS all_bytes, sum(accepted) OVER () AS all_accepted, sum(rejected) OVER () AS all_rejected, min(first_seen) OVER () AS all_first_seen, max(last_seen) OVER () AS all_last_seen, count(*) OVER () AS all_groups
            FROM counted
            ORDER BY bytes DESC, key_0 ASC NULLS FIRST, key_1 ASC NULLS FIRST
            LIMIT 11"#]],
    );
}

#[test]
fn columns_of_text_and_missing_columns_are_read_as_far_as_they_go() {
    let columns = pairs(&[
        ("start", "string"),
        ("dstport", "varchar(5)"),
        ("new_one", "int"),
    ]);
    let source = Source::new(&["t"], &columns, &[], &BTreeMap::new()).unwrap();
    let quals = Quals {
        all: quals(&[("dst_port", "22"), ("fields.new_one", "it's")]),
        ..Quals::default()
    };
    check(
        &source,
        &quals,
        &by(&[]),
        &expect![[r#"
            WITH counted AS (
            SELECT count(*) AS flows, min(IF(TRY_CAST(IF(regexp_like("start", '^(0|[1-9][0-9]{0,18})$'), "start") AS BIGINT) < 100000000000, TRY_CAST(IF(regexp_like("start", '^(0|[1-9][0-9]{0,18})$'), "start") AS BIGINT), TRY_CAST(IF(regexp_like("start", '^(0|[1-9][0-9]{0,18})$'), "start") AS BIGINT) / 1000)) AS first_seen
            FROM "t"
            WHERE IF(TRY_CAST(IF(regexp_like("start", '^(0|[1-9][0-9]{0,18})$'), "start") AS BIGINT) < 100000000000, TRY_CAST(IF(regexp_like("start", '^(0|[1-9][0-9]{0,18})$'), "start") AS BIGINT), TRY_CAST(IF(regexp_like("start", '^(0|[1-9][0-9]{0,18})$'), "start") AS BIGINT) / 1000) >= 1767225600
              AND IF(TRY_CAST(IF(regexp_like("start", '^(0|[1-9][0-9]{0,18})$'), "start") AS BIGINT) < 100000000000, TRY_CAST(IF(regexp_like("start", '^(0|[1-9][0-9]{0,18})$'), "start") AS BIGINT), TRY_CAST(IF(regexp_like("start", '^(0|[1-9][0-9]{0,18})$'), "start") AS BIGINT) / 1000) < 1767229201
              AND TRY_CAST(IF(regexp_like("dstport", '^(0|[1-9][0-9]{0,18})$'), "dstport") AS BIGINT) = 22
              AND CAST("new_one" AS VARCHAR) = 'it''s'
            )
            SELECT counted.*, sum(flows) OVER () AS all_flows, min(first_seen) OVER () AS all_first_seen, count(*) OVER () AS all_groups
            FROM counted
            ORDER BY 1
            LIMIT 11"#]],
    );
}

#[test]
fn partitions_are_pruned_with_slack() {
    let format = Format::vpc_default();
    let window = |start: &str, end: &str| {
        let time = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        (time(start), time(end))
    };
    let conditions = |partitions: &[(&str, &str)], properties: &[(&str, &str)], window| {
        let source = table(&format, partitions, properties);
        partition::conditions(&source, window, &BTreeMap::new())
            .unwrap()
            .join(" AND ")
    };
    let hourly = [
        ("projection.hour.type", "date"),
        ("projection.hour.format", "yyyy/MM/dd/HH"),
    ];
    let hour = window("2026-05-01T00:09:59Z", "2026-05-01T01:00:00Z");
    let dates = [
        ("projection.dt.type", "date"),
        ("projection.dt.format", "dd-MM-yyyy"),
    ];
    let shown = [
        conditions(&PLAIN, &DAYS, hour),
        conditions(&[("hour", "string")], &hourly, hour),
        conditions(&HIVE, &[], hour),
        conditions(&HIVE[..3], &[], hour),
        conditions(
            &HIVE,
            &[],
            window("2026-01-30T12:00:00Z", "2026-02-09T12:00:00Z"),
        ),
        conditions(
            &HIVE,
            &[],
            window("2020-01-01T00:00:00Z", "2026-02-09T12:00:00Z"),
        ),
        conditions(
            &[("year", "int"), ("month", "int"), ("day", "int")],
            &[],
            hour,
        ),
        // What is not ordered like times cannot be asked for by a range.
        conditions(&[("dt", "string")], &dates, hour),
        conditions(&[("day", "date")], &DAYS, hour),
    ];
    expect![[r#"
        "day" BETWEEN '2026/04/30' AND '2026/05/01'
        "hour" BETWEEN '2026/04/30/23' AND '2026/05/01/01'
        (("year" = '2026' AND "month" = '04' AND "day" = '30' AND "hour" = '23') OR ("year" = '2026' AND "month" = '05' AND "day" = '01' AND "hour" IN ('00', '01')))
        (("year" = '2026' AND "month" = '04' AND "day" = '30') OR ("year" = '2026' AND "month" = '05' AND "day" = '01'))
        (("year" = '2026' AND "month" = '01' AND "day" IN ('30', '31')) OR ("year" = '2026' AND "month" = '02' AND "day" IN ('01', '02', '03', '04', '05', '06', '07', '08', '09')))
        "year" IN ('2019', '2020', '2021', '2022', '2023', '2024', '2025', '2026')
        (("year" = 2026 AND "month" = 4 AND "day" = 30) OR ("year" = 2026 AND "month" = 5 AND "day" = 1))

    "#]].assert_eq(&shown.join("\n"));
}

#[test]
fn partitions_that_need_a_value_get_it_or_are_an_error() {
    let format = Format::vpc_default();
    let properties = [("projection.aws_region.type", "injected")];
    let source = table(&format, &PLAIN, &properties);
    let bound = Quals::default().bind(&format).unwrap();
    let mut scope = scope();
    let missing = compile(&bound, &source, &by(&[]), &scope).unwrap_err();
    let column = "aws_region".to_owned();
    assert_eq!(
        missing,
        SqlError::Injected {
            column: column.clone()
        }
    );
    scope.partitions.insert(column, "eu-central-1".to_owned());
    let query = compile(&bound, &source, &by(&[]), &scope).unwrap().text;
    assert!(
        query.contains(r#"WHERE "aws_region" = 'eu-central-1'"#),
        "{query}"
    );
    scope.partitions.insert("zone".to_owned(), "a".to_owned());
    let unknown = compile(&bound, &source, &by(&[]), &scope).unwrap_err();
    assert!(matches!(unknown, SqlError::NoPartition { column, .. } if column == "zone"));
}

#[test]
fn what_athena_cannot_express_is_an_error() {
    let format = Format::parse("${srcaddr} ${instance-tag} ${start}").unwrap();
    let source = table(&format, &[], &[]);
    let error = |quals: Vec<Qual>, keys: &[&str]| {
        let quals = Quals {
            all: quals,
            ..Quals::default()
        };
        let bound = quals.bind(source.format()).unwrap();
        compile(&bound, &source, &by(keys), &scope()).unwrap_err()
    };
    assert!(matches!(
        error(quals(&[("event_id", "1")]), &[]),
        SqlError::EventId { .. }
    ));
    let encoded = SqlError::Encoded {
        field: "instance-tag".to_owned(),
    };
    assert_eq!(
        error(quals(&[("fields.instance-tag", "a b")]), &[]),
        encoded
    );
    assert_eq!(error(Vec::new(), &["instance-tag"]), encoded);
    let column = "action".to_owned();
    assert_eq!(
        error(Vec::new(), &["action"]),
        SqlError::NoColumn { column }
    );
    let many: Vec<_> = (0..20_000)
        .map(|n| format!("10.{}.{}.1", n / 250, n % 250))
        .collect();
    let many = quals(&[("src_addr", &many.join(","))]);
    assert!(matches!(error(many, &[]), SqlError::TooLong { .. }));
    let columns = pairs(&[
        ("srcaddr", "array<string>"),
        ("start", "double"),
        ("account_id", "bigint"),
    ]);
    let source = Source::new(&["t"], &columns, &[], &BTreeMap::new()).unwrap();
    let bound = Quals::default().bind(source.format()).unwrap();
    let wrong = compile(&bound, &source, &by(&[]), &scope()).unwrap_err();
    assert!(matches!(wrong, SqlError::WrongType { column, .. } if column == "start"));
    let none = Source::new(&["t"], &pairs(&[("a", "int")]), &[], &BTreeMap::new()).unwrap_err();
    assert_eq!(
        none,
        SourceError::NoFields {
            columns: vec!["a".to_owned()]
        }
    );
}

#[test]
fn what_is_left_out_is_counted_in_the_same_partitions() {
    let source = table(&Format::vpc_default(), &PLAIN, &DAYS);
    expect![[r#"
        SELECT count_if(COALESCE(IF("start" < 100000000000, "start", "start" / 1000), IF("end" < 100000000000, "end", "end" / 1000)) IS NULL) AS unread, count_if(COALESCE(IF("start" < 100000000000, "start", "start" / 1000), IF("end" < 100000000000, "end", "end" / 1000)) >= 1767225600 AND COALESCE(IF("start" < 100000000000, "start", "start" / 1000), IF("end" < 100000000000, "end", "end" / 1000)) < 1767229201 AND "log_status" IN ('SKIPDATA', 'INCOMPLETEDATA')) AS skipped
        FROM "AwsDataCatalog"."network"."flow_logs"
        WHERE "day" BETWEEN '2025/12/31' AND '2026/01/01'"#]].assert_eq(&left_out(&source, &scope()).unwrap());
}

#[test]
fn every_part_of_an_aggregate_is_rendered() {
    let source = table(&Format::transit_gateway_default(), &[], &[]);
    let parse = |name: &str| Key::parse(name).unwrap();
    let having = |quantity, text| Having::parse(quantity, text).unwrap();
    let (distinct, sums) = (
        vec![parse("dst_port")],
        vec![parse("packets-lost-blackhole")],
    );
    let whole = Aggregate {
        keys: vec![Key::parse_bin("5m").unwrap(), parse("src_addr")],
        having: vec![
            having(Quantity::Measure(Measure::Flows), ">100"),
            having(Quantity::Distinct(0), "1-2,>=100"),
        ],
        order: Order::parse("-sum.packets-lost-blackhole", &distinct, &sums).unwrap(),
        distinct,
        sums,
        limit: 10,
        ..Aggregate::default()
    };
    let finer = Aggregate {
        keys: vec![parse("src_addr/24"), parse("protocol_name")],
        ..whole.clone()
    };
    let bins = Aggregate {
        keys: vec![Key::parse_bin("1h").unwrap()],
        ..Aggregate::default()
    };
    let bound = Quals::default().bind(source.format()).unwrap();
    let render = |aggregate: &Aggregate| {
        let query = compile(&bound, &source, aggregate, &scope()).unwrap();
        format!("{:?}\n{}", query.rows, query.text)
    };
    expect![[r#"
        Chosen
        WITH counted AS (
        SELECT IF("start" < 100000000000, "start", "start" / 1000) - IF("start" < 100000000000, "start", "start" / 1000) % 300 AS key_0, NULLIF(NULLIF("srcaddr", ''), '-') AS key_1, count(*) AS flows, COALESCE(sum("packets"), 0) AS packets, COALESCE(sum("bytes"), 0) AS bytes, min(IF("start" < 100000000000, "start", "start" / 1000)) AS first_seen, max(IF("end" < 100000000000, "end", "end" / 1000)) AS last_seen, COALESCE(sum("packets_lost_blackhole"), 0) AS sum_0, count(DISTINCT "dstport") AS distinct_0
        FROM "AwsDataCatalog"."network"."flow_logs"
        WHERE COALESCE(IF("start" < 100000000000, "start", "start" / 1000), IF("end" < 100000000000, "end", "end" / 1000)) >= 1767225600
          AND COALESCE(IF("start" < 100000000000, "start", "start" / 1000), IF("end" < 100000000000, "end", "end" / 1000)) < 1767229201
        GROUP BY 1, 2
        )
        SELECT counted.*, sum(flows) OVER () AS all_flows, sum(packets) OVER () AS all_packets, sum(bytes) OVER () AS all_bytes, min(first_seen) OVER () AS all_first_seen, max(last_seen) OVER () AS all_last_seen, sum(sum_0) OVER () AS all_sum_0, count(*) OVER () AS all_groups
        FROM counted
        ORDER BY IF((flows BETWEEN 101 AND 9223372036854775807) AND (distinct_0 BETWEEN 1 AND 2 OR distinct_0 BETWEEN 100 AND 9223372036854775807), 0, 1), sum_0 ASC, key_0 ASC NULLS FIRST, key_1 ASC NULLS FIRST
        LIMIT 11

        Finer
        SELECT NULLIF(NULLIF("srcaddr", ''), '-') AS key_0, "protocol" AS key_1, "dstport" AS key_2, count(*) AS flows, COALESCE(sum("packets"), 0) AS packets, COALESCE(sum("bytes"), 0) AS bytes, min(IF("start" < 100000000000, "start", "start" / 1000)) AS first_seen, max(IF("end" < 100000000000, "end", "end" / 1000)) AS last_seen, COALESCE(sum("packets_lost_blackhole"), 0) AS sum_0
        FROM "AwsDataCatalog"."network"."flow_logs"
        WHERE COALESCE(IF("start" < 100000000000, "start", "start" / 1000), IF("end" < 100000000000, "end", "end" / 1000)) >= 1767225600
          AND COALESCE(IF("start" < 100000000000, "start", "start" / 1000), IF("end" < 100000000000, "end", "end" / 1000)) < 1767229201
        GROUP BY 1, 2, 3

        Whole
        SELECT IF("start" < 100000000000, "start", "start" / 1000) - IF("start" < 100000000000, "start", "start" / 1000) % 3600 AS key_0, count(*) AS flows, COALESCE(sum("packets"), 0) AS packets, COALESCE(sum("bytes"), 0) AS bytes, min(IF("start" < 100000000000, "start", "start" / 1000)) AS first_seen, max(IF("end" < 100000000000, "end", "end" / 1000)) AS last_seen
        FROM "AwsDataCatalog"."network"."flow_logs"
        WHERE COALESCE(IF("start" < 100000000000, "start", "start" / 1000), IF("end" < 100000000000, "end", "end" / 1000)) >= 1767225600
          AND COALESCE(IF("start" < 100000000000, "start", "start" / 1000), IF("end" < 100000000000, "end", "end" / 1000)) < 1767229201
        GROUP BY 1"#]].assert_eq(&[&whole, &finer, &bins].map(render).join("\n\n"));
}
