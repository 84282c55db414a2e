//! Findings as the API shows them: what a check found in words, and without them, so that a client can say it in any language.

use serde::Serialize;
use sigma::{
    ErrorKind,
    lint::{Check, Hidden, Missing},
};
use utoipa::ToSchema;
use workbench::{About, Finding, Side};

/// One thing that is wrong, or likely to be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleFinding {
    /// `line:column`, both from 1, columns in characters.
    place: String,
    /// `error`: the rule does not load, or must not; `warning`: worth a look; `info`: worth knowing.
    severity: Severity,
    /// What is wrong, and what would have been right, in English.
    message: String,
    #[serde(flatten)]
    about: FindingAbout,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FindingSeverity)]
enum Severity {
    Info,
    Warning,
    Error,
}

/// The name of the check that found something, and what it is about. Texts of the rule are cut to what one line shows.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "code", rename_all = "kebab-case")]
enum FindingAbout {
    /// The text does not load.
    DoesNotLoad { mistake: RuleMistake },
    /// A rule lacks a key that rules should have.
    MissingMetadata { rule: String, key: MetadataKey },
    /// The condition does not name a selection.
    UnusedSelection { selection: String },
    /// `all` with one value.
    AllOfOne,
    /// Null beside other values.
    NullInList,
    /// A value stands in a list twice, or a rule in those of a correlation.
    DuplicateValue {
        of: Listed,
        /// What stands there twice, if it can be shown.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        /// The two differ in case only.
        case_aside: bool,
    },
    /// A regular expression that plain text could replace.
    PlainRegex { regex: String },
    /// What no log can have.
    NeverMatches {
        /// A field that must be absent and have a value, or a part of a time.
        subject: String,
        /// What the part of a time is never, such as `> 30`; left out for a field.
        #[serde(skip_serializing_if = "Option::is_none")]
        comparison: Option<String>,
    },
    /// An alias for a rule that the correlation is not about.
    UnknownAlias { rule: String },
    /// An alias that nothing is grouped by.
    UnusedAlias { alias: String },
    /// A character nobody sees.
    HiddenCharacter {
        what: HiddenWhy,
        /// Such as `U+202E`.
        character: String,
    },
    /// An id that another rule has.
    DuplicateId {
        id: String,
        /// The file that has it.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// A rule on logs that nobody writes.
    NeverFires {
        /// Its logsource, as `product=nginx service=access`.
        logsource: String,
        /// The nearest logsource of a product.
        #[serde(skip_serializing_if = "Option::is_none")]
        near_logsource: Option<String>,
        /// The product that has it.
        #[serde(skip_serializing_if = "Option::is_none")]
        near_product: Option<String>,
    },
    /// A field that the logs of a rule do not have.
    NeverFilled {
        field: String,
        /// Some of the logs, as `self_hosted/nginx access`.
        logs: Vec<String>,
        /// How many more logs there are.
        more: u64,
    },
    /// A rule without tests.
    NoTests { rule: String },
    /// No test of a rule shows one of the two sides.
    OneSidedTests { rule: String, missing: TestSide },
    /// A test with logs of a product that nobody knows.
    UnknownProduct {
        product: String,
        /// The one that was probably meant.
        #[serde(skip_serializing_if = "Option::is_none")]
        near: Option<String>,
    },
}

/// Why a text does not load.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum RuleMistake {
    /// It cannot be read as YAML.
    Yaml,
    /// A key, modifier or other word that is none of those there are.
    UnknownWord {
        word: String,
        /// The one that was probably meant.
        #[serde(skip_serializing_if = "Option::is_none")]
        near: Option<String>,
    },
    /// A key that must be there is not.
    MissingKey { key: String },
    /// A text where a list stands, and the like.
    WrongType,
    /// The expression of a `condition`.
    Condition,
    /// What stands in `detection`.
    Detection,
    /// What stands in `correlation`.
    Correlation,
    /// A field that no log has.
    UnknownField {
        field: String,
        /// The one that was probably meant.
        #[serde(skip_serializing_if = "Option::is_none")]
        near: Option<String>,
    },
    /// The name of a rule that is none.
    UnknownRule {
        rule: String,
        /// The one that was probably meant.
        #[serde(skip_serializing_if = "Option::is_none")]
        near: Option<String>,
    },
    /// An id that another rule has.
    TakenId { id: String },
    /// Anything else.
    Other,
}

/// What a rule should say of itself.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MetadataKey {
    Id,
    Level,
    Description,
}

