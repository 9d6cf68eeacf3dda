//! Identifiers of AWS, durations, and text that is shown.

use vpcflow::arn::{self, Arn};
use vpcflow::record::object::key;
use vpcflow::text::{duration, sanitize, suggest};

/// Whatever is shown has no character that moves the cursor or turns the text, and stays as it is when it is shown again.
pub(super) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let line = sanitize::line(&text);
    assert!(!line.contains(is_harmful), "{line:?}");
    assert_eq!(sanitize::line(&line), line);
    let lines = sanitize::lines(&text);
    assert!(!lines.contains(|c| c != '\n' && is_harmful(c)), "{lines:?}");
    assert_eq!(sanitize::lines(&lines), lines);
    let _ = sanitize::json(&text);
    let _ = sanitize::without_userinfo(&text);
    let _ = duration::parse(&text);
    let _ = suggest::nearest(&text, ["srcaddr", "dstaddr"]);
    identifiers(&text);
    let _ = key::Name::parse(&text).map(|name| name.starts());
}

/// A tab only leaves a gap.
fn is_harmful(c: char) -> bool {
    (c.is_control() && c != '\t') || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn identifiers(text: &str) {
    let _ = arn::flow_log::is_id(text);
    let _ = arn::account::is_id(text);
    let _ = arn::role::Role::parse(text).is_ok();
    let _ = arn::bucket::Uri::parse(text).is_ok();
    let _ = arn::log_group::check_name(text).is_ok();
    let _ = arn::log_group::name(text);
    let _ = arn::partition::of_region(text);
    if let Some(arn) = Arn::parse(text) {
        let _ = arn::bucket::Bucket::from_arn(&arn).is_ok();
        let _ = arn::delivery_stream::DeliveryStream::from_arn(&arn).is_ok();
        let _ = arn::log_group::LogGroup::from_arn(&arn).is_ok();
        let _ = arn::flow_log::id_of(&arn);
    }
}
