//! Properties of all lines.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_a_panic(line in any::<String>()) {
        for format in [Format::vpc_default(), Format::parse("${srcaddr} ${bytes} ${start}").unwrap()] {
            if let Ok(record) = parse(&line, &format) {
                let values: Vec<_> = record.fields().filter_map(|(_, value)| value).collect();
                prop_assert!(values.iter().all(|value| line.contains(value)));
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let line = String::from_utf8_lossy(&bytes);
        let _ = parse(&line, &Format::vpc_default());
    }

    #[test]
    fn what_stands_between_spaces_comes_back(values in prop::collection::vec("[!-)+-~]{1,12}", 1..30), gaps in prop::collection::vec(1usize..4, 30)) {
        let names: Vec<_> = (0..values.len()).map(|number| format!("${{new-{number}}}")).collect();
        let format = Format::parse(&names.join(" ")).unwrap();
        let line: String = values.iter().zip(&gaps).map(|(value, gap)| format!("{value}{}", " ".repeat(*gap))).collect();
        let record = parse(&line, &format).unwrap();
        for (index, value) in values.iter().enumerate() {
            prop_assert_eq!(record.get(index).unwrap_or("-"), value.as_str());
        }
    }

    #[test]
    fn addresses_are_read_as_the_general_way_reads_them(text in "[0-9]{1,3}\\.[0-9]{0,3}\\.[0-9]{1,3}(\\.[0-9]{1,4}){0,2}") {
        prop_assert_eq!(ipv4(text.as_bytes(), 0..text.len()), text.parse().ok());
    }

    #[test]
    fn spaces_stand_anywhere(line in "[ a-c]{0,260}") {
        let values: Vec<_> = line.split(' ').filter(|value| !value.is_empty()).collect();
        let mut begins = [0; MAX_FIELDS + 1];
        prop_assert_eq!(words(line.as_bytes(), &mut begins), Some(values.len()));
        prop_assume!((1..=MAX_FIELDS).contains(&values.len()));
        let names: Vec<_> = (0..values.len()).map(|number| format!("${{new-{number}}}")).collect();
        let format = Format::parse(&names.join(" ")).unwrap();
        let record = parse(&line, &format).unwrap();
        let read: Vec<_> = record.fields().filter_map(|(_, value)| value).collect();
        prop_assert_eq!(read, values);
    }

    #[test]
    fn numbers_are_read_wherever_they_stand(text in "[0-9]{1,21}|[1-9][0-9]{0,9}|[0-9]{0,8}[-!./:;aé٣\u{0}][0-9]{0,8}", before in "[0-9]{8}", after in " [0-9]{20}") {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
        let expected = if is_number { text.parse().ok() } else { None };
        for (line, place) in surrounded(&text, &before, &after) {
            prop_assert_eq!(digits(line.as_bytes(), place), expected, "{}", line);
        }
    }

    #[test]
    fn addresses_are_read_wherever_they_stand(text in address_or_not(), before in "[0-9]{8}", after in " [0-9]{20}") {
        for (line, place) in surrounded(&text, &before, &after) {
            prop_assert_eq!(ipv4(line.as_bytes(), place), text.parse().ok(), "{}", line);
        }
    }

    #[test]
    fn every_address_survives(bits in any::<u32>(), wide in any::<u128>()) {
        let (narrow, wide) = (std::net::Ipv4Addr::from(bits), std::net::Ipv6Addr::from(wide));
        prop_assert_eq!(address(&narrow.to_string()), Some(IpAddr::V4(narrow)));
        prop_assert_eq!(address(&wide.to_string()), Some(IpAddr::V6(wide)));
    }
}

/// Returns lines with a text at each of the first positions, and as far from the end.
fn surrounded(text: &str, before: &str, after: &str) -> Vec<(String, Range<usize>)> {
    let befores = 0..=before.len();
    let pairs = befores.flat_map(|begin| (0..=after.len()).map(move |rest| (begin, rest)));
    let line = |(begin, rest): (usize, usize)| {
        let line = format!("{}{text}{}", &before[..begin], &after[..rest]);
        (line, begin..begin + text.len())
    };
    pairs.map(line).collect()
}

fn address_or_not() -> impl Strategy<Value = String> {
    let four = any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from(bits).to_string());
    let octets = "[0-9]{0,4}(\\.[0-9]{0,3}){2,4}";
    let broken = "[0-9]{1,3}\\.[0-9é\u{0}./:]{0,9}\\.[0-9]{1,3}";
    let near = "(0|1|9|10|25[4-6]|0[0-9]|300)(\\.(0|9|99|199|249|25[0-9]|00)){3}";
    prop_oneof![four, octets, broken, near]
}