/// What stands in a list.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Listed {
    Value,
    Rule,
}

/// Why a character is not seen.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum HiddenWhy {
    Direction,
    Invisible,
    Control,
}

/// What a test shows.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TestSide {
    Alert,
    NoAlert,
}

impl RuleFinding {
    /// As the workbench has it.
    pub fn of(finding: &Finding) -> Self {
        Self {
            place: format!("{}:{}", finding.line, finding.column),
            severity: match finding.severity {
                workbench::Severity::Info => Severity::Info,
                workbench::Severity::Warning => Severity::Warning,
                workbench::Severity::Error => Severity::Error,
            },
            message: finding.text(),
            about: about(finding.about.clone()),
        }
    }
}

fn about(about: About) -> FindingAbout {
    match about {
        About::DoesNotLoad(kind) => FindingAbout::DoesNotLoad {
            mistake: mistake(kind),
        },
        About::Language(check) => language(check),
        About::DuplicateId { id, file } => FindingAbout::DuplicateId { id, file },
        About::NeverFires { logsource, near } => {
            let (near_logsource, near_product) = near.map(|near| (near.logsource, near.product)).unzip();
            FindingAbout::NeverFires {
                logsource,
                near_logsource,
                near_product,
            }
        }
        About::NeverFilled { field, logs, more } => FindingAbout::NeverFilled {
            field,
            logs,
            more: more as u64,
        },
        About::NoTests { rule } => FindingAbout::NoTests { rule },
        About::OneSidedTests { rule, missing } => FindingAbout::OneSidedTests {
            rule,
            missing: match missing {
                Side::Alert => TestSide::Alert,
                Side::NoAlert => TestSide::NoAlert,
            },
        },
        About::UnknownProduct { product, near } => FindingAbout::UnknownProduct {
            product: product.to_string(),
            near,
        },
    }
}

/// What the linter of the language says.
fn language(check: Check) -> FindingAbout {
    match check {
        Check::MissingMetadata { rule, key } => FindingAbout::MissingMetadata {
            rule,
            key: match key {
                Missing::Id => MetadataKey::Id,
                Missing::Level => MetadataKey::Level,
                Missing::Description => MetadataKey::Description,
            },
        },
        Check::UnusedSelection { selection } => FindingAbout::UnusedSelection { selection },
        Check::AllOfOne => FindingAbout::AllOfOne,
        Check::NullInList => FindingAbout::NullInList,
        Check::DuplicateValue { value, case_aside } => FindingAbout::DuplicateValue {
            of: Listed::Value,
            value,
            case_aside,
        },
        Check::DuplicateRule { rule } => FindingAbout::DuplicateValue {
            of: Listed::Rule,
            value: Some(rule),
            case_aside: false,
        },
        Check::PlainRegex { regex } => FindingAbout::PlainRegex { regex },
        Check::NeverMatches { part, comparison } => FindingAbout::NeverMatches {
            subject: part.to_owned(),
            comparison: Some(comparison),
        },
        Check::Contradiction { field } => FindingAbout::NeverMatches {
            subject: field,
            comparison: None,
        },
        Check::UnknownAlias { rule } => FindingAbout::UnknownAlias { rule },
        Check::UnusedAlias { alias } => FindingAbout::UnusedAlias { alias },
        Check::HiddenCharacter { what, character } => FindingAbout::HiddenCharacter {
            what: match what {
                Hidden::Direction => HiddenWhy::Direction,
                Hidden::Invisible => HiddenWhy::Invisible,
                Hidden::Control => HiddenWhy::Control,
            },
            character,
        },
    }
}

fn mistake(kind: ErrorKind) -> RuleMistake {
    match kind {
        ErrorKind::Yaml => RuleMistake::Yaml,
        ErrorKind::UnknownWord { word, near } => RuleMistake::UnknownWord { word, near },
        ErrorKind::MissingKey { key } => RuleMistake::MissingKey { key },
        ErrorKind::WrongType => RuleMistake::WrongType,
        ErrorKind::Condition => RuleMistake::Condition,
        ErrorKind::Detection => RuleMistake::Detection,
        ErrorKind::Correlation => RuleMistake::Correlation,
        ErrorKind::UnknownField { field, near } => RuleMistake::UnknownField { field, near },
        ErrorKind::UnknownRule { rule, near } => RuleMistake::UnknownRule { rule, near },
        ErrorKind::TakenId { id } => RuleMistake::TakenId { id },
        ErrorKind::Other => RuleMistake::Other,
    }
}
