use proptest::prelude::*;

use super::*;
use crate::stack::declare::node::Content;

fn units(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let marked = format!("\u{feff}{text}");
    marked.encode_utf16().flat_map(bytes).collect()
}

fn refused(bytes: &[u8]) -> String {
    text("f", bytes).unwrap_err().to_string()
}

proptest! {
    #[test]
    fn every_encoding_of_a_text_is_the_text(written in "[^\0\u{feff}][^\0]{0,20}") {
        let marked = format!("\u{feff}{written}");
        for bytes in [
            written.clone().into_bytes(),
            marked.into_bytes(),
            units(&written, u16::to_le_bytes),
            units(&written, u16::to_be_bytes),
        ] {
            prop_assert_eq!(text("f", &bytes).unwrap(), written.as_str());
        }
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let _ = text("f", &bytes);
        for mark in [[0xff, 0xfe], [0xfe, 0xff]] {
            let _ = text("f", &[&mark[..], &bytes].concat());
        }
    }
}

#[test]
fn what_is_not_text_is_told_at_its_place() {
    let cases: [(&[u8], &str); 8] = [
        (
            b"a:\n  \xc3\xa9 \xe4: 1\n",
            "f:2:5: error: the file is not UTF-8 text: byte 0xE4",
        ),
        (
            b"\xff\xfea\0\n\0\0\xd8",
            "f:2:1: error: the file is not UTF-16 text",
        ),
        (
            b"\xfe\xff\0a\0",
            "f:1:2: error: the file is not UTF-16 text",
        ),
        (
            b"\xff\xfe\0\0a\0\0\0",
            "f:1:1: error: the file is UTF-32 text",
        ),
        (
            b"a\0:\0 \0b\0",
            "f:1:2: error: the file is UTF-16 text without a byte-order mark",
        ),
        (
            b"\0a\0:\0 \0b",
            "f:1:1: error: the file is UTF-16 text without a byte-order mark",
        ),
        (
            b"a: 1\nb: \0\n",
            "f:2:4: error: the file is not text: it contains a NUL character",
        ),
        (
            b"\x7fELF\x02\x01\x01\0\0",
            "f:1:8: error: the file is not text",
        ),
    ];
    for (bytes, expected) in cases {
        let said = refused(bytes);
        assert!(said.starts_with(expected), "{said}");
    }
}

fn parsed(file: &str, text: &str) -> (Option<Rc<Node>>, String) {
    let mut diagnostics = FileDiagnostics::of(file);
    let root = tree(text, &mut diagnostics);
    (root, diagnostics.to_string())
}

#[test]
fn the_content_decides_between_json_and_yaml() {
    let surrogates = r#"{"a": "\ud83d\ude80"}"#;
    assert!(parsed("f.yaml", surrogates).0.is_some());
    // A flow mapping of YAML, with and without quotes and trailing commas.
    for text in [
        "{a: 1}",
        "{\"a\": b}",
        "{\"a\": 1,}",
        "[a, {b: c}]",
        "{}\n# a comment\n",
    ] {
        let (root, said) = parsed("f.yaml", text);
        assert!(root.is_some(), "{text}: {said}");
        assert_eq!(said, "", "{text}");
        let (root, said) = parsed("f.JSON", text);
        assert!(root.is_some(), "{text}: {said}");
        assert!(said.contains(": warning: this is not JSON: "), "{said}");
    }
    assert_eq!(parsed("f.json", "\n {\"a\": 1}\n").1, "");
}

#[test]
fn a_file_that_is_nearly_json_is_told_the_error_of_json() {
    let nearly = "{\n  \"a\": \"\\ud83d\\ude80\",\n}";
    let (root, said) = parsed("f", nearly);
    assert!(root.is_none());
    assert_eq!(
        said,
        "f:3:1: error: this is not JSON: remove the comma before this bracket\n"
    );
    let (_, said) = parsed("f", "{a: [1}");
    assert!(said.contains("this is not YAML"), "{said}");
    let (_, said) = parsed("f.json", "{a: [1}");
    assert!(said.contains("this is not JSON"), "{said}");
}

#[test]
fn json_and_yaml_have_duplicate_keys_in_common() {
    let (_, said) = parsed("f", "{\"a\": 1, \"a\": 2}");
    assert!(
        said.starts_with("f:1:10: error: duplicate key `a`"),
        "{said}"
    );
    let (root, said) = parsed("f", "{a: 1, a: 2}");
    assert!(
        said.starts_with("f:1:8: error: duplicate key `a`"),
        "{said}"
    );
    assert!(matches!(&root.unwrap().content, Content::Map(entries) if entries.len() == 1));
}
