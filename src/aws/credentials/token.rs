//! Tokens of web identities and of containers.
//!
//! This module must not know what the token is for.

use std::path::PathBuf;

use super::{
    super::{error::Error, os::read_file},
    clients::unusable,
};
use crate::text::secrets;

/// Where a token is. A file is read each time, because its issuer renews it.
pub(super) enum Token {
    Given(String),
    File { path: PathBuf, named_by: String },
}

impl Token {
    /// Reads the token, without surrounding white space.
    pub(super) fn read(&self) -> Result<String, Error> {
        let token = self.find()?;
        secrets::remember(&token);
        Ok(token)
    }

    fn find(&self) -> Result<String, Error> {
        let (path, named_by) = match self {
            Self::Given(token) => return Ok(token.trim().to_owned()),
            Self::File { path, named_by } => (path, named_by),
        };
        let refuse = |reason: String| unusable(format!("{named_by}: {}: {reason}", path.display()));
        let bytes = read_file(path).map_err(|error| refuse(error.to_string()))?;
        let token = String::from_utf8(bytes).map_err(|_| refuse("it is not text".to_owned()))?;
        match token.trim() {
            "" => Err(refuse("it is empty".to_owned())),
            token => Ok(token.to_owned()),
        }
    }
}
