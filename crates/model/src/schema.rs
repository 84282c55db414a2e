//! The field dictionary: OCSF names and their aliases, each resolved once to a numbered slot.
//!
//! Rules name fields, records carry slots: resolving a name happens when a rule is compiled, never when a
//! record is matched. The dictionary is data (`content/sources/fields.yml`), built by `normalise`.

use std::collections::HashMap;

/// The number of a field within one [`Schema`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u16);

/// A field of the dictionary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// OCSF path, such as `src_endpoint.ip`.
    pub name: String,
    /// Other names rules may use for it, such as Sigma's `c-ip`.
    pub aliases: Vec<String>,
}

/// Why a dictionary cannot be built.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// Two fields claim one name.
    #[error("field name `{0}` is given twice")]
    Duplicate(String),
    /// More fields than slots.
    #[error("{0} fields are more than the 65535 a schema can hold")]
    TooMany(usize),
}

/// Names and aliases → slots.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    fields: Vec<FieldSpec>,
    index: HashMap<String, Slot>,
}

impl Schema {
    /// Builds the dictionary; slots are numbered in the order given.
    pub fn new(fields: Vec<FieldSpec>) -> Result<Self, SchemaError> {
        if fields.len() > usize::from(u16::MAX) {
            return Err(SchemaError::TooMany(fields.len()));
        }
        let mut index = HashMap::new();
        for (number, field) in fields.iter().enumerate() {
            for name in std::iter::once(&field.name).chain(&field.aliases) {
                if index.insert(name.clone(), Slot(number as u16)).is_some() {
                    return Err(SchemaError::Duplicate(name.clone()));
                }
            }
        }
        Ok(Self { fields, index })
    }

    /// The slot of a name or alias.
    pub fn slot(&self, name: &str) -> Option<Slot> {
        self.index.get(name).copied()
    }

    /// The OCSF name of a slot.
    pub fn name(&self, slot: Slot) -> &str {
        self.fields
            .get(usize::from(slot.0))
            .map_or("", |f| f.name.as_str())
    }

    /// All fields in slot order.
    pub fn fields(&self) -> &[FieldSpec] {
        &self.fields
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn field(name: &str, aliases: &[&str]) -> FieldSpec {
        FieldSpec {
            name: name.into(),
            aliases: aliases.iter().map(|a| (*a).into()).collect(),
        }
    }

    #[test]
    fn aliases_share_the_slot() {
        let schema = Schema::new(vec![field("a", &[]), field("src_endpoint.ip", &["c-ip"])]).unwrap();
        assert_eq!(schema.slot("c-ip"), schema.slot("src_endpoint.ip"));
        assert_eq!(schema.name(schema.slot("c-ip").unwrap()), "src_endpoint.ip");
        assert_eq!(schema.slot("nothing"), None);
    }

    #[test]
    fn a_name_given_twice_is_refused() {
        let twice = Schema::new(vec![field("a", &["b"]), field("b", &[])]);
        assert_eq!(twice.unwrap_err(), SchemaError::Duplicate("b".into()));
    }
}
