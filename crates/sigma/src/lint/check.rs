//! The checks there are and what a finding of each is about: closed, so that whoever translates findings knows all of them.

/// A check that found something. Texts of the rule are cut to what one line shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// A key that rules should have is not there.
    MissingMetadata {
        /// The title of the rule.
        rule: String,
        /// The key.
        key: Missing,
    },
    /// A selection that the condition does not name.
    UnusedSelection {
        /// Its name.
        selection: String,
    },
    /// `all` with one value.
    AllOfOne,
    /// Null beside other values.
    NullInList,
    /// A value that stands in a list twice.
    DuplicateValue {
        /// The value, if it can be shown.
        value: Option<String>,
        /// The two differ in case only.
        case_aside: bool,
    },
    /// A rule that a correlation names twice.
    DuplicateRule {
        /// Its name.
        rule: String,
    },
    /// A regular expression that plain text could replace.
    PlainRegex {
        /// The expression.
        regex: String,
    },
    /// A part of a time that is compared with what it never is.
    NeverMatches {
        /// Such as `hour`.
        part: &'static str,
        /// Such as `> 30`.
        comparison: String,
    },
    /// A field that must be absent and have a value.
    Contradiction {
        /// The field.
        field: String,
    },
    /// An alias for a rule that the correlation is not about.
    UnknownAlias {
        /// The rule.
        rule: String,
    },
    /// An alias that nothing is grouped by.
    UnusedAlias {
        /// The alias.
        alias: String,
    },
    /// A character nobody sees.
    HiddenCharacter {
        /// What it does.
        what: Hidden,
        /// Such as `U+202E`.
        character: String,
    },
}

/// What a rule should say of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// What it is called by others.
    Id,
    /// How bad it is.
    Level,
    /// What it detects.
    Description,
}

/// Why a character is not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// It turns the direction of text.
    Direction,
    /// It has no width.
    Invisible,
    /// It is for machines.
    Control,
}

impl Check {
    /// The name of the check; a check may have several things to say.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MissingMetadata { .. } => "missing-metadata",
            Self::UnusedSelection { .. } => "unused-selection",
            Self::AllOfOne => "all-of-one",
            Self::NullInList => "null-in-list",
            Self::DuplicateValue { .. } | Self::DuplicateRule { .. } => "duplicate-value",
            Self::PlainRegex { .. } => "plain-regex",
            Self::NeverMatches { .. } | Self::Contradiction { .. } => "never-matches",
            Self::UnknownAlias { .. } => "unknown-alias",
            Self::UnusedAlias { .. } => "unused-alias",
            Self::HiddenCharacter { .. } => "hidden-character",
        }
    }
}

impl Missing {
    /// The key.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Level => "level",
            Self::Description => "description",
        }
    }
}

impl Hidden {
    /// In words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Direction => "a character that turns the direction of text",
            Self::Invisible => "an invisible character",
            Self::Control => "a control character",
        }
    }
}
