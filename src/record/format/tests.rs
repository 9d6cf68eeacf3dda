use expect_test::{Expect, expect};

use super::*;

const VPC: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} \
    ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

#[test]
fn default_formats_have_the_documented_fields() {
    assert_eq!(Format::vpc_default().to_string(), VPC);
    assert_eq!(Format::vpc_default().names().len(), 14);
    let gateway = Format::transit_gateway_default();
    assert_eq!(gateway.names().len(), 36);
    assert_eq!(gateway.position("srcaddr"), Some(16));
    assert_eq!(gateway.position("action"), None);
    assert_eq!(gateway.names()[35], "pkt-dst-aws-service");
    for format in [Format::vpc_default(), gateway] {
        assert_eq!(format.flaws(), []);
        assert_eq!(Format::parse(&format.to_string()), Ok(format));
    }
}

#[test]
fn format_text_is_read_in_its_own_order() {
    let format = Format::parse("${dstport} ${srcaddr} ${action}").unwrap();
    assert_eq!(format.names(), ["dstport", "srcaddr", "action"]);
    assert_eq!(format.position("srcaddr"), Some(1));
    assert_eq!(format.position("dstaddr"), None);
}

#[test]
fn white_space_around_fields_does_not_matter() {
    let format = Format::parse("  ${version}   ${srcaddr}\n").unwrap();
    assert_eq!(format.to_string(), "${version} ${srcaddr}");
}

#[test]
fn fields_newer_than_the_table_are_accepted_as_flaws() {
    let format = Format::parse("${version} ${colour-of-packet} ${srcaddr}").unwrap();
    let name = "colour-of-packet";
    assert_eq!(format.flaws(), [Flaw::Unknown { name }]);
    assert_eq!(format.position("colour-of-packet"), Some(1));
}

#[test]
fn aliases_and_mixed_fields_are_flaws() {
    let flaws = |text: &str| -> Vec<String> {
        let format = Format::parse(text).unwrap();
        format.flaws().iter().map(Flaw::to_string).collect()
    };
    assert_eq!(
        flaws("${timestamp} ${src_addr} ${tgw-id} ${start-time} ${vpc-id}"),
        [
            "There is no record field `${timestamp}`: write `${start}` and `${end}`, the times of the first and the last \
             packet.",
            "There is no record field `${src_addr}`: write `${srcaddr}`.",
            "There is no record field `${start-time}`: write `${start}`.",
            "The field `${vpc-id}` is recorded for VPCs, but `${tgw-id}` for transit gateways: one flow log cannot have \
             both."
        ]
    );
}

#[test]
fn all_fields_of_the_table_fit_into_one_format() {
    let text: Vec<_> = field::FIELDS
        .iter()
        .map(|field| format!("${{{}}}", field.name))
        .collect();
    assert_eq!(
        Format::parse(&text.join(" ")).unwrap().names().len(),
        field::FIELDS.len()
    );
}

#[test]
fn a_format_of_too_many_fields_is_refused() {
    let text: Vec<_> = (0..=MAX_FIELDS)
        .map(|number| format!("${{new-{number}}}"))
        .collect();
    let error = Format::parse(&text.join(" ")).unwrap_err();
    assert_eq!(error.message, "a record format names at most 80 fields");
}

#[track_caller]
fn refused(texts: &[&str], expected: &Expect) {
    let lines: String = texts
        .iter()
        .map(|text| {
            let error = Format::parse(text).unwrap_err();
            format!("{text:?} @{}: {error}\n", error.position)
        })
        .collect();
    expected.assert_eq(&lines);
}

#[test]
fn malformed_formats_are_refused_with_position_and_fix() {
    refused(
        &[
            "",
            "  ",
            "version",
            "$version",
            "{version}",
            "$${version}",
            "${version",
            "${version ${srcaddr}",
            "${}",
            "${version} ${}",
            "${ version }",
            "${version}${srcaddr}",
            "${version},${srcaddr}",
            "${version} srcaddr",
            "${version} ${src addr}",
            "${version} ${srcaddr} ${version}",
            "${src.addr}",
            "${süd}",
            "%{version}",
            "| ${version}",
        ],
        &expect![[r#"
            "" @0: a record format names at least one field, such as `${version}`
            "  " @0: a record format names at least one field, such as `${version}`
            "version" @0: `version` is not a field; write `${version}`
            "$version" @0: `$version` is not a field; write `${version}`
            "{version}" @0: `{version}` is not a field; write `${version}`
            "$${version}" @0: `$${version}` has one `$` too many; write `${version}`
            "${version" @0: `${version` is never closed; write `${version}`
            "${version ${srcaddr}" @0: `${version` is never closed; write `${version}`
            "${}" @0: `${}` names no field; write the field's name between the braces
            "${version} ${}" @11: `${}` names no field; write the field's name between the braces
            "${ version }" @0: `${` is not a field; write the name between the braces without white space
            "${version}${srcaddr}" @10: separate fields by a space: `${srcaddr}` follows `${version}` directly
            "${version},${srcaddr}" @10: separate fields by a space: `,${srcaddr}` follows `${version}` directly
            "${version} srcaddr" @11: `srcaddr` is not a field; write `${srcaddr}`
            "${version} ${src addr}" @11: `${src` is never closed; write `${src}`
            "${version} ${srcaddr} ${version}" @22: `${version}` is named twice; name each field once
            "${src.addr}" @5: `${src.addr}` is not the name of a field; names consist of letters, digits and `-`, as in `${account-id}`
            "${süd}" @3: `${süd}` is not the name of a field; names consist of letters, digits and `-`, as in `${account-id}`
            "%{version}" @0: `%{version}` is not a field; write `${version}`
            "| ${version}" @0: `|` is not a field; write fields as in `${version} ${account-id}`
        "#]],
    );
}
