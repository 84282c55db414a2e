//! Evidence: the raw record an analyst sees, and the places in it that made the rule match.

use crate::predicate::{Item, Predicate, Source};
use model::{Evidence, MatchedField, RecordView, Schema, Span, Value};

/// Bytes of a raw record an alert keeps.
pub const RAW_BYTES: usize = 64 << 10;
/// Matched fields an alert keeps.
const FIELDS: usize = 32;
/// Values of one field an alert keeps.
const VALUES: usize = 4;
/// Characters of a value an alert keeps.
const VALUE_CHARACTERS: usize = 1_024;

/// The evidence a record gives, with at most `raw_bytes` of it.
pub fn of(predicate: &Predicate, record: &impl RecordView, schema: &Schema, raw_bytes: usize) -> Evidence {
    let raw = printable(record.raw(), raw_bytes);
    let mut matched: Vec<MatchedField> = Vec::new();
    for item in predicate.true_items(record) {
        fields(item, record, schema, raw.len(), &mut matched);
        if matched.len() >= FIELDS {
            matched.truncate(FIELDS);
            break;
        }
    }
    Evidence {
        record: record.meta().id,
        time: record.meta().time,
        product: record.meta().log.product.clone(),
        raw,
        matched,
    }
}

fn fields(
    item: &Item,
    record: &impl RecordView,
    schema: &Schema,
    raw_length: usize,
    matched: &mut Vec<MatchedField>,
) {
    // Keywords have no field and no one place; the record itself is shown.
    let Source::Field(address) = item.source() else {
        return;
    };
    let met = address
        .values(record)
        .iter()
        .filter(|field| field.value != Value::Null && item.is_met_by(&field.value, record));
    for field in met.take(VALUES) {
        let fits = |span: &Span| span.start <= span.end && span.end as usize <= raw_length;
        let entry = MatchedField {
            name: address.name(schema),
            value: field.value.to_text().chars().take(VALUE_CHARACTERS).collect(),
            span: field.span.filter(fits),
        };
        if !matched.contains(&entry) {
            matched.push(entry);
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
