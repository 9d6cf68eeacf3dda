//! The function `athena_table`: the statement that creates a table of Athena over the objects of flow logs.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::parse_format;
use crate::arn::bucket::{self, Bucket};
use crate::arn::{Arn, account, region};
use crate::cty::{Type, Value};
use crate::framework::{Function, FunctionError, behaviour};
use crate::record::dialect::sql::{self, Files, Layout, Table};
use crate::text::suggest::nearest;

/// Returns the SQL statement that creates a table of Amazon Athena over the objects of flow logs in S3.
///
/// The columns are the fields of the record format, in the order of the records and with the types that AWS writes; `-` in
/// a name becomes `_`. The partitions are projected: `aws_account_id` and `aws_region`, and the time. With plain folder
/// names, the time is `day` (such as `2026/05/01`) or `hour` (such as `2026/05/01/13`). With Hive-compatible folder names,
/// it is `year`, `month`, `day` and `hour`. No partition needs to be added later.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AthenaTable {
    /// The name of the table, or a database and a table: `database.table`. Names consist of letters, digits and `_`.
    name: String,
    /// The record format of the flow log (`log_format`).
    log_format: String,
    /// The destination of the flow log (`log_destination`): the ARN of the bucket, with the folder if there is one. An
    /// address such as `s3://bucket/folder` is accepted as well. AWS adds the folder `AWSLogs` itself.
    location: String,
    /// The options, or null. `file_format`, `hive_compatible_partitions` and `per_hour_partition` must be those of the
    /// `destination_options` of the flow log. `accounts` and `regions` are lists of the accounts and regions whose records
    /// the table contains; without a list, each query must name one value in `aws_account_id` or `aws_region`. `since` is
    /// the day of the first records (such as `2026-05-01`, or the flow log's `creation_time`), and defaults to 2020-01-01.
    #[schemars(transform = behaviour::allow_null)]
    options: Json,
}

const FILE_FORMAT: &str = "file_format";
const HIVE: &str = "hive_compatible_partitions";
const HOURLY: &str = "per_hour_partition";
const ACCOUNTS: &str = "accounts";
const REGIONS: &str = "regions";
const SINCE: &str = "since";
const OPTIONS: [&str; 6] = [FILE_FORMAT, HIVE, HOURLY, ACCOUNTS, REGIONS, SINCE];

/// The day of the first records if none is given.
const FIRST_DAY: (i16, i8, i8) = (2020, 1, 1);
/// The longest name of a table or database.
const LONGEST_NAME: usize = 255;

impl Function for AthenaTable {
    const NAME: &'static str = "athena_table";

    fn returns() -> Type {
        Type::String
    }

    fn call(self) -> Result<Value, FunctionError> {
        let name = name(&self.name)?;
        let format = parse_format("log_format", &self.log_format)?;
        let (bucket, folder) = location(&self.location)?;
        let nothing = Map::new();
        let options = match &self.options {
            Json::Null => &nothing,
            Json::Object(options) => options,
            _ => {
                return Err(wrong(
                    "",
                    "must be an object, such as { file_format = \"parquet\" }",
                ));
            }
        };
        check_keys(options)?;
        let table = Table {
            name,
            format: &format,
            bucket,
            folder,
            files: files(options.get(FILE_FORMAT))?,
            layout: Layout {
                hive: switch(options, HIVE)?,
                hourly: switch(options, HOURLY)?,
            },
            accounts: list(
                options,
                ACCOUNTS,
                "an account ID (twelve digits)",
                account::is_id,
            )?,
            regions: list(
                options,
                REGIONS,
                "a region, such as \"eu-central-1\"",
                region::is_name,
            )?,
            first_day: first_day(options.get(SINCE))?,
        };
        match sql::create_table(&table) {
            Ok(statement) => Ok(statement.into()),
            Err(error) => Err(FunctionError::new(error.to_string()).at("log_format")),
        }
    }
}

/// Parses the name of a table.
fn name(text: &str) -> Result<Vec<&str>, FunctionError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name =
        |part: &&str| (1..=LONGEST_NAME).contains(&part.len()) && part.chars().all(allowed);
    let parts: Vec<_> = text.split('.').collect();
    if parts.len() <= 2 && parts.iter().all(is_name) {
        return Ok(parts);
    }
    let text = format!(
        "\"{text}\" is not the name of a table: write \"table\" or \"database.table\", with names of letters, digits and \
         `_`"
    );
    Err(FunctionError::new(text).at("name"))
}

