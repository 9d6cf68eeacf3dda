//! `moved` blocks take over flow logs from the states of other providers.
//!
//! The addresses of these providers are mapped to the provider under test, because Core needs a program for every
//! provider in the state.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::acceptance::resource::outside;
use crate::acceptance::resource::query::changes;
use crate::harness::fake::{Fake, FlowLog, REGION};
use crate::harness::terraform::{Version, Workspace};

/// The format in which the other provider stores a flow log.
#[derive(Clone, Copy)]
enum Form {
    /// Releases of hashicorp/aws up to 5: schema 0, with the name of the log group.
    Aws5,
    /// Release 6 of hashicorp/aws: schema 1, with `region`, without the name of the log group.
    Aws6,
    /// hashicorp/awscc.
    Awscc,
}

impl Form {
    fn resource_type(self) -> &'static str {
        match self {
            Self::Aws5 | Self::Aws6 => "aws_flow_log",
            Self::Awscc => "awscc_ec2_flow_log",
        }
    }

    fn provider(self) -> &'static str {
        match self {
            Self::Aws5 | Self::Aws6 => "aws",
            Self::Awscc => "awscc",
        }
    }

    fn schema_version(self) -> i64 {
        match self {
            Self::Aws5 => 0,
            Self::Aws6 | Self::Awscc => 1,
        }
    }

    fn attributes(self, log: &FlowLog) -> Value {
        match self {
            Self::Aws5 => aws(log, |state| {
                state.insert("log_group_name".to_owned(), json!(log.log_group_name));
                state.remove("region");
                state.remove("regional_nat_gateway_id");
            }),
            Self::Aws6 => aws(log, |state| {
                if let (None, Some(name)) = (&log.log_destination, &log.log_group_name) {
                    let arn = format!(
                        "arn:aws:logs:{}:{}:log-group:{name}",
                        log.region, log.account
                    );
                    state.insert("log_destination".to_owned(), json!(arn));
                }
            }),
            Self::Awscc => awscc(log),
        }
    }
}

/// Returns the state of `aws_flow_log` as release 6 writes it: omitted arguments are null or empty.
fn aws(log: &FlowLog, form: impl FnOnce(&mut serde_json::Map<String, Value>)) -> Value {
    let target = |resource_type: &str| {
        let meant = log.resource_type == resource_type;
        if meant {
            json!(log.resource_id)
        } else {
            json!("")
        }
    };
    let options = log.destination_options.iter().map(|options| {
        json!({
            "file_format": options.file_format,
            "hive_compatible_partitions": options.hive_compatible_partitions,
            "per_hour_partition": options.per_hour_partition,
        })
    });
    let tag_fields = log
        .tag_field_specifications
        .iter()
        .map(|field| json!({ "resource_type": field.resource_type, "tag_keys": field.tag_keys }));
    let own: BTreeMap<_, _> = log.tags.iter().filter(|(key, _)| *key != "Team").collect();
    let mut state = json!({
        "arn": format!("arn:aws:ec2:{}:{}:vpc-flow-log/{}", log.region, log.account, log.id),
        "deliver_cross_account_role": log.deliver_cross_account_role.clone().unwrap_or_default(),
        "destination_options": options.collect::<Vec<_>>(),
        "eni_id": target("NetworkInterface"),
        "iam_role_arn": log.deliver_logs_permission_arn.clone().unwrap_or_default(),
        "id": log.id,
        "log_destination": log.log_destination.clone().unwrap_or_default(),
        "log_destination_type": log.log_destination_type,
        "log_format": log.log_format,
        "max_aggregation_interval": log.max_aggregation_interval,
        "region": log.region,
        "regional_nat_gateway_id": target("RegionalNatGateway"),
        "subnet_id": target("Subnet"),
        "tag_field_specification": tag_fields.collect::<Vec<_>>(),
        "tags": if own.is_empty() { Value::Null } else { json!(own) },
        "tags_all": log.tags,
        "traffic_type": written_traffic_type(log).unwrap_or_default(),
        "transit_gateway_attachment_id": target("TransitGatewayAttachment"),
        "transit_gateway_id": target("TransitGateway"),
        "vpc_id": target("VPC"),
    });
    form(state.as_object_mut().unwrap());
    state
}

