//! Reads typed values out of YAML nodes, reporting what does not fit: the way every key of a rule is read,
//! here and in the extension keys of other crates.

use crate::{
    error::{Position, Report, one_of},
    error_kind::ErrorKind,
    yaml::{Data, Entry, Kind, Node},
};

/// Reads a map key by key and knows at the end which keys nobody asked for.
#[derive(Debug)]
pub struct MapReader<'n> {
    entries: &'n [Entry],
    position: Position,
    asked: Vec<&'static str>,
}

impl<'n> MapReader<'n> {
    /// Reads `node`, called `what` in errors, as a map.
    pub fn new(node: &'n Node, what: &str, report: &mut Report<'_>) -> Option<Self> {
        if let Data::Map(entries) = &node.data {
            return Some(Self {
                entries,
                position: node.position(),
                asked: Vec::new(),
            });
        }
        node.wrong(what, "a map", report)
    }

    /// The entry of `key`, if the map has it.
    pub fn entry(&mut self, key: &'static str) -> Option<&'n Entry> {
        self.asked.push(key);
        self.entries.iter().find(|e| e.key.text == key)
    }

    /// The value of `key`, if the map has it.
    pub fn get(&mut self, key: &'static str) -> Option<&'n Node> {
        self.entry(key).map(|e| &e.value)
    }

    /// The value of `key`; its absence is reported.
    pub fn need(&mut self, key: &'static str, report: &mut Report<'_>) -> Option<&'n Node> {
        let value = self.get(key);
        if value.is_none() {
            report.missing(self.position, key);
        }
        value
    }

    /// Entries nobody has asked for yet.
    pub fn rest(&self) -> impl Iterator<Item = &'n Entry> {
        self.entries
            .iter()
            .filter(|e| !self.asked.contains(&e.key.text.as_str()))
    }

    /// The keys asked for so far.
    pub fn asked(&self) -> &[&'static str] {
        &self.asked
    }

    /// Where the map starts.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Reports every key nobody asked for.
    pub fn deny_unknown(&self, report: &mut Report<'_>) {
        for entry in self.rest() {
            report.unknown(
                entry.key.position(),
                "key",
                &entry.key.text,
                self.asked.iter().copied(),
            );
        }
    }
}

impl Node {
    /// The text of a scalar; anything else, and an empty one, is reported. Numbers and dates are their text.
    pub fn text(&self, what: &str, report: &mut Report<'_>) -> Option<String> {
        match &self.data {
            Data::Scalar(Kind::Text | Kind::Number(_) | Kind::Bool(_), text) if !text.trim().is_empty() => {
                Some(text.clone())
            }
            Data::Scalar(Kind::Text, _) => {
                report.expected(self.position(), format!("{what} is empty"), "a text");
                None
            }
            _ => self.wrong(what, "a text", report),
        }
    }

    /// A list of texts, or one text as a list of one.
    pub fn texts(&self, what: &str, report: &mut Report<'_>) -> Vec<String> {
        match &self.data {
            Data::List(items) => items.iter().filter_map(|item| item.text(what, report)).collect(),
            Data::Scalar(Kind::Null, _) => Vec::new(),
            _ => self.text(what, report).into_iter().collect(),
        }
    }

    /// The items of a list; anything else is reported.
    pub fn items(&self, what: &str, report: &mut Report<'_>) -> &[Node] {
        if let Data::List(items) = &self.data {
            items
        } else {
            self.wrong::<()>(what, "a list", report);
            &[]
        }
    }

    /// A truth value; anything else is reported.
    pub fn truth(&self, what: &str, report: &mut Report<'_>) -> Option<bool> {
        match self.data {
            Data::Scalar(Kind::Bool(truth), _) => Some(truth),
            _ => self.wrong(what, "`true` or `false`", report),
        }
    }

    /// A whole number from zero; anything else is reported.
    pub fn count(&self, what: &str, report: &mut Report<'_>) -> Option<u64> {
        match self.data {
            Data::Scalar(Kind::Number(number), _) if number.as_count().is_some() => number.as_count(),
            _ => self.wrong(what, "a whole number", report),
        }
    }

    /// One of a closed list of words; anything else is reported with the nearest of them.
    pub fn word<T: Copy>(
        &self,
        what: &str,
        table: &[(&'static str, T)],
        report: &mut Report<'_>,
    ) -> Option<T> {
        let words = table.iter().map(|row| row.0);
        let Data::Scalar(_, text) = &self.data else {
            return self.wrong(what, &one_of(words), report);
        };
        let found = table.iter().find(|row| row.0 == text).map(|row| row.1);
        if found.is_none() {
            report.unknown(self.position(), what, text, words);
        }
        found
    }

    fn wrong<T>(&self, what: &str, expected: &str, report: &mut Report<'_>) -> Option<T> {
        let message = format!("{what} is {}", self.kind());
        report.tell(
            self.position(),
            ErrorKind::WrongType,
            message,
            Some(expected.to_owned()),
        );
        None
    }
}

/// Reads a time span: a number and one of `s m h d`, such as `30s` or `1h`.
pub fn timespan(node: &Node, what: &str, report: &mut Report<'_>) -> Option<std::time::Duration> {
    let text = node.text(what, report)?;
    let parsed = text.char_indices().last().and_then(|(at, unit)| {
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return None,
        };
        let digits = &text[..at];
        let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let number: u64 = all_digits.then(|| digits.parse().ok()).flatten()?;
        // Ten years: longer is a mistake, and would overflow arithmetic on times.
        number
            .checked_mul(seconds)
            .filter(|s| (1..=3650 * 86_400).contains(s))
    });
    if parsed.is_none() {
        report.expected(
            node.position(),
            format!("`{}` is not a {what}", crate::error::shown(&text)),
            "a number and one of `s`, `m`, `h`, `d`, such as `30s`",
        );
    }
    parsed.map(std::time::Duration::from_secs)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn time_spans() {
        let check = |text: &str, expected: Option<u64>| {
            let mut report = Report::new("f");
            let node = crate::yaml::load(text, &mut report).remove(0);
            let got = timespan(&node, "timespan", &mut report).map(|d| d.as_secs());
            assert_eq!(got, expected, "{text}");
            assert_eq!(report.is_empty(), expected.is_some());
        };
        check("30s", Some(30));
        check("5m", Some(300));
        check("1h", Some(3600));
        check("2d", Some(172_800));
        check("0s", None);
        check("10", None);
        check("1M", None);
        check("h", None);
        check("+1h", None);
        check("99999999999999999999d", None);
    }

    #[test]
    fn unknown_keys_name_the_nearest() {
        let mut report = Report::new("f");
        let node = crate::yaml::load("colour: red\nsize: 1\n", &mut report).remove(0);
        let mut map = MapReader::new(&node, "it", &mut report).unwrap();
        map.get("color");
        map.get("size");
        map.deny_unknown(&mut report);
        assert_eq!(
            report.into_errors()[0].to_string(),
            "f:1:1: unknown key `colour`; expected `color`"
        );
    }
}
