//! Saved plans, as a Terraform that stores private data of plans (1.16 and newer) makes and applies them, and as older ones
//! do. The provider can be a process of its own, so that it can crash.

use std::process::{Command, Stdio};

use vpcflow::cty::Value;
use vpcflow::flow_log::FlowLog;
use vpcflow::framework::lower;
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::provider::Config;

use super::{Core, Message, TYPE, errors, messages, names, rules, wire};
use crate::harness::client::Client;

/// The Terraform that calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Terraform {
    /// 1.15 and older.
    V115,
    /// 1.16 and newer.
    V116,
}

/// A plan in a file.
#[derive(Clone, Debug)]
pub(crate) struct Saved {
    pub(crate) prior: Value,
    pub(crate) planned: Value,
    pub(crate) private: Vec<u8>,
    /// Whether the plan is to replace the object.
    pub(crate) is_replacement: bool,
    /// Whether the private data were changed since, so that the plan before the apply has others.
    pub(crate) is_damaged: bool,
    pub(crate) by: Terraform,
}

/// When Core creates the new object of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// After it has deleted the old one.
    AfterDelete,
    /// Before it deletes the old one, which has no address any more.
    BeforeDelete,
    /// Before anything happens to the old one, which the address still has.
    BesideTheOld,
}

impl Core {
    /// Starts the provider as a process, and configures it for the endpoint. Dropping the result kills the process.
    pub(crate) async fn spawn(endpoint: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-vpcflow"));
        command.env_clear().stderr(Stdio::null());
        let server = Client::spawn(&mut command).await;
        let mut core = Self {
            client: ProviderClient::new(server.channel.clone()),
            schema: lower::<FlowLog>(0).unwrap(),
            provider_schema: lower::<Config>(0).unwrap(),
            endpoint: endpoint.to_owned(),
            configured: Value::Null,
            _server: server,
        };
        core.configure(&serde_json::json!({}), &[]).await;
        core
    }

    /// Plans a change and saves the plan. With `forced`, an object is replaced even if its configuration does not require it.
    pub(crate) async fn save(
        &mut self,
        by: Terraform,
        prior: &Value,
        config: &Value,
        forced: bool,
    ) -> Saved {
        let first = Received::default();
        let (planned, private, is_replaced) = self.planned(by, prior, config, first).await;
        let is_replacement = !prior.is_null() && (is_replaced || forced);
        let (planned, private) = if is_replacement {
            self.replacement(by, config, private).await
        } else {
            (planned, private)
        };
        Saved {
            prior: prior.clone(),
            planned,
            private,
            is_replacement,
            is_damaged: false,
            by,
        }
    }

    /// Plans a saved create again, as Core does before each apply, and applies the result.
    pub(crate) async fn apply_saved(
        &mut self,
        saved: &Saved,
        config: &Value,
        order: Order,
    ) -> (Value, Vec<Message>) {
        let repeated = Received {
            planned: match saved.by {
                Terraform::V115 => Vec::new(),
                Terraform::V116 => saved.private.clone(),
            },
            prior: Vec::new(),
        };
        if saved.is_replacement && order == Order::AfterDelete {
            assert_eq!(self.delete(&saved.prior, &Value::Null).await, []);
        }
        let prior = match order {
            Order::BesideTheOld => saved.prior.clone(),
            Order::AfterDelete | Order::BeforeDelete => Value::Null,
        };
        let (mut planned, mut private, is_replaced) =
            self.planned(saved.by, &prior, config, repeated).await;
        if order == Order::BesideTheOld {
            assert!(is_replaced);
            (planned, private) = self.replacement(saved.by, config, private).await;
        }
        let problems = rules::incompatible(&saved.planned, &planned);
        assert!(problems.is_empty(), "inconsistent plan: {problems:#?}");
        if !saved.is_damaged {
            assert_eq!(private, saved.private, "the plan before the apply differs");
        }
        let (state, said) = self.apply_private(&planned, config, private).await;
        if saved.is_replacement && order != Order::AfterDelete && errors(&said).is_empty() {
            assert_eq!(self.delete(&saved.prior, &Value::Null).await, []);
        }
        (state, said)
    }

    /// Plans the new object of a replacement, with what the plan of the old one has passed on.
    async fn replacement(
        &mut self,
        by: Terraform,
        config: &Value,
        passed_on: Vec<u8>,
    ) -> (Value, Vec<u8>) {
        let received = Received {
            planned: Vec::new(),
            prior: passed_on,
        };
        let (planned, private, _) = self.planned(by, &Value::Null, config, received).await;
        (planned, private)
    }

    async fn planned(
        &mut self,
        by: Terraform,
        prior: &Value,
        config: &Value,
        received: Received,
    ) -> (Value, Vec<u8>, bool) {
        let schema = &self.schema;
        let proposed = rules::proposed(&schema.block, prior, config);
        let request = pb::plan_resource_change::Request {
            type_name: TYPE.to_owned(),
            prior_state: wire(prior, schema),
            proposed_new_state: wire(&proposed, schema),
            config: wire(config, schema),
            prior_private: received.prior,
            planned_private: received.planned,
            client_capabilities: Some(pb::ClientCapabilities {
                store_planned_private: by == Terraform::V116,
                ..Default::default()
            }),
            ..Default::default()
        };
        let answer = self.client.plan_resource_change(request).await.unwrap();
        let answer = answer.into_inner();
        assert_eq!(errors(&messages(answer.diagnostics)), []);
        let planned = self.unwire(answer.planned_state);
        let paths: Vec<_> = answer.requires_replace.into_iter().map(names).collect();
        let is_replaced = !prior.is_null()
            && !rules::replacing(&paths, prior, &planned)
                .unwrap()
                .is_empty();
        (planned, answer.planned_private, is_replaced)
    }

    /// Creates the planned object.
    async fn apply_private(
        &mut self,
        planned: &Value,
        config: &Value,
        private: Vec<u8>,
    ) -> (Value, Vec<Message>) {
        let request = pb::apply_resource_change::Request {
            type_name: TYPE.to_owned(),
            prior_state: wire(&Value::Null, &self.schema),
            planned_state: wire(planned, &self.schema),
            config: wire(config, &self.schema),
            planned_private: private,
            ..Default::default()
        };
        let answer = self.client.apply_resource_change(request).await.unwrap();
        let answer = answer.into_inner();
        assert!(answer.private.is_empty(), "the state has no private data");
        let said = messages(answer.diagnostics);
        let state = self.unwire(answer.new_state);
        if errors(&said).is_empty() {
            let problems = rules::incompatible(planned, &state);
            assert!(problems.is_empty(), "inconsistent result: {problems:#?}");
        }
        (state, said)
    }
}

/// The private data that a plan receives.
#[derive(Default)]
struct Received {
    planned: Vec<u8>,
    prior: Vec<u8>,
}