/// Returns the traffic type in a configuration. AWS accepts none for a transit gateway.
fn written_traffic_type(log: &FlowLog) -> Option<String> {
    let all = (log.resource_type == "TransitGateway").then(|| "ALL".to_owned());
    log.traffic_type.clone().or(all)
}

/// Returns the state of `awscc_ec2_flow_log`.
fn awscc(log: &FlowLog) -> Value {
    let options = log.destination_options.as_ref().map(|options| {
        json!({
            "file_format": options.file_format,
            "hive_compatible_partitions": options.hive_compatible_partitions,
            "per_hour_partition": options.per_hour_partition,
        })
    });
    let tags = log.tags.iter();
    let tags = tags.map(|(key, value)| json!({ "key": key, "value": value }));
    let tag_fields = log
        .tag_field_specifications
        .iter()
        .map(|field| json!({ "resource_type": field.resource_type, "tag_keys": field.tag_keys }));
    json!({
        "deliver_cross_account_role": log.deliver_cross_account_role,
        "deliver_logs_permission_arn": log.deliver_logs_permission_arn,
        "destination_options": options,
        "flow_log_id": log.id,
        "id": log.id,
        "log_destination": log.log_destination,
        "log_destination_type": log.log_destination_type,
        "log_format": log.log_format,
        "log_group_name": log.log_group_name,
        "max_aggregation_interval": log.max_aggregation_interval,
        "resource_id": log.resource_id,
        "resource_type": log.resource_type,
        "tag_field_specifications": tag_fields.collect::<Vec<_>>(),
        "tags": tags.collect::<Vec<_>>(),
        "traffic_type": log.traffic_type,
    })
}

/// Returns a state file with one resource for each flow log. The number of the flow log is its name.
fn state_file(form: Form, host: &str, logs: &[FlowLog]) -> String {
    let provider = format!("provider[\"{host}/hashicorp/{}\"]", form.provider());
    let resources = logs.iter().enumerate().map(|(number, log)| {
        json!({
            "mode": "managed",
            "type": form.resource_type(),
            "name": format!("log_{number}"),
            "provider": provider,
            "instances": [{
                "schema_version": form.schema_version(),
                "attributes": form.attributes(log),
                "sensitive_attributes": [],
                "private": "bnVsbA==",
            }],
        })
    });
    let state = json!({
        "version": 4, "terraform_version": "1.9.0", "serial": 1,
        "lineage": "00000000-0000-0000-0000-000000000000", "outputs": {},
        "resources": resources.collect::<Vec<_>>(), "check_results": null,
    });
    state.to_string()
}

/// Returns the configuration with the changed resource type, and the `moved` block.
fn ported(form: Form, number: usize, log: &FlowLog) -> String {
    let mut arguments = Vec::new();
    let mut add = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            let text = json!(value).to_string();
            let text = text.replace("${", "$${").replace("%{", "%%{");
            arguments.push(format!("  {name} = {text}"));
        }
    };
    let argument = match log.resource_type.as_str() {
        "VPC" => "vpc_id",
        "Subnet" => "subnet_id",
        "NetworkInterface" => "eni_id",
        "RegionalNatGateway" => "regional_nat_gateway_id",
        "TransitGateway" => "transit_gateway_id",
        "TransitGatewayAttachment" => "transit_gateway_attachment_id",
        _ => "resource_id",
    };
    add(argument, &Some(log.resource_id.clone()));
    if log.resource_type == "CoreNetworkEdge" {
        add("resource_type", &Some(log.resource_type.clone()));
    }
    // Modules set a traffic type for every resource. If it has no effect, it is stored as written.
    match form {
        Form::Aws5 | Form::Aws6 => add("traffic_type", &written_traffic_type(log)),
        Form::Awscc => add("traffic_type", &log.traffic_type),
    }
    if log.log_destination.is_some() {
        add("log_destination", &log.log_destination);
    } else {
        add("log_group_name", &log.log_group_name);
    }
    add(
        "log_destination_type",
        &Some(log.log_destination_type.clone()),
    );
    add("iam_role_arn", &log.deliver_logs_permission_arn);
    add(
        "deliver_cross_account_role",
        &log.deliver_cross_account_role,
    );
    add("log_format", &Some(log.log_format.clone()));
    let interval = log.max_aggregation_interval;
    arguments.push(format!("  max_aggregation_interval = {interval}"));
    if let Some(options) = &log.destination_options {
        arguments.push(format!(
            "  destination_options {{\n    file_format = \"{}\"\n    hive_compatible_partitions = {}\n    \
             per_hour_partition = {}\n  }}",
            options.file_format, options.hive_compatible_partitions, options.per_hour_partition
        ));
    }
    for field in &log.tag_field_specifications {
        arguments.push(format!(
            "  tag_field_specification {{\n    resource_type = \"{}\"\n    tag_keys = {}\n  }}",
            field.resource_type,
            json!(field.tag_keys)
        ));
    }
    // awscc has no default tags, so all tags are in the configuration.
    let written = |key: &String| matches!(form, Form::Awscc) || key != "Team";
    let own: BTreeMap<_, _> = log.tags.iter().filter(|(key, _)| written(key)).collect();
    if !own.is_empty() {
        let tags = json!(own).to_string();
        let tags = tags.replace("${", "$${").replace("%{", "%%{");
        arguments.push(format!("  tags = {tags}"));
    }
    let from = form.resource_type();
    format!(
        "resource \"vpcflow_log\" \"log_{number}\" {{\n{}\n}}\nmoved {{\n  from = {from}.log_{number}\n  to = \
         vpcflow_log.log_{number}\n}}\n",
        arguments.join("\n")
    )
}

