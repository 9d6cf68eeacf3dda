//! What a command reads: files, and stacks in them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

use super::error::Error;
use crate::arn::partition;
use crate::stack::{self, AwsOptions, Parameters, Stack};

/// Reads a file; `-` is the standard input. A device or pipe may never end, so at most `limit` bytes are read.
pub(super) fn read(file: &str, limit: usize) -> Result<Vec<u8>, Error> {
    let source: Result<Box<dyn Read>, _> = match file {
        "-" => Ok(Box::new(std::io::stdin())),
        file => File::open(file).map(|file| Box::new(file) as Box<dyn Read>),
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    source
        .and_then(|source| source.take(most).read_to_end(&mut bytes))
        .map_err(|error| Error::File {
            file: file.to_owned(),
            error,
        })?;
    if bytes.len() > limit {
        let file = file.to_owned();
        return Err(Error::TooLarge { file, limit });
    }
    Ok(bytes)
}

/// Reads a file of text.
pub(super) fn read_text(file: &str) -> Result<String, Error> {
    String::from_utf8(read(file, stack::LARGEST_STACK)?).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        Error::NotUtf8 {
            file: file.to_owned(),
            line: 1 + valid.iter().filter(|byte| **byte == b'\n').count(),
        }
    })
}

/// Parses `NAME=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), Error> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Error::NotAPair),
    }
}

/// Returns the parameters of a template.
pub(super) fn parameters(given: &[(String, String)], region: Option<&str>) -> Parameters {
    let given: BTreeMap<_, _> = given.iter().cloned().collect();
    let pseudo = |name: &str| given.get(name).cloned();
    Parameters {
        region: pseudo("AWS::Region").or_else(|| region.map(str::to_owned)),
        account: pseudo("AWS::AccountId"),
        partition: pseudo("AWS::Partition"),
        given,
    }
}

/// Reads a stack. If it depends on the region or the account, looks them up.
pub(super) async fn read_stack(
    file: &str,
    text: &str,
    mut parameters: Parameters,
    options: &AwsOptions,
) -> Result<Stack, Error> {
    let stack = stack::read(file, text, &parameters)?;
    if !stack.incomplete {
        return Ok(stack);
    }
    let failed = |error: crate::aws::Error| Error::Incomplete {
        file: file.to_owned(),
        error: Box::new(error.into()),
    };
    // The configuration determines the region and its partition. Only the account needs a call.
    let aws = options.connect().await.map_err(failed)?;
    let region = parameters
        .region
        .or_else(|| aws.region().map(str::to_owned))
        .ok_or_else(|| Error::NoRegion {
            file: file.to_owned(),
        })?;
    let partition = parameters.partition;
    parameters.partition = partition.or_else(|| Some(partition::of_region(&region).to_owned()));
    parameters.region = Some(region);
    let stack = stack::read(file, text, &parameters)?;
    if !stack.incomplete {
        return Ok(stack);
    }
    parameters.account = Some(aws.account().await.map_err(failed)?.id);
    Ok(stack::read(file, text, &parameters)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_names_and_values() {
        let parsed = pair("A=b=c").unwrap();
        assert_eq!(parsed, ("A".to_owned(), "b=c".to_owned()));
        assert!(pair("A").is_err() && pair("=b").is_err());
    }
}
