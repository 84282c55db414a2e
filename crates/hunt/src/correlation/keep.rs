//! What is kept of all matches that are counted, within a bound, and what could not be counted.

use super::{Hit, compile::Correlations};
use std::{collections::HashMap, fmt, sync::Arc};

/// Bytes that are kept of matches, about: some millions of them.
pub const MOST: usize = 512 << 20;
/// Bytes of a match, beside its values.
const OF_HIT: usize = size_of::<Hit>();
/// Bytes of a group or of one of its values, beside its text.
const OF_GROUP: usize = 96;

/// What a match that is counted comes to.
#[derive(Debug)]
pub enum Found {
    /// It counts.
    Hit {
        correlation: u32,
        group: Vec<String>,
        hit: Hit,
    },
    /// It lacks a field the correlation looks at.
    Lacking { correlation: u32 },
    /// It has no time.
    Untimed { record: u64 },
}

/// What is kept of all matches that are counted.
#[derive(Debug)]
pub struct Kept {
    /// By correlation and group.
    pub(super) groups: Vec<HashMap<Vec<String>, Vec<Hit>>>,
    pub(super) files: Vec<Arc<str>>,
    lacking: Vec<u64>,
    untimed: u64,
    /// The first without a time.
    first_untimed: Option<(Arc<str>, u64)>,
    most: usize,
    bytes: usize,
    left_out: u64,
}

impl Kept {
    /// Nothing yet, and at most so many bytes.
    pub fn new(correlations: usize, most: usize) -> Self {
        Self {
            groups: (0..correlations).map(|_| HashMap::new()).collect(),
            files: Vec::new(),
            lacking: vec![0; correlations],
            untimed: 0,
            first_untimed: None,
            most,
            bytes: 0,
            left_out: 0,
        }
    }

    /// Takes in what a block of a file came to. Blocks come in the order of the input, so that what is left out for
    /// lack of room does not depend on threads.
    pub fn admit(&mut self, file: &Arc<str>, found: Vec<Found>) {
        if found.is_empty() {
            return;
        }
        if self.files.last().is_none_or(|last| !Arc::ptr_eq(last, file)) {
            self.files.push(Arc::clone(file));
        }
        let number = self.files.len() as u32 - 1;
        for found in found {
            match found {
                Found::Untimed { record } => {
                    self.untimed += 1;
                    self.first_untimed
                        .get_or_insert_with(|| (Arc::clone(file), record));
                }
                Found::Lacking { correlation } => self.lacking[correlation as usize] += 1,
                Found::Hit {
                    correlation,
                    group,
                    mut hit,
                } => {
                    hit.place.file = number;
                    self.keep(correlation, group, hit);
                }
            }
        }
    }

    fn keep(&mut self, correlation: u32, group: Vec<String>, hit: Hit) {
        if self.bytes >= self.most {
            self.left_out += 1;
            return;
        }
        self.bytes += OF_HIT + size_of_val(&*hit.values);
        let groups = &mut self.groups[correlation as usize];
        if let Some(known) = groups.get_mut(&group) {
            known.push(hit);
            return;
        }
        self.bytes += OF_GROUP + group.iter().map(|value| OF_GROUP + value.len()).sum::<usize>();
        groups.insert(group, vec![hit]);
    }

    /// How many matches that correlations count have no time.
    pub const fn untimed(&self) -> u64 {
        self.untimed
    }

    /// How many matches there was no room for.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// What people should know.
    pub fn notes(&self, correlations: &Correlations) -> Vec<Note> {
        let mut notes = Vec::new();
        if let Some((file, record)) = &self.first_untimed {
            notes.push(Note::Untimed {
                matches: self.untimed,
                file: Arc::clone(file),
                record: *record,
            });
        }
        for (counter, matches) in correlations.all.iter().zip(&self.lacking) {
            if *matches > 0 {
                notes.push(Note::Lacking {
                    rule: counter.rule.title.clone(),
                    matches: *matches,
                });
            }
        }
        if self.left_out > 0 {
            notes.push(Note::Full {
                matches: self.left_out,
            });
        }
        notes
    }
}

/// What people should know of the matches that correlations count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Some have no time.
    Untimed {
        /// How many.
        matches: u64,
        /// The file of the first.
        file: Arc<str>,
        /// Its number there.
        record: u64,
    },
    /// Some lack a field that a correlation looks at.
    Lacking {
        /// The title of the correlation.
        rule: String,
        /// How many.
        matches: u64,
    },
    /// There was no room for all.
    Full {
        /// How many were left out.
        matches: u64,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untimed {
                matches,
                file,
                record,
            } => write!(
                f,
                "{matches} matches are not counted by correlations, since their events say no time; the first is record \
                 {record} of {file}: which field says it?"
            ),
            Self::Lacking { rule, matches } => write!(
                f,
                "correlation `{rule}`: {matches} matches are not counted, since their events lack a field it looks at"
            ),
            Self::Full { matches } => write!(
                f,
                "{matches} matches are not counted by correlations, since there was no room for more than {} MiB of \
                 them: hunt in fewer files at once",
                MOST >> 20
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlation::Place;

    #[test]
    fn what_is_kept_is_bounded_and_the_rest_is_counted() {
        let hit = |record: u64| Found::Hit {
            correlation: 0,
            group: vec![(record % 3).to_string()],
            hit: Hit {
                time: 0,
                member: 0,
                place: Place { file: 0, record },
                values: Box::default(),
                behind: None,
            },
        };
        let mut kept = Kept::new(1, 2_000);
        let file: Arc<str> = "f".into();
        kept.admit(&file, (0..100).map(hit).collect());
        let all: usize = kept.groups[0].values().map(Vec::len).sum();
        assert!(all > 10 && kept.bytes < 2_100, "{all} of {} bytes", kept.bytes);
        assert_eq!(kept.left_out(), 100 - all as u64);
        let notes = kept.notes(&Correlations::default());
        assert!(
            notes[0]
                .to_string()
                .starts_with(&format!("{} matches", 100 - all)),
            "{notes:?}"
        );
    }
}
