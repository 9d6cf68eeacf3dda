//! The sources of declarations that a drift check reads: stacks, states, folders of states, and deployed stacks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::ArgMatches;

use super::error::Error;
use super::input::{TemplateArguments, check_standard, read, read_stack, read_text};
use super::place;
use crate::stack::{self, AwsOptions, DeclaredSet, Parameters, Stack};

/// The most states in folders, and the deepest folder below the one that is named.
const STATES: usize = 10_000;
const DEEPEST: usize = 64;

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
    /// text. The template, the parameters, and the ids of the flow logs are those of the stack.
    #[arg(long = "stack-name", value_name = "NAME", group = "declared")]
    deployed: Vec<String>,
    #[command(flatten)]
    template: TemplateArguments,
}

/// A file that declares flow logs, or a deployed stack.
#[derive(Clone, Debug)]
enum Source {
    Stack(String),
    State(String),
    /// A deployed stack, or several, by name.
    Deployed(String),
    /// A folder without states, or one that cannot be read.
    Unreadable {
        folder: String,
        reason: String,
    },
}

/// What to read, in the order of the command line.
#[derive(Debug)]
pub(super) struct Sources(Vec<Source>);

/// The reason why the states in a folder cannot be listed.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("the folder contains no *.tfstate file")]
    Empty,
    #[error("the folder contains more than {STATES} states; name a folder that contains fewer")]
    TooMany,
    #[error("{}: {error}", .path.display())]
    Io {
        path: PathBuf,
        error: std::io::Error,
    },
    #[error("{}: the name is not UTF-8 text", .0.display())]
    Name(PathBuf),
}

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
                Source::State(folder) if Path::new(&folder).is_dir() => states_in(&folder),
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
                (Source::Unreadable { folder, reason }, _) => {
                    declared.add_unreadable(folder, reason.clone());
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
            Self::Deployed(_) | Self::Unreadable { .. } => None,
        }
    }
}

/// Adds a source, or why it could not be read.
fn add(declared: &mut DeclaredSet, name: &str, read: Result<Stack, Error>) {
    match read {
        Ok(stack) => declared.add(stack),
        Err(Error::Declaration(mistakes)) => declared.add_mistakes(&mistakes),
        Err(error) => declared.add_unreadable(name, error.reason()),
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
        Err(error) => return declared.add_unreadable(name, stack::Error::from(error).to_string()),
    };
    for (name, read) in stack::read_deployed(&aws, name, parameters).await {
        if !taken.insert(name.clone()) {
            continue;
        }
        match read {
            Ok(stack) => declared.add(stack),
            Err(stack::Error::File(mistakes)) => declared.add_mistakes(&mistakes),
            Err(error) => declared.add_unreadable(&name, error.to_string()),
        }
    }
}

fn state(file: &str, until: Option<Instant>) -> Result<Stack, Error> {
    let bytes = read(file, stack::LARGEST_STATE, until)?;
    Ok(stack::read_state(file, &bytes)?)
}

/// Lists the states in a folder, or why they cannot be listed.
fn states_in(folder: &str) -> Vec<Source> {
    let mut search = Search::default();
    let found = search.folder(Path::new(folder), 0);
    let result = match found {
        Ok(()) if search.states.is_empty() => Err(Problem::Empty),
        Ok(()) => Ok(search.states),
        Err(problem) => Err(problem),
    };
    match result {
        Ok(states) => states.into_iter().map(Source::State).collect(),
        Err(problem) => vec![Source::Unreadable {
            folder: folder.to_owned(),
            reason: problem.to_string(),
        }],
    }
}

/// A search for states in folders.
#[derive(Default)]
struct Search {
    states: Vec<String>,
    /// The folders without links, so that a link to a folder above does not lead around in a circle.
    seen: BTreeSet<PathBuf>,
}

impl Search {
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), Problem> {
        let failed = |error| Problem::Io {
            path: folder.to_owned(),
            error,
        };
        let real = fs::canonicalize(folder).map_err(failed)?;
        if depth > DEEPEST || !self.seen.insert(real) {
            return Ok(());
        }
        let entries = fs::read_dir(folder).map_err(failed)?;
        let entries = entries.map(|entry| entry.map(|entry| entry.path()));
        let mut paths: Vec<_> = entries.collect::<Result<_, _>>().map_err(failed)?;
        paths.sort();
        for path in paths {
            let is_state = path.extension().is_some_and(|ending| ending == "tfstate");
            if path.is_dir() {
                // Terraform keeps modules and a pointer to the state there.
                if path.file_name().is_some_and(|name| name != ".terraform") {
                    self.folder(&path, depth + 1)?;
                }
            } else if is_state {
                let Some(name) = path.to_str() else {
                    return Err(Problem::Name(path));
                };
                self.states.push(name.to_owned());
                if self.states.len() > STATES {
                    return Err(Problem::TooMany);
                }
            }
        }
        Ok(())
    }
}
