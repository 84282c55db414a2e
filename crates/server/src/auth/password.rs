//! Passwords: the rule for new ones, Argon2id hashes, and verification that takes as long for no user as for one.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};

/// Least characters of a password.
const SHORTEST: usize = 12;
/// Most bytes of a password: hashing takes time, and who sends more has something else in mind.
const LONGEST: usize = 1024;

/// Why a new password is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("a password needs at least {SHORTEST} characters")]
    TooShort,
    /// Too long.
    #[error("a password has at most {LONGEST} bytes")]
    TooLong,
    /// The same character over and over, or the user's name.
    #[error("the password is too easy to guess")]
    TooSimple,
    /// The system could not make one.
    #[error("the password could not be hashed")]
    Hash,
}

/// Checks a new password and hashes it to a PHC string.
pub fn hash(user: &str, password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < SHORTEST {
        return Err(PasswordError::TooShort);
    }
    if password.len() > LONGEST {
        return Err(PasswordError::TooLong);
    }
    let first = password.chars().next();
    let simple = password.chars().all(|c| Some(c) == first) || password.eq_ignore_ascii_case(user);
    if simple {
        return Err(PasswordError::TooSimple);
    }
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|_| PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one that was hashed. Without a hash (no such user) the answer is no, after the
/// same work.
pub fn verify(hash: Option<&str>, password: &str) -> bool {
    // Argon2id with the default parameters; no password has this hash.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    if password.len() > LONGEST {
        return false;
    }
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY));
    let matches = parsed.is_ok_and(|parsed| {
        Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
    });
    matches && hash.is_some()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hashed_password_verifies() {
        let hash = hash("ada", "correct horse battery").unwrap();
        assert!(verify(Some(&hash), "correct horse battery"));
        for wrong in [
            "",
            " ",
            "correct horse batter",
            "Correct horse battery",
            "correct horse battery\0",
        ] {
            assert!(!verify(Some(&hash), wrong), "{wrong:?}");
            assert!(!verify(None, wrong), "{wrong:?}");
            assert!(!verify(Some(""), wrong), "{wrong:?}");
        }
    }

    #[test]
    fn weak_passwords_are_refused() {
        let check =
            |password: &str, expected| assert_eq!(hash("administrator", password).unwrap_err(), expected);
        check("short", PasswordError::TooShort);
        check("", PasswordError::TooShort);
        check("aaaaaaaaaaaaaa", PasswordError::TooSimple);
        check("Administrator", PasswordError::TooSimple);
        check(&"x1".repeat(600), PasswordError::TooLong);
    }
}
