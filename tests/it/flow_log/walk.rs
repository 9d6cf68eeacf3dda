//! Walks of one resource through random configurations, drift, refreshes, imports and moves. Each step is checked
//! against the rules of Terraform Core and against the meaning of the configuration.
//!
//! `VPCFLOW_WALK_STEPS` sets the number of steps, and `VPCFLOW_WALK_SEED` the first seed.

mod wanted;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use vpcflow::cty::Value;

use super::random::Dice;
use crate::harness::core::rules::incompatible;
use crate::harness::core::{Action, Core, Plan, errors, hide};
use crate::harness::fake::{Fake, FlowLog, REGION};
use wanted::{Wanted, described, is_same};

/// Number of steps by default.
const STEPS: u64 = 600;
/// Number of steps with one server.
const STEPS_OF_A_WALK: u64 = 100;
const LONG_AGO: &str = "2026-01-02T03:04:05.678Z";

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

#[tokio::test]
async fn no_step_violates_a_rule_of_core_or_replaces_without_reason() {
    let steps = variable("VPCFLOW_WALK_STEPS").unwrap_or(STEPS);
    let first = variable("VPCFLOW_WALK_SEED").unwrap_or(1);
    let mut counts = BTreeMap::new();
    for walk in 0..steps.div_ceil(STEPS_OF_A_WALK) {
        let left = steps - walk * STEPS_OF_A_WALK;
        Walk::start(first + walk).await.go(left, &mut counts).await;
    }
    println!("{steps} steps from seed {first}: {counts:?}");
    if steps >= STEPS_OF_A_WALK {
        for action in [
            Action::Nothing,
            Action::Create,
            Action::Update,
            Action::Replace,
        ] {
            let times = counts.get(&format!("{action:?}")).copied().unwrap_or(0);
            assert!(times > 0, "{action:?} came {times} times");
        }
    }
}

/// Provider settings. Some of them can be unknown during a plan.
#[derive(Clone, Debug, Default)]
struct Settings {
    default_tags: Json,
    ignore_tags: Json,
    skips_account: bool,
}

impl Settings {
    fn new(dice: &mut Dice) -> Self {
        Self {
            default_tags: dice.of(&[
                Json::Null,
                json!({}),
                json!({ "Env": "p" }),
                json!({ "Team": "t" }),
                json!({ "kube/a": "d", "Env": "q" }),
            ]),
            ignore_tags: dice.of(&[
                Json::Null,
                json!({ "keys": ["Env"] }),
                json!({ "key_prefixes": ["kube/"] }),
            ]),
            skips_account: dice.below(4) == 0,
        }
    }

    fn json(&self) -> Json {
        let mut json = json!({ "skip_requesting_account_id": self.skips_account });
        if !self.default_tags.is_null() {
            json["default_tags"] = json!({ "tags": self.default_tags });
        }
        json["ignore_tags"] = self.ignore_tags.clone();
        json
    }

    fn ignores(&self, key: &str) -> bool {
        let ignored = &self.ignore_tags;
        (!ignored["keys"].is_null() && key == "Env")
            || (!ignored["key_prefixes"].is_null() && key.starts_with("kube/"))
    }

    /// Chooses the unknown settings, and reports whether the provider can make no calls during the plan. In that case,
    /// it detects no drift.
    fn hidden(&self, dice: &mut Dice, can_be_offline: bool) -> (Vec<&'static str>, bool) {
        let mut hidden = Vec::new();
        if !self.default_tags.is_null() && dice.below(6) == 0 {
            hidden.push("default_tags.tags");
        }
        if !self.ignore_tags.is_null() && dice.below(6) == 0 {
            hidden.push(if self.ignore_tags["keys"].is_null() {
                "ignore_tags.key_prefixes"
            } else {
                "ignore_tags.keys"
            });
        }
        let offline = can_be_offline && dice.below(12) == 0;
        if offline {
            hidden.push("access_key");
        }
        (hidden, offline)
    }
}

struct Walk {
    fake: Fake,
    core: Core,
    dice: Dice,
    settings: Settings,
    wanted: Wanted,
    state: Value,
    /// Whether the flow log differs from the last apply.
    drifted: bool,
    history: History,
}

/// The last steps, printed when one fails.
struct History {
    seed: u64,
    steps: Vec<String>,
}

impl Drop for History {
    #[expect(
        clippy::print_stderr,
        reason = "the last steps are necessary to reproduce the failure"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let last = self.steps.len().saturating_sub(6);
            eprintln!("seed {}, step {}:", self.seed, self.steps.len());
            for step in &self.steps[last..] {
                eprintln!("  {step}");
            }
        }
    }
}

