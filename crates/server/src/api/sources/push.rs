//! Sources whose records are sent to us: one for each product.

use crate::{app::App, clock};
use model::{ProductId, SourceId, TenantId};
use normalise::Product;
use serde_json::json;

/// The id of the source that records of a product are pushed to.
pub fn push_id(tenant: &TenantId, product: &ProductId) -> SourceId {
    SourceId::from_parts([
        tenant.as_str().as_bytes(),
        product.to_string().as_bytes(),
        b"push",
    ])
}

/// The source that records of a product are pushed to, as it is before anybody changed it.
pub fn push_source(app: &App, product: &Product, utc_offset_minutes: i32) -> store::Source {
    store::Source {
        id: push_id(&app.tenant, product.id()),
        product: product.id().clone(),
        title: format!("{} push", product.id()),
        connection: None,
        account: None,
        config: json!({}),
        utc_offset_minutes,
        enabled: true,
        created: clock::now(),
    }
}
