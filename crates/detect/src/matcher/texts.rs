//! Every text of an event: what keywords are looked for in. Few events are asked for them.

use super::{escape::unescape, json, row::Kind};

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
        let Self { all, lower, ends, .. } = self;
        all.clear();
        ends.clear();
        // The row was read from the same text before, so it can be walked.
        let _ = json::walk(event, &mut |_, kind, written| {
            if kind == Kind::Text {
                unescape(written, all);
                ends.push(all.len());
            }
        });
        lower.clear();
        lower.push_str(all);
        lower.make_ascii_lowercase();
        self.filled = true;
    }
}
