//! Rules that hold for all requests, and for all bytes that come back.

use aws_smithy_runtime_api::{client::orchestrator::HttpResponse, http::StatusCode};
use aws_smithy_types::body::SdkBody;
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::json;

use super::*;

/// Replies as they should be.
const WHOLE: [&str; 5] = [
    "<GetRoleResponse xmlns='x'><GetRoleResult><Role><A>1 &amp; &#50;</A><L><member><B>c</B></member><member/></L>\
     <![CDATA[ ]]></Role></GetRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetRoleResponse>",
    "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>No &lt;b&gt;.</Message></Error></ErrorResponse>",
    r#"{"Attachments":[{"AttachmentId":"a","Tags":[{"Key":"k","Value":"\u00fc"}]}],"NextToken":"n"}"#,
    r#"{"__type":"com.amazonaws.x#AccessDeniedException:x","Message":"No."}"#,
    r#"{"code":"X","message":1}"#,
];

/// Returns any bytes, or a reply with changes in it.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<Index>(), 0..4_u8, any::<u8>()), 0..8);
    let changed = (0..WHOLE.len(), changes).prop_map(|(number, changes)| {
        let mut bytes = WHOLE[number].as_bytes().to_vec();
        for (place, kind, byte) in changes {
            let at = place.index(bytes.len() + 1);
            let until = (at + usize::from(byte)).min(bytes.len());
            match kind {
                0 if at < bytes.len() => bytes[at] = byte,
                1 => drop(bytes.drain(at..until)),
                2 => {
                    let part = bytes[at..until].to_vec();
                    bytes.splice(at..at, part);
                }
                _ => bytes.insert(at, byte),
            }
        }
        bytes
    });
    prop_oneof![vec(any::<u8>(), 0..300), changed]
}

/// Returns the input of a call that only reads.
fn input() -> impl Strategy<Value = Value> {
    let value = prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ];
    let members = prop::collection::btree_map("[a-zA-Z]{1,8}", value, 0..5);
    members.prop_map(|members| json!(members))
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in bytes(), status in prop::sample::select(vec![200_u16, 400, 403, 500])) {
        let response = || {
            HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(bytes.clone()))
        };
        for read in [json::reply, query::reply] {
            let outcome = read(&response());
            prop_assert!(outcome.is_err() || status == 200);
        }
    }

    #[test]
    fn a_service_reads_what_was_asked(input in input()) {
        let request = rest::request("/things", &input).unwrap();
        let (path, query) = request.uri().split_once('?').unwrap();
        prop_assert_eq!(path, "/things");
        let read: serde_json::Map<_, _> = form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
            .collect();
        let asked: serde_json::Map<_, _> = input
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                (name.clone(), Value::from(text))
            })
            .collect();
        prop_assert_eq!(read, asked);
    }
}
