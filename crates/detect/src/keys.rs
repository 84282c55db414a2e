//! Keys of groups and of repeats: texts that are the same for the same values of one tenant.

use crate::field::Address;
use model::{RecordView, id::ContentHash};

/// Characters of one value of a key.
const KEY_CHARACTERS: usize = 256;

/// The key of a record's group; none if it lacks one of the fields: it belongs to no group then.
pub fn group_key(fields: &[Address], record: &impl RecordView) -> Option<String> {
    let values = fields.iter().map(|field| field.first_text(record));
    Some(key(record, values.collect::<Option<Vec<String>>>()?))
}

/// The key repeats share; a field the record lacks is equal to one another lacks.
pub fn repeat_key(fields: &[Address], record: &impl RecordView) -> String {
    let values = fields
        .iter()
        .map(|field| field.first_text(record).unwrap_or_default());
    key(record, values.collect())
}

/// A text that is the same for the same values of one tenant and for no others.
fn key(record: &impl RecordView, values: Vec<String>) -> String {
    let mut parts = vec![record.meta().tenant.as_str().to_owned()];
    parts.extend(
        values
            .into_iter()
            .map(|value| match value.char_indices().nth(KEY_CHARACTERS) {
                None => value,
                // A value may be a megabyte of the attacker's making.
                Some((end, _)) => format!(
                    "{}…{:032x}",
                    &value[..end],
                    ContentHash::new("group").part(&value).finish()
                ),
            }),
    );
    serde_json::Value::from(parts).to_string()
}
