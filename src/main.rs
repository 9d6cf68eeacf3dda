//! The binary: as Terraform's child it serves the provider, at a shell it is a command line.

use std::io::Write;
use std::process::ExitCode;

use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use vpcflow::cli::{self, Command};
use vpcflow::plugin::{self, Identity, log::Policy};
use vpcflow::protocol;
use vpcflow::provider::{ADDRESS, Provider};

/// How Terraform and OpenTofu know their plugins, and we them.
/// <https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol>
const IDENTITY: Identity = Identity {
    cookie_key: "TF_PLUGIN_MAGIC_COOKIE",
    cookie_value: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
    app_protocol: 6,
    log: Policy {
        level_variables: &["TF_LOG_PROVIDER_VPCFLOW", "TF_LOG_PROVIDER", "TF_LOG"],
        targets: &["vpcflow"],
        fields: LOGGED_FIELDS,
    },
};

/// The fields whose text may be logged; numbers and flags always may.
const LOGGED_FIELDS: &[&str] = &[
    "error",
    "flow_log_id",
    "log_group",
    "offered",
    "region",
    "resource_id",
    "tf_resource_type",
    "tf_rpc",
];

/// A plan makes and drops some hundred small things for each resource: what keeps the memory shows in its CPU
/// (ARCHITECTURE.md has the figures).
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let debugging = !plugin::started_by_parent(&IDENTITY);
    if debugging {
        match cli::parse() {
            Command::ServeForDebugging => {}
            Command::Done(code) => return code,
        }
    }
    match run(debugging) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Terraform shows this line as it is; there may be nobody left to read it.
            drop(writeln!(
                std::io::stderr(),
                "terraform-provider-vpcflow: {error}"
            ));
            ExitCode::FAILURE
        }
    }
}

/// One thread serves: the work is waiting for AWS, and a second worker costs memory and wake-ups in every plan. What may
/// compute for long gets a thread of its own where it is called.
fn run(debugging: bool) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let interrupt = CancellationToken::new();
    let routes = Routes::new(protocol::service(Provider, interrupt.clone()));
    let served = runtime.block_on(async {
        if debugging {
            plugin::serve_for_debugging(&IDENTITY, ADDRESS, routes, interrupt).await
        } else {
            plugin::serve(&IDENTITY, routes, interrupt).await
        }
    });
    runtime.shutdown_background();
    Ok(served?)
}
