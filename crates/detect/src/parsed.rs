//! Rule files that were read before: reading YAML is nearly all the work of compiling a set, and when one rule changes
//! the others are the same.

use crate::{rule::RuleSource, ruleset::RuleError};
use model::{Origin, id::ContentHash};
use sigma::Document;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What a file says, or what is wrong with it.
type Outcome = Result<Vec<Document>, Vec<RuleError>>;

/// The predefined rule files read so far. Users' files are few and change: they are read each time.
#[derive(Debug, Default)]
pub struct Parsed(Mutex<HashMap<u128, Arc<Outcome>>>);

impl Parsed {
    /// What a file says.
    pub(crate) fn documents(&self, source: &RuleSource) -> Outcome {
        if source.origin != Origin::Predefined {
            return sigma::parse(&source.text, &source.file);
        }
        let key = ContentHash::new("rule file")
            .part(&source.file)
            .part(&source.text)
            .finish();
        let known = self.lock().get(&key).cloned();
        let outcome = known.unwrap_or_else(|| {
            let read = Arc::new(sigma::parse(&source.text, &source.file));
            self.lock().insert(key, Arc::clone(&read));
            read
        });
        Outcome::clone(&outcome)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u128, Arc<Outcome>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
