//! A string that must not be shown: access key secrets, security tokens, passwords. It redacts itself, so
//! that a `{:?}` of a configuration in a log line or a panic gives nothing away.

use std::fmt;

use serde::Deserialize;

/// A secret string. `Debug` shows only that there is one; there is no `Display` and no `Serialize`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The secret itself, for the one place that has to use it (a signature, a header).
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it: a configuration mistake worth naming before a call is made.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_secret() {
        let secret = Secret::new("ExampleSecretKey0123456789abcdef");
        assert_eq!(format!("{secret:?}"), "Secret(***)");
        assert_eq!(format!("{:?}", Some(&secret)), "Some(Secret(***))");
        assert_eq!(secret.expose(), "ExampleSecretKey0123456789abcdef");
    }
}