/// Creates a workspace with the flow logs in another provider's state and in our configuration.
fn workspace(form: Form, host: &str, fake: &Fake, logs: &[FlowLog]) -> Workspace {
    let settings = match form {
        Form::Aws5 | Form::Aws6 => r#"default_tags { tags = { Team = "network" } }"#,
        Form::Awscc => "",
    };
    let work = Workspace::new(Version::V115, fake.url())
        .with_settings(settings)
        .in_place_of(&format!("{host}/hashicorp/{}", form.provider()));
    work.write("terraform.tfstate", &state_file(form, host, logs));
    let ported: Vec<_> = logs
        .iter()
        .enumerate()
        .map(|(number, log)| ported(form, number, log))
        .collect();
    work.configure(&ported.concat());
    work
}

fn fifty_flow_logs(form: Form) -> Vec<FlowLog> {
    let logs = (0..).map(|number| outside::flow_log(number, REGION));
    let managed = logs.filter(|log| match form {
        Form::Aws5 => {
            !log.resource_type.starts_with("CoreNetwork")
                && log.resource_type != "RegionalNatGateway"
        }
        Form::Aws6 => !log.resource_type.starts_with("CoreNetwork"),
        Form::Awscc => true,
    });
    managed.take(50).collect()
}

#[test]
fn fifty_states_of_each_provider_move_without_changes() {
    for form in [Form::Aws5, Form::Aws6, Form::Awscc] {
        let fake = Fake::start();
        let logs = fifty_flow_logs(form);
        for log in &logs {
            fake.insert(log.clone());
        }
        let work = workspace(form, "registry.terraform.io", &fake, &logs);
        assert_eq!(changes(&work), BTreeMap::from([("no-op".to_owned(), 50)]));
        work.apply().says(&["0 added, 0 changed, 0 destroyed"]);
        work.plans_empty();
        let state = work.state();
        let moved = &state["values"]["root_module"]["resources"][0];
        assert_eq!(moved["address"], "vpcflow_log.log_0");
        let account = moved["identity"]["account_id"].as_str();
        assert_eq!(moved["identity"]["id"], logs[0].id);
        assert_eq!(account, Some("123456789012"));
        for action in [
            "CreateFlowLogs",
            "DeleteFlowLogs",
            "CreateTags",
            "DeleteTags",
        ] {
            assert_eq!(fake.calls_of(action).len(), 0, "{action}");
        }
    }
}

#[test]
fn a_move_without_a_refresh_plans_no_changes() {
    let fake = Fake::start();
    let logs = fifty_flow_logs(Form::Aws6);
    let work = workspace(Form::Aws6, "registry.example.com", &fake, &logs);
    let run = work
        .run(&["plan", "-no-color", "-refresh=false"])
        .succeeds();
    run.says(&["0 to add, 0 to change, 0 to destroy"]);
    assert_eq!(fake.calls_of("DescribeFlowLogs").len(), 0);
}

