//! Raw records → normalised ones, as a source of their product would hand them in.

use model::{LogRecord, ProductId, RecordView, SourceId, TenantId, Time};
use normalise::{Catalogue, DeadLetter, SourceContext};

/// Where a record keeps the time it was written with, if that is too far from the receipt to be believed.
const NOT_BELIEVED: &str = "original_time";

/// When logs of tests are received. It gives a year to times that carry none.
pub fn some_day() -> Time {
    const YEAR_2030: i64 = 1_893_456_000;
    Time::from_secs(YEAR_2030)
}

/// Through which source records come, as far as it decides how they are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The product that writes them.
    pub product: ProductId,
    /// The source: records of two sources are never the same.
    pub source: SourceId,
    /// The cloud account it belongs to.
    pub account: Option<String>,
    /// The zone of times that name none.
    pub utc_offset_minutes: i32,
}

impl Feed {
    /// Logs of a product in a file or a test: of nobody's account, in UTC.
    pub fn of(product: ProductId) -> Self {
        let (tenant, name) = (TenantId::default(), product.to_string());
        Self {
            source: SourceId::from_parts([tenant.as_str().as_bytes(), name.as_bytes(), b"workbench"]),
            product,
            account: None,
            utc_offset_minutes: 0,
        }
    }
}

/// Reads a record that stands at `position` of its source. Its own time is believed, however old it is: an author who
/// tries a rule on old logs wants its windows to be those of then.
pub fn record<'r>(
    catalogue: &Catalogue,
    feed: &Feed,
    received: Time,
    position: &[u8],
    raw: &'r [u8],
) -> Result<LogRecord<'r>, DeadLetter> {
    let tenant = TenantId::default();
    let mut context = SourceContext {
        tenant: &tenant,
        source: feed.source,
        product: &feed.product,
        account: feed.account.as_deref(),
        utc_offset_minutes: feed.utc_offset_minutes,
        received,
        position,
    };
    let record = catalogue.normalise(raw, &context)?;
    let written = record.unmapped(NOT_BELIEVED).first();
    match written.and_then(|field| Time::parse(&field.value.to_text()).ok()) {
        Some(written) => {
            context.received = written;
            catalogue.normalise(raw, &context)
        }
        None => Ok(record),
    }
}
