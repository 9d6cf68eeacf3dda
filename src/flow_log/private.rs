//! The private data of a plan: what the plan of a flow log passes on through Core, which stores it and does not read it.
//!
//! | from | to | what |
//! |---|---|---|
//! | the plan of a flow log that stays | the plan of its replacement, if Core requests one | its ID |
//! | the plan of a create | the plan that repeats it before the apply, and the apply | the nonce |
//!
//! The nonce becomes the ClientToken of the create. A saved plan that is applied again after a crash therefore sends the
//! same token, and EC2 returns the flow log that exists. The nonce is random, and plans are pure all the same: Core
//! compares states, actions and identities of plans, and the nonce is in none of them. It cannot follow from the
//! configuration: two equal declarations would share a flow log. It is in no state, so that each create has its own.
//!
//! Terraform stores private data of plans since version 1.16. For older versions there is no nonce, and each apply makes a
//! token of its own. Private data that are damaged, too long or of another version count as none.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::FlowLog;
use crate::aws::random_token;
use crate::framework::Change;

/// The version of the private data.
const VERSION: u32 = 1;
/// The most bytes of private data that are read.
const MOST_BYTES: usize = 1024;

/// What a plan passes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Passed {
    version: u32,
    /// The ID of the flow log that stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keeps: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
}

/// The token of a create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    /// Whether an earlier apply can have sent it, because it is that of a plan.
    pub(super) may_be_used: bool,
}

/// Returns the private data of a complete plan.
pub(super) fn of_plan(change: &Change<FlowLog>, is_replaced: bool) -> Vec<u8> {
    let received = &change.private;
    let nonce = || Passed::read(&received.planned).nonce();
    let passed = match &change.prior {
        Some(prior) => Passed {
            version: VERSION,
            keeps: prior.id.given().filter(|_| !is_replaced).map(str::to_owned),
            // Core can repeat the plan of a replacement while the old object is there. It then asks again for the new
            // one, and passes on only what this plan returns.
            nonce: nonce().filter(|_| received.is_stored),
        },
        None if received.is_stored => Passed {
            version: VERSION,
            keeps: None,
            nonce: nonce()
                .or_else(|| Passed::read(&received.prior).nonce())
                .or_else(|| Some(random_token().to_string())),
        },
        None => Passed::default(),
    };
    passed.bytes()
}

/// Returns the ID of the flow log that stayed according to the last plan, and that this plan replaces.
pub(super) fn replaced(change: &Change<FlowLog>) -> Option<String> {
    Passed::read(&change.private.prior).keeps
}

impl Token {
    /// Returns the token of the plan, or a new one.
    pub(super) fn of(private: &[u8]) -> Self {
        match Passed::read(private).nonce() {
            Some(text) => Self {
                text,
                may_be_used: true,
            },
            None => Self::new(),
        }
    }

    /// Returns a new token.
    pub(super) fn new() -> Self {
        Self {
            text: random_token().to_string(),
            may_be_used: false,
        }
    }
}

impl Passed {
    fn read(bytes: &[u8]) -> Self {
        let is_readable = bytes.len() <= MOST_BYTES;
        let passed = is_readable.then(|| serde_json::from_slice(bytes).ok());
        let passed: Option<Self> = passed.flatten();
        passed
            .filter(|passed| passed.version == VERSION)
            .unwrap_or_default()
    }

    /// Returns the nonce, if it is one that a plan makes.
    fn nonce(self) -> Option<String> {
        let nonce = self.nonce?;
        let parsed = Uuid::try_parse(&nonce).ok()?;
        (parsed.to_string() == nonce && !parsed.is_nil()).then_some(nonce)
    }

