//! The sections of a function page: the signature and the arguments.

use serde_json::Value;

use super::section::type_name;

/// Returns both sections.
pub(super) fn signature(name: &str, function: &Value) -> String {
    let parameters = function["parameters"].as_array().into_iter().flatten();
    let variadic = function.get("variadic_parameter");
    let mut written: Vec<_> = parameters.clone().map(declared).collect();
    written.extend(variadic.map(|parameter| format!("{}...", declared(parameter))));
    let mut text = format!(
        "## Signature\n\n```text\n{name}({}) {}\n```\n\n## Arguments\n\n",
        written.join(", "),
        type_name(&function["return_type"]).to_lowercase()
    );
    let all = parameters
        .map(|parameter| (parameter, ""))
        .chain(variadic.map(|parameter| (parameter, "Variadic, ")));
    for (number, (parameter, mark)) in (1..).zip(all) {
        let ty = type_name(&parameter["type"]);
        let nullable = if parameter["is_nullable"] == true {
            ", Nullable"
        } else {
            ""
        };
        text.push_str(&format!(
            "{number}. `{}` ({mark}{ty}{nullable}) {}\n",
            word(&parameter["name"]),
            word(&parameter["description"]).replace('\n', "\n   ")
        ));
    }
    text
}

fn declared(parameter: &Value) -> String {
    let ty = type_name(&parameter["type"]).to_lowercase();
    format!("{} {ty}", word(&parameter["name"]))
}

fn word(json: &Value) -> &str {
    json.as_str().unwrap_or_default()
}

#[test]
fn a_signature_names_every_argument() {
    let function = serde_json::json!({
        "description": "Reads a line.",
        "return_type": ["map", "string"],
        "parameters": [{ "name": "line", "description": "The line.", "type": "string" }],
        "variadic_parameter": { "name": "format", "description": "The format.", "type": "string" },
    });
    expect_test::expect![[r#"
        ## Signature

        ```text
        parse_record(line string, format string...) map of string
        ```

        ## Arguments

        1. `line` (String) The line.
        2. `format` (Variadic, String) The format.
    "#]]
    .assert_eq(&signature("parse_record", &function));
}
