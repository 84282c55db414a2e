//! Keys of groups and of repeats: texts that are the same for the same values of one tenant.

use model::{TenantId, id::ContentHash};

/// Characters of one value of a key.
const KEY_CHARACTERS: usize = 256;

/// The key of a group, by the values that tell it.
pub fn group_key(tenant: &TenantId, values: &[String]) -> String {
    key(tenant, values.iter().cloned())
}

/// The key repeats share; a field the record lacks is equal to one another lacks.
pub fn repeat_key(tenant: &TenantId, values: impl Iterator<Item = Option<String>>) -> String {
    key(tenant, values.map(Option::unwrap_or_default))
}

/// A text that is the same for the same values of one tenant and for no others.
fn key(tenant: &TenantId, values: impl Iterator<Item = String>) -> String {
    let mut parts = vec![tenant.as_str().to_owned()];
    parts.extend(
        values.map(|value| match value.char_indices().nth(KEY_CHARACTERS) {
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
