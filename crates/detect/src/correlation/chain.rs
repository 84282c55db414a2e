//! The most rules of which one match each can be chosen so that they follow one another in the order of the rules,
//! kept up to date while matches come at the end of a window and leave at its start.
//!
//! Of all ways to choose so many matches that end with one rule, the one that begins latest stays in the window
//! longest, so it is the only one that has to be known.

/// Matches that follow one another.
#[derive(Debug, Default)]
pub struct Chains {
    rules: usize,
    /// By length less one, then by the rule of the last match: the number of the first match, from 1.
    begins: Vec<Vec<u64>>,
    added: u64,
    removed: u64,
}

impl Chains {
    /// An empty window of matches of so many rules.
    pub const fn new(rules: usize) -> Self {
        Self {
            rules,
            begins: Vec::new(),
            added: 0,
            removed: 0,
        }
    }

    /// A match of a rule comes to the end of the window.
    pub fn add(&mut self, rule: usize) {
        self.added += 1;
        if rule >= self.rules {
            return;
        }
        for shorter in (0..self.begins.len()).rev() {
            let before = self.begins[shorter].iter().take(rule).max();
            let begin = before.copied().filter(|begin| *begin > self.removed);
            let Some(begin) = begin else { continue };
            if shorter + 1 == self.begins.len() {
                self.begins.push(vec![0; self.rules]);
            }
            let known = &mut self.begins[shorter + 1][rule];
            *known = (*known).max(begin);
        }
        if self.begins.is_empty() {
            self.begins.push(vec![0; self.rules]);
        }
        self.begins[0][rule] = self.added;
    }

    /// The first match of the window leaves it.
    pub const fn remove(&mut self) {
        self.removed += 1;
    }

    /// How many rules follow one another.
    pub fn longest(&self) -> usize {
        let is_there = |begins: &&Vec<u64>| begins.iter().any(|begin| *begin > self.removed);
        self.begins.iter().take_while(is_there).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_chain_is_that_of_the_window() {
        let check = |rules: &[usize], removed: usize, expected: usize| {
            let mut chains = Chains::new(3);
            for rule in rules {
                chains.add(*rule);
            }
            for _ in 0..removed {
                chains.remove();
            }
            assert_eq!(chains.longest(), expected, "{rules:?} without {removed}");
        };
        check(&[], 0, 0);
        check(&[2, 1, 0], 0, 1);
        check(&[0, 0, 0], 0, 1);
        check(&[0, 1, 2], 0, 3);
        check(&[0, 1, 2], 1, 2);
        check(&[0, 1, 2], 3, 0);
        check(&[0, 1, 0, 2], 1, 2);
        check(&[0, 1, 0, 1, 2], 1, 3);
        check(&[1, 2, 0, 2], 0, 2);
    }
}
