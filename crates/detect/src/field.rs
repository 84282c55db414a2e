//! A field as a rule addresses it, resolved once when the rule is compiled.

use model::{Field, RecordView, Schema, Slot};
use sigma::{ErrorKind, Position, Report};

/// What addresses a key that no mapping knows.
const UNMAPPED: &str = "unmapped.";

/// Where the values of a field are found in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A field of the dictionary.
    Slot(Slot),
    /// A key that no mapping knows, by its path in the raw record.
    Unmapped(String),
}

impl Address {
    /// Finds a name or alias.
    pub fn find(name: &str, schema: &Schema) -> Option<Self> {
        let unmapped = || name.strip_prefix(UNMAPPED).filter(|path| !path.is_empty());
        schema
            .slot(name)
            .map(Self::Slot)
            .or_else(|| Some(Self::Unmapped(unmapped()?.to_owned())))
    }

    /// Resolves a name or alias; an unknown one is reported with the nearest.
    pub fn resolve(name: &str, at: Position, schema: &Schema, report: &mut Report<'_>) -> Option<Self> {
        if let Some(known) = Self::find(name, schema) {
            return Some(known);
        }
        let names = schema
            .fields()
            .iter()
            .flat_map(|field| std::iter::once(&field.name).chain(&field.aliases))
            .map(String::as_str);
        let near = sigma::nearest(name, names);
        let expected = match near {
            Some(near) => format!("`{near}`, or `{UNMAPPED}<path>` for a key that no mapping knows"),
            None => format!("a field of the dictionary, or `{UNMAPPED}<path>`"),
        };
        let field = sigma::error::shown(name);
        let message = format!("unknown field `{field}`");
        let near = near.map(str::to_owned);
        report.tell(
            at,
            ErrorKind::UnknownField { field, near },
            message,
            Some(expected),
        );
        None
    }

    /// The field's values in a record; none if it is absent.
    pub fn values<'a>(&self, record: &'a impl RecordView) -> &'a [Field<'a>] {
        match self {
            Self::Slot(slot) => record.fields(*slot),
            Self::Unmapped(path) => record.unmapped(path),
        }
    }

    /// The first value as text, if there is one and it is not null or empty.
    pub fn first_text(&self, record: &impl RecordView) -> Option<String> {
        let text = self.values(record).first()?.value.to_text();
        (!text.is_empty()).then(|| text.into_owned())
    }

    /// The name people know the field by.
    pub fn name(&self, schema: &Schema) -> String {
        match self {
            Self::Slot(slot) => schema.name(*slot).to_owned(),
            Self::Unmapped(path) => format!("{UNMAPPED}{path}"),
        }
    }
}
