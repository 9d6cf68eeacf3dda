//! Random valid configurations with a real Terraform.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::flow_log::random::{Dice, configuration};
use crate::harness::fake::{Fake, REGION};
use crate::harness::terraform::{Version, Workspace};

/// Beyond the first 50, EC2 allows five creates per second, so that the apply waits for about 90 seconds.
const CONFIGURATIONS: usize = 500;

/// Returns random flow logs by name.
fn rows() -> Map<String, Json> {
    let mut dice = Dice::new(2);
    let rows = std::iter::repeat_with(|| configuration(&mut dice));
    let named = (0..).map(|n| format!("r{n}")).zip(rows);
    named.take(CONFIGURATIONS).collect()
}

/// Escapes a JSON configuration, in which strings are templates.
fn escaped(configuration: &Json) -> String {
    configuration.to_string().replace("${", "$${")
}

#[test]
fn random_configurations_can_be_applied_imported_and_destroyed() {
    let fake = Fake::start();
    let rows = rows();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure("");
    let resources = json!({ "resource": { "vpcflow_log": rows } });
    work.write("random.tf.json", &escaped(&resources));
    work.apply();
    work.plans_empty();
    let state = work.state();
    let created = state["values"]["root_module"]["resources"]
        .as_array()
        .unwrap();
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let ids: BTreeMap<String, String> = created
        .iter()
        .map(|created| (text(&created["address"]), text(&created["values"]["id"])))
        .collect();
    assert_eq!(ids.len(), CONFIGURATIONS);

    let other = Workspace::new(Version::V115, fake.url());
    other.configure("");
    let imports: Vec<_> = ids
        .iter()
        .map(|(to, id)| json!({ "to": to, "id": id }))
        .collect();
    let all = json!({ "import": imports, "resource": { "vpcflow_log": rows } });
    other.write("random.tf.json", &escaped(&all));
    other.apply().says(&[&format!(
        "{CONFIGURATIONS} imported, 0 added, 0 changed, 0 destroyed"
    )]);
    other.plans_empty();
    other.destroy();
    assert_eq!(fake.flow_logs(REGION), []);
}
