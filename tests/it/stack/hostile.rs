//! Templates that would grow without bounds: each is refused in bounded memory.

use super::Folder;
use super::inputs::measured;

/// The most memory that a template may take, in MiB.
const MOST: usize = 128;

/// Returns a template with sections and the properties of a flow log.
fn template(sections: &str, resources: &str) -> String {
    format!("Transform: AWS::LanguageExtensions\n{sections}\nResources:\n{resources}\n")
}

fn flow_log(tag: &str) -> String {
    format!(
        "  Main:\n    Type: AWS::EC2::FlowLog\n    Properties: {{ ResourceId: vpc-0123456789abcdef0, ResourceType: VPC, \
         TrafficType: ALL, LogDestinationType: s3, LogDestination: 'arn:aws:s3:::b', Tags: [{{ Key: t, Value: {tag} }}] }}"
    )
}

/// Returns buckets of which each has the name of the one before it, many times.
fn growing(call: impl Fn(usize) -> String) -> String {
    let first = "  B0: { Type: 'AWS::S3::Bucket', Properties: { BucketName: aaaaaaaaaaaaaaaa } }\n";
    let others = (1..60).map(|n| {
        format!(
            "  B{n}: {{ Type: 'AWS::S3::Bucket', Properties: {{ BucketName: {} }} }}\n",
            call(n - 1)
        )
    });
    first.to_owned() + &others.collect::<String>()
}

#[test]
fn memory_is_bounded_whatever_a_template_contains() {
    let anchors: String = (1..30)
        .map(|n| {
            format!(
                "x-{n}: &a{n} [{}]\n",
                vec![format!("*a{}", n - 1); 10].join(", ")
            )
        })
        .collect();
    let items: Vec<_> = (0..10_000).map(|n| n.to_string()).collect();
    let body = flow_log("!Sub 'x-${N}'")
        .replace("  Main:", "Main${N}:")
        .replace("\n    ", "\n          ");
    let looped = format!(
        "  'Fn::ForEach::L':\n    - N\n    - [{}]\n    - {body}",
        items.join(",")
    );
    let inner = format!(
        "'Fn::ForEach::M': [M, [{}], {{ 'X${{N}}${{M}}': {{ Type: 'AWS::S3::Bucket' }} }}]",
        items[..2_000].join(",")
    );
    let nested = format!(
        "  'Fn::ForEach::L':\n    - N\n    - [{}]\n    - {inner}\n{}",
        items[..2_000].join(","),
        flow_log("x")
    );
    let sub = growing(|n| format!("!Sub '{}'", format!("${{B{n}}}").repeat(20)));
    let join = growing(|n| {
        format!(
            "!Join ['', [{}]]",
            vec![format!("!Ref B{n}"); 20].join(", ")
        )
    });
    let split = growing(|n| format!("!Join [ab, !Split [a, !Ref B{n}]]"));
    let mapped: String = (0..3_000)
        .map(|n| {
            format!(
                "  C{n}: !Equals [!Sub '${{AWS::StackName}}{}', x]\n",
                "y".repeat(1_000)
            )
        })
        .collect();
    let big = "z".repeat(60_000);
    let strings = (0..100).map(|n| {
        format!("  S{n}: {{ Type: 'AWS::S3::Bucket', Properties: {{ BucketName: {big} }} }}\n")
    });
    let strings = strings.collect::<String>()
        + &flow_log(&format!(
            "!Join ['', [{}]]",
            (0..100)
                .map(|n| format!("!Sub '${{S{n}}}'"))
                .collect::<Vec<_>>()
                .join(",")
        ));
    let use_last = flow_log("!Ref B59");
    for (name, text) in [
        (
            "anchors",
            template(
                &format!("x-0: &a0 [{}]\n{anchors}", "x, ".repeat(100)),
                &flow_log("x"),
            ),
        ),
        ("loop", template("", &looped)),
        ("nested loops", template("", &nested)),
        ("Fn::Sub", template("", &format!("{sub}{use_last}"))),
        ("Fn::Join", template("", &format!("{join}{use_last}"))),
        ("Fn::Split", template("", &format!("{split}{use_last}"))),
        (
            "conditions",
            template(&format!("Conditions:\n{mapped}"), &flow_log("x")),
        ),
        ("long names", template("", &strings)),
    ] {
        let folder = Folder::with("t.yaml", &text);
        let (code, peak, said) = measured(&folder, &["stack", "validate", "t.yaml"]);
        assert!(code == 0 || code == 1, "{name}: {said}");
        assert!(!said.contains("panicked"), "{name}: {said}");
        assert!(
            peak <= MOST,
            "{name} took {peak} MiB: {}",
            &said[..said.len().min(300)]
        );
    }
}
