//! The values of expressions in templates where the ways to write them are easily confused.

use super::Folder;
use super::validate::errors;

/// Returns a template with sections, and one flow log with a condition.
fn template(sections: &str) -> String {
    format!(
        "{sections}\nResources:\n  Log:\n    Type: AWS::EC2::FlowLog\n    Condition: Wanted\n    Properties:\n      ResourceId: \
         vpc-0123456789abcdef0\n      ResourceType: VPC\n      TrafficType: ALL\n      LogDestination: arn:aws:s3:::bucket\n"
    )
}

/// Returns how many flow logs a valid template declares.
#[track_caller]
fn declared(text: &str, arguments: &[&str]) -> String {
    let folder = Folder::with("t.yaml", text);
    let run = folder.run(
        None,
        &[&["stack", "validate", "t.yaml"], arguments].concat(),
    );
    assert_eq!(run.code, 0, "{}", run.output);
    let line = run.stdout.strip_prefix("t.yaml: ").unwrap();
    line.split(',').next().unwrap().trim().to_owned()
}

#[test]
fn booleans_in_any_case_are_text_in_lower_case() {
    let sections = "Parameters:\n  On: { Type: String, Default: True, AllowedValues: [true, false] }\n\
                    Conditions:\n  Wanted: !Equals [!Ref On, 'true']";
    assert_eq!(declared(&template(sections), &[]), "1 flow log");
    assert_eq!(
        declared(&template(&sections.replace("True", "FALSE")), &[]),
        "0 flow logs"
    );
}

#[test]
fn an_empty_list_holds_one_empty_text() {
    let sections = "Parameters:\n  List: { Type: CommaDelimitedList, Default: '' }\n\
                    Conditions:\n  Wanted: !Equals [!Select [0, !Ref List], '']";
    assert_eq!(declared(&template(sections), &[]), "1 flow log");
}

#[test]
fn a_parameter_is_not_the_condition_of_its_name() {
    let sections = "Parameters:\n  Wanted: { Type: String }\nConditions:\n  Wanted: !Equals [!Ref Wanted, 'false']";
    let text = template(sections);
    assert_eq!(
        declared(&text, &["--parameter", "Wanted=true"]),
        "0 flow logs"
    );
    assert_eq!(
        declared(&text, &["--parameter", "Wanted=false"]),
        "1 flow log"
    );
}

#[test]
fn a_mapping_holds_no_functions() {
    let circle = "Mappings: { M: { a: { b: [{ 'Fn::FindInMap': [M, a, b] }] } } }\n\
                  Conditions:\n  Wanted: !Equals [!FindInMap [M, a, b], x]";
    let found = errors("t.yaml", &template(circle), &[]);
    assert!(found[0].starts_with("1:26: "), "{found:?}");
    assert!(found[0].contains("a mapping holds only text"), "{found:?}");
}

#[test]
fn the_text_that_a_loop_produces_is_bounded() {
    let text = "${X}".repeat(100_000);
    let value = "a".repeat(100_000);
    let sections = format!("Conditions:\n  Wanted: !Equals [a, a]\nOther:\n  - {value}");
    let looped = template(&sections).replace(
        "Resources:\n",
        &format!(
            "Resources:\n  'Fn::ForEach::L': [X, [{value}], {{ 'T': {{ Type: 'AWS::SNS::Topic', Properties: {{ N: !Sub '{text}' }} }} }}]\n"
        ),
    );
    let found = errors("t.yaml", &looped, &[]);
    assert!(
        found
            .iter()
            .any(|line| line.contains("more than 8 MiB of text")),
        "{}",
        found.len()
    );
}

#[test]
fn values_for_several_templates_go_to_those_that_have_them() {
    let wanted = "Conditions:\n  Wanted: !Equals [a, a]";
    let folder = Folder::with("a.yaml", &template(wanted));
    folder.write("b.yaml", &template(wanted).replace("  Log:", "  Other:"));
    let set = ["--set", "Log.TrafficType=REJECT", "--parameter", "None=1"];
    let both = [&["stack", "validate", "a.yaml", "b.yaml"][..], &set].concat();
    let run = folder.run(None, &both);
    assert_eq!(run.code, 0, "{}", run.output);
    let run = folder.run(None, &[&["stack", "validate", "b.yaml"][..], &set].concat());
    assert_eq!(run.code, 1, "{}", run.output);
}

#[test]
fn parameters_are_read_once_for_all_templates() {
    let text = "Parameters:\n  Wanted: { Type: String }\nConditions:\n  Wanted: !Equals [!Ref Wanted, 'true']";
    let folder = Folder::with("a.yaml", &template(text));
    folder.write("b.yaml", &template(text));
    let arguments = ["stack", "validate", "a.yaml", "b.yaml", "--parameters", "-"];
    let run = folder.run_with(None, &arguments, r#"{ "Wanted": "true" }"#);
    assert_eq!(run.code, 0, "{}", run.output);
    assert!(
        run.stdout.contains("2 flow logs, no errors"),
        "{}",
        run.output
    );
    // The standard input holds one of them.
    for first in ["stack validate -", "drift --stack -"] {
        let mut arguments: Vec<&str> = first.split(' ').collect();
        arguments.extend(["--parameters", "-"]);
        let run = folder.run_with(None, &arguments, "{}");
        run.fails_with(&["the standard input can be read only once"]);
    }
}
