//! Random tokens, and their digests: what is stored never lets anyone in.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct RandomError;

/// A token of 256 random bits after a prefix that says what it is for.
pub fn random_token(prefix: &str) -> Result<String, RandomError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| RandomError)?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// What is stored of a token. Tokens are random, so a plain hash is enough.
pub fn digest(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_digests_do_not_hold_them() {
        let (a, b) = (random_token("ctdr_").unwrap(), random_token("ctdr_").unwrap());
        assert_ne!(a, b);
        assert!(a.starts_with("ctdr_") && a.len() == 5 + 43);
        assert_eq!(digest(&a), digest(&a));
        assert!(!digest(&a).contains(&a[5..]));
    }
}
