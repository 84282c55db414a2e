//! Findings as the API shows them: what a check found in words, and without them, so that a client can say it in any language.

mod about;

use serde::Serialize;
use utoipa::ToSchema;
use workbench::Finding;

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
            about: about::of(finding.about.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bench, content::Content};
    use serde_json::{Value, json};

    const RULE: &str = "title: Login page
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f11
description: Somebody asks for the login page.
logsource: {product: nginx, service: access}
detection:
  selection: {http_request.url.path: /login}
  condition: selection
level: low
";

    /// What the API says of a rule with one thing changed, without the words.
    #[track_caller]
    fn check(what: &str, by: &str, expected: &Value) {
        assert!(RULE.contains(what), "`{what}` is not in the rule");
        let content = Content::load().unwrap_or_else(|error| panic!("{error}"));
        let source = workbench::custom("rule.yml", RULE.replace(what, by));
        let report = workbench::lint(&bench::of(&content), &[source]);
        let told = report.findings.iter().map(|finding| {
            let mut told = serde_json::to_value(RuleFinding::of(finding)).unwrap();
            assert_eq!(told["code"], finding.code, "the tag is the name of the check");
            told.as_object_mut().unwrap().remove("message");
            told
        });
        let told: Vec<Value> = told.filter(|told| told["code"] != "no-tests").collect();
        assert_eq!(Value::from(told), json!([expected]));
    }

    #[test]
    fn a_finding_names_its_code_and_what_it_is_about() {
        check(
            "{http_request.url.path: /login}",
            "{http_request.url.path|containz: /login}",
            &json!({
                "place": "6:37", "severity": "error", "code": "does-not-load",
                "mistake": {"kind": "unknown-word", "word": "containz", "near": "contains"},
            }),
        );
        check(
            "service: access}",
            "service: acces}",
            &json!({
                "place": "4:1", "severity": "warning", "code": "never-fires",
                "logsource": "product=nginx service=acces",
                "near_logsource": "product=nginx service=access category=webserver",
                "near_product": "self_hosted/nginx",
            }),
        );
        check(
            "level: low\n",
            "",
            &json!({
                "place": "1:1", "severity": "warning", "code": "missing-metadata",
                "rule": "Login page", "key": "level",
            }),
        );
        check(
            "title: Login page",
            "title: Login\u{202e} page",
            &json!({
                "place": "1:13", "severity": "error", "code": "hidden-character",
                "what": "direction", "character": "U+202E",
            }),
        );
    }

    #[test]
    fn what_does_not_load_says_of_what_sort_the_mistake_is() {
        let load = |mistake: Value, place: &str| json!({"place": place, "severity": "error", "code": "does-not-load", "mistake": mistake});
        check(
            "condition: selection",
            "condition: selection and",
            &load(json!({"kind": "condition"}), "7:27"),
        );
        check(
            "http_request.url.path",
            "http_request.url.pth",
            &load(
                json!({"kind": "unknown-field", "field": "http_request.url.pth", "near": "http_request.url.path"}),
                "6:15",
            ),
        );
        check(
            "level: low",
            "level: [low]",
            &load(json!({"kind": "wrong-type"}), "8:8"),
        );
    }
}
