use super::*;

/// Arguments that only Terraform needs: other names of the resource, and how the provider works.
const OF_TERRAFORM: [&str; 8] = [
    "adopt_existing",
    "eni_id",
    "regional_nat_gateway_id",
    "subnet_id",
    "timeouts",
    "transit_gateway_attachment_id",
    "transit_gateway_id",
    "vpc_id",
];

#[test]
fn every_argument_of_the_model_has_a_property() {
    let schema = drift::schema().unwrap();
    let properties = properties(&schema).unwrap();
    let attributes = schema.block.attributes.iter();
    let written = attributes.filter(|(_, attribute)| attribute.mode != Mode::Computed);
    let names = written
        .map(|(name, _)| name)
        .chain(schema.block.blocks.keys());
    for name in names.filter(|name| !OF_TERRAFORM.contains(&&***name)) {
        let known = properties.iter().any(|p| *p.attribute == **name);
        assert!(known, "{name} has no name in stack definitions");
    }
}

#[test]
fn descriptions_use_only_the_vocabulary_of_stack_definitions() {
    let schema = drift::schema().unwrap();
    let mut left: Vec<Property> = properties(&schema).unwrap();
    while let Some(property) = left.pop() {
        let spans = property.description.split('`').skip(1).step_by(2);
        let of_model = |span: &&str| {
            let attributes = schema.block.attributes.keys();
            attributes
                .chain(schema.block.blocks.keys())
                .any(|name| **name == **span)
        };
        let foreign: Vec<_> = spans.filter(of_model).collect();
        assert_eq!(foreign, [""; 0], "{}", property.name);
        for word in ["HCL", "provider", "Terraform", "block", "argument"] {
            let text = &property.description;
            assert!(!text.contains(word), "{}: {text}", property.name);
        }
        match property.accepts {
            Accepts::Object(members) => left.extend(members),
            Accepts::List { each, .. } => {
                if let Accepts::Object(members) = *each {
                    left.extend(members);
                }
            }
            _ => {}
        }
    }
}

#[test]
fn attributes_are_known_in_both_vocabularies() {
    let options = Path::from("destination_options").attribute("file_format");
    let owner = Path::from("tags").key("Owner");
    for (name, path) in [
        ("log_format", Path::from("log_format")),
        ("LogFormat", Path::from("log_format")),
        ("destination_options.file_format", options.clone()),
        ("DestinationOptions.FileFormat", options),
        (
            "tag_field_specification",
            Path::from("tag_field_specification"),
        ),
        ("tags", Path::from("tags")),
        ("tags[\"Owner\"]", owner.clone()),
        ("Tags[\"Owner\"]", owner),
    ] {
        assert_eq!(attribute(name), Ok(path));
    }
    let nearest = |name: &str| match attribute(name) {
        Err(AttributeError::Unknown { nearest }) => nearest,
        other => panic!("{name}: {other:?}"),
    };
    let meant = |name: &str| nearest(name).unwrap();
    assert_eq!(
        meant("max_aggregation_intervall"),
        "max_aggregation_interval"
    );
    assert_eq!(meant("tag"), "tags");
    assert_eq!(meant("TrafficTypes"), "TrafficType");
    assert!(attribute("tags_all").is_err());
    assert_eq!(nearest("colour"), None);
}

#[test]
fn paths_have_names_in_cloudformation() {
    for (path, name) in [
        (Path::from("iam_role_arn"), "DeliverLogsPermissionArn"),
        (
            Path::from("destination_options").attribute("file_format"),
            "DestinationOptions.FileFormat",
        ),
        (Path::from("tags").key("a.b"), "Tags[\"a.b\"]"),
        (
            Path::from("tag_field_specification").element("instance"),
            "TagFieldSpecifications[\"instance\"]",
        ),
    ] {
        assert_eq!(name_of(&path), name);
    }
}

proptest::proptest! {
    #[test]
    fn the_key_of_a_tag_is_read_as_it_is_written(key in proptest::prelude::any::<String>()) {
        let path = Path::from("tags").key(key);
        for written in [path.to_string(), name_of(&path)] {
            proptest::prop_assert_eq!(attribute(&written).unwrap(), path.clone());
        }
    }
}
