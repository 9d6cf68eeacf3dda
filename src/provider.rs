//! The provider: its configuration, its connection, and its catalogue. The only place that knows all nouns and
//! functions.

mod config;
mod endpoints;

mod settings;
mod tags;
mod unknown;
mod validate;

use std::sync::atomic::{AtomicU64, Ordering};

use tokio_util::sync::CancellationToken;

use crate::aws::{self, Aws};
use crate::connection::Connection;
use crate::coverage;
use crate::cty::Path;
use crate::events;
use crate::flow_log;
use crate::framework::{self, Attr, Catalogue, Diagnostic, Diagnostics, LowerError};
use crate::functions;

pub use config::Config;

/// The provider's address in the public registry.
pub const ADDRESS: &str = "registry.terraform.io/vpcflow/vpcflow";

/// How often this process configured a provider.
static RUNS: AtomicU64 = AtomicU64::new(1);

/// The provider `vpcflow`.
#[derive(Debug)]
pub struct Provider;

impl framework::Provider for Provider {
    type Config = Config;
    type Connection = Connection;

    fn validate(&self, config: &Config, diagnostics: &mut Diagnostics) {
        config.validate(diagnostics);
    }

    async fn configure(
        &self,
        config: Config,
        unknown: &[Path],
        stop: CancellationToken,
        warnings: &mut Diagnostics,
    ) -> Result<Connection, Diagnostics> {
        let mut problems = Diagnostics::new();
        config.validate(&mut problems);
        problems.into_result()?;
        let aws = match unknown::blocking(unknown) {
            Some(path) => Err(path.to_string()),
            None => Ok(Aws::connect(config.settings(), stop)
                .await
                .map_err(|error| not_configured(&error))?),
        };
        for warning in aws.iter().flat_map(Aws::warnings) {
            warnings.push(twice(*warning));
        }
        let region = match (&aws, config.region.given()) {
            (Ok(aws), _) => Attr::from(aws.region().map(str::to_owned)),
            (Err(_), Some(region)) => Attr::Known(region.to_owned()),
            // The environment or the profile may set one, which is not known before they are read.
            (Err(_), None) => Attr::Unknown,
        };
        let account = match &aws {
            Ok(aws) if config.skip_requesting_account_id != Attr::Known(true) => {
                account(aws, &config, warnings).await?
            }
            _ => None,
        };
        if aws.is_ok() {
            config.check_account(account.as_ref().map(|account| account.id.as_str()))?;
        }
        Ok(Connection {
            run: RUNS.fetch_add(1, Ordering::Relaxed),
            region,
            account,
            default_tags: tags::defaults(&config, std::env::vars_os())?,
            ignore_tags: tags::ignored(&config, |name| std::env::var_os(name))?,
            aws,
        })
    }

    fn catalogue() -> Catalogue<Connection> {
        let nouns = Catalogue::default()
            .resource(flow_log::Resource::default())
            .list_resource(flow_log::ListResource)
            .data_source(flow_log::DataSource)
            .data_source(flow_log::DataSources)
            .data_source(events::DataSource)
            .data_source(events::SummaryDataSource)
            .data_source(coverage::DataSource)
            .ephemeral(events::EphemeralResource)
            .action(coverage::VerifyDelivery);
        functions::add(nouns)
    }
}

/// Returns the schema of the provider, in the form of `terraform providers schema -json`.
///
/// # Errors
/// A model cannot be lowered to a schema.
pub fn schema_json() -> Result<serde_json::Value, LowerError> {
    let catalogue = <Provider as framework::Provider>::catalogue();
    let provider = framework::schema_json(&framework::lower::<Config>(0)?);
    let json = |name: &str, schema| (name.to_owned(), framework::schema_json(schema));
    let resources = catalogue.resources.all()?;
    let identities = resources.iter().filter_map(|(name, resource)| {
        let schema = framework::identity_schema_json(resource.identity_schema()?);
        Some(((*name).to_owned(), schema))
    });
    let resources = resources.iter().map(|(name, r)| json(name, r.schema()));
    let lists = catalogue.list_resources.all()?.into_iter();
    let lists = lists.map(|(name, l)| json(name, l.schema()));
    let sources = catalogue.data_sources.all()?.into_iter();
    let sources = sources.map(|(name, d)| json(name, d.schema()));
    let functions = catalogue.functions.all()?.into_iter();
    let functions =
        functions.map(|(name, f)| (name.to_owned(), framework::function_json(f.signature())));
    let ephemeral = catalogue.ephemeral_resources.all()?.into_iter();
    let ephemeral = ephemeral.map(|(name, e)| json(name, e.schema()));
    let actions = catalogue.actions.all()?.into_iter();
    let actions = actions.map(|(name, a)| (name.to_owned(), framework::action_json(a.schema())));
    Ok(serde_json::json!({
        "format_version": "1.0",
        "provider_schemas": {
            ADDRESS: {
                "provider": provider,
                "resource_schemas": resources.collect::<serde_json::Map<_, _>>(),
                "data_source_schemas": sources.collect::<serde_json::Map<_, _>>(),
                "functions": functions.collect::<serde_json::Map<_, _>>(),
                "list_resource_schemas": lists.collect::<serde_json::Map<_, _>>(),
                "resource_identity_schemas": identities.collect::<serde_json::Map<_, _>>(),
                "ephemeral_resource_schemas": ephemeral.collect::<serde_json::Map<_, _>>(),
                "action_schemas": actions.collect::<serde_json::Map<_, _>>(),
            }
        }
    }))
}

/// Requests the account from STS. With `skip_credentials_validation`, a failure is a warning.
async fn account(
    aws: &Aws,
    config: &Config,
    warnings: &mut Diagnostics,
) -> Result<Option<aws::Account>, Diagnostics> {
    match aws.account().await {
        Ok(account) => Ok(Some(account)),
        Err(error) if config.skip_credentials_validation == Attr::Known(true) => {
            warnings.push(Diagnostic::warning(
                "unknown-aws-account", "Could not determine the AWS account",
                format!("The provider called STS (GetCallerIdentity). ARNs that contain the account ID will be null. {error}"),
            ));
            Ok(None)
        }
        Err(error) => Err(Diagnostic::error(
            "unknown-aws-account", "Could not determine the AWS account",
            format!(
                "The provider called STS (GetCallerIdentity). {}\n\nIf STS \
                 cannot be reached from here, set `skip_requesting_account_id = true`; ARNs are null \
                 then.",
                error.explained()
            ),
        )
        .into()),
    }
}

/// Reports which of two sets of credentials the provider uses.
fn twice(warning: aws::Warning) -> Diagnostic {
    let (summary, detail) = match warning {
        aws::Warning::ProfileBeatsEnvironment => (
            "Credentials in the environment ignored",
            "Both the argument `profile` and the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set. The provider uses the profile's \
             credentials. Unset the variables, or remove the argument.",
        ),
        aws::Warning::KeysBeatProfile => (
            "Credentials in the profile ignored",
            "The arguments `access_key` and `profile` are both set. The provider uses the access key, and only the \
             other settings of the profile. Remove one of the arguments.",
        ),
    };
    Diagnostic::warning("credentials-overridden", summary, detail)
}

fn not_configured(error: &aws::Error) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "provider-not-configured",
        "Provider not configured",
        error.explained(),
    );
    match error.argument() {
        Some(argument) => diagnostic.at(validate::path(argument)),
        None => diagnostic,
    }
}
