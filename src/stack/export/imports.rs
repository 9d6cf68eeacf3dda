//! Import blocks for the flow logs that exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::connection::IgnoreTags;
use crate::cty::Path;
use crate::flow_log::drift::{Comparison, Difference};
use crate::stack::compare::{
    AwsOptions, Entry, Observed, Pair, Progress, Regions, Request, Targets, observe, pair,
};
use crate::stack::declare::Stack;
use crate::stack::error::Error;

/// What a user should know before applying an exported configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// An apply replaces a flow log, because it differs from its declaration.
    Replacement {
        /// The resource's label.
        label: String,
        /// The flow log's id.
        id: String,
        /// The attributes that differ.
        attributes: Vec<Path>,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replacement {
                label,
                id,
                attributes,
            } => {
                let names: Vec<_> = attributes.iter().map(Path::to_string).collect();
                let names = names.join(", ");
                write!(
                    f,
                    "vpcflow_log.{label}: {id} differs in {names}; an apply replaces it"
                )
            }
        }
    }
}

/// The import blocks of a stack.
#[derive(Debug, Default)]
pub(super) struct Imports {
    /// In the order of the stack.
    pub(super) blocks: Vec<Value>,
    pub(super) warnings: Vec<Warning>,
}

/// Looks for the flow logs that exist.
///
/// # Errors
/// All reasons why flow logs could not be read.
pub(super) async fn imports(
    stack: &Stack,
    labels: &[String],
    options: &AwsOptions,
    base: &Aws,
    progress: &Progress<'_>,
) -> Result<Imports, Vec<Error>> {
    let targets = Targets::of(std::slice::from_ref(stack), base.region());
    if !targets.without_region.is_empty() {
        return Err(vec![Error::NoRegion]);
    }
    let request = Request {
        options,
        base,
        everything: false,
        regions: &Regions::Declared,
        ignore: IgnoreTags::default(),
    };
    let mut search = Search {
        labels,
        blocks: BTreeMap::new(),
        warnings: Vec::new(),
        failures: Vec::new(),
    };
    for region in observe(&request, &targets, progress).await {
        let name = &region.target.region;
        let observed = region.observed;
        let searched = observed.and_then(|found| search.region(name, &region.declared, &found));
        if let Err(error) = searched {
            search.failures.push(error.in_region(name));
        }
    }
    if search.failures.is_empty() {
        Ok(Imports {
            blocks: search.blocks.into_values().collect(),
            warnings: search.warnings,
        })
    } else {
        Err(search.failures)
    }
}

/// A search in progress.
struct Search<'s> {
    labels: &'s [String],
    blocks: BTreeMap<usize, Value>,
    warnings: Vec<Warning>,
    failures: Vec<Error>,
}

impl Search<'_> {
    /// Adds an import block for each flow log that exists in a region.
    fn region(
        &mut self,
        region: &str,
        declared: &[Entry<'_>],
        observed: &Observed,
    ) -> Result<(), Error> {
        let comparison = Comparison::new(&observed.connection)?;
        let ignored = BTreeSet::new();
        let pairs = pair(&comparison, region, declared, &observed.flow_logs, &ignored);
        for (entry, pair) in declared.iter().zip(pairs) {
            let label = &self.labels[entry.index];
            match pair {
                // What is not known was refused before.
                Pair::Missing | Pair::Undecided(_) => {}
                Pair::Found(log, differences) => {
                    self.warnings
                        .extend(replacement(label, &log.id, &differences));
                    let import = json!({
                        "to": format!("vpcflow_log.{label}"),
                        "id": format!("{}@{region}", log.id),
                    });
                    self.blocks.insert(entry.index, import);
                }
                Pair::Invalid(diagnostics) => self.failures.push(Error::NotPlannable {
                    name: entry.declared.name.clone(),
                    diagnostics,
                }),
            }
        }
        Ok(())
    }
}

/// Warns of a replacement if anything but tags differs.
fn replacement(label: &str, id: &str, differences: &[Difference]) -> Option<Warning> {
    let others = differences
        .iter()
        .filter(|difference| !difference.is_of_a_tag());
    let attributes: Vec<_> = others.map(|difference| difference.path.clone()).collect();
    (!attributes.is_empty()).then(|| Warning::Replacement {
        label: label.to_owned(),
        id: id.to_owned(),
        attributes,
    })
}
