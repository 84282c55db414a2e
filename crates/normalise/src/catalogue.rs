//! Every product we can read, by its id, and the way from raw bytes to a record.

use crate::{
    compile,
    content::{ContentError, ContentFile},
    dead_letter::{DeadLetter, DeadLetterReason},
    dictionary::{self, FieldInfo},
    mapping, plan,
    repair::{self, Repaired},
};
use model::{LocalText, LogRecord, ProductId, RecordId, RecordMeta, Schema, Side, SourceId, TenantId, Time};
use std::{collections::BTreeMap, sync::Arc};

/// All sources of the content folder, compiled.
#[derive(Debug)]
pub struct Catalogue {
    schema: Arc<Schema>,
    fields: Vec<FieldInfo>,
    products: BTreeMap<ProductId, Product>,
}

/// A product whose logs we read.
#[derive(Debug)]
pub struct Product {
    pub(crate) id: ProductId,
    pub(crate) title: LocalText,
    pub(crate) side: Side,
    pub(crate) logs: Vec<LogInfo>,
    pub(crate) plans: Vec<plan::LogPlan>,
}

/// One kind of log of a product.
#[derive(Clone, Debug)]
pub struct LogInfo {
    /// What records of this kind carry.
    pub kind: Arc<model::record::LogKind>,
    /// What it is called.
    pub title: LocalText,
}

/// Whose log it is and how it came: what a raw record does not say itself.
#[derive(Clone, Copy, Debug)]
pub struct SourceContext<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The connected source.
    pub source: SourceId,
    /// The product that writes the log.
    pub product: &'a ProductId,
    /// The cloud account the source was connected with; one named in the record goes before it.
    pub account: Option<&'a str>,
    /// The zone of times that carry none, in minutes east of UTC.
    pub utc_offset_minutes: i32,
    /// When the record was received.
    pub received: Time,
    /// Where the record stands in its source: its id where it carries none of its own.
    pub position: &'a [u8],
}

impl Catalogue {
    /// Longest record that is read.
    pub const MAX_RECORD_BYTES: usize = 1 << 20;
    /// Deepest nesting that is read.
    pub const MAX_DEPTH: usize = 32;
    /// Most values of one record.
    pub const MAX_VALUES: usize = 10_000;

    /// Compiles the `sources` folder: the dictionary and every `source.yml`. Other files are passed over.
    pub fn load(files: &[ContentFile]) -> Result<Self, Vec<ContentError>> {
        let Some(file) = files.iter().find(|file| file.path == dictionary::PATH) else {
            return Err(vec![ContentError::of_file(
                dictionary::PATH,
                "the dictionary is missing",
            )]);
        };
        let (fields, schema) = dictionary::read(file)?;
        let mut products = BTreeMap::new();
        let mut errors = Vec::new();
        for file in files.iter().filter(|file| file.path.ends_with("/source.yml")) {
            match compile::product(file, &schema) {
                Ok(product) => {
                    products.insert(product.id.clone(), product);
                }
                Err(more) => errors.extend(more),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            schema: Arc::new(schema),
            fields,
            products,
        })
    }

    /// The dictionary as detection uses it.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The dictionary as people see it, in slot order.
    pub fn fields(&self) -> &[FieldInfo] {
        &self.fields
    }

    /// All products, by id.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    /// The product of this id.
    pub fn product(&self, id: &ProductId) -> Option<&Product> {
        self.products.get(id)
    }

    /// Reads one raw record.
    pub fn normalise<'r>(
        &self,
        raw: &'r [u8],
        context: &SourceContext<'_>,
    ) -> Result<LogRecord<'r>, DeadLetter> {
        let Some(product) = self.products.get(context.product) else {
            let detail = format!("no source declares the product `{}`", context.product);
            return Err(DeadLetter::new(DeadLetterReason::UnknownProduct, detail));
        };
        if raw.len() > Self::MAX_RECORD_BYTES {
            let detail = format!("{} bytes are more than {}", raw.len(), Self::MAX_RECORD_BYTES);
            return Err(DeadLetter::new(DeadLetterReason::TooLarge, detail).at(Self::MAX_RECORD_BYTES));
        }
        let mapped = match repair::utf8(raw) {
            Repaired::Untouched(text) => mapping::map(product, text, context)?,
            Repaired::Substituted(text) => mapping::map(product, &text, context)?.into_owned(),
        };
        let meta = RecordMeta {
            id: RecordId::derive(context.tenant, context.source, &mapped.native_id),
            tenant: context.tenant.clone(),
            source: context.source,
            log: Arc::clone(&mapped.log),
            account: mapped.account.or_else(|| context.account.map(str::to_owned)),
            time: mapped.time,
        };
        Ok(LogRecord::new(meta, raw, mapped.fields, mapped.unmapped))
    }
}

impl Product {
    /// `<provider>/<product>`, the folder of its mapping.
    pub fn id(&self) -> &ProductId {
        &self.id
    }

    /// What it is called.
    pub fn title(&self) -> &LocalText {
        &self.title
    }

    /// Which side of the wire it stands on.
    pub fn side(&self) -> Side {
        self.side
    }

    /// The kinds of log it writes.
    pub fn logs(&self) -> &[LogInfo] {
        &self.logs
    }
}
