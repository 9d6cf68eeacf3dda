//! The section "Schema" of a page: attributes and blocks by group, and nested schemas.

use serde_json::{Map, Value};

/// Whether the user or the provider sets a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Required,
    Optional,
    ReadOnly,
}

impl Group {
    const ALL: [Self; 3] = [Self::Required, Self::Optional, Self::ReadOnly];

    fn title(self) -> &'static str {
        match self {
            Self::Required => "Required",
            Self::Optional => "Optional",
            Self::ReadOnly => "Read-Only",
        }
    }
}

/// An attribute or a block of the schema.
struct Member<'a> {
    name: &'a str,
    group: Group,
    /// The name of its type on the page.
    kind: String,
    description: &'a str,
    /// The kind of its nested schema, and the members of that schema.
    nested: Option<(&'static str, Vec<Self>)>,
}

impl Member<'_> {
    /// Reports whether another member differs only in its name.
    fn is_like(&self, other: &Self) -> bool {
        let plain = |member: &Self| {
            let none = member.nested.is_none();
            (
                none,
                member.group,
                member.kind.clone(),
                member.description.to_owned(),
            )
        };
        self.name == other.name || self.nested.is_none() && plain(self) == plain(other)
    }
}

/// Returns the section for a root block.
pub(super) fn schema(block: &Value) -> String {
    let members = members(block);
    let mut text = "## Schema\n".to_owned();
    for group in Group::ALL {
        list(&mut text, &members, group, &[], |title| {
            format!("\n### {title}\n\n")
        });
    }
    parts(&mut text, &members, &[]);
    text
}

/// Returns the section for the identity of a resource.
pub(super) fn identity(identity: &Value) -> String {
    let attributes = identity["attributes"].as_object().unwrap();
    let members = sorted(attributes)
        .map(|(name, attribute)| Member {
            name,
            group: if attribute["required_for_import"] == true {
                Group::Required
            } else {
                Group::Optional
            },
            kind: type_name(&attribute["type"]),
            description: text(attribute),
            nested: None,
        })
        .collect::<Vec<_>>();
    let mut text = "### Identity Schema\n".to_owned();
    for group in Group::ALL {
        list(&mut text, &members, group, &[], |title| {
            format!("\n#### {title}\n\n")
        });
    }
    text
}

fn list(
    into: &mut String,
    members: &[Member<'_>],
    group: Group,
    above: &[&str],
    title: impl Fn(&str) -> String,
) {
    let chosen: Vec<_> = members.iter().filter(|m| m.group == group).collect();
    if chosen.is_empty() {
        return;
    }
    into.push_str(&title(group.title()));
    let mut told: Vec<&Member<'_>> = Vec::new();
    for member in &chosen {
        if told.iter().any(|before| before.is_like(member)) {
            continue;
        }
        told.push(member);
        let alike: Vec<_> = chosen.iter().filter(|m| m.is_like(member)).collect();
        match alike.len() {
            0..MANY => alike.iter().for_each(|m| into.push_str(&line(m, above))),
            _ => into.push_str(&one_line(&alike)),
        }
    }
}

/// The number of members that differ only in their names from which they share one line.
const MANY: usize = 10;

fn one_line(members: &[&&Member<'_>]) -> String {
    let names: Vec<_> = members.iter().map(|m| format!("`{}`", m.name)).collect();
    let Member {
        kind, description, ..
    } = members[0];
    format!("- {} ({kind}) {description}\n", names.join(", "))
}

fn line(member: &Member<'_>, above: &[&str]) -> String {
    let mut text = format!("- `{}` ({})", member.name, member.kind);
    if !member.description.is_empty() {
        text.push(' ');
        // The other lines belong to the same list item.
        text.push_str(&member.description.replace('\n', "\n  "));
    }
    if member.nested.is_some() {
        let anchor = anchor(member, above);
        text.push_str(&format!(" (see [below for nested schema](#{anchor}))"));
    }
    text.push('\n');
    text
}

/// Adds the nested schemas of all members, each followed by the schemas nested in it.
fn parts<'a>(into: &mut String, members: &[Member<'a>], above: &[&'a str]) {
    for member in members {
        let Some((_, inner)) = &member.nested else {
            continue;
        };
        let path = [above, &[member.name]].concat();
        into.push_str(&format!(
            "\n<a id=\"{}\"></a>\n### Nested Schema for `{}`\n",
            anchor(member, above),
            path.join(".")
        ));
        for group in Group::ALL {
            list(into, inner, group, &path, |title| format!("\n{title}:\n\n"));
        }
        parts(into, inner, &path);
    }
}

fn anchor(member: &Member<'_>, above: &[&str]) -> String {
    let kind = member.nested.as_ref().map_or("", |(kind, _)| kind);
    let path = [above, &[member.name]].concat();
    format!("{kind}--{}", path.join("--"))
}

/// Returns the attributes and blocks of a block or of a nested attribute, by name.
fn members(block: &Value) -> Vec<Member<'_>> {
    let attributes = block["attributes"].as_object();
    let attributes = attributes.into_iter().flat_map(sorted);
    let blocks = block["block_types"].as_object();
    let blocks = blocks.into_iter().flat_map(sorted);
    let mut members: Vec<_> = attributes
        .map(|(name, json)| attribute(name, json))
        .chain(blocks.map(|(name, json)| nested_block(name, json)))
        .collect();
    members.sort_by_key(|member| member.name);
    members
}

