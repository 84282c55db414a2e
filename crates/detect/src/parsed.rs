//! Rule files that were read before: reading YAML is nearly all the work of compiling a set, and when one rule changes
//! the others are the same.

use crate::{rule::RuleSource, ruleset::RuleError};
use model::{Origin, id::ContentHash};
use sigma::Document;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Files of users that are remembered. People write drafts without end: where there would be more, all are forgotten, and
/// read once again.
const USERS_FILES: usize = 4_096;

/// What a text says, or what is wrong with it.
type Outcome = Result<Vec<Document>, Vec<RuleError>>;

/// The rule files read so far, by their texts.
#[derive(Debug, Default)]
pub struct Parsed(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    predefined: HashMap<u128, Arc<Outcome>>,
    users: HashMap<u128, Arc<Outcome>>,
}

impl Parsed {
    /// What a file says.
    pub(crate) fn documents(&self, source: &RuleSource) -> Outcome {
        let key = ContentHash::new("rule file").part(&source.text).finish();
        let known = self.lock().of(source.origin).get(&key).cloned();
        let outcome = known.unwrap_or_else(|| {
            let read = Arc::new(sigma::parse(&source.text, &source.file));
            self.lock().keep(source.origin, key, &read);
            read
        });
        match &*outcome {
            Ok(documents) => Ok(documents.clone()),
            Err(errors) => Err(errors.iter().map(|error| told_of(source, error)).collect()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    const fn of(&mut self, origin: Origin) -> &mut HashMap<u128, Arc<Outcome>> {
        match origin {
            Origin::Predefined => &mut self.predefined,
            _ => &mut self.users,
        }
    }

    fn keep(&mut self, origin: Origin, key: u128, outcome: &Arc<Outcome>) {
        if self.users.len() >= USERS_FILES {
            self.users.clear();
        }
        self.of(origin).insert(key, Arc::clone(outcome));
    }
}

/// The error, in the file at hand: another one of the same text may have been read first.
fn told_of(source: &RuleSource, error: &RuleError) -> RuleError {
    RuleError {
        file: source.file.clone(),
        ..error.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(file: &str, text: String) -> RuleSource {
        RuleSource {
            file: file.to_owned(),
            text,
            origin: Origin::Custom,
            enabled: true,
            testing: false,
        }
    }

    #[test]
    fn a_mistake_is_told_of_the_file_at_hand() {
        let known = Parsed::default();
        let file = |name: &str| {
            let errors = known.documents(&source(name, "title: [".to_owned())).unwrap_err();
            errors[0].file.clone()
        };
        assert_eq!(
            (file("a.yml"), file("b.yml")),
            ("a.yml".to_owned(), "b.yml".to_owned())
        );
    }

    #[test]
    fn drafts_without_end_are_bounded() {
        let known = Parsed::default();
        for number in 0..USERS_FILES + 10 {
            let text = format!(
                "title: {number}\nlogsource: {{product: x}}\ndetection: {{s: {{a: b}}, condition: s}}\n"
            );
            assert_eq!(known.documents(&source("a.yml", text)).unwrap().len(), 1);
        }
        assert_eq!(known.lock().users.len(), 10);
    }
}