/// Counts the calls that create or delete flow logs, and those that change tags.
fn mutations(fake: &Fake) -> [usize; 2] {
    let count = |actions: [&str; 2]| {
        let calls = fake.calls();
        calls
            .iter()
            .filter(|call| actions.contains(&call.action.as_str()))
            .count()
    };
    [
        count(["CreateFlowLogs", "DeleteFlowLogs"]),
        count(["CreateTags", "DeleteTags"]),
    ]
}

impl Walk {
    async fn start(seed: u64) -> Self {
        let fake = Fake::start();
        let core = Core::start(fake.url()).await;
        let mut dice = Dice::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self {
            settings: Settings::new(&mut dice),
            wanted: Wanted::new(&mut dice),
            fake,
            core,
            dice,
            state: Value::Null,
            drifted: false,
            history: History {
                seed,
                steps: Vec::new(),
            },
        }
    }

    async fn go(mut self, left: u64, counts: &mut BTreeMap<String, u64>) {
        for _ in 0..left.min(STEPS_OF_A_WALK) {
            let done = self.step().await;
            *counts.entry(done).or_default() += 1;
        }
    }

    async fn step(&mut self) -> String {
        match self.dice.below(12) {
            0 if !self.state.is_null() => self.drift().await,
            1 if !self.state.is_null() => self.import().await,
            2 if !self.state.is_null() => self.moved().await,
            3 => {
                let settings = Settings::new(&mut self.dice);
                let before = std::mem::replace(&mut self.settings, settings);
                let wanted = self.wanted.clone();
                self.apply(wanted, &before).await
            }
            4 if !self.state.is_null() => self.destroy().await,
            _ => {
                let mut wanted = self.wanted.clone();
                wanted.change(&mut self.dice);
                let settings = self.settings.clone();
                self.apply(wanted, &settings).await
            }
        }
    }

    fn record(&mut self, step: String) {
        self.history.steps.push(step);
    }

    fn log(&self) -> Option<FlowLog> {
        let all = [REGION, "eu-west-1"].map(|region| self.fake.flow_logs(region));
        let mut all = all.concat();
        assert!(all.len() <= 1, "{all:#?}");
        all.pop()
    }

    async fn configure(&mut self, hidden: &[&str]) {
        let settings = self.settings.json();
        self.core.configure(&settings, hidden).await;
    }

    /// Plans and applies, as `terraform apply` does.
    async fn apply(&mut self, wanted: Wanted, settings_before: &Settings) -> String {
        let config = self.core.config(&wanted.json);
        let (unknown, offline) = self.settings.hidden(&mut self.dice, !self.drifted);
        let hidden = match self.dice.below(3) {
            0 => wanted.hidden(&mut self.dice),
            _ => Vec::new(),
        };
        self.record(format!(
            "apply {} of which {hidden:?} are unknown, by {:?} of which {unknown:?} are unknown",
            wanted.json, self.settings
        ));
        let mut planned_for = config.clone();
        let hidden: Vec<_> = hidden.iter().map(String::as_str).collect();
        hide(&mut planned_for, &hidden);
        self.configure(&unknown).await;
        if !offline && !self.state.is_null() {
            self.state = self.core.read(&self.state).await;
        }
        let before = mutations(&self.fake);
        let action = self.plan_and_apply(&planned_for, &config).await;
        let meant_before = self.wanted.meaning(REGION);
        let means_the_same = is_same(&wanted.meaning(REGION), &meant_before);
        let calls = mutations(&self.fake);
        if means_the_same && !self.drifted && action != Action::Create {
            if hidden.iter().all(|path| path.starts_with("tags")) {
                assert_ne!(action, Action::Replace);
                assert_eq!(calls[0], before[0]);
            }
            let tags = wanted.effective_tags(&self.settings.default_tags);
            let tags_before = self.wanted.effective_tags(&settings_before.default_tags);
            let same_settings = format!("{:?}", self.settings) == format!("{settings_before:?}");
            if action != Action::Replace && tags == tags_before && same_settings {
                assert_eq!(calls[1], before[1], "the tags did not change");
            }
        }
        let ignored_keys_unknown = unknown.iter().any(|name| name.starts_with("ignore_tags"));
        self.wanted = wanted;
        if ignored_keys_unknown {
            // The ignored keys were unknown, so the next apply can still have changes.
            self.configure(&[]).await;
            self.state = self.core.read(&self.state).await;
            self.plan_and_apply(&config, &config).await;
        }
        self.assert_settled(&config).await;
        format!("{action:?}")
    }

