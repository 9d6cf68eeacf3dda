//! The data source `vpcflow_coverage`.

use std::collections::BTreeSet;

use super::arguments::{ALL_REGIONS, Arguments};
use super::check::{Places, read};
use super::judge::{Coverage, Judged, Status, judge};
use super::observe::{Regions, observe};
use super::output::Output;
use super::text::reasons;
use crate::connection::Connection;
use crate::framework::{self, Context, Diagnostic, Diagnostics};

/// The most networks that a diagnostic names.
const NAMED: usize = 10;

/// The data source `vpcflow_coverage`.
#[derive(Debug)]
pub struct DataSource;

impl framework::DataSource for DataSource {
    type Connection = Connection;
    type Model = (Arguments, Output);
    const TYPE_NAME: &'static str = "vpcflow_coverage";

    fn validate(&self, (arguments, _): &Self::Model, diagnostics: &mut Diagnostics) {
        arguments.check(diagnostics);
    }

    async fn read(
        &self,
        connection: &Connection,
        (arguments, _): Self::Model,
        context: &Context,
    ) -> Result<Self::Model, Diagnostics> {
        let rules = arguments.rules();
        let accounts = arguments.accounts();
        let worlds = if accounts.is_empty() {
            let regions = regions(connection, &arguments).await?;
            let account = connection.account.as_ref();
            let account = account.map(|account| account.id.as_str());
            observe(connection.aws()?, account, &regions, &rules, &|| {}).await
        } else {
            let places = places(connection, &arguments)?;
            let base = Ok(connection.aws()?.clone());
            read(&base, &accounts, &places, &rules, &|_, _| {}).await
        };
        let coverage = judge(&worlds, &rules);
        if let Some(unknown) = unknown(&coverage, arguments.requires_known()) {
            if arguments.requires_known() {
                return Err(unknown.into());
            }
            context.warn(unknown);
        }
        Ok((arguments, Output::from(&coverage)))
    }
}

/// Returns the regions to read in each of several accounts.
fn places(connection: &Connection, arguments: &Arguments) -> Result<Places, Diagnostic> {
    let Some(mut names) = arguments.region_names() else {
        return Ok(Places::Listed(BTreeSet::from([connection.region(None)?])));
    };
    Ok(if names.remove(ALL_REGIONS) {
        Places::All {
            home: connection.region(None)?,
            also: names,
        }
    } else {
        Places::Listed(names)
    })
}

/// Returns the regions to read.
async fn regions(connection: &Connection, arguments: &Arguments) -> Result<Regions, Diagnostics> {
    let Some(mut names) = arguments.region_names() else {
        return Ok(Regions {
            names: BTreeSet::from([connection.region(None)?]),
            are_all: false,
        });
    };
    let are_all = names.remove(ALL_REGIONS);
    if are_all {
        let home = connection.region(None)?;
        let listed = connection.aws()?.ec2(&home).regions().await;
        names.extend(listed.map_err(|error| {
            let detail = format!(
                "DescribeRegions was called, because `regions` contains \"*\". {}",
                error.explained()
            );
            Diagnostic::error("regions-not-listed", "Regions not listed", detail).at("regions")
        })?);
    }
    Ok(Regions { names, are_all })
}

/// Returns what is not known: an error, or a warning.
fn unknown(coverage: &Coverage, is_error: bool) -> Option<Diagnostic> {
    let all = coverage.judged.iter();
    let unknown: Vec<_> = all
        .filter(|judged| judged.verdict.status() == Status::Unknown)
        .collect();
    if unknown.is_empty() {
        return None;
    }
    let mut lines: Vec<String> = unknown
        .iter()
        .take(NAMED)
        .map(|judged| line(judged))
        .collect();
    if unknown.len() > NAMED {
        lines.push(format!("… and {} more", unknown.len() - NAMED));
    }
    let lines = lines.join("\n");
    Some(if is_error {
        let detail = format!(
            "`require_known` is true, but the provider could not find out whether these networks are recorded:\n\n{lines}"
        );
        Diagnostic::error("coverage-not-known", "Coverage not known", detail)
    } else {
        let detail = format!(
            "The provider could not find out whether these networks are recorded. Their verdict is `unknown`, and \
             `compliant` is false. To make this an error, set `require_known = true`.\n\n{lines}"
        );
        Diagnostic::warning("coverage-not-known", "Coverage not known", detail)
    })
}

fn line(judged: &Judged) -> String {
    let Judged {
        account,
        region,
        kind,
        id,
        ..
    } = judged;
    let network = match id {
        Some(id) => id.clone(),
        None => format!("every network of the kind {}", kind.name()),
    };
    let reasons = reasons(&judged.verdict).into_iter();
    let reasons: Vec<_> = reasons.map(|reason| reason.detail).collect();
    let account = account.as_deref();
    let account = account.map_or_else(String::new, |id| format!(", account {id}"));
    format!("  {network} in {region}{account}: {}", reasons.join(" "))
}
