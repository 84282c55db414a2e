//! What a finding is about, without words: closed and typed, so that whoever tells it in another language knows every
//! check there is and what it found.

use model::ProductId;
use sigma::{ErrorKind, lint::Check};

/// A check, and what it is about. Texts of a rule are cut to what one line shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The file does not load.
    DoesNotLoad(ErrorKind),
    /// Something the linter of the language says.
    Language(Check),
    /// An id that another rule has.
    DuplicateId {
        /// The id.
        id: String,
        /// The file that has it, if its name means something.
        file: Option<String>,
    },
    /// A rule on logs that nobody writes.
    NeverFires {
        /// Its logsource, as `product=nginx service=access`.
        logsource: String,
        /// The nearest logs that are written.
        near: Option<WrittenLogs>,
    },
    /// A field that the logs of a rule do not have.
    NeverFilled {
        /// The field.
        field: String,
        /// Some of the logs.
        logs: Vec<String>,
        /// How many more logs there are.
        more: usize,
    },
    /// A rule without tests.
    NoTests {
        /// Its title.
        rule: String,
    },
    /// A rule whose tests show only one side.
    OneSidedTests {
        /// Its title.
        rule: String,
        /// What none of them shows.
        missing: Side,
    },
    /// A test with logs of a product that nobody knows.
    UnknownProduct {
        /// The product.
        product: ProductId,
        /// The one that was probably meant.
        near: Option<String>,
    },
}

/// Logs that a product writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenLogs {
    /// As `product=nginx service=access`.
    pub logsource: String,
    /// The product, as `provider/product`.
    pub product: String,
}

/// What a test shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// That the rule raises an alert.
    Alert,
    /// That it raises none.
    NoAlert,
}

impl About {
    /// The name of the check.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DoesNotLoad(_) => "does-not-load",
            Self::Language(check) => check.name(),
            Self::DuplicateId { .. } => "duplicate-id",
            Self::NeverFires { .. } => "never-fires",
            Self::NeverFilled { .. } => "never-filled",
            Self::NoTests { .. } => "no-tests",
            Self::OneSidedTests { .. } => "one-sided-tests",
            Self::UnknownProduct { .. } => "unknown-product",
        }
    }
}