    /// Plans with the known values, and applies with all values.
    async fn plan_and_apply(&mut self, planned_for: &Value, config: &Value) -> Action {
        let prior = self.state.clone();
        let plan = self.plan(&prior, planned_for).await;
        let action = plan.action(&prior);
        if action == Action::Replace {
            self.record(format!("replace for {:?}", plan.replacing));
        }
        let stored = match action {
            Action::Replace => self.plan(&Value::Null, planned_for).await,
            _ => plan,
        };
        self.configure(&[]).await;
        let prior = match action {
            Action::Nothing => return action,
            Action::Replace => {
                let messages = self.core.delete(&prior, &Value::Null).await;
                assert_eq!(errors(&messages), []);
                Value::Null
            }
            Action::Create | Action::Update => prior,
        };
        let last = self.plan(&prior, config).await;
        let problems = incompatible(&stored.planned, &last.planned);
        assert!(
            problems.is_empty(),
            "inconsistent final plan: {problems:#?}"
        );
        let last_action = last.action(&prior);
        let fits = match action {
            Action::Update => matches!(last_action, Action::Update | Action::Nothing),
            _ => last_action == Action::Create,
        };
        assert!(
            fits,
            "{action:?} was planned, and then {last_action:?}: {:?}",
            last.replacing
        );
        let (state, messages) = self.core.apply(&prior, &last.planned, config).await;
        assert_eq!(errors(&messages), []);
        self.state = state;
        action
    }

    async fn plan(&mut self, prior: &Value, config: &Value) -> Plan {
        let plan = self.core.plan(prior, config).await;
        assert_eq!(errors(&plan.messages), []);
        plan
    }

    /// Asserts that the flow log matches the configuration, and that no changes are planned before and after a refresh.
    async fn assert_settled(&mut self, config: &Value) {
        let log = self.log().unwrap();
        let meaning = self.wanted.meaning(REGION);
        let found = described(&log);
        assert!(
            is_same(&meaning, &found),
            "wanted {meaning:#}, found {found:#}"
        );
        let mut tags = log.tags.clone();
        tags.retain(|key, _| !self.settings.ignores(key));
        let mut wanted = self.wanted.effective_tags(&self.settings.default_tags);
        wanted.retain(|key, _| !self.settings.ignores(key));
        assert_eq!(tags, wanted);
        self.drifted = false;
        // An older flow log can be removed from the state at once, because it cannot be one that is not visible yet.
        self.fake
            .change(&log.id, |log| LONG_AGO.clone_into(&mut log.creation_time));
        self.assert_plans_no_changes(config).await;
        self.state = self.core.read(&self.state).await;
        self.assert_plans_no_changes(config).await;
        let again = self.core.read(&self.state).await;
        assert_eq!(again, self.state, "a second refresh changes nothing");
    }

    async fn assert_plans_no_changes(&mut self, config: &Value) {
        let state = self.state.clone();
        let plan = self.plan(&state, config).await;
        let problems = incompatible(&plan.planned, &state);
        assert_eq!(plan.action(&state), Action::Nothing, "{problems:#?}");
    }

    /// Changes the flow log outside of Terraform. The next apply corrects it.
    async fn drift(&mut self) -> String {
        let Some(FlowLog { id, .. }) = self.log() else {
            return "none".to_owned();
        };
        let drift = self.dice.below(7);
        self.record(format!("drift {drift}"));
        self.drifted = true;
        if drift == 0 {
            self.fake.remove(&id);
            return "drift".to_owned();
        }
        self.fake.change(&id, |log| match drift {
            1 => log.max_aggregation_interval = 660 - log.max_aggregation_interval,
            2 => log.log_format.push_str(" ${tcp-flags}"),
            3 => {
                log.deliver_logs_permission_arn =
                    Some("arn:aws:iam::123456789012:role/drift".into())
            }
            4 => log.tags.clear(),
            5 => {
                let _ = log.tags.insert("Console".to_owned(), "x".to_owned());
            }
            _ => {
                let _ = log.tags.insert("Env".to_owned(), "z".to_owned());
            }
        });
        "drift".to_owned()
    }

    /// Removes the flow log from the state and imports it.
    async fn import(&mut self) -> String {
        let Some(log) = self.log() else {
            return "none".to_owned();
        };
        self.record("import".to_owned());
        self.configure(&[]).await;
        self.state = self
            .core
            .import(&format!("{}@{}", log.id, log.region))
            .await;
        self.assert_only_state_changes().await;
        "import".to_owned()
    }

