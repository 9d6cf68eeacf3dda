//! Functions over the protocol: those of the provider, and a test function that fails in different ways.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use vpcflow::cty::{self, Map, Type, Value};
use vpcflow::framework::{
    self, Attr, Catalogue, Diagnostics, Function, FunctionError, Model, behaviour,
};
use vpcflow::functions;
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;
#[cfg(feature = "aws")]
use vpcflow::provider;

use crate::harness::client::Client;
use crate::harness::wire;

const LINE: &str =
    "2 012345678901 eni-0a1 10.0.0.1 10.0.0.2 443 49152 6 10 840 1432917027 1432917142 ACCEPT OK";

/// A provider with only functions.
struct Example;

/// An empty configuration.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Config {}

impl Model for Config {}

impl framework::Provider for Example {
    type Config = Config;
    type Connection = ();

    fn validate(&self, _: &Config, _: &mut Diagnostics) {}

    async fn configure(
        &self,
        _: Config,
        _: &[vpcflow::cty::Path],
        _: CancellationToken,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn catalogue() -> Catalogue<()> {
        functions::add(Catalogue::default()).function::<Odd>()
    }
}

/// Behaves as its argument says.
#[derive(Deserialize, JsonSchema)]
struct Odd {
    /// The behavior.
    #[schemars(transform = behaviour::allow_null)]
    #[schemars(transform = behaviour::allow_unknown)]
    deed: Attr<String>,
}

/// Notified when the function starts.
static AT_WORK: Notify = Notify::const_new();

/// Set when the function can end.
static GO_ON: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

/// Computes until the test lets it end, with a timeout in case the test cannot.
fn compute() -> Result<Value, FunctionError> {
    AT_WORK.notify_one();
    let (go_on, changed) = &GO_ON;
    let patience = Duration::from_secs(60);
    let waiting = changed.wait_timeout_while(go_on.lock().unwrap(), patience, |go_on| !*go_on);
    if *waiting.unwrap().0 {
        Ok("done".into())
    } else {
        Err(FunctionError::new("no other call was answered meanwhile"))
    }
}

impl Function for Odd {
    const NAME: &'static str = "odd";

    fn returns() -> Type {
        Type::String
    }

