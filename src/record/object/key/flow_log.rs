//! The folders of AWS flow logs.
//!
//! | layout | folders |
//! |---|---|
//! | plain | `[PREFIX/]AWSLogs/[o-ID/]ACCOUNT/vpcflowlogs/REGION/YYYY/MM/DD/[HH/]` |
//! | Hive-compatible | `[PREFIX/]AWSLogs/[o-ID/]aws-account-id=ACCOUNT/aws-service=vpcflowlogs/aws-region=REGION/year=YYYY/month=MM/day=DD/[hour=HH/]` |

use jiff::civil::Date;

use super::name::{self, SERVICE};
use super::{Folder, Step, Wanted, days};

/// The folder in each bucket, whatever its prefix.
const LOGS: &str = "AWSLogs";

/// What the names of folders say, as far as they go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Place<'a> {
    /// Whether the folders are below `AWSLogs`.
    is_below_logs: bool,
    is_hive: bool,
    account: Option<&'a str>,
    has_service: bool,
    region: Option<&'a str>,
    /// How many folders lead to the region.
    depth: usize,
}

/// Returns the folder of the objects of an account and a region.
pub(super) fn folder(prefix: &str, account: &str, region: &str, is_hive: bool) -> String {
    let slash = if prefix.is_empty() { "" } else { "/" };
    let root = format!("{}{slash}{LOGS}", prefix.trim_end_matches('/'));
    if is_hive {
        format!("{root}/aws-account-id={account}/aws-service={SERVICE}/aws-region={region}/")
    } else {
        format!("{root}/{account}/{SERVICE}/{region}/")
    }
}

/// Returns what to list to find objects in a folder.
pub(super) fn steps(folder: &Folder, wanted: &Wanted<'_>) -> Vec<Step> {
    let parts = folder.parts();
    let Some(place) = Place::of(&parts) else {
        // Something else is in the folder: only the names of objects tell.
        return vec![Step::List(folder.prefix.clone())];
    };
    let Some(account) = place.account else {
        return vec![Step::Browse(folder.clone())];
    };
    if !wanted.has_account(account) {
        return Vec::new();
    }
    let service = match (place.has_service, place.is_hive) {
        (true, _) => folder.prefix.clone(),
        (false, false) => format!("{}{SERVICE}/", folder.prefix),
        (false, true) => format!("{}aws-service={SERVICE}/", folder.prefix),
    };
    match place.region {
        Some(region) if !wanted.has_region(region) => Vec::new(),
        Some(region) => {
            let prefix = format!("{}/", parts[..place.depth].join("/"));
            in_region(folder, &prefix, (account, region), place.is_hive, wanted)
        }
        None if wanted.regions.is_empty() => {
            vec![Step::Browse(Folder::new(&service, folder.record_type))]
        }
        None => {
            let name = if place.is_hive { "aws-region=" } else { "" };
            let regions = wanted.regions.iter();
            let steps = regions.flat_map(|region| {
                let prefix = format!("{service}{name}{region}/");
                in_region(folder, &prefix, (account, region), place.is_hive, wanted)
            });
            steps.collect()
        }
    }
}

/// Returns what to list in the folders of a folder.
pub(super) fn enter(folder: &Folder, folders: &[Folder], wanted: &Wanted<'_>) -> Vec<Step> {
    let is_below = Place::of(&folder.parts()).is_some_and(|place| place.is_below_logs);
    let all = folders.iter();
    let entered: Vec<_> = all
        .filter(|inner| Place::of(&inner.parts()).is_some_and(|place| place.is_below_logs))
        .flat_map(|inner| inner.steps(wanted))
        // A folder that leads nowhere is not browsed again.
        .filter(|step| !matches!(step, Step::Browse(again) if again == folder))
        .collect();
    if is_below
        || folders
            .iter()
            .any(|inner| inner.prefix == format!("{}{LOGS}/", folder.prefix))
    {
        return entered;
    }
    // Objects that were copied or exported may be anywhere.
    vec![Step::List(folder.prefix.clone())]
}

impl<'a> Place<'a> {
    /// Reads the names of folders; none if they are those of something else.
    fn of(parts: &[&'a str]) -> Option<Self> {
        let mut place = Self::default();
        let Some(logs) = parts.iter().rposition(|part| *part == LOGS) else {
            return Some(place);
        };
        place.is_below_logs = true;
        let mut rest = parts.iter().enumerate().skip(logs + 1).peekable();
        rest.next_if(|(_, part)| part.starts_with("o-"));
        let Some((_, account)) = rest.next() else {
            return Some(place);
        };
        place.is_hive = account.starts_with("aws-account-id=");
        let account = account.strip_prefix("aws-account-id=").unwrap_or(account);
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        place.account = Some(account).filter(|_| is_account);
        place.account?;
        let Some((_, service)) = rest.next() else {
            return Some(place);
        };
        place.has_service = service.strip_prefix("aws-service=").unwrap_or(service) == SERVICE;
        place.has_service.then_some(())?;
        if let Some((index, region)) = rest.next() {
            place.region = Some(region.strip_prefix("aws-region=").unwrap_or(region));
            place.depth = index + 1;
        }
        Some(place)
    }
}

/// Returns what to list below the folder of a region.
fn in_region(
    folder: &Folder,
    prefix: &str,
    (account, region): (&str, &str),
    is_hive: bool,
    wanted: &Wanted<'_>,
) -> Vec<Step> {
    let Some(days) = days::of(&name::times_in_names(&wanted.window)) else {
        return folder.within(vec![prefix.to_owned()]);
    };
    let name = wanted
        .flow_log
        .map(|id| format!("{account}_{SERVICE}_{region}_{id}_"));
    let mut prefixes = Vec::new();
    for day in days {
        let whole = of_day(prefix, day.date, is_hive);
        let date = day.date.strftime("%Y%m%d");
        match (wanted.is_hourly, &name) {
            (Some(true), _) if !day.hours.is_empty() => {
                let hour = if is_hive { "hour=" } else { "" };
                let name = name.as_deref().unwrap_or_default();
                let hours = day.hours.iter();
                prefixes.extend(hours.map(|of_day| format!("{whole}{hour}{of_day:02}/{name}")));
            }
            (Some(false), Some(name)) if day.hours.is_empty() => {
                prefixes.push(format!("{whole}{name}{date}T"));
            }
            (Some(false), Some(name)) => {
                let hours = day.hours.iter();
                prefixes.extend(hours.map(|of_day| format!("{whole}{name}{date}T{of_day:02}")));
            }
            _ => prefixes.push(whole),
        }
    }
    folder.within(prefixes)
}

/// Returns the folder of a day.
fn of_day(region: &str, date: Date, is_hive: bool) -> String {
    let form = if is_hive {
        "year=%Y/month=%m/day=%d"
    } else {
        "%Y/%m/%d"
    };
    format!("{region}{}/", date.strftime(form))
}
