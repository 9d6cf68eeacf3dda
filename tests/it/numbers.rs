//! The field numbers on the wire, compared with bytes that were derived manually from the tables of the protocol.
//!
//! A tag is `number << 3 | kind` with kind 0 for numbers and 2 for strings, bytes and messages. Only values other than
//! zero are sent, in the order of the field numbers.

use prost::Message;
use vpcflow::protocol::pb;

/// Encodes a message, compares the bytes, and decodes them again.
#[track_caller]
fn check<M: Message + Default + PartialEq + std::fmt::Debug>(message: &M, expected: &[u8]) {
    assert_eq!(message.encode_to_vec(), expected);
    assert_eq!(M::decode(expected).unwrap(), *message);
}

fn value(byte: u8) -> Option<pb::DynamicValue> {
    Some(pb::DynamicValue {
        msgpack: vec![byte],
        json: Vec::new(),
    })
}

fn identity(byte: u8) -> Option<pb::ResourceIdentityData> {
    Some(pb::ResourceIdentityData {
        identity_data: value(byte),
    })
}

fn error() -> pb::Diagnostic {
    pb::Diagnostic {
        severity: pb::diagnostic::Severity::Error.into(),
        summary: "s".to_owned(),
        detail: "d".to_owned(),
        attribute: None,
    }
}

/// The encoding of [`error`].
const ERROR: [u8; 8] = [0x08, 1, 0x12, 1, b's', 0x1a, 1, b'd'];

/// The encoding of [`value`] with a byte, as the field with a tag.
fn tagged_value(tag: u8, byte: u8) -> Vec<u8> {
    vec![tag, 3, 0x0a, 1, byte]
}

/// The encoding of [`identity`] with a byte, as the field with a tag.
fn tagged_identity(tag: u8, byte: u8) -> Vec<u8> {
    vec![tag, 5, 0x0a, 3, 0x0a, 1, byte]
}

#[test]
fn values_and_raw_states() {
    let both = pb::DynamicValue {
        msgpack: vec![0xc0],
        json: b"{}".to_vec(),
    };
    check(&both, &[0x0a, 1, 0xc0, 0x12, 2, b'{', b'}']);
    let raw = pb::RawState {
        json: b"1".to_vec(),
        flatmap: [("k".to_owned(), "v".to_owned())].into(),
    };
    check(
        &raw,
        &[0x0a, 1, b'1', 0x12, 6, 0x0a, 1, b'k', 0x12, 1, b'v'],
    );
}

#[test]
fn diagnostics_with_every_kind_of_step() {
    use pb::attribute_path::{Step, step::Selector};
    let step = |selector| Step {
        selector: Some(selector),
    };
    let warning = pb::Diagnostic {
        severity: pb::diagnostic::Severity::Warning.into(),
        attribute: Some(pb::AttributePath {
            steps: vec![
                step(Selector::AttributeName("a".to_owned())),
                step(Selector::ElementKeyString("b".to_owned())),
                step(Selector::ElementKeyInt(7)),
            ],
        }),
        ..error()
    };
    let mut expected = vec![0x08, 2, 0x12, 1, b's', 0x1a, 1, b'd', 0x22, 14];
    expected.extend([0x0a, 3, 0x0a, 1, b'a']);
    expected.extend([0x0a, 3, 0x12, 1, b'b']);
    expected.extend([0x0a, 2, 0x18, 7]);
    check(&warning, &expected);
}

#[test]
fn errors_of_functions_distinguish_argument_zero_from_none() {
    let text = |argument| pb::FunctionError {
        text: "t".to_owned(),
        function_argument: argument,
    };
    check(&text(None), &[0x0a, 1, b't']);
    check(&text(Some(0)), &[0x0a, 1, b't', 0x10, 0]);
}

#[test]
fn attributes_of_a_schema() {
    let attribute = pb::schema::Attribute {
        name: "n".to_owned(),
        r#type: b"t".to_vec(),
        description: "d".to_owned(),
        required: true,
        optional: true,
        computed: true,
        sensitive: true,
        description_kind: pb::StringKind::Markdown.into(),
        deprecated: true,
        nested_type: Some(pb::schema::Object {
            attributes: vec![pb::schema::Attribute::default()],
            nesting: pb::schema::object::NestingMode::Map.into(),
        }),
        write_only: true,
        deprecation_message: "m".to_owned(),
    };
    let mut expected = vec![0x0a, 1, b'n', 0x12, 1, b't', 0x1a, 1, b'd'];
    expected.extend([0x20, 1, 0x28, 1, 0x30, 1, 0x38, 1, 0x40, 1, 0x48, 1]);
    expected.extend([0x52, 4, 0x0a, 0, 0x18, 4, 0x58, 1, 0x62, 1, b'm']);
    check(&attribute, &expected);
}

