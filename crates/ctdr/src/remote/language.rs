//! The language that commands speak with people: that of their terminal, unless they say otherwise.

use super::environment::variable;
use model::{Language, LocalText};

/// The language in which something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speech(pub Language);

impl Speech {
    /// The language of the terminal, by the variables that every program asks, in their order.
    pub fn of_environment() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable);
        Self::of_locale(&set.unwrap_or_default())
    }

    /// That of a locale such as `zh_CN.UTF-8`.
    fn of_locale(locale: &str) -> Self {
        let code = locale.split(['_', '.', '-', '@']).next().unwrap_or_default();
        Self(if code.eq_ignore_ascii_case("zh") {
            Language::Zh
        } else {
            Language::En
        })
    }

    /// What the server is told.
    pub const fn code(self) -> &'static str {
        match self.0 {
            Language::En => "en",
            Language::Zh => "zh",
        }
    }

    /// One of two texts.
    pub const fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self.0 {
            Language::En => en,
            Language::Zh => zh,
        }
    }
}

/// An error for people.
pub fn said(speech: Speech, text: &LocalText) -> anyhow::Error {
    anyhow::Error::msg(text.get(speech.0).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_has_a_language() {
        let check = |locale: &str, expected| assert_eq!(Speech::of_locale(locale).0, expected, "{locale}");
        check("zh_CN.UTF-8", Language::Zh);
        check("zh", Language::Zh);
        check("ZH-Hans", Language::Zh);
        check("en_GB.UTF-8", Language::En);
        check("C.UTF-8", Language::En);
        check("", Language::En);
    }
}
