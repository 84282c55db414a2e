//! A normalised log record, and the narrow view of it that detection sees.
//!
//! Detection reads records only through [`RecordView`]: fields by slot, each with the bytes of the raw
//! record it came from. That seam lets a parser fill slots directly one day, with no tree in between.

use crate::{
    id::{RecordId, SourceId, TenantId},
    schema::Slot,
    source::{LogSource, ProductId, Side},
    time::Time,
};
use std::{borrow::Cow, sync::Arc};

/// A byte range `start..end` in the raw record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A scalar of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'r> {
    /// Present, but null.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text, borrowed from the raw record where it holds no escapes.
    Text(Cow<'r, str>),
}

impl Value<'_> {
    /// The value as text: what people see, and what text operators of rules match.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::Int(number) => Cow::Owned(number.to_string()),
            Self::Float(number) => Cow::Owned(number.to_string()),
            Self::Text(text) => Cow::Borrowed(text),
        }
    }

    /// The value as a number, if it is one or reads as one.
    pub fn to_number(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Null | Self::Bool(_) => None,
        }
    }
}

/// One value of a field and where it stands in the raw record.
#[derive(Clone, Debug, PartialEq)]
pub struct Field<'r> {
    /// The value.
    pub value: Value<'r>,
    /// Its bytes in the raw record; absent for values that are computed.
    pub span: Option<Span>,
}

/// The values of one field: none if it is absent, several if the log holds a list.
pub type Fields<'a, 'r> = &'a [Field<'r>];

/// What is known of a record beside its fields.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordMeta {
    /// Its id.
    pub id: RecordId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The connected source it came through.
    pub source: SourceId,
    /// The log kind it was recognised as; shared by all records of that kind.
    pub log: Arc<LogKind>,
    /// The cloud account it belongs to, where the source has one.
    pub account: Option<String>,
    /// When it happened.
    pub time: Time,
}

/// One kind of log of a product, as its file in `content/sources` declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKind {
    /// The product that writes it.
    pub product: ProductId,
    /// Its name within the product, such as `flow`.
    pub name: String,
    /// Which side of the wire the device stands on.
    pub side: Side,
    /// What Sigma rules know it as.
    pub logsource: LogSource,
    /// Each record is one client request: counted per client address and day for previews of blocks.
    pub counts_requests: bool,
}

/// What detection sees of a record.
pub trait RecordView {
    /// What is known beside the fields.
    fn meta(&self) -> &RecordMeta;
    /// The values of the field in `slot`; empty if absent.
    fn fields(&self, slot: Slot) -> Fields<'_, '_>;
    /// The values of a key that no mapping knows, by its path in the raw record; empty if absent.
    fn unmapped(&self, key: &str) -> Fields<'_, '_>;
    /// The raw record.
    fn raw(&self) -> &[u8];
}

/// A normalised record that borrows from its raw bytes.
#[derive(Clone, Debug)]
pub struct LogRecord<'r> {
    meta: RecordMeta,
    raw: &'r [u8],
    /// Sorted by slot (stable), so that a slot's values stand together.
    slots: Vec<(Slot, u32)>,
    values: Vec<Field<'r>>,
    unmapped: Vec<(Cow<'r, str>, Vec<Field<'r>>)>,
}

impl<'r> LogRecord<'r> {
    /// Puts a record together. `fields` may come in any order; the order of one field's values is kept.
    pub fn new(
        meta: RecordMeta,
        raw: &'r [u8],
        mut fields: Vec<(Slot, Field<'r>)>,
        unmapped: Vec<(Cow<'r, str>, Vec<Field<'r>>)>,
    ) -> Self {
        fields.sort_by_key(|(slot, _)| *slot);
        let mut slots: Vec<(Slot, u32)> = Vec::new();
        let mut values = Vec::with_capacity(fields.len());
        for (slot, field) in fields {
            if slots.last().is_none_or(|(last, _)| *last != slot) {
                slots.push((slot, values.len() as u32));
            }
            values.push(field);
        }
        Self {
            meta,
            raw,
            slots,
            values,
            unmapped,
        }
    }

    /// All mapped fields in slot order.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, Fields<'_, 'r>)> {
        self.slots
            .iter()
            .enumerate()
            .map(|(position, (slot, _))| (*slot, self.run(position)))
    }

    /// All keys no mapping knows.
    pub fn iter_unmapped(&self) -> impl Iterator<Item = (&str, Fields<'_, 'r>)> {
        self.unmapped
            .iter()
            .map(|(key, fields)| (key.as_ref(), fields.as_slice()))
    }

    /// The first value of a slot as text.
    pub fn text(&self, slot: Slot) -> Option<Cow<'_, str>> {
        self.fields(slot).first().map(|field| field.value.to_text())
    }

    fn run(&self, position: usize) -> Fields<'_, 'r> {
        let start = self.slots[position].1 as usize;
        let end = self
            .slots
            .get(position + 1)
            .map_or(self.values.len(), |(_, next)| *next as usize);
        &self.values[start..end]
    }
}

impl RecordView for LogRecord<'_> {
    fn meta(&self) -> &RecordMeta {
        &self.meta
    }

    fn fields(&self, slot: Slot) -> Fields<'_, '_> {
        self.slots
            .binary_search_by_key(&slot, |(s, _)| *s)
            .map_or(&[], |position| self.run(position))
    }

    fn unmapped(&self, key: &str) -> Fields<'_, '_> {
        self.unmapped
            .iter()
            .find(|(k, _)| k == key)
            .map_or(&[], |(_, fields)| fields)
    }

    fn raw(&self) -> &[u8] {
        self.raw
    }
}