fn attribute<'a>(name: &'a str, json: &'a Value) -> Member<'a> {
    let group = match () {
        () if json["required"] == true => Group::Required,
        () if json["optional"] == true => Group::Optional,
        () => Group::ReadOnly,
    };
    let mut kind = match json.get("nested_type") {
        Some(nested) => match nested["nesting_mode"].as_str().unwrap() {
            "single" => "Attributes".to_owned(),
            "list" => "Attributes List".to_owned(),
            "set" => "Attributes Set".to_owned(),
            "map" => "Attributes Map".to_owned(),
            other => panic!("{name}: nesting mode {other}"),
        },
        None => type_name(&json["type"]),
    };
    let marks = [
        ("sensitive", "Sensitive"),
        ("deprecated", "Deprecated"),
        ("write_only", "Write-only"),
    ];
    for (_, mark) in marks.iter().filter(|(key, _)| json[*key] == true) {
        kind.push_str(", ");
        kind.push_str(mark);
    }
    Member {
        name,
        group,
        kind,
        description: text(json),
        nested: json
            .get("nested_type")
            .map(|nested| ("nestedatt", members(nested))),
    }
}

fn nested_block<'a>(name: &'a str, json: &'a Value) -> Member<'a> {
    let inner = members(&json["block"]);
    let least = json["min_items"].as_i64().unwrap_or(0);
    let most = json["max_items"].as_i64().unwrap_or(0);
    let group = match () {
        () if least > 0 => Group::Required,
        () if !inner.is_empty() && inner.iter().all(|m| m.group == Group::ReadOnly) => {
            Group::ReadOnly
        }
        () => Group::Optional,
    };
    let mut kind = match json["nesting_mode"].as_str().unwrap() {
        // A group differs from a single block only in its values: if it is omitted, its attributes are null.
        "single" | "group" if least == 0 => "Block, Optional".to_owned(),
        "single" | "group" => "Block".to_owned(),
        "list" => "Block List".to_owned(),
        "set" => "Block Set".to_owned(),
        "map" => "Block Map".to_owned(),
        other => panic!("{name}: nesting mode {other}"),
    };
    for (bound, number) in [("Min", least), ("Max", most)] {
        if number > 0 {
            kind.push_str(&format!(", {bound}: {number}"));
        }
    }
    Member {
        name,
        group,
        kind,
        description: text(&json["block"]),
        nested: Some(("nestedblock", inner)),
    }
}

/// Gives the name of a type, such as `List of String`.
pub(super) fn type_name(ty: &Value) -> String {
    match ty {
        Value::String(name) => match name.as_str() {
            "string" => "String".to_owned(),
            "number" => "Number".to_owned(),
            "bool" => "Boolean".to_owned(),
            "dynamic" => "Dynamic".to_owned(),
            other => panic!("type {other}"),
        },
        Value::Array(parts) => {
            let kind = match parts[0].as_str().unwrap() {
                "list" => "List of",
                "set" => "Set of",
                "map" => "Map of",
                "object" => return "Object".to_owned(),
                "tuple" => return "Tuple".to_owned(),
                other => panic!("type {other}"),
            };
            format!("{kind} {}", type_name(&parts[1]))
        }
        other => panic!("type {other}"),
    }
}

fn text(json: &Value) -> &str {
    json["description"].as_str().unwrap_or_default()
}

fn sorted(object: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    let mut entries: Vec<_> = object
        .iter()
        .map(|(name, json)| (name.as_str(), json))
        .collect();
    entries.sort_by_key(|(name, _)| *name);
    entries.into_iter()
}

#[test]
fn a_schema_of_every_shape_is_written_as_the_registry_expects_it() {
    let block = serde_json::json!({
        "attributes": {
            "id": { "type": "string", "description": "The id.", "computed": true },
            "name": { "type": "string", "description": "The name.", "required": true },
            "rows": {
                "nested_type": {
                    "attributes": { "n": { "type": "number", "description": "A number.", "computed": true } },
                    "nesting_mode": "list",
                },
                "description": "The rows.", "computed": true,
            },
            "secret": { "type": "string", "description": "First.\n- one\n- two", "optional": true, "sensitive": true },
        },
        "block_types": {
            "options": {
                "nesting_mode": "group",
                "block": {
                    "attributes": { "on": { "type": "bool", "optional": true, "computed": true } },
                    "block_types": {
                        "deep": {
                            "nesting_mode": "set", "max_items": 2,
                            "block": { "attributes": { "keys": { "type": ["set", "string"], "required": true } } },
                        },
                    },
                    "description": "The options.",
                },
            },
        },
    });
    expect_test::expect![[r##"
        ## Schema

        ### Required

        - `name` (String) The name.

        ### Optional

        - `options` (Block, Optional) The options. (see [below for nested schema](#nestedblock--options))
        - `secret` (String, Sensitive) First.
          - one
          - two

        ### Read-Only

        - `id` (String) The id.
        - `rows` (Attributes List) The rows. (see [below for nested schema](#nestedatt--rows))

        <a id="nestedblock--options"></a>
        ### Nested Schema for `options`

        Optional:

        - `deep` (Block Set, Max: 2) (see [below for nested schema](#nestedblock--options--deep))
        - `on` (Boolean)

        <a id="nestedblock--options--deep"></a>
        ### Nested Schema for `options.deep`

        Required:

        - `keys` (Set of String)

        <a id="nestedatt--rows"></a>
        ### Nested Schema for `rows`

        Read-Only:

        - `n` (Number) A number.
    "##]]
    .assert_eq(&schema(&block));
}