/// Parses where the objects are: the bucket and the folder.
fn location(text: &str) -> Result<(&str, &str), FunctionError> {
    let fail = |problem: &str| {
        let text = format!("\"{text}\" is not the destination of a flow log: {problem}");
        FunctionError::new(text).at("location")
    };
    let unfit = || {
        fail(
            "write the ARN of a bucket, such as \"arn:aws:s3:::bucket/folder\", or \"s3://bucket/folder\"",
        )
    };
    let (name, folder) = match text.strip_prefix("s3://") {
        Some(rest) => rest.split_once('/').unwrap_or((rest, "")),
        None => {
            let arn = Arn::parse(text).ok_or_else(unfit)?;
            match Bucket::from_arn(&arn) {
                Ok(bucket) => (bucket.name, bucket.folder.unwrap_or_default()),
                Err(bucket::Problem::ReservedFolder) => return Err(fail(RESERVED)),
                Err(_) => return Err(unfit()),
            }
        }
    };
    let folder = folder.trim_matches('/');
    if folder.split('/').any(bucket::is_reserved_folder) {
        return Err(fail(RESERVED));
    }
    let allowed = |c: char| !c.is_control() && !"*${}".contains(c);
    if !bucket::is_name(name) || !folder.chars().all(allowed) {
        return Err(unfit());
    }
    Ok((name, folder))
}

const RESERVED: &str = "leave out `AWSLogs` and everything after it, which AWS adds itself";

/// Refuses an option that does not exist.
fn check_keys(options: &Map<String, Json>) -> Result<(), FunctionError> {
    let Some(key) = options.keys().find(|key| !OPTIONS.contains(&key.as_str())) else {
        return Ok(());
    };
    Err(match nearest(key, OPTIONS) {
        Some(meant) => wrong(key, &format!("does not exist; did you mean `{meant}`?")),
        None => wrong(
            key,
            &format!("does not exist; the options are {}", OPTIONS.join(", ")),
        ),
    })
}

fn files(value: Option<&Json>) -> Result<Files, FunctionError> {
    match value {
        None | Some(Json::Null) => Ok(Files::Text),
        Some(Json::String(text)) if text == "plain-text" => Ok(Files::Text),
        Some(Json::String(text)) if text == "parquet" => Ok(Files::Parquet),
        Some(_) => Err(wrong(FILE_FORMAT, "must be \"plain-text\" or \"parquet\"")),
    }
}

fn switch(options: &Map<String, Json>, key: &str) -> Result<bool, FunctionError> {
    match options.get(key) {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(value)) => Ok(*value),
        // Terraform converts freely between the two.
        Some(Json::String(text)) if text == "true" => Ok(true),
        Some(Json::String(text)) if text == "false" => Ok(false),
        Some(_) => Err(wrong(key, "must be true or false")),
    }
}

/// Reads a list of texts, each once, in order.
fn list(
    options: &Map<String, Json>,
    key: &str,
    noun: &str,
    fits: fn(&str) -> bool,
) -> Result<Option<Vec<String>>, FunctionError> {
    let values = match options.get(key) {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::Array(values)) if !values.is_empty() => values,
        Some(_) => {
            return Err(wrong(
                key,
                "must be a list with at least one value, or left out",
            ));
        }
    };
    let mut list = Vec::new();
    for (index, value) in values.iter().enumerate() {
        match value.as_str().filter(|text| fits(text)) {
            Some(text) => list.push(text.to_owned()),
            None => return Err(wrong(&format!("{key}[{index}]"), &format!("is not {noun}"))),
        }
    }
    list.sort_unstable();
    list.dedup();
    Ok(Some(list))
}

/// Reads the day of the first records, which may be a time.
fn first_day(value: Option<&Json>) -> Result<(i16, i8, i8), FunctionError> {
    let text = match value {
        None | Some(Json::Null) => return Ok(FIRST_DAY),
        Some(Json::String(text)) => text.as_str(),
        Some(_) => "",
    };
    let day = text.split('T').next().unwrap_or_default();
    let is_time = || text.parse::<jiff::Timestamp>().is_ok();
    let date: Option<jiff::civil::Date> = day.parse().ok();
    match date.filter(|date| (1..=9999).contains(&date.year()) && day.len() == 10) {
        Some(date) if day == text || is_time() => Ok((date.year(), date.month(), date.day())),
        _ => Err(wrong(
            SINCE,
            "must be a day, such as \"2026-05-01\", or an RFC 3339 time",
        )),
    }
}

