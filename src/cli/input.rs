//! What a command reads: files, and stacks in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use super::error::Error;
use super::place::STANDARD;
use crate::arn::partition;
use crate::stack::{self, AwsOptions, Parameters, Stack};

/// Reads a file; `-` is the standard input. A device or pipe may never end, so at most `limit` bytes are read, and not longer
/// than until the deadline.
pub(super) fn read(file: &str, limit: usize, until: Option<Instant>) -> Result<Vec<u8>, Error> {
    let failed = |error| Error::File {
        file: file.to_owned(),
        error,
    };
    let name = file.to_owned();
    let read = move || read_at_most(&name, limit);
    let bytes = match until {
        None => read().map_err(failed)?,
        Some(until) => {
            // A thread that waits for a pipe cannot be stopped. It ends with the program.
            let (sender, receiver) = mpsc::channel();
            let reader = thread::Builder::new().spawn(move || sender.send(read()));
            drop(reader.map_err(failed)?);
            let left = until.saturating_duration_since(Instant::now());
            let read = receiver.recv_timeout(left);
            let late = |_| Error::OutOfTime {
                file: file.to_owned(),
            };
            read.map_err(late)?.map_err(failed)?
        }
    };
    if bytes.len() > limit {
        let file = file.to_owned();
        return Err(Error::TooLarge { file, limit });
    }
    Ok(bytes)
}

fn read_at_most(file: &str, limit: usize) -> io::Result<Vec<u8>> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    if file == STANDARD {
        io::stdin().take(most).read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    let file = File::open(file)?;
    // Memory that grows by doubling could be twice the size of the file.
    let length = file.metadata().map_or(0, |file| file.len());
    bytes.reserve_exact(usize::try_from(length).unwrap_or(limit).min(limit) + 1);
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Checks that the standard input is read only once.
pub(super) fn check_standard<'f>(files: impl Iterator<Item = &'f String>) -> Result<(), Error> {
    match files.filter(|file| *file == STANDARD).count() {
        0 | 1 => Ok(()),
        _ => Err(Error::StandardInputTwice),
    }
}

/// Reads a file of text.
pub(super) fn read_text(file: &str, until: Option<Instant>) -> Result<String, Error> {
    let bytes = read(file, stack::LARGEST_STACK, until)?;
    Ok(stack::decode(file, &bytes)?.into_owned())
}

/// Parses `NAME=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), Error> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Error::NotAPair),
    }
}

/// Values for the names of templates, and for their properties.
#[derive(Debug, clap::Args)]
pub(super) struct TemplateArguments {
    /// Value of a template's parameter, or of a resource or its attribute (`Role.Arn`).
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = pair)]
    parameters: Vec<(String, String)>,
    /// JSON file of a template's parameters: the list of the AWS CLI, the `Parameters` object of CodePipeline, or an object
    /// of names and values. A later file replaces the values of an earlier one, and --parameter those of files.
    #[arg(id = "parameter_files", long = "parameters", value_name = "FILE")]
    files: Vec<String>,
    /// Value of a property of a flow log in a template, such as `Main.LogDestination=arn:aws:s3:::bucket` or
    /// `Main.DestinationOptions.FileFormat=parquet`. Lists are written in JSON.
    #[arg(long = "set", value_name = "ID.PROPERTY=VALUE", value_parser = property)]
    set: Vec<((String, String), String)>,
}

impl TemplateArguments {
    /// Returns the names of the files of parameters.
    pub(super) fn files(&self) -> &[String] {
        &self.files
    }

    /// Returns the parameters of a template.
    pub(super) fn parameters(
        &self,
        region: Option<&str>,
        until: Option<Instant>,
    ) -> Result<Parameters, Error> {
        let mut given = BTreeMap::new();
        for file in &self.files {
            given.extend(stack::read_parameters(file, &read_text(file, until)?)?);
        }
        given.extend(self.parameters.iter().cloned());
        let written = |name: &String| self.parameters.iter().any(|(known, _)| known == name);
        let pseudo = |name: &str| given.get(name).cloned();
        Ok(Parameters {
            optional: given
                .keys()
                .filter(|name| !written(name))
                .cloned()
                .collect(),
            unknown: BTreeSet::new(),
            secret: BTreeSet::new(),
            set: self.set.iter().cloned().collect(),
            deployed: None,
            shared: false,
            region: pseudo("AWS::Region").or_else(|| region.map(str::to_owned)),
            account: pseudo("AWS::AccountId"),
            partition: pseudo("AWS::Partition"),
            given,
        })
    }
}

/// Parses `ID.PROPERTY=VALUE`.
fn property(text: &str) -> Result<((String, String), String), Error> {
    let (path, value) = pair(text).map_err(|_| Error::NotAProperty)?;
    match path.split_once('.') {
        Some((id, property)) if !id.is_empty() && !property.is_empty() => {
            Ok(((id.to_owned(), property.to_owned()), value))
        }
        _ => Err(Error::NotAProperty),
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
