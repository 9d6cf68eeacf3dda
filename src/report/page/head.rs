//! The head of a page: its title, its facts, its style, and the policy that allows nothing but this style.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::report::color::Chip;
use crate::report::markup::Markup;

/// The style of every page. It uses no address and no font of others.
const STYLE: &str = include_str!("style.css");

/// The head of a page. `base.html` writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// What kind of page it is: `Drift of flow logs`.
    pub kind: String,
    /// The outcome as a heading.
    pub title: String,
    /// The outcome in one sentence.
    pub lead: String,
    /// The outcome in a word or two.
    pub chip: Option<Chip>,
    /// Facts: each with its name, in several lines if it has them.
    pub facts: Vec<(String, String)>,
    /// The parts of the page: the ID of an element, and its name.
    pub parts: Vec<(String, String)>,
}

impl Head {
    /// Returns the kind of the page.
    pub fn kind(&self) -> Markup {
        Markup::line(&self.kind)
    }

    /// Returns the title.
    pub fn title(&self) -> Markup {
        Markup::line(&self.title)
    }

    /// Returns the outcome in one sentence.
    pub fn lead(&self) -> Markup {
        Markup::lines(&self.lead)
    }

    /// Returns the facts.
    pub fn facts(&self) -> impl Iterator<Item = (Markup, Markup)> {
        let facts = self.facts.iter();
        facts.map(|(name, value)| (Markup::line(name), Markup::lines(value)))
    }

    /// Returns the parts of the page.
    pub fn parts(&self) -> impl Iterator<Item = (Markup, Markup)> {
        let parts = self.parts.iter();
        parts.map(|(id, name)| (Markup::line(id), Markup::line(name)))
    }

    /// Returns the style. A browser reads a carriage return as nothing, and then computes the hash.
    pub fn style(&self) -> Markup {
        Markup::of(STYLE.replace('\r', ""))
    }

    /// Returns the policy of the page: nothing is loaded or run but the style, which has this hash.
    pub fn policy(&self) -> String {
        let hash = STANDARD.encode(Sha256::digest(self.style().as_str()));
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_allows_its_own_style_and_nothing_else() {
        let head = Head::default();
        let policy = head.policy();
        let hash = policy
            .strip_prefix("default-src 'none'; style-src 'sha256-")
            .unwrap();
        let (hash, rest) = hash.split_once('\'').unwrap();
        assert_eq!(rest, "; base-uri 'none'; form-action 'none'");
        let digest = STANDARD.decode(hash).unwrap();
        assert_eq!(digest, Sha256::digest(head.style().as_str()).as_slice());
        for loads in ["url(http", "@import", "@font-face", "</style"] {
            assert!(!STYLE.contains(loads), "{loads}");
        }
    }
}