/// Creates the error of an option.
fn wrong(key: &str, problem: &str) -> FunctionError {
    let dot = if key.is_empty() { "" } else { "." };
    FunctionError::new(format!("`options{dot}{key}` {problem}")).at("options")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table(name: &str, location: &str, options: Json) -> Result<String, FunctionError> {
        let table = AthenaTable {
            name: name.to_owned(),
            log_format: "${version} ${start}".to_owned(),
            location: location.to_owned(),
            options,
        };
        match table.call()? {
            Value::String(text) => Ok(text.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_arn_and_an_address_are_the_same_place() {
        let made = table("t", "arn:aws:s3:::bucket/a/b/", Json::Null).unwrap();
        for location in [
            "s3://bucket/a/b",
            "s3://bucket/a/b/",
            "arn:aws-cn:s3:::bucket/a/b",
        ] {
            assert_eq!(table("t", location, json!({})).unwrap(), made);
        }
        assert!(made.contains("'s3://bucket/a/b/AWSLogs/'"), "{made}");
    }

    #[test]
    fn options_change_the_table() {
        let options = json!({
            "file_format": "parquet",
            "hive_compatible_partitions": true,
            "per_hour_partition": "true",
            "accounts": ["210987654321", "123456789012", "210987654321"],
            "regions": ["eu-central-1"],
            "since": "2026-05-01T23:59:59Z",
        });
        let made = table("db.t", "s3://bucket", options).unwrap();
        for part in [
            "`db`.`t`",
            "STORED AS PARQUET",
            "'projection.aws_account_id.values' = '123456789012,210987654321'",
            "'projection.aws_region.type' = 'enum'",
            "'projection.year.range' = '2026,NOW'",
            "hour=${hour}/'",
        ] {
            assert!(made.contains(part), "{part}: {made}");
        }
        let nulls: Map<_, _> = OPTIONS
            .map(|key| (key.to_owned(), Json::Null))
            .into_iter()
            .collect();
        let plain = table("t", "s3://bucket", Json::Object(nulls)).unwrap();
        assert_eq!(table("t", "s3://bucket", Json::Null).unwrap(), plain);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let options = [
            (
                json!({ "file_fromat": "parquet" }),
                "`options.file_fromat` does not exist; did you mean `file_format`?",
            ),
            (json!({ "x": 1 }), "the options are file_format, "),
            (
                json!({ "file_format": "orc" }),
                "`options.file_format` must be",
            ),
            (json!({ "file_format": 1 }), "`options.file_format` must be"),
            (
                json!({ "per_hour_partition": "yes" }),
                "`options.per_hour_partition` must be true or false",
            ),
            (
                json!({ "accounts": [] }),
                "`options.accounts` must be a list",
            ),
            (
                json!({ "accounts": "123456789012" }),
                "`options.accounts` must be a list",
            ),
            (
                json!({ "accounts": ["123456789012", 7] }),
                "`options.accounts[1]` is not an account ID",
            ),
            (
                json!({ "regions": ["eu"] }),
                "`options.regions[0]` is not a region",
            ),
            (
                json!({ "since": "2026-02-30" }),
                "`options.since` must be a day",
            ),
            (
                json!({ "since": "2026-05-01Tnoon" }),
                "`options.since` must be a day",
            ),
            (
                json!({ "since": "20260501" }),
                "`options.since` must be a day",
            ),
            (json!({ "since": 2026 }), "`options.since` must be a day"),
            (json!([]), "`options` must be an object"),
        ];
        for (options, text) in options {
            let error = table("t", "s3://bucket", options).unwrap_err();
            assert_eq!(error.path.to_string(), "options");
            assert!(error.text.contains(text), "{error:?}");
        }
        for name in ["", "a.b.c", ".t", "t.", "a-b", "t`; --", "a b", "ä"] {
            let error = table(name, "s3://bucket", Json::Null).unwrap_err();
            assert_eq!(error.path.to_string(), "name");
        }
        for location in [
            "bucket",
            "s3://",
            "s3://b",
            "https://bucket.s3.amazonaws.com/",
            "arn:aws:logs:eu-central-1:123456789012:log-group:name",
            "s3://bucket/a*",
            "s3://bucket/${a}",
            "s3://bucket/a\nb",
            "s3://bucket/a/AWSLogs/123456789012/",
            "arn:aws:s3:::bucket/AWSLogs",
        ] {
            let error = table("t", location, Json::Null).unwrap_err();
            assert_eq!(error.path.to_string(), "location", "{location}");
            assert_eq!(
                error.text.contains("leave out"),
                location.contains("AWSLogs"),
                "{error:?}"
            );
        }
        let quoted = table("t", "s3://bucket/it's", Json::Null).unwrap();
        assert!(quoted.contains(r"'s3://bucket/it\'s/AWSLogs/'"), "{quoted}");
    }
}
