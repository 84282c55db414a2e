//! What sort of mistake an error is: enough for a reader of another language, who is told so in words of that language.

/// A sort of mistake. The message of the error says the same, and more, in English.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text cannot be read as YAML, or not as the YAML that rules are written in.
    Yaml,
    /// A key, modifier or other word that is none of those there are.
    UnknownWord {
        /// The word.
        word: String,
        /// The one that was probably meant.
        near: Option<String>,
    },
    /// A key that must be there is not.
    MissingKey {
        /// The key.
        key: String,
    },
    /// A text where a list stands, and the like.
    WrongType,
    /// The expression of a `condition`.
    Condition,
    /// What stands in `detection`: its selections, modifiers and values.
    Detection,
    /// What stands in `correlation`.
    Correlation,
    /// A field that no log has.
    UnknownField {
        /// The field.
        field: String,
        /// The one that was probably meant.
        near: Option<String>,
    },
    /// The name of a rule that is none.
    UnknownRule {
        /// The name.
        rule: String,
        /// The one that was probably meant.
        near: Option<String>,
    },
    /// An id that another rule has.
    TakenId {
        /// The id.
        id: String,
    },
    /// Anything else.
    #[default]
    Other,
}
