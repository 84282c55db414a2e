//! The rules whose matches a window counted, as people know them: what they are called, and where to read them.
//!
//! An alert only has the names its correlation calls them by. What those mean stands in the correlation's own file, as
//! it was when the alert was raised, or in another file, as that is now.

use crate::{api::dto::Text, pipeline::KnownRules};
use detect::RuleSet;
use model::{LocalText, RuleCount, RuleRef};
use serde::Serialize;
use sigma::{Body, Document};
use utoipa::ToSchema;

/// A rule whose matches a window counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountedRule {
    /// What the correlation calls it.
    name: String,
    /// What it detects, in a few words; the name, if the rule is gone.
    title: Text,
    /// The listed rule to open, to read it: itself, or the one whose text it stands in. Null if that is gone.
    rule: Option<String>,
    /// How often it matched.
    matches: u64,
}

/// The rules that were counted for an alert of `raised`, whose text was `text`.
pub fn counted(counts: Vec<RuleCount>, raised: &RuleRef, text: &str, rules: &KnownRules) -> Vec<CountedRule> {
    if counts.is_empty() {
        return Vec::new();
    }
    // Parsed once: the other files only if a name is not in this one.
    let own = documents(text);
    let find = |RuleCount { rule: name, matches }| {
        let (title, rule) = match called(&own, &name) {
            Some(found) => (detect::title(found), listed(found, &raised.id, &rules.set)),
            None => elsewhere(&name, &rules.set).unwrap_or_else(|| (LocalText::same(&name), None)),
        };
        CountedRule {
            title: title.into(),
            name,
            rule,
            matches,
        }
    };
    counts.into_iter().map(find).collect()
}

/// A rule in some other file. Only files with the name in them are read.
fn elsewhere(name: &str, set: &RuleSet) -> Option<(LocalText, Option<String>)> {
    let mut named = set.rules().filter(|rule| rule.text.contains(name));
    named.find_map(|rule| {
        let documents = documents(&rule.text);
        let found = called(&documents, name)?;
        Some((detect::title(found), listed(found, &rule.id, set)))
    })
}

/// The rule itself, if it is in lists; one that others only count is read where it stands.
fn listed(document: &Document, holder: &str, set: &RuleSet) -> Option<String> {
    let mut candidates = document.metadata.id.as_deref().into_iter().chain([holder]);
    candidates.find(|id| set.rule(id).is_some()).map(str::to_owned)
}

fn called<'d>(documents: &'d [Document], name: &str) -> Option<&'d Document> {
    let rule = |document: &&Document| !matches!(document.body, Body::Filter { .. });
    documents
        .iter()
        .filter(rule)
        .find(|document| document.metadata.is_called(name))
}

/// A text that no longer can be read has no documents.
fn documents(text: &str) -> Vec<Document> {
    sigma::parse(text, "").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Content;
    use std::{collections::BTreeMap, sync::Arc};

    const PARTS: &str = "
title: Door opened
name: opened
logsource: {product: nginx, service: access}
detection:
  s: {http_request.url.path: /open}
  condition: s
ctdr: {name: 门被打开}
---
title: Opened and used
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f21
correlation:
  type: temporal
  rules: [opened, LISTED]
  group-by: [src_endpoint.ip]
  timespan: 10m
level: low
";
    const CORRELATION: &str = "8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f21";

    fn known(text: &str) -> KnownRules {
        let content = Content::load().unwrap_or_else(|error| panic!("{error}"));
        let custom = crate::api::rules::custom_source(text);
        let (set, errors) = content.compile([custom].into_iter());
        assert!(errors.is_empty(), "{errors:#?}");
        KnownRules {
            set: Arc::new(set),
            errors,
            metrics: BTreeMap::new(),
        }
    }

    #[test]
    fn a_rule_is_found_in_the_file_elsewhere_and_not_at_all() {
        let content = Content::load().unwrap_or_else(|error| panic!("{error}"));
        let other = content.compile(std::iter::empty()).0;
        let other = other
            .rules()
            .find(|rule| rule.file.starts_with("rules/nginx/") && rule.title.en != rule.title.zh)
            .unwrap()
            .clone();
        let text = PARTS.replace("LISTED", &other.id);
        let rules = known(&text);
        let raised = RuleRef {
            id: CORRELATION.to_owned(),
            version: String::new(),
        };
        let check = |name: &str, en: &str, zh: &str, rule: Option<&str>| {
            let count = RuleCount {
                rule: name.to_owned(),
                matches: 3,
            };
            let expected = CountedRule {
                name: name.to_owned(),
                title: LocalText::new(en, zh).into(),
                rule: rule.map(str::to_owned),
                matches: 3,
            };
            assert_eq!(counted(vec![count], &raised, &text, &rules), [expected]);
        };
        check("opened", "Door opened", "门被打开", Some(CORRELATION));
        check(&other.id, &other.title.en, &other.title.zh, Some(&other.id));
        check("gone", "gone", "gone", None);
    }

    #[test]
    fn a_rule_that_others_only_count_is_read_where_it_stands() {
        let rules = known(&PARTS.replace("LISTED", "opened"));
        let found = elsewhere("opened", &rules.set).unwrap();
        assert_eq!(
            (found.0.en.as_str(), found.1.as_deref()),
            ("Door opened", Some(CORRELATION))
        );
        assert_eq!(
            counted(
                Vec::new(),
                &RuleRef {
                    id: String::new(),
                    version: String::new()
                },
                "",
                &rules
            ),
            []
        );
    }
}
