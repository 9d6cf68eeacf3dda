//! Sequences over what has no state: data sources, ephemeral resources, functions, and the provider block.

use vpcflow::cty::{self, Type, Value};
use vpcflow::framework::{Mode, Parameter, Schema, Signature};
use vpcflow::protocol::pb;

use super::calls::Oracle;
use super::{bases, checks, values};
use crate::flow_log::random::Dice;
use crate::harness::core::rules;
use crate::harness::wire::encoded;

/// Validates and reads a data source.
pub(super) async fn data(oracle: &mut Oracle, dice: &mut Dice) {
    let names: Vec<_> = oracle.catalogue.data_sources.names().collect();
    let name = dice.of(&names);
    let schema = oracle.catalogue.data_sources.get(name).unwrap();
    let schema = schema.unwrap().schema().clone();
    let base = values::of_json(&schema, &bases::data(name, dice));
    let config = values::changed(dice, &schema, &base);
    let unknown = values::hidden(dice, &schema, &config);
    let mut refused = Vec::new();
    for config in [&config, &unknown] {
        let request = pb::validate_data_resource_config::Request {
            type_name: name.to_owned(),
            config: encoded(config, &schema.ty),
        };
        let answer = oracle.calls.validate_data_resource_config(request).await;
        let valid = oracle.take("ValidateDataResourceConfig", config, answer);
        refused.push(oracle.fails(name, &valid.diagnostics, &schema.ty));
    }
    hold_unknown(oracle, &refused);
    if refused[0] {
        oracle.count("refused");
        return;
    }
    let request = pb::read_data_source::Request {
        type_name: name.to_owned(),
        config: encoded(&config, &schema.ty),
        client_capabilities: Some(capabilities(dice)),
        ..Default::default()
    };
    let answer = oracle.calls.read_data_source(request).await;
    let read = oracle.take("ReadDataSource", &config, answer);
    oracle.hold(name, &not_deferred(read.deferred.as_ref()));
    if oracle.fails(name, &read.diagnostics, &schema.ty) {
        oracle.count("not read");
        return;
    }
    let state = oracle.known(name, read.state.as_ref(), &schema.ty);
    let problems = if state.is_null() {
        vec!["the state is null".to_owned()]
    } else {
        checks::not_echoed(&configured(&schema, &config), &state)
    };
    oracle.hold(name, &problems);
}

/// Validates, opens and closes an ephemeral resource.
pub(super) async fn ephemeral(oracle: &mut Oracle, dice: &mut Dice) {
    let names: Vec<_> = oracle.catalogue.ephemeral_resources.names().collect();
    let name = dice.of(&names);
    let schema = oracle.catalogue.ephemeral_resources.get(name).unwrap();
    let schema = schema.unwrap().schema().clone();
    let base = values::of_json(&schema, &bases::ephemeral(name, dice));
    let config = values::changed(dice, &schema, &base);
    let unknown = values::hidden(dice, &schema, &config);
    let mut refused = Vec::new();
    for config in [&config, &unknown] {
        let request = pb::validate_ephemeral_resource_config::Request {
            type_name: name.to_owned(),
            config: encoded(config, &schema.ty),
        };
        let answer = oracle.calls.validate_ephemeral_resource_config(request);
        let valid = answer.await;
        let valid = oracle.take("ValidateEphemeralResourceConfig", config, valid);
        refused.push(oracle.fails(name, &valid.diagnostics, &schema.ty));
    }
    hold_unknown(oracle, &refused);
    if refused[0] {
        oracle.count("refused");
        return;
    }
    let request = pb::open_ephemeral_resource::Request {
        type_name: name.to_owned(),
        config: encoded(&config, &schema.ty),
        client_capabilities: Some(pb::ClientCapabilities::default()),
    };
    let answer = oracle.calls.open_ephemeral_resource(request).await;
    let opened = oracle.take("OpenEphemeralResource", &config, answer);
    oracle.hold(name, &not_deferred(opened.deferred.as_ref()));
    let failed = oracle.fails(name, &opened.diagnostics, &schema.ty);
    if !failed {
        let result = oracle.known(name, opened.result.as_ref(), &schema.ty);
        let problems = rules::invalid_plan(&schema.block, &Value::Null, &config, &result);
        oracle.hold(name, &problems);
    }
    // Core closes twice if it must, and also what it did not open.
    for _ in 0..1 + dice.below(2) {
        let request = pb::close_ephemeral_resource::Request {
            type_name: name.to_owned(),
            private: opened.private.clone(),
        };
        let answer = oracle.calls.close_ephemeral_resource(request).await;
        let closed = oracle.take("CloseEphemeralResource", &name, answer);
        let failed = oracle.fails(name, &closed.diagnostics, &schema.ty);
        assert!(!failed, "{closed:?}");
    }
}

