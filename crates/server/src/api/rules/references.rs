//! What the documents of a text are called, and which others they name: a rule that another one counts cannot just go.

use sigma::{Body, Filtered};
use std::collections::{BTreeMap, BTreeSet};
use store::CustomRule;

/// Names in a text. One that cannot be read has none; its mistakes are told when it is compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// What others may call its documents by.
    pub names: Vec<String>,
    /// What its correlations and filters refer to.
    pub refers: Vec<String>,
}

impl References {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let mut read = Self::default();
        for document in sigma::parse(text, "").unwrap_or_default() {
            let about = document.metadata;
            read.names.extend(about.name.into_iter().chain(about.id));
            read.refers.extend(match document.body {
                Body::Correlation(correlation) => texts(correlation.rules),
                Body::Filter {
                    rules: Filtered::Named(rules),
                    ..
                } => texts(rules),
                Body::Rule { .. } | Body::Filter { .. } => Vec::new(),
            });
        }
        read
    }

    /// Whether this refers to a document of `other`, and not to one of its own by that name.
    fn uses(&self, other: &Self) -> bool {
        let outside = |name: &&String| !self.names.contains(name);
        self.refers
            .iter()
            .filter(outside)
            .any(|name| other.names.contains(name))
    }
}

/// Those of the saved rules that a text needs: the ones it names, and the ones those name. What the text has itself, it
/// means itself; a saved rule that it is a new version of is left out.
pub fn named_by(text: &str, saved: Vec<CustomRule>) -> Vec<CustomRule> {
    let first = References::of(text);
    if first.refers.is_empty() {
        return Vec::new();
    }
    let mut left: Vec<(CustomRule, References)> = saved
        .into_iter()
        .filter(|rule| !first.names.contains(&rule.id))
        .map(|rule| {
            let read = References::of(&rule.text);
            (rule, read)
        })
        .collect();
    let (mut asking, mut named) = (vec![first], Vec::new());
    while let Some(one) = asking.pop() {
        let (found, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(|(_, read)| one.uses(read));
        left = rest;
        for (rule, read) in found {
            named.push(rule);
            asking.push(read);
        }
    }
    named
}

fn texts(names: Vec<sigma::correlation::Name>) -> Vec<String> {
    names.into_iter().map(|name| name.text).collect()
}

/// Of the rules that are to be deleted, those that one which stays refers to, each with the ids of those that do. A rule
/// that is used stays, and so do the ones it uses itself.
pub fn in_use(rules: &[CustomRule], doomed: &BTreeSet<String>) -> BTreeMap<String, Vec<String>> {
    let read: Vec<(&str, References)> = rules
        .iter()
        .map(|rule| (rule.id.as_str(), References::of(&rule.text)))
        .collect();
    let mut used: BTreeMap<String, Vec<String>> = BTreeMap::new();
    loop {
        let goes = |id: &str| doomed.contains(id) && !used.contains_key(id);
        let found: Vec<(String, Vec<String>)> = read
            .iter()
            .filter(|(id, _)| goes(id))
            .filter_map(|(id, own)| {
                let users = read
                    .iter()
                    .filter(|(other, refers)| !goes(other) && refers.uses(own))
                    .map(|(other, _)| (*other).to_owned());
                let users: Vec<String> = users.collect();
                (!users.is_empty()).then(|| ((*id).to_owned(), users))
            })
            .collect();
        if found.is_empty() {
            return used;
        }
        used.extend(found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Time;

    fn saved(id: &str, text: String) -> CustomRule {
        CustomRule {
            id: id.to_owned(),
            version: 1,
            text,
            author: "somebody".to_owned(),
            changed: Time::from_secs(0),
            deleted: false,
        }
    }

    fn rule(id: &str, name: &str) -> CustomRule {
        let text = format!(
            "title: T\nid: {id}\nname: {name}\nlogsource: {{product: nginx}}\ndetection:\n  s: {{a: b}}\n  condition: s\n"
        );
        saved(id, text)
    }

    fn about(id: &str, name: &str, others: &str) -> CustomRule {
        let text = format!(
            "title: T\nid: {id}\nname: {name}\ncorrelation:\n  type: event_count\n  rules: [{others}]\n  group-by: [a]\n  \
             timespan: 1h\n  condition: {{gte: 3}}\n"
        );
        saved(id, text)
    }

    const A: &str = "00000000-0000-4000-8000-00000000000a";
    const B: &str = "00000000-0000-4000-8000-00000000000b";
    const C: &str = "00000000-0000-4000-8000-00000000000c";
    const NEW: &str = "00000000-0000-4000-8000-00000000000d";

    #[track_caller]
    fn check(rules: &[CustomRule], doomed: &[&str], expected: &[(&str, &[&str])]) {
        let doomed = doomed.iter().map(|id| (*id).to_owned()).collect();
        let found = in_use(rules, &doomed);
        let found: Vec<(&str, Vec<&str>)> = found
            .iter()
            .map(|(id, users)| (id.as_str(), users.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(&str, Vec<&str>)> =
            expected.iter().map(|(id, users)| (*id, users.to_vec())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_rule_that_another_names_is_in_use_unless_both_go() {
        let rules = [rule(A, "a"), about(B, "b", "a"), rule(C, "c")];
        check(&rules, &[A, C], &[(A, &[B])]);
        check(&rules, &[A, B], &[]);
        check(&[rule(A, "a"), about(B, "b", A)], &[A], &[(A, &[B])]);
    }

    #[test]
    fn what_a_used_rule_uses_stays_too() {
        let rules = [rule(A, "a"), about(B, "b", "a"), about(C, "c", "b")];
        check(&rules, &[A, B], &[(A, &[B]), (B, &[C])]);
    }

    #[test]
    fn a_text_needs_what_it_names_and_what_that_names() {
        let saved = [rule(A, "a"), about(B, "b", "a"), rule(C, "c")];
        let needed = |text: &str| -> Vec<String> {
            let named = named_by(text, saved.to_vec());
            named.into_iter().map(|rule| rule.id).collect()
        };
        assert_eq!(needed(&about(NEW, "new", "b").text), [B, A]);
        assert_eq!(needed(&about(NEW, "new", A).text), [A]);
        assert_eq!(needed(&about(B, "b", "a").text), [A], "not its own old version");
        assert_eq!(needed(&rule(NEW, "new").text), [""; 0]);
    }

    #[test]
    fn a_text_that_has_the_name_itself_means_its_own() {
        let own = rule(C, "a").text;
        let both = saved(B, format!("{own}---\n{}", about(B, "b", "a").text));
        check(&[rule(A, "a"), both], &[A], &[]);
    }
}
