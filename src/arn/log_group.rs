//! Log groups of CloudWatch Logs, by name and by ARN. This module must not know what is in them.

use super::{account, resource_name::Arn};

/// The longest name of a log group.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
pub const LONGEST_NAME: usize = 512;

/// The characters of a name as a class of a regular expression in the dialect of JSON Schema.
pub const CHARACTER_PATTERN: &str = "[A-Za-z0-9_/.#-]";

/// The service in a log group's ARN.
pub const SERVICE: &str = "logs";

const RESOURCE: &str = "log-group:";
/// Some services write this at the end of a log group's ARN: it stands for all log streams.
const ALL_STREAMS: &str = ":*";

/// A log group, as an ARN names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogGroup<'a> {
    /// The region.
    pub region: &'a str,
    /// The account.
    pub account: &'a str,
    /// The name.
    pub name: &'a str,
}

/// Why a text is not the name of a log group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameProblem<'a> {
    /// It is empty.
    Empty,
    /// It ends in `:*`, as ARNs may; the rest is the name.
    AllStreams(&'a str),
    /// It contains a character that names do not have.
    Character(char),
    /// It has more than [`LONGEST_NAME`] characters.
    TooLong,
}

/// Why an ARN is not that of a log group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArnProblem<'a> {
    /// It is not an ARN of CloudWatch Logs that ends in a name.
    NotLogGroup,
    /// It is the ARN of a log stream.
    LogStream,
    /// The name is malformed.
    Name(NameProblem<'a>),
    /// It does not name both a region and an account.
    NoRegionOrAccount,
}

impl<'a> LogGroup<'a> {
    /// Checks whether an ARN is that of a log group. It may end in `:*`.
    pub fn from_arn(arn: &Arn<'a>) -> Result<Self, ArnProblem<'a>> {
        let name = name_of(arn).ok_or(ArnProblem::NotLogGroup)?;
        if name.contains(":log-stream") {
            return Err(ArnProblem::LogStream);
        }
        check_name(name).map_err(ArnProblem::Name)?;
        match (arn.region, arn.account) {
            (Some(region), Some(account)) if account::is_id(account) => Ok(Self {
                region,
                account,
                name,
            }),
            _ => Err(ArnProblem::NoRegionOrAccount),
        }
    }
}

/// Checks the name of a log group.
pub fn check_name(name: &str) -> Result<(), NameProblem<'_>> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-/.#".contains(c);
    if name.is_empty() {
        return Err(NameProblem::Empty);
    }
    if let Some(name) = name.strip_suffix(ALL_STREAMS) {
        return Err(NameProblem::AllStreams(name));
    }
    match name.chars().find(|c| !allowed(*c)) {
        Some(bad) => Err(NameProblem::Character(bad)),
        None if name.len() > LONGEST_NAME => Err(NameProblem::TooLong),
        None => Ok(()),
    }
}

/// Returns a log group's name or ARN without the `:*` that it may end in.
pub fn trim(text: &str) -> &str {
    text.strip_suffix(ALL_STREAMS).unwrap_or(text)
}

/// Returns the name in a log group's ARN.
pub fn name_in_arn(text: &str) -> Option<&str> {
    name_of(&Arn::parse(text)?)
}

/// Returns the name of a log group that is given by name or by ARN.
pub fn name(text: &str) -> &str {
    name_in_arn(text).unwrap_or(trim(text))
}

/// Builds the ARN of a log group.
pub fn arn(partition: &str, region: &str, account: &str, name: &str) -> String {
    let resource = format!("{RESOURCE}{name}");
    let arn = Arn {
        partition,
        service: SERVICE,
        region: Some(region),
        account: Some(account),
        resource: &resource,
    };
    arn.to_string()
}

fn name_of<'a>(arn: &Arn<'a>) -> Option<&'a str> {
    let name = arn.resource.strip_prefix(RESOURCE).map(trim)?;
    Some(name).filter(|name| arn.service == SERVICE && !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:logs:eu-central-1:123456789012:log-group:/a/b";

    #[test]
    fn a_group_is_one_by_name_and_by_arn() {
        let all_streams = format!("{ARN}:*");
        for text in [ARN, all_streams.as_str(), "/a/b", "/a/b:*"] {
            assert_eq!(name(text), "/a/b", "{text}");
        }
        assert_eq!(name_in_arn("/a/b"), None);
        assert_eq!(name_in_arn("arn:aws:s3:::log-group:a"), None);
        assert_eq!(arn("aws", "eu-central-1", "123456789012", "/a/b"), ARN);
        assert_eq!(trim(&all_streams), ARN);
    }

    #[test]
    fn an_arn_of_something_else_has_its_problem() {
        fn check(text: &str) -> Result<&str, ArnProblem<'_>> {
            let arn = Arn::parse(text).unwrap();
            LogGroup::from_arn(&arn).map(|group| group.name)
        }
        assert_eq!(check(ARN), Ok("/a/b"));
        let begin = "arn:aws:logs:eu-central-1:123456789012";
        for (text, problem) in [
            (format!("{begin}:log-group:"), ArnProblem::NotLogGroup),
            (format!("{begin}:log-group::*"), ArnProblem::NotLogGroup),
            (format!("{begin}:other"), ArnProblem::NotLogGroup),
            (
                format!("{begin}:log-group:a:log-stream:b"),
                ArnProblem::LogStream,
            ),
            (
                format!("{begin}:log-group:a+b"),
                ArnProblem::Name(NameProblem::Character('+')),
            ),
            (
                "arn:aws:logs::123456789012:log-group:a".to_owned(),
                ArnProblem::NoRegionOrAccount,
            ),
            (
                "arn:aws:logs:eu-central-1:1:log-group:a".to_owned(),
                ArnProblem::NoRegionOrAccount,
            ),
        ] {
            assert_eq!(check(&text), Err(problem), "{text}");
        }
    }

    #[test]
    fn a_name_has_few_kinds_of_characters() {
        let longest = "a".repeat(LONGEST_NAME);
        for name in ["a", "/aws/vpc-flow.log_#1", longest.as_str()] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        assert_eq!(check_name(""), Err(NameProblem::Empty));
        assert_eq!(check_name("a:*"), Err(NameProblem::AllStreams("a")));
        assert_eq!(check_name("a b"), Err(NameProblem::Character(' ')));
        let longer = format!("{longest}a");
        assert_eq!(check_name(&longer), Err(NameProblem::TooLong));
    }
}
