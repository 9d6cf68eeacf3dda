//! Properties of all values and of all bytes.

use proptest::prelude::*;

use super::*;
use crate::cty::arbitrary::typed_values;

/// Counts the values of which a value is made.
fn parts(value: &Value) -> usize {
    1 + match value {
        Value::List(elements) | Value::Set(elements) => elements.iter().map(parts).sum(),
        Value::Map(entries) => entries.values().map(parts).sum(),
        Value::Dynamic(typed) => parts(&typed.1),
        _ => 0,
    }
}

proptest! {
    #[test]
    fn encoded_value_decodes_to_itself((ty, value) in typed_values()) {
        let bytes = encode(&value, &ty).unwrap();
        prop_assert_eq!(decode(&bytes, &ty), Ok(value));
    }

    #[test]
    fn cut_bytes_are_refused((ty, value) in typed_values(), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&value, &ty).unwrap();
        prop_assert!(decode(&bytes[..cut.index(bytes.len())], &ty).is_err());
    }

    #[test]
    fn mutated_bytes_make_no_more_values_than_there_are_bytes(
        (ty, value) in typed_values(),
        mutations in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = encode(&value, &ty).unwrap();
        for (place, byte) in mutations {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(value) = decode(&bytes, &ty) {
            prop_assert!(parts(&value) <= bytes.len());
            prop_assert_eq!(decode(&encode(&value, &ty).unwrap(), &ty), Ok(value));
        }
    }

    #[test]
    fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64), (ty, _) in typed_values()) {
        if let Ok(value) = decode(&bytes, &ty) {
            prop_assert!(parts(&value) <= bytes.len());
        }
    }
}
