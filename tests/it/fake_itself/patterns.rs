//! The evaluator of filter patterns, with the examples of AWS and with flow-log records.

use crate::harness::fake::pattern::Pattern;

const RECORD: &str =
    "2 123456789012 eni-0a1b 10.1.2.3 192.0.2.7 49152 22 6 10 840 1767225600 1767225660 REJECT OK";

#[track_caller]
fn check(pattern: &str, matched: &[&str], others: &[&str]) {
    let parsed = Pattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    for message in matched {
        assert!(
            parsed.matches(message),
            "{pattern} does not match {message}"
        );
    }
    for message in others {
        assert!(
            !parsed.matches(message),
            "{pattern} does not match {message}"
        );
    }
}

/// Returns a pattern with fourteen slots, one of which has conditions on `w`.
fn slot(n: usize, conditions: &str) -> String {
    let slots: Vec<String> = (1..=14)
        .map(|i| {
            if i == n {
                conditions.to_owned()
            } else {
                format!("w{i}")
            }
        })
        .collect();
    format!("[{}]", slots.join(","))
}

#[track_caller]
fn assert_matches(n: usize, conditions: &str) {
    check(&slot(n, conditions), &[RECORD], &[]);
}

#[track_caller]
fn assert_does_not_match(n: usize, conditions: &str) {
    check(&slot(n, conditions), &[], &[RECORD]);
}

#[test]
fn an_empty_pattern_matches_all_messages() {
    check("", &["", "anything"], &[]);
    check(" ", &["anything"], &[]);
    check("\" \"", &["anything", "two words"], &[]);
}

