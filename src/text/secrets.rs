//! The secrets that this process uses, which no text for users may contain.
//!
//! No message of ours contains a secret. But AWS, a proxy or an emulator may repeat a request in an error, and a panic may
//! quote a value. Whoever uses a secret therefore names it here, and `sanitize` removes it from every text that is shown.
//! This module must not know where secrets come from.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{PoisonError, RwLock};

/// What is shown instead of a secret.
pub const HIDDEN: &str = "(sensitive value)";
/// The length of the shortest secret, in bytes. A shorter one, such as the `test` of an emulator, is also a word.
pub const SHORTEST: usize = 12;
/// The most secrets that are kept. Credentials are renewed in a long run, and the oldest are forgotten.
pub const MOST: usize = 256;

static KNOWN: RwLock<Known> = RwLock::new(Known::new());

/// Keeps a secret, so that no text shows it from now on.
pub fn remember(secret: &str) {
    let secret = secret.trim();
    if secret.len() < SHORTEST {
        return;
    }
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if known.contains(secret) {
        return;
    }
    drop(known);
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.add(secret);
}

/// Replaces the secrets in a text.
pub fn hide(text: &str) -> Cow<'_, str> {
    if text.len() < SHORTEST {
        return Cow::Borrowed(text);
    }
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    known.hide(text)
}

/// The secrets, the oldest first.
struct Known(VecDeque<Secret>);

/// A secret, and how it is written in a form or a URL if that differs.
struct Secret {
    plain: String,
    encoded: Option<String>,
}

impl Known {
    const fn new() -> Self {
        Self(VecDeque::new())
    }

    fn contains(&self, secret: &str) -> bool {
        self.0.iter().any(|known| known.plain == secret)
    }

    fn add(&mut self, secret: &str) {
        if self.contains(secret) {
            return;
        }
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        let encoded = percent_encoded(secret);
        self.0.push_back(Secret {
            encoded: (encoded != secret).then_some(encoded),
            plain: secret.to_owned(),
        });
    }

    fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut shown = Cow::Borrowed(text);
        for secret in &self.0 {
            for form in [Some(&secret.plain), secret.encoded.as_ref()] {
                let Some(form) = form.filter(|form| shown.contains(form.as_str())) else {
                    continue;
                };
                shown = Cow::Owned(shown.replace(form.as_str(), HIDDEN));
            }
        }
        shown
    }
}

/// Returns a text as a form or a URL contains it.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(secrets: &[&str]) -> Known {
        let mut known = Known::new();
        secrets.iter().for_each(|secret| known.add(secret));
        known
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_is_and_as_a_form_writes_it() {
        let known = known(&["abc/def+ghi==", "0123456789ab"]);
        for (text, shown) in [
            ("abc/def+ghi==", "(sensitive value)"),
            (
                "a abc/def+ghi==0123456789ab.",
                "a (sensitive value)(sensitive value).",
            ),
            ("t=abc%2Fdef%2Bghi%3D%3D&x", "t=(sensitive value)&x"),
            ("abc/def+ghi", "abc/def+ghi"),
        ] {
            assert_eq!(known.hide(text), shown);
        }
    }

    #[test]
    fn only_so_many_are_kept_and_the_oldest_is_forgotten() {
        let mut known = known(&["the first secret"]);
        for number in 1..MOST {
            known.add(&format!("secret number {number:04}"));
        }
        assert_eq!(known.hide("the first secret"), HIDDEN);
        known.add("secret number 0001");
        assert_eq!(known.0.len(), MOST, "a known one is not added");
        known.add("one more secret");
        assert_eq!(known.0.len(), MOST);
        assert_eq!(known.hide("the first secret"), "the first secret");
        assert_eq!(known.hide("one more secret"), HIDDEN);
    }

    #[test]
    fn a_word_is_no_secret() {
        remember("   emulator  ");
        assert_eq!(hide("the word emulator stays"), "the word emulator stays");
        remember(" a-long-one-of-this-test\n");
        assert_eq!(hide("<a-long-one-of-this-test>"), "<(sensitive value)>");
    }
}
