//! The condition of a rule as it is written: the parsed one has resolved `1 of sel*` to the names it stands for, but
//! people look for what they wrote.

use super::outcome::Node;
use sigma::{Expression, Selection};

/// How a condition came out, part by part.
pub fn outline(text: Option<&str>, condition: &Expression, selections: &[Selection], holds: &[bool]) -> Node {
    let names: Vec<&str> = selections
        .iter()
        .map(|selection| selection.name.as_str())
        .collect();
    let truth = condition.holds(&mut |number| holds[number]);
    let written = text.and_then(|text| {
        let mut reader = Reader {
            tokens: tokens(text),
            next: 0,
            names: &names,
            holds,
        };
        let node = reader.joined("or", |reader| reader.joined("and", Reader::term))?;
        (reader.next == reader.tokens.len()).then_some(node)
    });
    // What was parsed is what counts: a text that reads otherwise is not shown.
    written
        .filter(|node| node.holds == truth)
        .unwrap_or_else(|| resolved(condition, &names, holds))
}

fn resolved(condition: &Expression, names: &[&str], holds: &[bool]) -> Node {
    let all = |parts: &[Expression]| parts.iter().map(|part| resolved(part, names, holds)).collect();
    match condition {
        Expression::Selection(number) => leaf(names[*number], holds[*number]),
        Expression::Not(inner) => not(resolved(inner, names, holds)),
        Expression::And(parts) => join("and", all(parts)),
        Expression::Or(parts) => join("or", all(parts)),
    }
}

fn leaf(name: &str, holds: bool) -> Node {
    Node {
        label: name.to_owned(),
        holds,
        parts: Vec::new(),
    }
}

fn not(inner: Node) -> Node {
    Node {
        label: "not".to_owned(),
        holds: !inner.holds,
        parts: vec![inner],
    }
}

fn join(word: &str, mut parts: Vec<Node>) -> Node {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    let holds = if word == "and" {
        parts.iter().all(|part| part.holds)
    } else {
        parts.iter().any(|part| part.holds)
    };
    Node {
        label: word.to_owned(),
        holds,
        parts,
    }
}

fn tokens(text: &str) -> Vec<String> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// Reads a condition that is known to be right; what it does not know makes it give up.
struct Reader<'r> {
    tokens: Vec<String>,
    next: usize,
    names: &'r [&'r str],
    holds: &'r [bool],
}

impl Reader<'_> {
    fn joined(&mut self, word: &str, part: impl Fn(&mut Self) -> Option<Node>) -> Option<Node> {
        let mut parts = vec![part(self)?];
        while self.accept(word) {
            parts.push(part(self)?);
        }
        Some(join(word, parts))
    }

    fn term(&mut self) -> Option<Node> {
        if self.accept("not") {
            return self.term().map(not);
        }
        if self.accept("(") {
            let inner = self.joined("or", |reader| reader.joined("and", Self::term))?;
            return self.accept(")").then_some(inner);
        }
        let word = self.take()?;
        if self.accept("of") {
            let pattern = self.take()?;
            return Some(self.quantified(&word, &pattern));
        }
        let number = self.names.iter().position(|name| *name == word)?;
        Some(leaf(&word, self.holds[number]))
    }

    fn quantified(&self, quantifier: &str, pattern: &str) -> Node {
        let chosen = self.names.iter().enumerate().filter(|(_, name)| {
            if pattern.eq_ignore_ascii_case("them") {
                !name.starts_with('_')
            } else {
                fits(pattern, name)
            }
        });
        let parts: Vec<Node> = chosen
            .map(|(number, name)| leaf(name, self.holds[number]))
            .collect();
        let all = quantifier.eq_ignore_ascii_case("all");
        Node {
            label: format!("{quantifier} of {pattern}"),
            holds: if all {
                parts.iter().all(|part| part.holds)
            } else {
                parts.iter().any(|part| part.holds)
            },
            parts,
        }
    }

    fn take(&mut self) -> Option<String> {
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        token
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = self
            .tokens
            .get(self.next)
            .is_some_and(|token| token.eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }
}

/// Whether a name fits a pattern in which `*` is any number of characters.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => name.strip_prefix(head).is_some_and(|rest| {
            let starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            starts.into_iter().any(|at| fits(tail, &rest[at..]))
        }),
    }
}
