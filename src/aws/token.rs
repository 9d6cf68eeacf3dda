//! Random tokens that tell requests apart: client tokens, and marks of queries.
//!
//! The bytes come from the cryptography library, which asks the kernel. `Uuid::new_v4` finds the function of the C library
//! by its name, which is not possible in a program that is linked statically. It would then need `/dev/urandom`, which is
//! missing in a bare root folder.
//! This module must not know any service.

use uuid::{Builder, Uuid};

/// Returns a new random token.
pub fn random_token() -> Uuid {
    let mut bytes = [0; 16];
    let random = rustls::crypto::aws_lc_rs::default_provider().secure_random;
    match random.fill(&mut bytes) {
        Ok(()) => Builder::from_random_bytes(bytes).into_uuid(),
        Err(_) => Uuid::new_v4(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_random_and_differ() {
        let tokens = [random_token(), random_token()];
        assert_ne!(tokens[0], tokens[1]);
        for token in tokens {
            assert_eq!(token.get_version(), Some(uuid::Version::Random));
        }
    }
}