    /// Replaces the state with that of another provider, and moves it.
    async fn moved(&mut self) -> String {
        let Some(log) = self.log() else {
            return "none".to_owned();
        };
        self.record("move".to_owned());
        self.configure(&[]).await;
        let cloud_wan = log.resource_type.starts_with("CoreNetwork");
        let (provider, of, state) = match self.dice.maybe() {
            // The AWS provider does not support Cloud WAN.
            true if !cloud_wan => ("aws", "aws_flow_log", aws(&log, &self.wanted.json)),
            // The state of awscc does not contain the region.
            _ if log.region == REGION => ("awscc", "awscc_ec2_flow_log", awscc(&log)),
            _ => return "none".to_owned(),
        };
        let provider = &format!("registry.terraform.io/hashicorp/{provider}");
        self.state = self.core.move_from(provider, of, &state).await;
        self.assert_only_state_changes().await;
        "move".to_owned()
    }

    /// Asserts that a plan after an import or a move changes only the state.
    async fn assert_only_state_changes(&mut self) {
        let config = self.core.config(&self.wanted.json);
        let before = mutations(&self.fake);
        let drifted = self.drifted;
        let action = self.plan_and_apply(&config, &config).await;
        if !drifted {
            assert_ne!(action, Action::Replace);
            assert_eq!(mutations(&self.fake), before);
        }
        self.assert_settled(&config).await;
    }

    async fn destroy(&mut self) -> String {
        self.record("destroy".to_owned());
        self.configure(&[]).await;
        let state = std::mem::replace(&mut self.state, Value::Null);
        let messages = self.core.delete(&state, &Value::Null).await;
        assert_eq!(errors(&messages), []);
        assert_eq!(self.log(), None);
        "destroy".to_owned()
    }
}

/// Returns the state of `aws_flow_log` in release 6.
fn aws(log: &FlowLog, written: &Json) -> Json {
    let group = |name: &String| {
        format!(
            "arn:aws:logs:{}:{}:log-group:{name}",
            log.region, log.account
        )
    };
    let role = |role: &Option<String>| role.clone().unwrap_or_default();
    let options = log.destination_options.iter().map(|options| {
        json!({
            "file_format": options.file_format,
            "hive_compatible_partitions": options.hive_compatible_partitions,
            "per_hour_partition": options.per_hour_partition,
        })
    });
    let target = |prefix: &str| {
        if log.resource_id.starts_with(prefix) {
            json!(log.resource_id)
        } else {
            json!("")
        }
    };
    let fields = log
        .tag_field_specifications
        .iter()
        .map(|field| json!({ "resource_type": field.resource_type, "tag_keys": field.tag_keys }));
    json!({
        "id": log.id,
        "arn": format!("arn:aws:ec2:{}:{}:vpc-flow-log/{}", log.region, log.account, log.id),
        "vpc_id": target("vpc-"),
        "subnet_id": target("subnet-"),
        "transit_gateway_id": target("tgw-"),
        "regional_nat_gateway_id": target("nat-"),
        "traffic_type": log.traffic_type,
        "log_destination_type": log.log_destination_type,
        "log_destination": log.log_destination.clone().or(log.log_group_name.as_ref().map(group)),
        "iam_role_arn": role(&log.deliver_logs_permission_arn),
        "deliver_cross_account_role": role(&log.deliver_cross_account_role),
        "log_format": log.log_format,
        "max_aggregation_interval": log.max_aggregation_interval,
        "destination_options": options.collect::<Vec<_>>(),
        "tag_field_specification": fields.collect::<Vec<_>>(),
        "tags": written["tags"],
        "tags_all": log.tags,
        "region": log.region,
    })
}

/// Returns the state of `awscc_ec2_flow_log`.
fn awscc(log: &FlowLog) -> Json {
    let tags = log
        .tags
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value }));
    let fields = log
        .tag_field_specifications
        .iter()
        .map(|field| json!({ "resource_type": field.resource_type, "tag_keys": field.tag_keys }));
    json!({
        "id": log.id,
        "flow_log_id": log.id,
        "resource_id": log.resource_id,
        "resource_type": log.resource_type,
        "traffic_type": log.traffic_type,
        "log_destination_type": log.log_destination_type,
        "log_destination": log.log_destination,
        "log_group_name": log.log_group_name,
        "deliver_logs_permission_arn": log.deliver_logs_permission_arn,
        "deliver_cross_account_role": log.deliver_cross_account_role,
        "log_format": log.log_format,
        "max_aggregation_interval": log.max_aggregation_interval,
        "tag_field_specifications": fields.collect::<Vec<_>>(),
        "tags": tags.collect::<Vec<_>>(),
    })
}
