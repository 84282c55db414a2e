//! Every text of an event: what keywords are looked for in. Few events are asked for them.

use super::{escape::unescape, json, row::Kind};
use std::borrow::Cow;

/// Calls `each` with the path of every text of an event, the text, and its lower case.
pub fn each(event: &str, mut each: impl FnMut(&str, &str, &str)) {
    let (mut text, mut lower) = (String::new(), String::new());
    // The row was read from the same text before, so it can be walked.
    let _ = json::walk(event, &mut |path, kind, written| {
        if kind == Kind::Text {
            text.clear();
            unescape(written, &mut text);
            lower.clone_from(&text);
            lower.make_ascii_lowercase();
            each(path, &text, &lower);
        }
    });
}

/// Every text of an event, for keywords; filled when first asked for.
#[derive(Debug, Default)]
pub struct Texts {
    filled: bool,
    all: String,
    lower: String,
    /// Where each text ends.
    ends: Vec<usize>,
}

impl Texts {
    /// Forgets the event before.
    pub fn clear(&mut self) {
        self.filled = false;
    }

    /// Takes the texts of an event that is no JSON.
    pub fn set<'t>(&mut self, texts: impl Iterator<Item = Cow<'t, str>>) {
        self.all.clear();
        self.ends.clear();
        for text in texts {
            self.all.push_str(&text);
            self.ends.push(self.all.len());
        }
        self.fold();
    }

    /// Each text of those that were [set](Self::set).
    pub fn each(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.all[start..*end])
    }

    /// Whether one of the texts is so; given with its lower case.
    pub fn any(&mut self, event: &str, is: impl Fn(&str, &str) -> bool) -> bool {
        if !self.filled {
            self.fill(event);
        }
        let mut start = 0;
        self.ends.iter().any(|end| {
            let range = std::mem::replace(&mut start, *end)..*end;
            is(&self.all[range.clone()], &self.lower[range])
        })
    }

    fn fill(&mut self, event: &str) {
        let Self { all, ends, .. } = self;
        all.clear();
        ends.clear();
        // The row was read from the same text before, so it can be walked.
        let _ = json::walk(event, &mut |_, kind, written| {
            if kind == Kind::Text {
                unescape(written, all);
                ends.push(all.len());
            }
        });
        self.fold();
    }

    fn fold(&mut self) {
        self.lower.clear();
        self.lower.push_str(&self.all);
        self.lower.make_ascii_lowercase();
        self.filled = true;
    }
}
