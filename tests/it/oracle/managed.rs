//! Lifecycles of managed resources.

use vpcflow::cty::Value;

use super::calls::Oracle;
use super::elsewhere::{generate, import, list, upgrade};
use super::reading::hold_unknown;
use super::resource::{Kind, Stored, apply, destroy, kind, plan, read, validate};
use super::{bases, values};
use crate::flow_log::random::Dice;
use crate::harness::core::rules;

/// Creates a resource, takes random steps with it, and destroys it.
pub(super) async fn lifecycle(oracle: &mut Oracle, dice: &mut Dice) {
    let kind = kind(oracle, dice);
    let base = values::of_json(&kind.schema, &bases::resource(kind.name, dice));
    let config = if dice.below(3) == 0 {
        values::changed(dice, &kind.schema, &base)
    } else {
        base
    };
    let unknown = values::hidden(dice, &kind.schema, &config);
    let mut refused = Vec::new();
    for config in [&config, &unknown] {
        refused.push(!validate(oracle, &kind, config).await);
    }
    hold_unknown(oracle, &refused);
    if refused[0] {
        return oracle.count("refused");
    }
    let nothing = Stored {
        state: Value::Null,
        private: Vec::new(),
        identity: None,
    };
    let early = plan(oracle, dice, &kind, &nothing, &unknown).await;
    let Some(planned) = plan(oracle, dice, &kind, &nothing, &config).await else {
        return oracle.count("not planned");
    };
    let again = plan(oracle, dice, &kind, &nothing, &config).await;
    let mut problems = Vec::new();
    if again.is_none_or(|again| again.planned != planned.planned) {
        problems.push("the same plan gives something else".to_owned());
    }
    match early {
        Some(early) => problems.extend(rules::incompatible(&early.planned, &planned.planned)),
        None => problems.push("it is not planned if parts of it are unknown".to_owned()),
    }
    oracle.hold("final plan", &problems);
    let Some(mut stored) = apply(oracle, &kind, &nothing, &planned, &config).await else {
        return oracle.count("not created");
    };
    for _ in 0..dice.below(5) {
        stored = step(oracle, dice, &kind, stored, &config).await;
    }
    destroy(oracle, &kind, &stored).await;
}

/// Takes one random step with a resource.
async fn step(
    oracle: &mut Oracle,
    dice: &mut Dice,
    kind: &Kind,
    stored: Stored,
    config: &Value,
) -> Stored {
    match dice.below(6) {
        0 => read(oracle, kind, &stored).await,
        1 => upgrade(oracle, kind, stored).await,
        2 => import(oracle, dice, kind, stored).await,
        3 => generate(oracle, dice, kind, stored).await,
        4 => {
            list(oracle, dice, kind).await;
            stored
        }
        _ => {
            let Some(planned) = plan(oracle, dice, kind, &stored, config).await else {
                return stored;
            };
            if planned.replaces || planned.planned == stored.state {
                return stored;
            }
            let applied = apply(oracle, kind, &stored, &planned, config).await;
            applied.unwrap_or(stored)
        }
    }
}