    fn bytes(&self) -> Vec<u8> {
        if self.keeps.is_none() && self.nonce.is_none() {
            return Vec::new();
        }
        serde_json::to_vec(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::framework::{Attr, Private};

    const NONCE: &str = "6d2f1f0e-5f5c-4d0a-9b1e-2f8d7c6b5a49";

    fn change(prior: Option<&str>, private: Private) -> Change<FlowLog> {
        Change {
            prior: prior.map(|id| FlowLog {
                id: Attr::Known(id.to_owned()),
                ..FlowLog::default()
            }),
            config: FlowLog::default(),
            planned: FlowLog::default(),
            in_place: Vec::new(),
            private,
        }
    }

    fn stored(planned: &[u8], prior: &[u8]) -> Private {
        Private {
            is_stored: true,
            planned: planned.to_vec(),
            prior: prior.to_vec(),
        }
    }

    fn with_nonce() -> Vec<u8> {
        format!("{{\"version\":1,\"nonce\":\"{NONCE}\"}}").into_bytes()
    }

    fn nonce(private: &[u8]) -> Option<String> {
        Passed::read(private).nonce()
    }

    #[test]
    fn each_plan_of_a_create_has_its_own_nonce_and_the_plan_that_repeats_it_has_the_same() {
        let first = of_plan(&change(None, stored(b"", b"")), false);
        let other = of_plan(&change(None, stored(b"", b"")), false);
        assert_ne!(first, other);
        let again = of_plan(&change(None, stored(&first, b"")), false);
        assert_eq!(again, first);
        assert_eq!(Token::of(&first).text, nonce(&first).unwrap());
        assert!(Token::of(&first).may_be_used);
        assert!(first.len() <= MOST_BYTES);
    }

    #[test]
    fn without_the_capability_there_is_no_nonce() {
        let old = |planned: &[u8]| Private {
            is_stored: false,
            ..stored(planned, b"")
        };
        assert_eq!(of_plan(&change(None, old(b"")), false), b"");
        assert_eq!(of_plan(&change(None, old(&with_nonce())), false), b"");
        let kept = of_plan(&change(Some("fl-1"), old(&with_nonce())), false);
        assert_eq!(kept, br#"{"version":1,"keeps":"fl-1"}"#);
        assert!(!Token::of(&kept).may_be_used);
    }

    #[test]
    fn a_replacement_learns_what_it_replaces_and_has_a_new_nonce() {
        let kept = of_plan(&change(Some("fl-1"), stored(b"", b"")), false);
        assert_eq!(nonce(&kept), None);
        let replacement = change(None, stored(b"", &kept));
        assert_eq!(replaced(&replacement).as_deref(), Some("fl-1"));
        assert!(nonce(&of_plan(&replacement, false)).is_some());
        // The configuration requires the replacement.
        assert_eq!(of_plan(&change(Some("fl-1"), stored(b"", b"")), true), b"");
    }

    #[test]
    fn the_nonce_of_a_replacement_outlives_the_plan_of_the_object_that_is_still_there() {
        for is_replaced in [false, true] {
            let old = change(Some("fl-1"), stored(&with_nonce(), b""));
            let old = of_plan(&old, is_replaced);
            let new = of_plan(&change(None, stored(b"", &old)), false);
            assert_eq!(nonce(&new).as_deref(), Some(NONCE));
        }
    }

    #[test]
    fn private_data_that_are_damaged_too_long_or_of_another_version_count_as_none() {
        let whole = String::from_utf8(with_nonce()).unwrap();
        for damaged in [
            whole.replace(":1", ":2"),
            whole.replace("version", "Version"),
            whole.replace(NONCE, "token"),
            whole.replace(NONCE, &NONCE.to_uppercase()),
            whole.replace(NONCE, &"0".repeat(32)),
            whole.replace(NONCE, "00000000-0000-0000-0000-000000000000"),
            whole.replace(&format!("\"{NONCE}\""), "7"),
            whole.replace('}', &format!("{}}}", " ".repeat(MOST_BYTES))),
            "fl-0123456789abcdef0".to_owned(),
            "null".to_owned(),
            "[]".to_owned(),
        ] {
            assert!(!Token::of(damaged.as_bytes()).may_be_used, "{damaged}");
            let plan = of_plan(&change(None, stored(damaged.as_bytes(), b"")), false);
            assert!(nonce(&plan).is_some_and(|new| new != NONCE), "{damaged}");
        }
    }

    proptest! {
        #[test]
        fn no_private_data_fail_and_each_token_fits_into_a_request(
            planned in proptest::collection::vec(any::<u8>(), 0..64),
            prior in proptest::collection::vec(any::<u8>(), 0..64),
            cut in 0..100_usize,
        ) {
            for planned in [planned, with_nonce().into_iter().take(cut).collect()] {
                let token = Token::of(&planned).text;
                prop_assert!(token.len() <= 64 && token.is_ascii());
                let made = of_plan(&change(None, stored(&planned, &prior)), false);
                prop_assert!(Token::of(&made).may_be_used);
                of_plan(&change(Some("fl-1"), stored(&planned, &prior)), true);
            }
        }
    }
}