/// Calls a function twice, which must give the same.
pub(super) async fn function(oracle: &mut Oracle, dice: &mut Dice) {
    let names: Vec<_> = oracle.catalogue.functions.names().collect();
    let name = dice.of(&names);
    let function = oracle.catalogue.functions.get(name).unwrap();
    let signature = function.unwrap().signature().clone();
    let arguments = arguments(dice, name, &signature);
    let request = pb::call_function::Request {
        name: name.to_owned(),
        arguments: arguments
            .iter()
            .map(|(parameter, value)| encoded(value, &parameter.ty).unwrap())
            .collect(),
    };
    let mut answers = Vec::new();
    for _ in 0..2 {
        let answer = oracle.calls.call_function(request.clone()).await;
        answers.push(oracle.take("CallFunction", &(name, &arguments), answer));
    }
    let mut problems = Vec::new();
    if answers[0] != answers[1] {
        problems.push(format!("another result: {answers:?}"));
    }
    match &answers[0].error {
        Some(error) => {
            oracle.count("function failed");
            let index = error.function_argument.unwrap_or(0);
            let is_argument =
                usize::try_from(index).is_ok_and(|index| index < arguments.len().max(1));
            let harmful = |c: char| c.is_control() && c != '\n' && c != '\t';
            if !is_argument || error.text.is_empty() || error.text.contains(harmful) {
                problems.push(format!("{error:?}"));
            }
        }
        None => match checks::typed(answers[0].result.as_ref(), &signature.returns) {
            Ok(result) => {
                let unknown = arguments.iter().any(|(_, value)| !value.is_wholly_known());
                if !result.is_wholly_known() && !unknown {
                    problems.push(format!("an unknown result: {result:?}"));
                }
            }
            Err(problem) => problems.push(problem),
        },
    }
    oracle.hold(name, &problems);
}

/// Validates and configures the provider with random settings, which can be unknown, and then with valid ones.
pub(super) async fn settings(oracle: &mut Oracle, dice: &mut Dice) {
    let schema = oracle.provider.clone();
    let base = values::of_json(&schema, &bases::provider(dice));
    let config = values::changed(dice, &schema, &base);
    let config = if dice.below(2) == 0 {
        values::hidden(dice, &schema, &config)
    } else {
        config
    };
    let ty = schema.ty.clone();
    let request = pb::validate_provider_config::Request {
        config: encoded(&config, &ty),
    };
    let answer = oracle.calls.validate_provider_config(request).await;
    let valid = oracle.take("ValidateProviderConfig", &config, answer);
    oracle.fails("ValidateProviderConfig", &valid.diagnostics, &ty);
    let base = bases::provider(dice);
    oracle.configure(&base).await;
}

/// A value that is not known yet must not be refused if it is valid once it is known.
#[track_caller]
pub(super) fn hold_unknown(oracle: &Oracle, refused: &[bool]) {
    if let [false, true] = refused {
        let problem = "a valid configuration is refused if parts of it are unknown";
        oracle.hold("validation", &[problem.to_owned()]);
    }
}

/// Returns capabilities as a client without deferred changes has them.
pub(super) fn capabilities(dice: &mut Dice) -> pb::ClientCapabilities {
    pb::ClientCapabilities {
        deferral_allowed: dice.below(2) == 0,
        write_only_attributes_allowed: dice.below(2) == 0,
        ..Default::default()
    }
}

/// Nothing of this provider is ever deferred.
pub(super) fn not_deferred(deferred: Option<&pb::Deferred>) -> Vec<String> {
    deferred
        .map(|deferred| format!("deferred: {deferred:?}"))
        .into_iter()
        .collect()
}

/// Returns the arguments that the user configured. Blocks are compared as a whole.
fn configured(schema: &Schema, config: &Value) -> Value {
    let Value::Map(values) = config else {
        return Value::Null;
    };
    let kept = values.iter().filter(|(name, _)| {
        let attribute = schema.block.attributes.get(*name);
        attribute.is_none_or(|attribute| attribute.mode != Mode::Computed)
    });
    Value::map(kept.map(|(name, value)| (name.clone(), value.clone())))
}

/// Returns valid arguments of a function, some of which are replaced at random.
fn arguments<'s>(
    dice: &mut Dice,
    name: &str,
    signature: &'s Signature,
) -> Vec<(&'s Parameter, Value)> {
    let base = bases::function(name, dice);
    let mut arguments = Vec::new();
    for (position, json) in base.iter().enumerate() {
        let parameter = signature.parameter(position).unwrap();
        let value = cty::json::decode(json.to_string().as_bytes(), &parameter.ty).unwrap();
        arguments.push((parameter, value));
    }
    if dice.below(2) == 0 {
        let position = dice.below(arguments.len());
        let parameter = arguments[position].0;
        let value = match dice.below(5) {
            0 if parameter.allow_null => Value::Null,
            1 if parameter.allow_unknown => Value::unknown(),
            _ => random(dice, &parameter.ty, parameter.allow_null),
        };
        arguments[position].1 = value;
    }
    arguments
}

fn random(dice: &mut Dice, ty: &Type, allow_null: bool) -> Value {
    loop {
        let value = values::random(dice, ty);
        if allow_null || !value.is_null() {
            return value;
        }
    }
}
