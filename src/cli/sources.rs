//! The sources of declarations that a drift check reads: stacks, states, folders of states, and deployed stacks.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use clap::ArgMatches;

use super::error::Error;
use super::folder;
use super::input::{TemplateArguments, check_standard, read, read_stack, read_text};
use super::place;
use crate::stack::{self, AwsOptions, DeclaredSet, Parameters, Stack};

/// What is declared.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("declared").required(true).multiple(true))]
pub(super) struct SourceArguments {
    /// Stack definition or CloudFormation template, up to 8 MiB. `-` reads the standard input. Repeat it, also together with
    /// `--state`, to check several sources as one.
    #[arg(long = "stack", value_name = "FILE", group = "declared")]
    stacks: Vec<String>,
    /// Terraform state, up to 256 MiB: the output of `terraform show -json`, or a state file. `-` reads the standard
    /// input. A folder stands for all `*.tfstate` files in it and in its folders.
    #[arg(long = "state", value_name = "FILE", group = "declared")]
    states: Vec<String>,
    /// Name or ARN of a deployed CloudFormation stack in the region, with its nested stacks. `*` in a name stands for any
    /// text. The template, the parameters, and the IDs of the flow logs are those of the stack.
    #[arg(long = "stack-name", value_name = "NAME", group = "declared")]
    deployed: Vec<String>,
    #[command(flatten)]
    template: TemplateArguments,
}

/// A file that declares flow logs, or a deployed stack.
#[derive(Debug)]
enum Source {
    Stack(String),
    State(String),
    /// A deployed stack, or several, by name.
    Deployed(String),
    /// A folder without states, or one that cannot be read.
    Unreadable(folder::Problem),
}

/// What to read, in the order of the command line.
#[derive(Debug)]
pub(super) struct Sources(Vec<Source>);

impl SourceArguments {
    /// Returns the files to read. A file that is named twice is read once.
    ///
    /// # Errors
    /// The standard input would be read twice.
    pub(super) fn list(&self, matches: &ArgMatches) -> Result<Sources, Error> {
        let placed = |name: &str, values: &[String], source: fn(String) -> Source| {
            let indices = matches.indices_of(name).into_iter().flatten();
            let sources = values.iter().cloned().map(source);
            indices.zip(sources).collect::<Vec<_>>()
        };
        let mut named = placed("stacks", &self.stacks, Source::Stack);
        named.extend(placed("states", &self.states, Source::State));
        named.extend(placed("deployed", &self.deployed, Source::Deployed));
        named.sort_by_key(|(index, _)| *index);
        let files = self.stacks.iter().chain(&self.states);
        check_standard(files.chain(self.template.files()))?;
        let mut sources = Vec::new();
        let mut seen = BTreeSet::new();
        for (_, source) in named {
            let listed = match source {
                Source::State(folder) if Path::new(&folder).is_dir() => {
                    let (states, problems) = folder::states(&folder);
                    let states = states.into_iter().map(Source::State);
                    states
                        .chain(problems.into_iter().map(Source::Unreadable))
                        .collect()
                }
                source => vec![source],
            };
            let is_new = |source: &Source| {
                let identity = source.file().and_then(place::input);
                identity.is_none_or(|identity| seen.insert(identity))
            };
            sources.extend(listed.into_iter().filter(is_new));
        }
        Ok(Sources(sources))
    }

    /// Returns the names of all files that are read.
    pub(super) fn inputs(&self, sources: &Sources) -> Vec<String> {
        let parameters = self.template.files().iter().map(String::as_str);
        let files = sources.files().chain(parameters);
        files.map(str::to_owned).collect()
    }

    /// Reads all files. What cannot be read does not hide the rest.
    pub(super) async fn read(
        &self,
        sources: &Sources,
        region: Option<&str>,
        options: &AwsOptions,
    ) -> DeclaredSet {
        let until = options.settings.deadline;
        let mut declared = DeclaredSet::default();
        // The names of deployed stacks that are read: several patterns may select one.
        let mut taken = BTreeSet::new();
        let takes = |source: &&Source| matches!(source, Source::Stack(_) | Source::Deployed(_));
        let parameters = match sources.0.iter().filter(takes).count() {
            0 => None,
            templates => match self.template.parameters(region, until) {
                Ok(parameters) => Some(Parameters {
                    shared: templates > 1,
                    ..parameters
                }),
                Err(error) => {
                    add(&mut declared, "--parameters", Err(error));
                    None
                }
            },
        };
        for source in &sources.0 {
            match (source, &parameters) {
                (Source::Stack(file), Some(parameters)) => {
                    let read = stack(file, parameters.clone(), options).await;
                    add(&mut declared, file, read);
                }
                (Source::Deployed(name), Some(parameters)) => {
                    let taken = &mut taken;
                    deployed(&mut declared, taken, name, parameters, options).await;
                }
                // The failure of the parameters is reported once.
                (Source::Stack(_) | Source::Deployed(_), None) => {}
                (Source::State(file), _) => add(&mut declared, file, state(file, until)),
                (Source::Unreadable(problem), _) => {
                    declared.add_unreadable(&problem.path, problem.to_string());
                }
            }
        }
        declared
    }
}

impl Sources {
    /// Returns the names of all files.
    fn files(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(Source::file)
    }
}

impl Source {
    fn file(&self) -> Option<&str> {
        match self {
            Self::Stack(file) | Self::State(file) => Some(file),
            Self::Deployed(_) | Self::Unreadable(_) => None,
        }
    }
}

/// Adds a source, or why it could not be read.
fn add(declared: &mut DeclaredSet, name: &str, read: Result<Stack, Error>) {
    match read {
        Ok(stack) => declared.add(stack),
        Err(Error::Declaration(mistakes)) => declared.add_mistakes(&mistakes),
        Err(error) => declared.add_unreadable(error.file().unwrap_or(name), error.reason()),
    }
}

async fn stack(file: &str, parameters: Parameters, options: &AwsOptions) -> Result<Stack, Error> {
    let text = read_text(file, options.settings.deadline)?;
    read_stack(file, &text, parameters, options).await
}

/// Adds the deployed stacks with a name, except those that were taken before.
async fn deployed(
    declared: &mut DeclaredSet,
    taken: &mut BTreeSet<String>,
    name: &str,
    parameters: &Parameters,
    options: &AwsOptions,
) {
    let aws = match options.connect().await {
        Ok(aws) => aws,
        Err(error) => return declared.add_not_deployed(name, &error.into()),
    };
    for (name, read) in stack::read_deployed(&aws, name, parameters).await {
        if !taken.insert(name.clone()) {
            continue;
        }
        match read {
            Ok(stack) => declared.add(stack),
            Err(error) => declared.add_not_deployed(&name, &error),
        }
    }
}

fn state(file: &str, until: Option<Instant>) -> Result<Stack, Error> {
    let bytes = read(file, stack::LARGEST_STATE, until)?;
    Ok(stack::read_state(file, &bytes)?)
}
