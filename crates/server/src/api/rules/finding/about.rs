//! What the workbench and the language found, in the API's own closed words: a new check does not compile until it has one.

use super::{FindingAbout, HiddenWhy, Listed, MetadataKey, RuleMistake, TestSide};
use sigma::{
    ErrorKind,
    lint::{Check, Hidden, Missing},
};
use workbench::{About, Side};

/// As the API names it.
pub fn of(about: About) -> FindingAbout {
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
