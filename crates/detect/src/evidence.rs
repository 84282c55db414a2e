//! Evidence: the raw record an analyst sees, and the places in it that made the rule match.

use crate::{field::Address, matcher::Scratch, ruleset::RuleSet};
use model::{Evidence, MatchedField, RecordView, Span};

/// Bytes of a raw record an alert keeps.
pub const RAW_BYTES: usize = 64 << 10;
/// Matched fields an alert keeps.
const FIELDS: usize = 32;
/// Values of one field an alert keeps.
const VALUES: usize = 4;
/// Characters of a value an alert keeps.
const VALUE_CHARACTERS: usize = 1_024;

/// The evidence a record gives that a detection of the set just matched, with at most `raw_bytes` of it.
pub fn of(
    rules: &RuleSet,
    detection: usize,
    record: &impl RecordView,
    scratch: &mut Scratch,
    raw_bytes: usize,
) -> Evidence {
    let raw = printable(record.raw(), raw_bytes);
    let mut matched = Matched::default();
    rules
        .engine
        .record_explain(detection as u32, scratch, |name, place| {
            matched.add(rules, record, name, place, raw.len());
        });
    Evidence {
        record: record.meta().id,
        time: record.meta().time,
        product: record.meta().log.product.clone(),
        raw,
        matched: matched.0,
    }
}

/// The values that made a rule match. Keywords have no field and no one place; the record itself is shown.
#[derive(Default)]
struct Matched(Vec<MatchedField>);

impl Matched {
    fn add(
        &mut self,
        rules: &RuleSet,
        record: &impl RecordView,
        name: &str,
        place: usize,
        raw_length: usize,
    ) {
        let full =
            self.0.len() == FIELDS || self.0.iter().filter(|known| known.name == name).count() == VALUES;
        let address = Address::find(name, &rules.schema);
        let field = address
            .as_ref()
            .and_then(|address| address.values(record).get(place));
        let Some(field) = field.filter(|_| !full) else {
            return;
        };
        let fits = |span: &Span| span.start <= span.end && span.end as usize <= raw_length;
        let entry = MatchedField {
            name: name.to_owned(),
            value: field.value.to_text().chars().take(VALUE_CHARACTERS).collect(),
            span: field.span.filter(fits),
        };
        if !self.0.contains(&entry) {
            self.0.push(entry);
        }
    }
}

/// The record as text of the same length: each byte that is not UTF-8 is one `?`, so that spans still hold.
pub fn printable(raw: &[u8], limit: usize) -> String {
    let raw = &raw[..raw.len().min(limit)];
    let mut text = String::with_capacity(raw.len());
    for chunk in raw.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_keeps_its_place() {
        let check = |raw: &[u8], limit, expected: &str| assert_eq!(printable(raw, limit), expected);
        check(b"abc", 10, "abc");
        check(b"a\xff\xfeb", 10, "a??b");
        check("é!".as_bytes(), 10, "é!");
        check("é!".as_bytes(), 1, "?");
        check(b"\xe4\xb8x", 10, "??x");
    }
}