#[test]
fn blocks_of_a_schema() {
    let block = pb::schema::Block {
        version: 1,
        attributes: vec![pb::schema::Attribute::default()],
        block_types: vec![pb::schema::NestedBlock {
            type_name: "t".to_owned(),
            block: Some(pb::schema::Block::default()),
            nesting: pb::schema::nested_block::NestingMode::Group.into(),
            min_items: 1,
            max_items: 2,
        }],
        description: "d".to_owned(),
        description_kind: pb::StringKind::Markdown.into(),
        deprecated: true,
        deprecation_message: "m".to_owned(),
        computed: true,
    };
    let schema = pb::Schema {
        version: 3,
        block: Some(block),
    };
    let mut expected = vec![0x08, 3, 0x12, 29, 0x08, 1, 0x12, 0];
    expected.extend([0x1a, 11, 0x0a, 1, b't', 0x12, 0, 0x18, 5, 0x20, 1, 0x28, 2]);
    expected.extend([0x22, 1, b'd', 0x28, 1, 0x30, 1, 0x3a, 1, b'm', 0x40, 1]);
    check(&schema, &expected);
}

#[test]
fn response_with_the_complete_schema() {
    let of = |name: &str| [(name.to_owned(), pb::Schema::default())].into();
    let response = pb::get_provider_schema::Response {
        provider: Some(pb::Schema::default()),
        resource_schemas: of("r"),
        data_source_schemas: of("d"),
        diagnostics: vec![pb::Diagnostic::default()],
        provider_meta: Some(pb::Schema::default()),
        server_capabilities: Some(pb::ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            move_resource_state: true,
            generate_resource_config: true,
        }),
        functions: [("f".to_owned(), pb::Function::default())].into(),
        ephemeral_resource_schemas: of("e"),
        list_resource_schemas: of("l"),
        state_store_schemas: of("s"),
        action_schemas: [("a".to_owned(), pb::ActionSchema::default())].into(),
    };
    let entry = |tag, name| [tag, 3, 0x0a, 1, name];
    let mut expected = vec![0x0a, 0];
    expected.extend(entry(0x12, b'r'));
    expected.extend(entry(0x1a, b'd'));
    expected.extend([0x22, 0, 0x2a, 0]);
    expected.extend([0x32, 8, 0x08, 1, 0x10, 1, 0x18, 1, 0x20, 1]);
    expected.extend(entry(0x3a, b'f'));
    expected.extend(entry(0x42, b'e'));
    expected.extend(entry(0x4a, b'l'));
    expected.extend(entry(0x52, b's'));
    expected.extend(entry(0x5a, b'a'));
    check(&response, &expected);
}

#[test]
fn diagnostics_of_the_provider_configuration_are_the_second_field() {
    let response = pb::validate_provider_config::Response {
        diagnostics: vec![error()],
    };
    check(&response, &[&[0x12, 8][..], &ERROR].concat());
}

#[test]
fn requests_and_responses_of_plans() {
    let request = pb::plan_resource_change::Request {
        type_name: "t".to_owned(),
        prior_state: value(1),
        proposed_new_state: value(2),
        config: value(3),
        prior_private: vec![4],
        provider_meta: value(5),
        client_capabilities: Some(pb::ClientCapabilities {
            deferral_allowed: true,
            write_only_attributes_allowed: true,
            store_planned_private: true,
            computed_blocks_allowed: true,
        }),
        prior_identity: identity(8),
        planned_private: vec![9],
    };
    let expected = [
        vec![0x0a, 1, b't'],
        tagged_value(0x12, 1),
        tagged_value(0x1a, 2),
        tagged_value(0x22, 3),
        vec![0x2a, 1, 4],
        tagged_value(0x32, 5),
        vec![0x3a, 8, 0x08, 1, 0x10, 1, 0x18, 1, 0x20, 1],
        tagged_identity(0x42, 8),
        vec![0x4a, 1, 9],
    ];
    check(&request, &expected.concat());

    let response = pb::plan_resource_change::Response {
        planned_state: value(1),
        requires_replace: vec![pb::AttributePath::default()],
        planned_private: vec![3],
        diagnostics: vec![error()],
        legacy_type_system: true,
        deferred: Some(pb::Deferred {
            reason: pb::deferred::Reason::AbsentPrereq.into(),
        }),
        planned_identity: identity(7),
    };
    let expected = [
        tagged_value(0x0a, 1),
        vec![0x12, 0, 0x1a, 1, 3, 0x22, 8],
        ERROR.to_vec(),
        vec![0x28, 1, 0x32, 2, 0x08, 3],
        tagged_identity(0x3a, 7),
    ];
    check(&response, &expected.concat());
}

#[test]
fn requests_and_responses_of_applies() {
    let request = pb::apply_resource_change::Request {
        type_name: "t".to_owned(),
        prior_state: value(1),
        planned_state: value(2),
        config: value(3),
        planned_private: vec![4],
        provider_meta: value(5),
        planned_identity: identity(6),
    };
    let expected = [
        vec![0x0a, 1, b't'],
        tagged_value(0x12, 1),
        tagged_value(0x1a, 2),
        tagged_value(0x22, 3),
        vec![0x2a, 1, 4],
        tagged_value(0x32, 5),
        tagged_identity(0x3a, 6),
    ];
    check(&request, &expected.concat());

    let response = pb::apply_resource_change::Response {
        new_state: value(1),
        private: vec![2],
        diagnostics: vec![error()],
        legacy_type_system: true,
        new_identity: identity(5),
    };
    let expected = [
        tagged_value(0x0a, 1),
        vec![0x12, 1, 2, 0x1a, 8],
        ERROR.to_vec(),
        vec![0x20, 1],
        tagged_identity(0x2a, 5),
    ];
    check(&response, &expected.concat());
}

