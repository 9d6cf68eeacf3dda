//! Buckets of S3 and folders in them. This module must not know what is in them.

use super::resource_name::Arn;

/// What follows `arn:PARTITION:` in the ARN of a bucket or of a folder in one that flow logs can write to, as a regular
/// expression in the dialect of JSON Schema.
pub const PATTERN: &str = "s3:::[A-Za-z0-9_.-]{3,255}(/(?!AWSLogs(/|$))[^*\\s]*)?";

/// The service in a bucket's ARN.
pub const SERVICE: &str = "s3";

/// A bucket, or a folder in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket<'a> {
    /// The partition.
    pub partition: &'a str,
    /// The name of the bucket.
    pub name: &'a str,
    /// What follows the slash behind the name, if there is one.
    pub folder: Option<&'a str>,
}

/// Why an ARN is not that of a bucket, or of a folder that flow logs can write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is an ARN of another service.
    NotBucket,
    /// It names a region or an account, which ARNs of buckets do not.
    RegionOrAccount,
    /// The folder begins with `AWSLogs`, which AWS adds itself.
    ReservedFolder,
    /// The name of the bucket is malformed.
    Name,
    /// The folder contains `*`.
    Wildcard,
}

impl<'a> Bucket<'a> {
    /// Checks whether an ARN is that of a bucket, or of a folder that flow logs can write to.
    pub fn from_arn(arn: &Arn<'a>) -> Result<Self, Problem> {
        let (name, folder) = match arn.resource.split_once('/') {
            Some((name, folder)) => (name, Some(folder)),
            None => (arn.resource, None),
        };
        if arn.service != SERVICE {
            Err(Problem::NotBucket)
        } else if arn.region.is_some() || arn.account.is_some() {
            Err(Problem::RegionOrAccount)
        } else if folder.is_some_and(is_reserved_folder) {
            Err(Problem::ReservedFolder)
        } else if !is_name(name) {
            Err(Problem::Name)
        } else if folder.is_some_and(|folder| folder.contains('*')) {
            Err(Problem::Wildcard)
        } else {
            Ok(Self {
                partition: arn.partition,
                name,
                folder,
            })
        }
    }
}

/// Reports whether a text can be the name of a bucket. New names have 3 to 63 lowercase letters, digits, dots and
/// hyphens; old ones may be longer and have capital letters and underscores.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
pub fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (3..=255).contains(&text.len()) && text.chars().all(allowed)
}

/// Reports whether a folder begins with `AWSLogs`, which AWS adds itself.
pub fn is_reserved_folder(folder: &str) -> bool {
    folder.split('/').next() == Some("AWSLogs")
}

/// A place in a bucket: what its keys begin with, or the key of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uri<'a> {
    /// The name of the bucket.
    pub bucket: &'a str,
    /// What the keys begin with.
    pub prefix: &'a str,
}

/// Why a text is not the URI of a place in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UriProblem {
    /// It does not begin with `s3://`.
    Scheme,
    /// The name of the bucket is malformed.
    Name,
}

impl<'a> Uri<'a> {
    /// Parses `s3://bucket/prefix`.
    pub fn parse(text: &'a str) -> Result<Self, UriProblem> {
        let scheme = text
            .get(..5)
            .filter(|scheme| scheme.eq_ignore_ascii_case("s3://"));
        let rest = scheme.map(|scheme| &text[scheme.len()..]);
        let rest = rest.ok_or(UriProblem::Scheme)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if is_name(bucket) {
            Ok(Self { bucket, prefix })
        } else {
            Err(UriProblem::Name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_has_a_bucket_and_maybe_a_prefix() {
        let parse = |text| Uri::parse(text).map(|uri| (uri.bucket, uri.prefix));
        assert_eq!(parse("s3://name"), Ok(("name", "")));
        assert_eq!(parse("S3://name/"), Ok(("name", "")));
        assert_eq!(parse("s3://name/a//b/ä"), Ok(("name", "a//b/ä")));
        for (text, problem) in [
            ("", UriProblem::Scheme),
            ("s3:/", UriProblem::Scheme),
            ("ä", UriProblem::Scheme),
            ("https://name", UriProblem::Scheme),
            ("s3://", UriProblem::Name),
            ("s3:///a", UriProblem::Name),
            ("s3://a b", UriProblem::Name),
        ] {
            assert_eq!(parse(text), Err(problem), "{text}");
        }
    }

    #[test]
    fn a_bucket_has_a_name_and_maybe_a_folder() {
        let parse = |text| {
            let arn = Arn::parse(text).unwrap();
            Bucket::from_arn(&arn).map(|bucket| (bucket.name, bucket.folder))
        };
        assert_eq!(parse("arn:aws:s3:::name"), Ok(("name", None)));
        assert_eq!(parse("arn:aws:s3:::name/"), Ok(("name", Some(""))));
        assert_eq!(parse("arn:aws:s3:::Old_1/a/b"), Ok(("Old_1", Some("a/b"))));
        for (text, problem) in [
            ("arn:aws:sqs:::name", Problem::NotBucket),
            ("arn:aws:s3:eu-west-1::name", Problem::RegionOrAccount),
            ("arn:aws:s3::123456789012:name", Problem::RegionOrAccount),
            ("arn:aws:s3:::name/AWSLogs", Problem::ReservedFolder),
            ("arn:aws:s3:::name/AWSLogs/a", Problem::ReservedFolder),
            ("arn:aws:s3:::ab", Problem::Name),
            ("arn:aws:s3:::a+b/c", Problem::Name),
            ("arn:aws:s3:::name/a*", Problem::Wildcard),
        ] {
            assert_eq!(parse(text), Err(problem), "{text}");
        }
        assert!(!is_reserved_folder("AWSLogs2"));
    }
}
