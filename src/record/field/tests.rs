use std::collections::BTreeSet;

use super::*;

#[test]
fn table_holds_every_field_of_both_families_once() {
    let names: BTreeSet<_> = FIELDS.iter().map(|field| field.name).collect();
    assert_eq!(names.len(), 72);
    let own = |family| FIELDS.iter().filter(|field| field.family == family).count();
    assert_eq!(own(Family::Vpc) + own(Family::Both), 54);
    assert_eq!(own(Family::TransitGateway), 18);
    assert_eq!(own(Family::Both), 18);
}

#[test]
fn columns_are_the_documented_ones_in_table_order() {
    let columns: Vec<_> = FIELDS.iter().filter_map(|field| field.column).collect();
    assert_eq!(
        columns.join(" "),
        "version interface_account_id interface_id src_addr dst_addr src_port dst_port protocol packets bytes start end \
         action log_status vpc_id subnet_id instance_id tcp_flags type flow_direction"
    );
}

#[test]
fn versions_go_from_2_to_11() {
    let versions: BTreeSet<_> = FIELDS.iter().map(|field| field.version).collect();
    assert_eq!(versions, (2..=11).collect());
}

#[test]
fn descriptions_are_sentences() {
    for field in &FIELDS {
        let text = field.description;
        assert!(
            text.ends_with('.') && text.starts_with(char::is_uppercase),
            "{}: {text}",
            field.name
        );
    }
}

#[test]
fn fields_are_found_by_aws_name_and_by_column() {
    assert_eq!(find("srcaddr"), by_column("src_addr"));
    assert_eq!(find("srcaddr").map(|field| field.kind), Some(Kind::Address));
    assert_eq!(
        find("tgw-id").map(|field| field.family),
        Some(Family::TransitGateway)
    );
    assert_eq!(find("src_addr"), None);
    assert_eq!(by_column("pkt-srcaddr"), None);
}
