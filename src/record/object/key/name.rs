//! The name of an object, as AWS writes it: account, service, region, flow log, time, and a hash.

use std::ops::Range;

use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::Kind;
use crate::record::reader::RecordType;

/// The service in folders and names, also for transit gateways.
pub(super) const SERVICE: &str = "vpcflowlogs";

/// The period of one object, in milliseconds.
const PERIOD: i64 = 5 * 60 * 1000;

/// The longest aggregation interval, in milliseconds: a record starts this long before its end.
const LONGEST_INTERVAL: i64 = 600 * 1000;

/// The name of an object of an AWS flow log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name<'a> {
    /// The account of the flow log.
    pub account: &'a str,
    /// The region of the flow log.
    pub region: &'a str,
    /// The id of the flow log.
    pub flow_log: &'a str,
    /// The time in the name, in milliseconds since 1970.
    pub time: i64,
}

impl<'a> Name<'a> {
    /// Parses the name at the end of a key, such as
    /// `123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20261128T1620Z_fe123456.log.gz`.
    #[must_use]
    pub fn parse(key: &'a str) -> Option<Self> {
        let name = key.rsplit('/').next()?;
        let mut parts = name.split('_');
        let (account, service, region) = (parts.next()?, parts.next()?, parts.next()?);
        let (flow_log, time) = (parts.next()?, parts.next()?);
        parts.next()?;
        let fits = service == SERVICE && flow_log.starts_with("fl-");
        fits.then_some(())?;
        Some(Self {
            account,
            region,
            flow_log,
            time: milliseconds(time)?,
        })
    }

    /// Returns when records of the object may have started.
    ///
    /// The time in the name is the start or the end of the period in which they ended: readers differ. One more period on
    /// each side allows for records that end late.
    #[must_use]
    pub fn starts(&self) -> Range<i64> {
        self.time - 2 * PERIOD - LONGEST_INTERVAL..self.time + 2 * PERIOD
    }
}

/// Returns the window of the times in the names of objects that may hold a record that started in a window.
#[must_use]
pub fn times_in_names(window: &Range<i64>) -> Range<i64> {
    let end = window.end.saturating_add(2 * PERIOD + LONGEST_INTERVAL);
    window.start.saturating_sub(2 * PERIOD)..end
}

/// Returns what an object holds, by its key; none if it holds no records. The first bytes of an object decide whether it is
/// compressed.
#[must_use]
pub fn kind_of(key: &str, record_type: RecordType) -> Option<Kind> {
    // AWS checks with this object whether it may export to the bucket.
    let is_test = key.rsplit('/').next() == Some("aws-logs-write-test");
    match record_type {
        _ if key.ends_with('/') || is_test => None,
        RecordType::YandexExternalFlow => Some(Kind::ExternalFlow),
        RecordType::Aws if key.ends_with(".parquet") => Some(Kind::Parquet),
        RecordType::Aws => Some(Kind::Text),
    }
}

/// Parses a time such as `20261128T1620Z`.
fn milliseconds(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z')?;
    let (date, time) = text.split_once('T')?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if date.len() != 8 || time.len() != 4 || !is_number(date) || !is_number(time) {
        return None;
    }
    let part = |text: &str, range: Range<usize>| text.get(range)?.parse::<i8>().ok();
    let time = DateTime::new(
        date.get(..4)?.parse().ok()?,
        part(date, 4..6)?,
        part(date, 6..8)?,
        part(time, 0..2)?,
        part(time, 2..4)?,
        0,
        0,
    );
    let time = Offset::UTC.to_timestamp(time.ok()?).ok()?;
    Some(time.as_millisecond())
}