#[test]
fn the_error_for_another_resource_type_lists_the_supported_types() {
    let fake = Fake::start();
    let work = Workspace::new(Version::V115, fake.url())
        .in_place_of("registry.terraform.io/hashicorp/aws");
    let mut state: Value = serde_json::from_str(&state_file(
        Form::Aws6,
        "registry.terraform.io",
        &fifty_flow_logs(Form::Aws6)[..1],
    ))
    .unwrap();
    state["resources"][0]["type"] = json!("aws_vpc");
    work.write("terraform.tfstate", &state.to_string());
    let moved = "moved {\n  from = aws_vpc.log_0\n  to = vpcflow_log.main\n}\n";
    work.configure(&format!(
        "{moved}{}",
        crate::acceptance::flow_log("main", "")
    ));
    work.run(&["plan", "-no-color"]).fails_with(&[
        "Resource not moved",
        "an aws_flow_log of the provider hashicorp/aws",
        "an awscc_ec2_flow_log of hashicorp/awscc",
    ]);
}

#[test]
fn the_documented_move_plans_no_changes() {
    let fake = Fake::start();
    let mut log = FlowLog::sample("fl-0123456789abcdef0", "vpc-0123456789abcdef0");
    log.traffic_type = Some("REJECT".to_owned());
    let group = "arn:aws:logs:us-east-1:123456789012:log-group:vpc-rejects";
    log.log_destination = Some(group.to_owned());
    log.log_group_name = Some("vpc-rejects".to_owned());
    fake.insert(log.clone());
    let work =
        Workspace::new(Version::Any, fake.url()).in_place_of("registry.terraform.io/hashicorp/aws");
    let state = state_file(Form::Aws6, "registry.terraform.io", &[log]);
    work.write("terraform.tfstate", &state.replace("log_0", "taken_over"));
    work.write(
        "terraform.tfvars",
        "vpc_id = \"vpc-0123456789abcdef0\"\ndelivery_role_arn = \"arn:aws:iam::123456789012:role/sample\"\n",
    );
    let example = include_str!("../../../../examples/resources/vpcflow_log/resource_moved.tf");
    work.configure(example);
    assert_eq!(changes(&work), BTreeMap::from([("no-op".to_owned(), 1)]));
    work.apply().says(&["0 added, 0 changed, 0 destroyed"]);
    work.plans_empty();
}

#[test]
fn an_empty_role_and_an_omitted_role_are_equal() {
    let fake = Fake::start();
    let mut log = FlowLog::sample("fl-0123456789abcdef0", "subnet-0123456789abcdef0");
    log.log_destination_type = "s3".to_owned();
    log.log_destination = Some("arn:aws:s3:::bucket".to_owned());
    log.log_group_name = None;
    log.deliver_logs_permission_arn = None;
    fake.insert(log);
    let work = Workspace::new(Version::Any, fake.url());
    for (number, role) in ["", "iam_role_arn = \"\"", ""].into_iter().enumerate() {
        work.configure(&format!(
            r#"
resource "vpcflow_log" "main" {{
  subnet_id       = "subnet-0123456789abcdef0"
  traffic_type    = "ALL"
  log_destination = "arn:aws:s3:::bucket"
  {role}
}}"#
        ));
        if number == 0 {
            let id = "fl-0123456789abcdef0";
            work.run(&["import", "-no-color", "vpcflow_log.main", id])
                .succeeds();
        }
        work.apply().says(&["0 added", "0 destroyed"]);
        work.plans_empty();
    }
    assert_eq!(fake.calls_of("CreateFlowLogs").len(), 0);
}

#[test]
fn a_moved_state_without_a_region_does_not_create_a_second_flow_log() {
    let fake = Fake::start();
    let log = outside::flow_log(0, "eu-west-1");
    fake.insert(log.clone());
    let work = workspace(
        Form::Awscc,
        "registry.terraform.io",
        &fake,
        std::slice::from_ref(&log),
    );
    work.plan().fails_with(&[
        &format!("Flow log {} not found in us-east-1", log.id),
        "set `region` on the resource",
        "terraform state rm",
    ]);
    let there = work
        .read("main.tf")
        .replace("  vpc_id", "  region = \"eu-west-1\"\n  vpc_id");
    work.write("main.tf", &there);
    work.run(&["apply", "-auto-approve", "-no-color", "-refresh=false"])
        .succeeds()
        .says(&["0 added, 1 changed, 0 destroyed"]);
    work.plans_empty();
    assert_eq!(fake.flow_logs("eu-west-1"), [log]);
}
