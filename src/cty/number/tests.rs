use proptest::prelude::*;

use super::*;
use crate::cty::arbitrary::numbers;

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

#[test]
fn one_number_has_one_form() {
    for (left, right) in [
        ("1", "1.0"),
        ("100", "1e2"),
        ("-0", "0"),
        ("0.0e99999999999999999999", "0"),
        ("0.50", "5e-1"),
        ("12345678901234567890", "1234567890123456789e1"),
        ("+7", "007"),
        ("-9223372036854775808", "-9223372036854775808.0"),
    ] {
        assert_eq!(number(left), number(right), "{left} and {right}");
    }
    assert_eq!(Number::from(u64::MAX), number("18446744073709551615"));
}

#[test]
fn text_is_plain_while_that_is_reasonable() {
    for text in [
        "0",
        "-12",
        "0.1",
        "-0.001",
        "12.25",
        "12345678901234567890",
        "123456789012345678901234567890.000000000000000000001",
        "1e50",
        "-1.5e-60",
        "1e999999999",
    ] {
        assert_eq!(number(text).to_string(), text);
    }
    assert_eq!(
        number("1.5e30").to_string(),
        "1500000000000000000000000000000"
    );
}

#[test]
fn text_that_is_no_number_is_refused() {
    for text in [
        "", "-", ".5", "5.", "1e", "1e+", "0x10", "1_000", "Infinity", "NaN", "1 ", "--1", "1.2.3",
        "1e1e1", "１",
    ] {
        assert!(text.parse::<Number>().is_err(), "{text:?}");
    }
}

#[test]
fn huge_exponents_cost_nothing() {
    let huge = number("1e999999999");
    let tiny = number("-1e-999999999");
    assert!(huge > tiny);
    assert_eq!(huge.as_i64(), None);
    assert_eq!(huge.as_i128(), None);
    assert_eq!(huge.as_exact_f64(), None);
    assert_eq!(tiny.as_exact_f64(), None);
    assert!(huge.to_f64().is_infinite());
    for text in [
        "1e99999999999",
        "1e-99999999999",
        "1e99999999999999999999999",
    ] {
        let error = text.parse::<Number>().unwrap_err();
        assert!(error.message.contains("beyond"), "{text}: {error}");
    }
}

#[test]
fn integers_are_told_from_fractions() {
    assert_eq!(number("600.0").as_i64(), Some(600));
    assert_eq!(number("0.5").as_i64(), None);
    assert_eq!(number("9223372036854775808").as_i64(), None);
    assert_eq!(
        number("-9223372036854775809").as_i128(),
        Some(-9223372036854775809)
    );
    assert!(number("1e20").is_whole());
    assert!(!number("1.5").is_whole());
}

#[test]
fn floats_are_taken_to_their_last_digit_or_to_their_shortest() {
    assert_eq!(Number::exact(0.5).unwrap().to_string(), "0.5");
    assert_eq!(
        Number::exact(0.1).unwrap().to_string(),
        "0.1000000000000000055511151231257827021181583404541015625"
    );
    assert_eq!(Number::shortest(0.1).unwrap().to_string(), "0.1");
    assert_eq!(Number::exact(-0.0), Some(number("0")));
    assert_eq!(Number::exact(1e23), Some(number("99999999999999991611392")));
    assert_eq!(Number::exact(f64::INFINITY), None);
    assert_eq!(Number::shortest(f64::NAN), None);
    assert_eq!(
        Number::exact(5e-324).and_then(|tiny| tiny.as_exact_f64()),
        Some(5e-324)
    );
    assert_eq!(number("0.5").as_exact_f64(), Some(0.5));
    assert_eq!(number("0.1").as_exact_f64(), None);
    assert_eq!(number("0.15").as_exact_f64(), None);
}

#[test]
fn order_is_that_of_the_numbers() {
    let ascending = [
        "-1e30", "-12.5", "-12", "-0.5", "-0.05", "0", "0.05", "0.5", "0.51", "1", "9", "10", "12",
        "12.5", "123", "1e30",
    ];
    let numbers: Vec<Number> = ascending.iter().map(|text| number(text)).collect();
    assert!(
        numbers.is_sorted_by(|left, right| left < right),
        "{numbers:?}"
    );
}

proptest! {
    #[test]
    fn text_reads_back_as_the_number(number in numbers()) {
        prop_assert_eq!(number.to_string().parse::<Number>(), Ok(number));
    }

    #[test]
    fn exact_floats_come_back(float in any::<f64>().prop_filter("finite", |float| float.is_finite())) {
        prop_assert_eq!(Number::exact(float).and_then(|number| number.as_exact_f64()), Some(float));
        prop_assert_eq!(Number::shortest(float).map(|number| number.to_f64()), Some(float));
    }

    #[test]
    fn order_agrees_with_floats(left in -1e6..1e6_f64, right in -1e6..1e6_f64) {
        let numbers = (Number::exact(left).unwrap(), Number::exact(right).unwrap());
        prop_assert_eq!(numbers.0.partial_cmp(&numbers.1), left.partial_cmp(&right));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+0-9.eE]{0,12}") {
        if let Ok(number) = text.parse::<Number>() {
            prop_assert!(number.to_string().parse::<Number>().is_ok());
        }
    }
}
