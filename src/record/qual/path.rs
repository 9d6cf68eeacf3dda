//! The place of a qual in a query.

use std::fmt;

/// Where a qual, or a block of quals, is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct QualPath {
    /// The block, with its index among the blocks of its kind; none at the top level.
    pub block: Option<(Block, usize)>,
    /// The name of the qual; none for the block itself.
    pub name: Option<QualName>,
}

/// A kind of block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Block {
    /// A record must match at least one of these, if there are any.
    Where,
    /// A record must match none of these.
    Exclude,
}

/// The name of a qual.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum QualName {
    /// An argument of its own, such as `src_addr`.
    Argument(String),
    /// A key of `fields`: AWS's name of a field, such as `pkt-srcaddr`.
    Field(String),
    /// AWS's name of a field whose value follows from the flow log.
    Implied(String),
}

impl QualPath {
    /// Creates the path of a qual.
    pub(crate) fn of(block: Option<(Block, usize)>, name: &QualName) -> Self {
        Self {
            block,
            name: Some(name.clone()),
        }
    }

    /// Reports whether the qual is on the start or the end of a record.
    #[must_use]
    pub fn is_time(&self) -> bool {
        match &self.name {
            Some(QualName::Argument(name) | QualName::Field(name)) => {
                ["start", "end"].contains(&name.as_str())
            }
            Some(QualName::Implied(_)) | None => false,
        }
    }
}

impl Block {
    /// Returns the name of the block.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Where => "where",
            Self::Exclude => "exclude",
        }
    }
}

impl fmt::Display for QualPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((block, index)) = self.block {
            write!(out, "{}[{index}]", block.name())?;
        }
        match (&self.name, self.block) {
            (Some(name), Some(_)) => write!(out, ".{name}"),
            (Some(name), None) => name.fmt(out),
            (None, _) => Ok(()),
        }
    }
}

impl fmt::Display for QualName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(name) => out.write_str(name),
            Self::Field(name) => write!(out, "fields[\"{name}\"]"),
            Self::Implied(name) => write!(out, "flow_log_id.{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_displayed_as_terraform_writes_it() {
        let argument = || Some(QualName::Argument("src_addr".to_owned()));
        let field = Some(QualName::Field("az-id".to_owned()));
        for (block, name, expected) in [
            (None, argument(), "src_addr"),
            (Some((Block::Where, 0)), argument(), "where[0].src_addr"),
            (Some((Block::Exclude, 12)), None, "exclude[12]"),
            (Some((Block::Where, 1)), field, "where[1].fields[\"az-id\"]"),
        ] {
            assert_eq!(QualPath { block, name }.to_string(), expected);
        }
    }

    #[test]
    fn quals_on_times_are_known_by_their_names() {
        let path = |name| QualPath {
            block: None,
            name: Some(name),
        };
        for (name, expected) in [("start", true), ("end", true), ("src_addr", false)] {
            let name = || name.to_owned();
            assert_eq!(path(QualName::Argument(name())).is_time(), expected);
            assert_eq!(path(QualName::Field(name())).is_time(), expected);
            assert!(!path(QualName::Implied(name())).is_time());
        }
    }
}
