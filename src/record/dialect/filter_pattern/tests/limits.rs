//! Patterns at the limits of what CloudWatch Logs accepts.

use expect_test::expect;

use super::*;

#[test]
fn a_condition_that_is_too_long_is_dropped_for_the_others() {
    let ports: Vec<_> = (0..200).map(|number| (2 * number).to_string()).collect();
    check(
        &[&format!(
            "dst_port = {}; action = reject; src_addr = 10.0.0.0/8",
            ports.join(",")
        )],
        &expect![[r#"
            dst_port = 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32,34,36,38,40,42,44,46,48,50,52,54,56,58,60,62,64,66,68,70,72,74,76,78,80,82,84,86,88,90,92,94,96,98,100,102,104,106,108,110,112,114,116,118,120,122,124,126,128,130,132,134,136,138,140,142,144,146,148,150,152,154,156,158,160,162,164,166,168,170,172,174,176,178,180,182,184,186,188,190,192,194,196,198,200,202,204,206,208,210,212,214,216,218,220,222,224,226,228,230,232,234,236,238,240,242,244,246,248,250,252,254,256,258,260,262,264,266,268,270,272,274,276,278,280,282,284,286,288,290,292,294,296,298,300,302,304,306,308,310,312,314,316,318,320,322,324,326,328,330,332,334,336,338,340,342,344,346,348,350,352,354,356,358,360,362,364,366,368,370,372,374,376,378,380,382,384,386,388,390,392,394,396,398; action = reject; src_addr = 10.0.0.0/8
                [w1,w2,w3,w4="10.*",w5,w6,w7,w8,w9,w10,w11,w12,w13="REJECT",w14]
                not: dst_port
        "#]],
    );
}

#[test]
fn free_slots_at_the_end_are_dropped_first() {
    let names: Vec<_> = (0..70).map(|number| format!("${{new-{number}}}")).collect();
    let format = Format::parse(&names.join(" ")).unwrap();
    let values: Vec<_> = (0..70).map(|number| format!("value-{number}")).collect();
    let text = format!("fields.new-2 = {}", values[..55].join(","));
    let Pushed {
        pattern,
        not_pushed,
    } = pushed(&text, &format);
    let pattern = pattern.unwrap();
    assert!(not_pushed.is_empty());
    assert!(
        pattern.ends_with("||w3=\"value-54\",...]") && pattern.len() <= MAX_LENGTH,
        "{pattern}"
    );
}

#[test]
fn a_pattern_may_use_every_character() {
    let format = Format::parse("${new-1}").unwrap();
    for (length, fits) in [(MAX_LENGTH - 7, true), (MAX_LENGTH - 6, false)] {
        let pushed = pushed(&format!("fields.new-1 = {}", "v".repeat(length)), &format);
        assert_eq!(
            pushed.pattern.map(|pattern| pattern.len()),
            fits.then_some(MAX_LENGTH)
        );
        assert_eq!(pushed.not_pushed.is_empty(), fits);
    }
}
