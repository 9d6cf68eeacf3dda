//! Pages: one HTML file that needs no script, no network and no other file.
//!
//! A page is a template that extends `base.html` and has a field `head`. Everything that it shows is [`Markup`], or text that
//! the template escapes. Its policy allows its own style, by the hash of it, and nothing else. This module must not know
//! which pages there are.
//!
//! | file | holds |
//! |---|---|
//! | `head` | the head of a page: its title, its facts, its policy |
//! | `table` | a table of texts and numbers |
//! | `base.html`, `style.css` | what all pages have |
//!
//! [`Markup`]: super::Markup

mod head;
mod table;

pub use head::Head;
pub use table::{Column, Table};
