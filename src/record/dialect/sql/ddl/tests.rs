//! Golden statements.

use expect_test::{Expect, expect};

use super::*;

fn table<'a>(format: &'a Format, files: Files, hive: bool, hourly: bool) -> Table<'a> {
    Table {
        name: vec!["network", "flow_logs"],
        format,
        bucket: "flow-logs",
        folder: "a/b",
        files,
        layout: Layout { hive, hourly },
        accounts: Some(vec!["123456789012".to_owned(), "210987654321".to_owned()]),
        regions: None,
        first_day: (2026, 5, 1),
    }
}

fn check(table: &Table<'_>, expected: &Expect) {
    expected.assert_eq(&create_table(table).unwrap());
}

#[test]
fn text_in_plain_folders_for_each_day() {
    let format = Format::vpc_default();
    check(
        &table(&format, Files::Text, false, false),
        &expect![[r#"
        CREATE EXTERNAL TABLE IF NOT EXISTS `network`.`flow_logs` (
          `version` int,
          `account_id` string,
          `interface_id` string,
          `srcaddr` string,
          `dstaddr` string,
          `srcport` int,
          `dstport` int,
          `protocol` bigint,
          `packets` bigint,
          `bytes` bigint,
          `start` bigint,
          `end` bigint,
          `action` string,
          `log_status` string
        )
        PARTITIONED BY (
          `aws_account_id` string,
          `aws_region` string,
          `day` string
        )
        ROW FORMAT DELIMITED FIELDS TERMINATED BY ' '
        LOCATION 's3://flow-logs/a/b/AWSLogs/'
        TBLPROPERTIES (
          'skip.header.line.count' = '1',
          'projection.enabled' = 'true',
          'projection.aws_account_id.type' = 'enum',
          'projection.aws_account_id.values' = '123456789012,210987654321',
          'projection.aws_region.type' = 'injected',
          'projection.day.type' = 'date',
          'projection.day.format' = 'yyyy/MM/dd',
          'projection.day.range' = '2026/05/01,NOW',
          'projection.day.interval' = '1',
          'projection.day.interval.unit' = 'DAYS',
          'storage.location.template' = 's3://flow-logs/a/b/AWSLogs/${aws_account_id}/vpcflowlogs/${aws_region}/${day}/'
        )"#]],
    );
}

#[test]
fn parquet_in_hive_folders_for_each_hour() {
    let format = Format::parse(
        "${version} ${protocol} ${end} ${tcp-flags} ${packets-lost-no-route} ${New-one}",
    )
    .unwrap();
    check(
        &table(&format, Files::Parquet, true, true),
        &expect![[r#"
        CREATE EXTERNAL TABLE IF NOT EXISTS `network`.`flow_logs` (
          `version` int,
          `protocol` int,
          `end` bigint,
          `tcp_flags` int,
          `packets_lost_no_route` bigint,
          `new_one` string
        )
        PARTITIONED BY (
          `aws_account_id` string,
          `aws_region` string,
          `year` string,
          `month` string,
          `day` string,
          `hour` string
        )
        STORED AS PARQUET
        LOCATION 's3://flow-logs/a/b/AWSLogs/'
        TBLPROPERTIES (
          'projection.enabled' = 'true',
          'projection.aws_account_id.type' = 'enum',
          'projection.aws_account_id.values' = '123456789012,210987654321',
          'projection.aws_region.type' = 'injected',
          'projection.year.type' = 'date',
          'projection.year.format' = 'yyyy',
          'projection.year.range' = '2026,NOW',
          'projection.year.interval' = '1',
          'projection.year.interval.unit' = 'YEARS',
          'projection.month.type' = 'integer',
          'projection.month.range' = '1,12',
          'projection.month.digits' = '2',
          'projection.day.type' = 'integer',
          'projection.day.range' = '1,31',
          'projection.day.digits' = '2',
          'projection.hour.type' = 'integer',
          'projection.hour.range' = '0,23',
          'projection.hour.digits' = '2',
          'storage.location.template' = 's3://flow-logs/a/b/AWSLogs/aws-account-id=${aws_account_id}/aws-service=vpcflowlogs/aws-region=${aws_region}/year=${year}/month=${month}/day=${day}/hour=${hour}/'
        )"#]],
    );
}

#[test]
fn each_layout_has_its_own_folders() {
    let format = Format::vpc_default();
    let template = |hive, hourly| {
        let text = create_table(&table(&format, Files::Text, hive, hourly)).unwrap();
        let line = text.lines().find(|line| line.contains("location.template"));
        line.unwrap().trim().to_owned()
    };
    expect![[r#"
        'storage.location.template' = 's3://flow-logs/a/b/AWSLogs/${aws_account_id}/vpcflowlogs/${aws_region}/${day}/'
        'storage.location.template' = 's3://flow-logs/a/b/AWSLogs/${aws_account_id}/vpcflowlogs/${aws_region}/${hour}/'
        'storage.location.template' = 's3://flow-logs/a/b/AWSLogs/aws-account-id=${aws_account_id}/aws-service=vpcflowlogs/aws-region=${aws_region}/year=${year}/month=${month}/day=${day}/'
        'storage.location.template' = 's3://flow-logs/a/b/AWSLogs/aws-account-id=${aws_account_id}/aws-service=vpcflowlogs/aws-region=${aws_region}/year=${year}/month=${month}/day=${day}/hour=${hour}/'"#]].assert_eq(
        &[(false, false), (false, true), (true, false), (true, true)]
            .map(|(hive, hourly)| template(hive, hourly))
            .join("\n"),
    );
}

#[test]
fn a_bucket_without_a_folder_has_no_empty_one() {
    let format = Format::vpc_default();
    let table = Table {
        folder: "",
        ..table(&format, Files::Text, false, false)
    };
    let text = create_table(&table).unwrap();
    assert!(
        text.contains("LOCATION 's3://flow-logs/AWSLogs/'"),
        "{text}"
    );
}

#[test]
fn no_column_stands_twice() {
    for (fields, field) in [
        ("${start} ${Start}", "Start"),
        ("${a-b} ${a_b}", "a_b"),
        ("${version} ${day}", "day"),
        ("${aws-region}", "aws-region"),
    ] {
        let format = Format::parse(fields).unwrap();
        let error = create_table(&table(&format, Files::Text, false, false)).unwrap_err();
        let TableError::Twice { field: found, .. } = error;
        assert_eq!(found, field);
    }
    // A column of the record may have the name of a partition that the layout lacks.
    let format = Format::parse("${version} ${month} ${region}").unwrap();
    create_table(&table(&format, Files::Text, false, false)).unwrap();
}