#[test]
fn terms_are_case_sensitive_substrings_that_must_all_occur() {
    check("ERROR", &["an ERROR", "[ERRORCODE: -1]"], &["an error"]);
    let both = ["ERROR from ARGUMENTS"];
    check("ERROR ARGUMENTS", &both, &["ERROR", "ARGUMENTS"]);
    check(
        "\"INTERNAL SERVER ERROR\"",
        &["an INTERNAL SERVER ERROR"],
        &["ERROR INTERNAL SERVER"],
    );
    check(
        "\"10.0.0.1\" REJECT",
        &["REJECT 10.0.0.1"],
        &["10.0.0.2 REJECT"],
    );
    check(
        r#""say \"no\"""#,
        &[r#"they say "no" again"#],
        &["they say no"],
    );
}

#[test]
fn terms_can_be_excluded_or_optional() {
    check(
        "ERROR -ARGUMENTS",
        &["ERROR here"],
        &["ERROR ARGUMENTS", "here"],
    );
    check(
        "?ERROR ?ARGUMENTS",
        &["ERROR", "ARGUMENTS", "ERROR ARGUMENTS"],
        &["neither"],
    );
    check(
        "?\"10.0.0.1\" ?\"10.0.0.2\"",
        &["to 10.0.0.2"],
        &["to 10.0.0.3"],
    );
    // An optional term is ignored if there is another term.
    check("?ERROR REQUEST", &["REQUEST"], &["ERROR"]);
}

#[test]
fn terms_can_be_regular_expressions() {
    check("%AUTHORIZED%", &["UNAUTHORIZED REQUEST"], &["authorized"]);
    check(
        "%[0-9]{3}ms% REQUEST",
        &["REQUEST 200ms"],
        &["REQUEST 20ms"],
    );
}

#[test]
fn invalid_terms_are_refused() {
    let refused = |pattern: &str| Pattern::parse(pattern).unwrap_err().to_string();
    assert_eq!(refused("\"\""), "Invalid character(s) in term ''");
    assert_eq!(
        refused("10.0.0.1"),
        "Invalid character(s) in term '10.0.0.1'"
    );
    assert_eq!(refused("eni-1"), "Invalid character(s) in term 'eni-1'");
    assert_eq!(refused("-"), "Invalid character(s) in term ''");
    for pattern in ["\"open", "\"a\"b", "%a% %b% %c%"] {
        refused(pattern);
    }
}

#[test]
fn every_word_requires_a_slot() {
    check(
        &slot(1, "version"),
        &[RECORD],
        &[&format!("{RECORD} more"), "2 3 4"],
    );
    check(
        "[w1=ERROR, w2]",
        &["ERROR message"],
        &["ERROR WARN message", "ERROR", "WARN message"],
    );
    check("[a,b]", &["double  space", "trailing newline\n"], &["one"]);
    check(
        "[a,b,c]",
        &["x [a time] y", "x \"a b\" y", "x \"\" y"],
        &["x a time y"],
    );
}

#[test]
fn an_ellipsis_stands_for_one_or_more_words() {
    check("[..., action=REJECT, status]", &[RECORD], &["REJECT OK"]);
    check(
        "[version, account=123456789012, ...]",
        &[RECORD],
        &["2 123456789012"],
    );
    check(
        "[version=2, ..., status=OK]",
        &[RECORD],
        &["2 OK", "2 x NODATA"],
    );
    check("[...]", &["x", RECORD], &[""]);
}

#[test]
fn text_values_can_have_wildcards_at_both_ends() {
    assert_matches(4, "w=10.1.2.3");
    assert_matches(4, "w = \"10.1.*\"");
    assert_matches(4, "w=*.3");
    assert_matches(4, "w=\"*1.2*\"");
    assert_matches(4, "w=*");
    assert_does_not_match(4, "w=10.1.2");
    assert_does_not_match(4, "w=10.1.2.30");
    assert_does_not_match(4, "w=10*3");
    assert_does_not_match(13, "w=reject");
    assert_matches(13, "w != ACCEPT");
    assert_does_not_match(13, "w!=\"REJ*\"");
    assert_matches(14, "w=\"OK\"");
}

#[test]
fn order_comparisons_are_numeric() {
    assert_matches(7, "w>=22&&w<=22");
    assert_matches(7, "w > 3");
    assert_does_not_match(7, "w>100");
    assert_matches(9, "w>9");
    assert_matches(10, "w < 1e3");
    assert_does_not_match(10, "w<-1");
    check("[w>1]", &["2"], &["-", "eni-1", "inf", "NaN", ""]);
}

#[test]
fn a_slot_can_have_several_conditions() {
    assert_matches(7, "w=80||w=22");
    assert_matches(7, "w = 80 || w = 8080 || w = 22");
    assert_does_not_match(7, "w=80||w=8080");
    assert_matches(13, "w!=ACCEPT&&w!=\"-\"");
    assert_does_not_match(13, "w!=ACCEPT&&w!=REJECT");
}

#[test]
fn slots_can_have_regular_expressions() {
    assert_matches(4, r"w=%^10\.1\.[0-3]\.|^10\.2\.%");
    assert_does_not_match(4, r"w=%^10\.1\.[4-9]\.%");
    assert_matches(4, r"w!=%^192\.%");
    assert_matches(6, r"w=%^\d{5}$%");
    assert_matches(13, r"w=%^\x52EJECT$%");
}

#[test]
fn the_examples_of_the_vpc_guide_are_valid() {
    let guide = "[version, account, eni, source, destination, srcport, destport=\"22\", protocol=\"6\", packets, \
                 bytes, windowstart, windowend, action=\"REJECT\", flowlogstatus]";
    check(
        guide,
        &[RECORD],
        &[
            &RECORD.replace("REJECT", "ACCEPT"),
            &RECORD.replace(" 22 ", " 23 "),
        ],
    );
    let cidr = "[version, accountid, interfaceid, srcaddr = 10.1.2.*, dstaddr, srcport, dstport, protocol, packets, \
                bytes >= 400, start, end, action, logstatus]";
    check(cidr, &[RECORD], &[&RECORD.replace("840", "399")]);
    let web = "[ip, user, username, timestamp, request = *.html*, status_code = 4*, bytes]";
    let line =
        r#"127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#;
    check(web, &[line], &[&line.replace("404", "200")]);
}

#[test]
fn invalid_bracket_patterns_are_refused() {
    for pattern in [
        "[a, b",
        "[]",
        "[a,,b]",
        "[a, b,]",
        "[..., a, ...]",
        "[status = 4* && bytes > 1000]",
        "[a=1&&a=2||a=3]",
        "[a>x]",
        "[a>1*]",
        "[a==1]",
        "[a=]",
        "[a b]",
        "[a=\"open]",
        "[a=%open]",
        "[a=%%]",
        "[a=%(x|y)%]",
        "[a=%x y%]",
        "[a=%x:y%]",
        r"[a=%\D%]",
        r"[a=%\xg0%]",
        "[a=%[%]",
        "[a=%x%, b=%y%, c=%z%]",
    ] {
        let refused = Pattern::parse(pattern);
        let error = refused
            .err()
            .unwrap_or_else(|| panic!("{pattern} is accepted"));
        assert!(
            error.to_string().starts_with("Invalid filter pattern: "),
            "{error}"
        );
    }
}

#[test]
fn json_patterns_select_fields_of_events() {
    let event = r#"{"eventType":"UpdateTrail","sourceIPAddress":"111.111.111.111","port":22,"size":"22",
        "items":[{"id":1},{"id":2}],"empty":null,"on":true,"dotted.name":"d","deep":{"er":-1.5e2}}"#;
    for pattern in [
        "{ $.eventType = \"UpdateTrail\" }",
        "{ $.eventType = UpdateTrail }",
        "{ $.eventType = \"Update*\" }",
        "{ $.sourceIPAddress != 123.123.* }",
        "{ $.sourceIPAddress = %^111\\.% }",
        "{ $.port = 22 && $.port >= 22 && $.port<23 }",
        "{ $.size = \"22\" }",
        "{ $.size != 22 }",
        "{ $.items[1].id = 2 }",
        "{ $.items[*].id = 2 }",
        "{ $.deep.* < -149 }",
        "{ $.empty IS NULL }",
        "{ $.on IS TRUE }",
        "{ $.nothing NOT EXISTS }",
        "{ $.['dotted.name'] = d }",
        "{ ($.port = 1 || $.port = 22) && $.on IS TRUE }",
        "{ $.port = 22 || $.port = 1 && $.port = 2 }",
    ] {
        check(pattern, &[event], &["no JSON", "[]"]);
    }
    for pattern in [
        "{ $.eventType = \"updatetrail\" }",
        "{ $.port = \"22\" }",
        "{ $.size = 22 }",
        "{ $.size > 1 }",
        "{ $.nothing != 1 }",
        "{ $.nothing IS NULL }",
        "{ $.empty NOT EXISTS }",
        "{ $.on IS FALSE }",
        "{ $.items[2].id = 2 }",
        "{ ($.port = 22 || $.port = 1) && $.port = 2 }",
    ] {
        check(pattern, &[], &[event]);
    }
}

#[test]
fn invalid_json_patterns_are_refused() {
    for pattern in [
        "{ $.a = 1",
        "{}",
        "{ a = 1 }",
        "{ $ = 1 }",
        "{ $. = 1 }",
        "{ $.a }",
        "{ $.a > \"x\" }",
        "{ ($.a = 1 }",
        "{ $.a = 1 $.b = 2 }",
        "{ $.a[*].b[*] = 1 }",
        "{ $.a[*]=1 && $.b[*]=1 && $.c[*]=1 && $.d[*]=1 }",
        "{ $.a = %a% && $.b = %b% && $.c = %c% }",
    ] {
        assert!(Pattern::parse(pattern).is_err(), "{pattern} is accepted");
    }
}