#[test]
fn requests_and_responses_of_reads() {
    let request = pb::read_resource::Request {
        type_name: "t".to_owned(),
        current_state: value(2),
        private: vec![3],
        provider_meta: value(4),
        client_capabilities: Some(pb::ClientCapabilities::default()),
        current_identity: identity(6),
    };
    let expected = [
        vec![0x0a, 1, b't'],
        tagged_value(0x12, 2),
        vec![0x1a, 1, 3],
        tagged_value(0x22, 4),
        vec![0x2a, 0],
        tagged_identity(0x32, 6),
    ];
    check(&request, &expected.concat());

    let response = pb::read_resource::Response {
        new_state: value(1),
        diagnostics: vec![error()],
        private: vec![3],
        deferred: Some(pb::Deferred::default()),
        new_identity: identity(5),
    };
    let expected = [
        tagged_value(0x0a, 1),
        vec![0x12, 8],
        ERROR.to_vec(),
        vec![0x1a, 1, 3, 0x22, 0],
        tagged_identity(0x2a, 5),
    ];
    check(&response, &expected.concat());
}

#[test]
fn ephemeral_resources_distinguish_empty_private_data_from_none() {
    let response = |private| pb::open_ephemeral_resource::Response {
        diagnostics: vec![],
        renew_at: Some(prost_types::Timestamp {
            seconds: 1,
            nanos: 2,
        }),
        result: value(3),
        private,
        deferred: None,
    };
    let mut expected = vec![0x12, 4, 0x08, 1, 0x10, 2];
    expected.extend(tagged_value(0x1a, 3));
    check(&response(None), &expected);
    expected.extend([0x22, 0]);
    check(&response(Some(vec![])), &expected);
}

#[test]
fn functions_lists_actions_and_stopping() {
    let call = pb::call_function::Request {
        name: "f".to_owned(),
        arguments: vec![pb::DynamicValue::default()],
    };
    check(&call, &[0x0a, 1, b'f', 0x12, 0]);

    let event = pb::list_resource::Event {
        identity: identity(1),
        display_name: "n".to_owned(),
        resource_object: value(3),
        diagnostic: vec![error()],
    };
    let expected = [
        tagged_identity(0x0a, 1),
        vec![0x12, 1, b'n'],
        tagged_value(0x1a, 3),
        vec![0x22, 8],
        ERROR.to_vec(),
    ];
    check(&event, &expected.concat());

    use pb::invoke_action::event::{Completed, Type};
    let done = pb::invoke_action::Event {
        r#type: Some(Type::Completed(Completed {
            diagnostics: vec![error()],
        })),
    };
    check(&done, &[&[0x12, 10, 0x0a, 8][..], &ERROR].concat());

    let stopped = pb::stop_provider::Response {
        error: "e".to_owned(),
    };
    check(&stopped, &[0x0a, 1, b'e']);
}

#[test]
fn moving_and_importing() {
    let request = pb::move_resource_state::Request {
        source_provider_address: "a".to_owned(),
        source_type_name: "b".to_owned(),
        source_schema_version: 3,
        source_state: Some(pb::RawState::default()),
        target_type_name: "e".to_owned(),
        source_private: vec![6],
        source_identity: Some(pb::RawState::default()),
        source_identity_schema_version: 8,
    };
    let mut expected = vec![0x0a, 1, b'a', 0x12, 1, b'b', 0x18, 3, 0x22, 0];
    expected.extend([0x2a, 1, b'e', 0x32, 1, 6, 0x3a, 0, 0x40, 8]);
    check(&request, &expected);

    let imported = pb::import_resource_state::ImportedResource {
        type_name: "t".to_owned(),
        state: value(2),
        private: vec![3],
        identity: identity(4),
    };
    let expected = [
        vec![0x0a, 1, b't'],
        tagged_value(0x12, 2),
        vec![0x1a, 1, 3],
        tagged_identity(0x22, 4),
    ];
    check(&imported, &expected.concat());
}

#[test]
fn chunks_of_a_state_store() {
    let chunk = pb::write_state_bytes::RequestChunk {
        meta: Some(pb::RequestChunkMeta {
            type_name: "t".to_owned(),
            state_id: "s".to_owned(),
        }),
        bytes: vec![2],
        total_length: 3,
        range: Some(pb::StateRange { start: 4, end: 5 }),
    };
    let mut expected = vec![0x0a, 6, 0x0a, 1, b't', 0x12, 1, b's', 0x12, 1, 2];
    expected.extend([0x18, 3, 0x22, 4, 0x08, 4, 0x10, 5]);
    check(&chunk, &expected);
}