    fn call(self) -> Result<Value, FunctionError> {
        match self.deed {
            Attr::Null => Ok("null".into()),
            Attr::Unknown => Ok(Value::unknown()),
            Attr::Known(deed) if deed == "panic" => panic!("as asked"),
            Attr::Known(deed) if deed == "compute" => compute(),
            Attr::Known(_) => Ok(true.into()),
        }
    }
}

/// A call of every function of the provider: its arguments in JSON.
#[cfg(feature = "aws")]
const CALLS: [(&str, &[&str]); 7] = [
    (
        "athena_table",
        &[
            r#""flow_logs""#,
            r#""${version}""#,
            r#""s3://bucket""#,
            r#"{ "type": ["object", { "since": "string" }], "value": { "since": "2026-05-01" } }"#,
        ],
    ),
    (
        "delivery_bucket_policy",
        &[
            r#""arn:aws:s3:::bucket""#,
            r#""folder""#,
            r#"["123456789012"]"#,
            r#"["eu-central-1"]"#,
        ],
    ),
    (
        "delivery_role_policy",
        &[r#""arn:aws:logs:eu-central-1:123456789012:log-group:g""#],
    ),
    (
        "delivery_trust_policy",
        &[r#""123456789012""#, r#""eu-central-1""#],
    ),
    (
        "filter_pattern",
        &[r#"{ "type": ["object", { "action": "string" }], "value": { "action": "REJECT" } }"#],
    ),
    ("log_format", &[r#""version""#, r#""srcaddr""#]),
    (
        "parse_record",
        &[r#""2 - eni-0a1 - - - - - - - 1432917027 1432917142 - NODATA""#],
    ),
];

struct Served {
    client: ProviderClient<Channel>,
    _server: Client,
}

impl Served {
    async fn new() -> Self {
        Self::of(Example).await
    }

    async fn of(provider: impl framework::Provider) -> Self {
        let (client, server) = wire::serve(provider).await;
        Self {
            client,
            _server: server,
        }
    }

    async fn send(
        &mut self,
        name: &str,
        arguments: Vec<pb::DynamicValue>,
    ) -> Result<pb::DynamicValue, pb::FunctionError> {
        let request = pb::call_function::Request {
            name: name.to_owned(),
            arguments,
        };
        let answer = self.client.call_function(request).await.unwrap();
        match answer.into_inner() {
            pb::call_function::Response {
                result: Some(result),
                error: None,
            } => Ok(result),
            pb::call_function::Response {
                result: None,
                error: Some(error),
            } => Err(error),
            both => panic!("neither a result nor an error: {both:?}"),
        }
    }

    /// Calls every function and returns the results.
    #[cfg(feature = "aws")]
    async fn call_all(&mut self) -> Vec<pb::DynamicValue> {
        let mut results = Vec::new();
        for (name, arguments) in CALLS {
            let argument = |json: &&str| pb::DynamicValue {
                msgpack: Vec::new(),
                json: json.as_bytes().to_vec(),
            };
            let arguments = arguments.iter().map(argument).collect();
            results.push(self.send(name, arguments).await.expect(name));
        }
        results
    }

    /// Calls a function whose parameters and result are strings.
    async fn call(&mut self, name: &str, arguments: &[&str]) -> Result<Value, pb::FunctionError> {
        let arguments = arguments.iter().map(|argument| text(argument)).collect();
        let result = self.send(name, arguments).await?;
        Ok(cty::msgpack::decode(&result.msgpack, &Type::String).unwrap())
    }
}

fn encoded(value: &Value, ty: &Type) -> pb::DynamicValue {
    wire::encoded(value, ty).unwrap()
}

fn text(text: &str) -> pb::DynamicValue {
    encoded(&text.into(), &Type::String)
}

fn parsed_type() -> Type {
    functions::ParseRecord::returns()
}

#[tokio::test]
async fn every_call_returns_the_same_functions() {
    let mut served = Served::new().await;
    let schema = pb::get_provider_schema::Request::default();
    let schema = served.client.get_provider_schema(schema).await.unwrap();
    let schema = schema.into_inner();
    let functions = pb::get_functions::Request::default();
    let functions = served.client.get_functions(functions).await.unwrap();
    let functions = functions.into_inner();
    assert_eq!(functions.diagnostics, []);
    assert_eq!(functions.functions, schema.functions);
    let metadata = pb::get_metadata::Request::default();
    let metadata = served.client.get_metadata(metadata).await.unwrap();
    let named: Vec<_> = metadata
        .into_inner()
        .functions
        .into_iter()
        .map(|f| f.name)
        .collect();
    assert_eq!(
        named,
        functions.functions.keys().cloned().collect::<Vec<_>>()
    );
    assert_eq!(
        named,
        [
            "athena_table",
            "delivery_bucket_policy",
            "delivery_role_policy",
            "delivery_trust_policy",
            "filter_pattern",
            "log_format",
            "odd",
            "parse_record"
        ]
    );
}

#[tokio::test]
async fn a_signature_contains_its_parameters_in_order() {
    let mut served = Served::new().await;
    let functions = pb::get_functions::Request::default();
    let functions = served.client.get_functions(functions).await.unwrap();
    let functions = functions.into_inner().functions;
    let shown = |name: &str| {
        let function: &pb::Function = &functions[name];
        let all = function
            .parameters
            .iter()
            .chain(&function.variadic_parameter);
        let all = all.map(|p| {
            assert!(p.description.ends_with('.'), "{name} {}", p.name);
            let ty = String::from_utf8(p.r#type.clone()).unwrap();
            format!(
                "{} {ty}{}",
                p.name,
                if p.allow_null_value { "?" } else { "" }
            )
        });
        let variadic = if function.variadic_parameter.is_some() {
            "..."
        } else {
            ""
        };
        format!("{}{variadic}", all.collect::<Vec<_>>().join(", "))
    };
    assert_eq!(
        shown("parse_record"),
        r#"line "string", format "string"?..."#
    );
    assert_eq!(shown("log_format"), r#"fields "string"..."#);
    assert_eq!(
        shown("filter_pattern"),
        r#"filters "dynamic", format "string"?..."#
    );
    assert_eq!(
        shown("athena_table"),
        r#"name "string", log_format "string", location "string", options "dynamic"?"#
    );
    assert_eq!(
        shown("delivery_trust_policy"),
        r#"account_id "string", region "string", partition "string"?..."#
    );
    assert_eq!(shown("delivery_role_policy"), r#"log_group_arn "string""#);
    assert_eq!(
        shown("delivery_bucket_policy"),
        r#"bucket_arn "string", prefix "string"?, account_ids ["list","string"], regions ["list","string"]"#
    );
    for (name, function) in &functions {
        assert!(
            function.summary.ends_with('.') && !function.summary.contains('\n'),
            "{name}"
        );
        assert!(
            function.description.starts_with(&function.summary),
            "{name}"
        );
    }
    let odd = &functions["odd"].parameters[0];
    assert!(odd.allow_unknown_values && odd.allow_null_value);
    let line = &functions["parse_record"].parameters[0];
    assert!(!line.allow_unknown_values && !line.allow_null_value);
    let returns = functions["parse_record"].r#return.clone().unwrap();
    assert_eq!(returns.r#type, parsed_type().to_json().into_bytes());
}

#[tokio::test]
async fn a_long_running_function_does_not_block_other_calls() {
    let mut served = Served::new().await;
    let mut client = served.client.clone();
    let others = async {
        AT_WORK.notified().await;
        let metadata = pb::get_metadata::Request::default();
        client.get_metadata(metadata).await.unwrap();
        let stop = pb::stop_provider::Request::default();
        client.stop_provider(stop).await.unwrap();
        *GO_ON.0.lock().unwrap() = true;
        GO_ON.1.notify_all();
    };
    let (answer, ()) = tokio::join!(served.call("odd", &["compute"]), others);
    assert_eq!(answer, Ok("done".into()));
}

/// With quadratic complexity, this test would take minutes.
#[tokio::test]
async fn very_large_quals_are_refused_with_a_reason() {
    let mut served = Served::new().await;
    let networks = (0..8_000u32).map(|n| {
        let network = std::net::Ipv4Addr::from(0x0a00_0000 + (n << 13));
        format!("{network}/20")
    });
    let networks = serde_json::json!({ "src_addr": networks.collect::<Vec<_>>().join(",") });
    let blocks = (0..8_000).map(|n| serde_json::json!({ "src_port": n.to_string() }));
    let blocks = serde_json::json!({ "exclude": blocks.collect::<Vec<_>>() });
    let block = serde_json::json!(["object", { "src_port": "string" }]);
    let types = [
        serde_json::json!(["object", { "src_addr": "string" }]),
        serde_json::json!(["object", { "exclude": ["list", block] }]),
    ];
    for (value, ty) in [networks, blocks].iter().zip(types) {
        let json = serde_json::json!({ "type": ty, "value": value });
        let quals = pb::DynamicValue {
            msgpack: Vec::new(),
            json: json.to_string().into_bytes(),
        };
        let error = served
            .send("filter_pattern", vec![quals])
            .await
            .unwrap_err();
        assert!(error.text.len() < 1000, "{} bytes", error.text.len());
        let text = "no filter pattern of at most 1024 characters says exactly the same";
        assert!(
            error.text.starts_with(text),
            "{}",
            error.text.chars().take(200).collect::<String>()
        );
    }
}

#[tokio::test]
async fn a_function_returns_the_same_result_before_and_after_configuration() {
    let mut served = Served::new().await;
    let before = served.send("parse_record", vec![text(LINE)]).await.unwrap();
    let empty = Type::object::<String>([]);
    let request = pb::configure_provider::Request {
        config: Some(encoded(&Value::Map(Map::new()), &empty)),
        ..Default::default()
    };
    let configured = served.client.configure_provider(request).await.unwrap();
    assert_eq!(configured.into_inner().diagnostics, []);
    let after = served.send("parse_record", vec![text(LINE)]).await.unwrap();
    assert_eq!(before, after);
    let record = cty::msgpack::decode(&after.msgpack, &parsed_type()).unwrap();
    assert_eq!(record.get("dst_port"), Some(&49152.into()));
    assert_eq!(
        record.get("interface_account_id"),
        Some(&"012345678901".into())
    );
}

#[cfg(feature = "aws")]
#[tokio::test]
async fn every_function_of_the_provider_returns_the_same_result_before_and_after_configuration() {
    let mut served = Served::of(provider::Provider).await;
    let functions = pb::get_functions::Request::default();
    let functions = served.client.get_functions(functions).await.unwrap();
    let told: Vec<_> = functions.into_inner().functions.into_keys().collect();
    let mut told: Vec<_> = told.iter().map(String::as_str).collect();
    told.sort_unstable();
    assert_eq!(told, CALLS.map(|(name, _)| name));
    let before = served.call_all().await;
    let schema = framework::lower::<provider::Config>(0).unwrap();
    let settings = serde_json::json!({
        "region": "us-east-1", "access_key": "AKIAEXAMPLE", "secret_key": "secret-canary",
        "skip_requesting_account_id": true, "skip_credentials_validation": true,
    });
    let settings = cty::json::decode(settings.to_string().as_bytes(), &schema.ty).unwrap();
    let request = pb::configure_provider::Request {
        config: wire::encoded(&schema.block.complete(settings), &schema.ty),
        ..Default::default()
    };
    let configured = served.client.configure_provider(request).await.unwrap();
    assert_eq!(configured.into_inner().diagnostics, []);
    assert_eq!(served.call_all().await, before);
}

#[tokio::test]
async fn arguments_are_accepted_in_every_encoding_of_terraform() {
    let mut served = Served::new().await;
    let empty = pb::DynamicValue::default();
    let nil = encoded(&Value::Null, &Type::String);
    let plain = served.send("parse_record", vec![text(LINE)]).await.unwrap();
    for null in [&empty, &nil] {
        let arguments = vec![text(LINE), null.clone()];
        assert_eq!(served.send("parse_record", arguments).await.unwrap(), plain);
    }
    let json = pb::DynamicValue {
        msgpack: Vec::new(),
        json: format!("\"{LINE}\"").into_bytes(),
    };
    assert_eq!(
        served.send("parse_record", vec![json]).await.unwrap(),
        plain
    );
    let quals = Type::object([
        ("dst_port", Type::Number),
        (
            "exclude",
            Type::Tuple(vec![Type::object([("action", Type::String)])]),
        ),
    ]);
    let action = Value::map([("action", "ACCEPT".into())]);
    let value = Value::map([
        ("dst_port", 22.into()),
        ("exclude", Value::List(vec![action])),
    ]);
    let dynamic = encoded(&Value::Dynamic(Box::new((quals, value))), &Type::Dynamic);
    let arguments = vec![dynamic, text("${dstport} ${action}")];
    let pattern = served.send("filter_pattern", arguments).await.unwrap();
    let pattern = cty::msgpack::decode(&pattern.msgpack, &Type::String).unwrap();
    assert_eq!(pattern, "[w1=22,w2!=\"ACCEPT\"]".into());
}

#[tokio::test]
async fn an_error_contains_the_index_of_its_argument() {
    let mut served = Served::new().await;
    let cases: [(&str, &[&str], Option<i64>, &str); 8] = [
        ("parse_record", &["2 1"], Some(0), "the line has 2 values"),
        (
            "parse_record",
            &[LINE, "version"],
            Some(1),
            "is not a record format",
        ),
        (
            "parse_record",
            &[LINE, "${version}", "x"],
            Some(2),
            "only one `format`",
        ),
        ("parse_record", &[], None, "but the call has 0"),
        (
            "log_format",
            &["version", "srcaddr", "dstadr"],
            Some(2),
            "did you mean `dstaddr`?",
        ),
        (
            "delivery_trust_policy",
            &["1", "eu-west-1"],
            Some(0),
            "twelve digits",
        ),
        (
            "delivery_role_policy",
            &["a", "b"],
            Some(1),
            "takes 1 argument",
        ),
        ("none_such", &[], None, "no function named \"none_such\""),
    ];
    for (name, arguments, position, text) in cases {
        let error = served.call(name, arguments).await.unwrap_err();
        assert_eq!(error.function_argument, position, "{error:?}");
        assert!(error.text.contains(text), "{error:?}");
    }
    let null = vec![pb::DynamicValue::default()];
    let error = served.send("parse_record", null).await.unwrap_err();
    assert_eq!(error.function_argument, Some(0));
    assert!(error.text.contains("`line` must not be null"), "{error:?}");
    let unknown = vec![text(LINE), encoded(&Value::unknown(), &Type::String)];
    let error = served.send("parse_record", unknown).await.unwrap_err();
    assert_eq!(error.function_argument, Some(1));
    assert!(error.text.contains("`format` must be known"), "{error:?}");
}

#[tokio::test]
async fn an_internal_failure_is_an_error_of_the_function() {
    let mut served = Served::new().await;
    let error = served.call("odd", &["panic"]).await.unwrap_err();
    assert!(error.text.contains("panicked: as asked"), "{error:?}");
    assert_eq!(error.function_argument, None);
    let error = served.call("odd", &["another type"]).await.unwrap_err();
    assert!(error.text.contains("Value not encoded"), "{error:?}");
    let whole = text(LINE).msgpack;
    for length in 1..whole.len() {
        let msgpack = whole[..length].to_vec();
        let cut = pb::DynamicValue {
            msgpack,
            json: Vec::new(),
        };
        let error = served.send("parse_record", vec![cut]).await.unwrap_err();
        assert_eq!(error.function_argument, Some(0), "{length} bytes");
        assert!(error.text.contains("Value not decoded"), "{error:?}");
    }
    assert_eq!(
        served.call("log_format", &["version"]).await.unwrap(),
        "${version}".into()
    );
}

#[tokio::test]
async fn null_and_unknown_values_are_passed_to_parameters_that_allow_them() {
    let mut served = Served::new().await;
    let odd = |value: Value| vec![encoded(&value, &Type::String)];
    let null = served.send("odd", odd(Value::Null)).await.unwrap();
    assert_eq!(null, text("null"));
    let unknown = served.send("odd", odd(Value::unknown())).await.unwrap();
    assert_eq!(unknown, encoded(&Value::unknown(), &Type::String));
}

/// `parse_record` derives its attributes from the table of record fields, and an event from its model.
#[cfg(feature = "aws")]
#[test]
fn a_parsed_record_has_the_attributes_of_an_event() {
    const NOT_OF_THE_RECORD: [&str; 7] = [
        "timestamp",
        "ingestion_time",
        "event_id",
        "log_stream_name",
        "object_key",
        "message",
        "parse_error",
    ];
    let schema = vpcflow::provider::schema_json().unwrap();
    let source = &schema["provider_schemas"][vpcflow::provider::ADDRESS]["data_source_schemas"]["vpcflow_log_events"];
    let event = &source["block"]["attributes"]["events"]["nested_type"]["attributes"];
    let columns = event.as_object().unwrap().iter();
    let columns = columns
        .filter(|(name, _)| !NOT_OF_THE_RECORD.contains(&name.as_str()))
        .map(|(name, attribute)| {
            let ty = attribute["type"].to_string();
            (name.as_str(), Type::from_json(ty.as_bytes()).unwrap())
        });
    assert_eq!(Type::object(columns), parsed_type());
}
