//! A provider and its services, and one method for each call. Each returns a response that breaks no rule of its own.

use std::fmt::Debug;

use serde_json::{Value as Json, json};
use tonic::transport::Channel;
use tonic::{Response, Status};
use vpcflow::connection::Connection;
use vpcflow::cty::{self, Type, Value};
use vpcflow::framework::{Catalogue, Provider as _, Schema, lower};
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::provider::{Config, Provider};

use super::{Counts, checks};
use crate::harness::client::Client;
use crate::harness::fake::{Fake, FlowLog};
use crate::harness::wire::{encoded, serve};

/// The calls that every long run makes.
pub(super) const ALL: [&str; 22] = [
    "ValidateProviderConfig",
    "ConfigureProvider",
    "ValidateResourceConfig",
    "PlanResourceChange",
    "ApplyResourceChange",
    "ReadResource",
    "UpgradeResourceState",
    "UpgradeResourceIdentity",
    "ImportResourceState",
    "MoveResourceState",
    "GenerateResourceConfig",
    "ValidateListResourceConfig",
    "ListResource",
    "ValidateDataResourceConfig",
    "ReadDataSource",
    "ValidateEphemeralResourceConfig",
    "OpenEphemeralResource",
    "CloseEphemeralResource",
    "CallFunction",
    "ValidateActionConfig",
    "PlanAction",
    "InvokeAction",
];

/// A provider in this process, and its services.
pub(super) struct Oracle {
    pub(super) calls: ProviderClient<Channel>,
    pub(super) catalogue: Catalogue<Connection>,
    pub(super) provider: Schema,
    pub(super) fake: Fake,
    server: Client,
    counts: Counts,
    seed: u64,
    steps: Vec<String>,
}

impl Oracle {
    pub(super) async fn start(seed: u64) -> Self {
        let fake = Fake::start();
        fake.put_events("group", "eni-0a1-all", events());
        fake.insert(FlowLog::sample(
            "fl-0123456789abcdef0",
            "vpc-0fedcba9876543210",
        ));
        let object = "version account-id\n2 123456789012\n";
        fake.put_object("bucket", "p/AWSLogs/x.log", object);
        let (calls, server) = serve(Provider).await;
        let mut oracle = Self {
            calls,
            catalogue: Provider::catalogue(),
            provider: lower::<Config>(0).unwrap(),
            fake,
            server,
            counts: Counts::new(),
            seed,
            steps: Vec::new(),
        };
        oracle.configure(&json!({})).await;
        oracle
    }

    /// Stops the provider, and returns how often each call was made.
    pub(super) async fn end(self) -> Counts {
        drop(self.calls);
        self.server.shutdown().await;
        self.counts
    }

    /// Begins a sequence.
    pub(super) fn begin(&mut self, seed: u64) {
        self.seed = seed;
        self.steps.clear();
    }

    /// Counts something.
    pub(super) fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// Fails if there are problems.
    #[track_caller]
    pub(super) fn hold(&self, what: &str, problems: &[String]) {
        let Self { seed, steps, .. } = self;
        let steps = steps.join("\n  ");
        assert!(
            problems.is_empty(),
            "VPCFLOW_ORACLE_SEED={seed} VPCFLOW_ORACLE_SEQUENCES=1: {what}: {problems:#?}\nafter\n  {steps}"
        );
    }

    /// Takes a response. Every call must be answered.
    #[track_caller]
    pub(super) fn take<T: Debug>(
        &mut self,
        call: &'static str,
        request: &dyn Debug,
        answer: Result<Response<T>, Status>,
    ) -> T {
        self.count(call);
        self.steps.push(format!("{call} {request:?}"));
        match answer {
            Ok(answer) => answer.into_inner(),
            Err(status) => {
                self.hold(call, &[format!("{status:?}")]);
                unreachable!("it fails")
            }
        }
    }

    /// Checks diagnostics, and reports whether there are errors.
    #[track_caller]
    pub(super) fn fails(&self, call: &str, said: &[pb::Diagnostic], ty: &Type) -> bool {
        self.hold(call, &checks::diagnostics(said, ty));
        said.iter().any(|said| said.severity == 1)
    }

    /// Takes a value that must be there, wholly known, and of a type.
    #[track_caller]
    pub(super) fn known(&self, call: &str, value: Option<&pb::DynamicValue>, ty: &Type) -> Value {
        match checks::known(value, ty) {
            Ok(value) => value,
            Err(problem) => {
                self.hold(call, &[problem]);
                unreachable!("it fails")
            }
        }
    }

    /// Configures the provider, which must succeed.
    pub(super) async fn configure(&mut self, more: &Json) {
        let url = self.fake.url();
        let mut config = json!({
            "region": "us-east-1", "access_key": "AKIAEXAMPLE", "secret_key": "secret-canary", "max_retries": 0,
            "skip_metadata_api_check": "true",
            "endpoints": { "ec2": url, "logs": url, "s3": url, "sts": url },
        });
        let members = config.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        let config = super::values::of_json(&self.provider, &config);
        let failed = self.configure_with(&config).await;
        assert!(!failed, "{more}");
    }

    /// Validates and configures the provider, and reports whether that failed.
    pub(super) async fn configure_with(&mut self, config: &Value) -> bool {
        let ty = self.provider.ty.clone();
        let request = pb::validate_provider_config::Request {
            config: encoded(config, &ty),
        };
        let answer = self.calls.validate_provider_config(request).await;
        let valid = self.take("ValidateProviderConfig", config, answer);
        if self.fails("ValidateProviderConfig", &valid.diagnostics, &ty) {
            return true;
        }
        let request = pb::configure_provider::Request {
            config: encoded(config, &ty),
            ..Default::default()
        };
        let answer = self.calls.configure_provider(request).await;
        let configured = self.take("ConfigureProvider", config, answer);
        self.fails("ConfigureProvider", &configured.diagnostics, &ty)
    }
}

/// Returns the JSON of a value, as a state file contains it.
pub(super) fn raw(value: &Value, ty: &Type) -> Option<pb::RawState> {
    Some(pb::RawState {
        json: cty::json::encode(value, ty).unwrap(),
        ..Default::default()
    })
}

fn events() -> Vec<(i64, String)> {
    let line = |number: i64| {
        let start = 1_767_225_600 + number * 60;
        let action = if number % 3 == 0 { "REJECT" } else { "ACCEPT" };
        let text = format!(
            "2 123456789012 eni-0a1 10.0.0.1 10.0.0.2 443 {} 6 10 840 {start} {} {action} OK",
            1024 + number,
            start + 59
        );
        (start * 1000, text)
    };
    (0..50).map(line).collect()
}
