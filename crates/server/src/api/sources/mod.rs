//! Log sources: where logs come from, how that goes, and what could not be read.

mod check;
mod push;
mod view;
mod zone;

use super::{
    Shared,
    caller::{Admin, Viewer},
    connections::refused,
    extract::{Body, Id, Query},
    page::{Page, PageQuery},
    problem::{Kind, Place, Problem, ProblemBody},
};
use crate::{app::App, clock, cloud::SlsSource, live::Topic};
use axum::{Json, extract::State, http::StatusCode};
use model::{ProductId, Provider, SourceId};
use normalise::Product;
pub use push::{push_id, push_source};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use view::{Counts, DeadLetter, Method, Source, SourceProduct};

/// The routes of log sources.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(check::check))
        .routes(routes!(products))
        .routes(routes!(fetch, update, delete))
        .routes(routes!(dead_letters))
}

/// A new log source.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSource {
    /// The product whose log it is, such as `alibaba/waf`.
    #[schema(value_type = String)]
    product: ProductId,
    /// How its records come to us.
    method: Method,
    /// The connection to read it through; for `sls`.
    connection: Option<String>,
    /// Where to read; for `sls`.
    #[serde(default)]
    config: SlsConfig,
    /// The zone of times that carry none: `UTC`, or an offset such as `+08:00`.
    time_zone: Option<String>,
}

/// Where in the log service a log is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SlsConfig {
    /// The project.
    #[serde(default)]
    project: Option<String>,
    /// The log store.
    #[serde(default)]
    logstore: Option<String>,
    /// The region, where it is not the connection's.
    #[serde(default)]
    region: Option<String>,
}

/// What to change; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SourceUpdate {
    /// Whether it is read.
    enabled: Option<bool>,
    /// The zone of times that carry none: `UTC`, or an offset such as `+08:00`.
    time_zone: Option<String>,
}

impl SlsConfig {
    /// The log store to read, if it is named.
    fn source(&self) -> Option<SlsSource> {
        let named = |text: &Option<String>| {
            text.as_deref()
                .map(str::trim)
                .filter(|t| !t.is_empty())
                .map(str::to_owned)
        };
        Some(SlsSource {
            project: named(&self.project)?,
            logstore: named(&self.logstore)?,
            region: named(&self.region),
        })
    }
}

/// List log sources, by product.
#[utoipa::path(
    get, path = "/sources", operation_id = "list_sources", tag = "sources", params(PageQuery),
    responses((status = 200, body = Page<Source>), (status = "default", body = ProblemBody))
)]
async fn list(
    _: Viewer,
    State(app): Shared,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Source>>, Problem> {
    let counts = Counts::by_source(&app).await?;
    let sources = app.store.source_list(&app.tenant).await?;
    let sources = sources
        .into_iter()
        .map(|status| Source::new(&app, status, &counts))
        .collect();
    Page::cut(sources, page, |source: &Source| source.id().to_owned()).map(Json)
}

/// List the products whose logs can be read.
#[utoipa::path(
    get, path = "/sources/products", operation_id = "list_source_products", tag = "sources",
    responses((status = 200, body = Vec<SourceProduct>), (status = "default", body = ProblemBody))
)]
async fn products(_: Viewer, State(app): Shared) -> Json<Vec<SourceProduct>> {
    Json(app.content.catalogue.products().map(SourceProduct::new).collect())
}

/// Fetch a log source.
#[utoipa::path(
    get, path = "/sources/{id}", operation_id = "fetch_source", tag = "sources",
    params(("id" = String, Path, description = "`src_…`")),
    responses((status = 200, body = Source), (status = "default", body = ProblemBody))
)]
async fn fetch(_: Viewer, State(app): Shared, Id(id): Id<SourceId>) -> Result<Json<Source>, Problem> {
    show(&app, id).await
}

/// Connect a log source. Reading starts at once, with the records that arrive from now on.
#[utoipa::path(
    post, path = "/sources", operation_id = "create_source", tag = "sources", request_body = NewSource,
    responses((status = 200, body = Source), (status = "default", body = ProblemBody))
)]
async fn create(
    Admin(caller): Admin,
    State(app): Shared,
    Body(new): Body<NewSource>,
) -> Result<Json<Source>, Problem> {
    let product = known(&app, &new.product, "/product")?;
    let utc_offset_minutes = offset(new.time_zone.as_deref())?.unwrap_or(0);
    let source = match new.method {
        Method::Push => push_source(&app, product, utc_offset_minutes),
        Method::Sls => sls_source(&app, product, &new, utc_offset_minutes).await?,
    };
    if app.store.source_fetch(&app.tenant, source.id).await?.is_some() {
        return Err(Problem::new(
            Kind::Conflict,
            format!("this log is connected already, as `{}`", source.id),
        ));
    }
    let audit = caller.audit("source.create", source.id, &Value::Null, &audited(&source));
    app.store.source_save(&app.tenant, &source, &audit).await?;
    changed(&app, source.id, "opened").await?;
    show(&app, source.id).await
}

/// Switch a log source on or off, or change its time zone.
#[utoipa::path(
    patch, path = "/sources/{id}", operation_id = "update_source", tag = "sources",
    params(("id" = String, Path, description = "`src_…`")), request_body = SourceUpdate,
    responses((status = 200, body = Source), (status = "default", body = ProblemBody))
)]
async fn update(
    Admin(caller): Admin,
    State(app): Shared,
    Id(id): Id<SourceId>,
    Body(update): Body<SourceUpdate>,
) -> Result<Json<Source>, Problem> {
    let before = find(&app, id).await?;
    let mut source = before.clone();
    source.enabled = update.enabled.unwrap_or(source.enabled);
    source.utc_offset_minutes = offset(update.time_zone.as_deref())?.unwrap_or(source.utc_offset_minutes);
    let audit = caller.audit("source.update", id, &audited(&before), &audited(&source));
    app.store.source_save(&app.tenant, &source, &audit).await?;
    changed(&app, id, "updated").await?;
    show(&app, id).await
}

/// Disconnect a log source. What it sent stays.
#[utoipa::path(
    delete, path = "/sources/{id}", operation_id = "delete_source", tag = "sources",
    params(("id" = String, Path, description = "`src_…`")),
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn delete(
    Admin(caller): Admin,
    State(app): Shared,
    Id(id): Id<SourceId>,
) -> Result<StatusCode, Problem> {
    let before = find(&app, id).await?;
    let audit = caller.audit("source.delete", id, &audited(&before), &Value::Null);
    app.store.source_delete(&app.tenant, id, &audit).await?;
    changed(&app, id, "removed").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the records of a source that could not be read, newest first. The newest 1,000 are kept.
#[utoipa::path(
    get, path = "/sources/{id}/dead-letters", operation_id = "list_dead_letters", tag = "sources",
    params(("id" = String, Path, description = "`src_…`"), PageQuery),
    responses((status = 200, body = Page<DeadLetter>), (status = "default", body = ProblemBody))
)]
async fn dead_letters(
    _: Viewer,
    State(app): Shared,
    Id(id): Id<SourceId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<DeadLetter>>, Problem> {
    find(&app, id).await?;
    let page = app
        .store
        .dead_letter_list(&app.tenant, Some(id), &page.into())
        .await?;
    Ok(Json(Page::of(page, DeadLetter::from)))
}

/// A source that is read from the log service.
async fn sls_source(
    app: &App,
    product: &Product,
    new: &NewSource,
    utc_offset_minutes: i32,
) -> Result<store::Source, Problem> {
    let missing = |place: &str, message: &str| invalid(place, message.to_owned());
    let id = new
        .connection
        .as_deref()
        .ok_or_else(|| missing("/connection", "a connection is needed to read it"))?;
    let config = new
        .config
        .source()
        .ok_or_else(|| missing("/config", "project and log store are needed"))?;
    let connection = app
        .store
        .connection_fetch(&app.tenant, id)
        .await?
        .ok_or_else(|| invalid("/connection", format!("there is no connection `{id}`")))?;
    if product.id().provider != connection.provider {
        let message = format!("`{}` is no product of `{}`", product.id(), connection.provider);
        return Err(invalid("/product", message));
    }
    // No call yet: names and endpoint are looked at.
    app.clouds.sls(id, &config).await.map_err(refused)?;
    let product_id = product.id().to_string();
    let parts = [
        app.tenant.as_str(),
        &product_id,
        "sls",
        &connection.account,
        &config.project,
        &config.logstore,
    ];
    Ok(store::Source {
        id: SourceId::from_parts(parts.map(str::as_bytes)),
        product: product.id().clone(),
        title: format!("{product_id} {}/{}", config.project, config.logstore),
        connection: Some(connection.id),
        account: Some(connection.account),
        config: json!(config),
        utc_offset_minutes,
        enabled: true,
        created: clock::now(),
    })
}

/// A product of the catalogue.
fn known<'a>(app: &'a App, id: &ProductId, place: &str) -> Result<&'a Product, Problem> {
    let unknown = || invalid(place, format!("no logs of `{id}` can be read"));
    app.content.catalogue.product(id).ok_or_else(unknown)
}

/// Whether logs of the product can be read from the log service.
fn by_sls(product: &ProductId) -> bool {
    product.provider == Provider::Alibaba
}

fn offset(zone: Option<&str>) -> Result<Option<i32>, Problem> {
    let read = |zone| {
        zone::parse(zone).ok_or_else(|| {
            invalid(
                "/time_zone",
                format!("`{zone}` is not a time zone: expected `UTC` or an offset such as `+08:00`"),
            )
        })
    };
    zone.map(read).transpose()
}

fn invalid(place: &str, message: String) -> Problem {
    Problem::invalid(
        message.clone(),
        vec![Place {
            place: place.to_owned(),
            message,
        }],
    )
}

async fn find(app: &App, id: SourceId) -> Result<store::Source, Problem> {
    let status = app
        .store
        .source_fetch(&app.tenant, id)
        .await?
        .ok_or_else(|| Problem::not_found(id))?;
    Ok(status.source)
}

async fn show(app: &App, id: SourceId) -> Result<Json<Source>, Problem> {
    let status = app
        .store
        .source_fetch(&app.tenant, id)
        .await?
        .ok_or_else(|| Problem::not_found(id))?;
    Ok(Json(Source::new(app, status, &Counts::by_source(app).await?)))
}

/// Tells everyone who has to know that sources changed.
pub async fn changed(app: &App, id: SourceId, what: &'static str) -> Result<(), store::Error> {
    app.sources_changed().await?;
    app.live.publish(Topic::Source, id.to_string(), what);
    Ok(())
}

/// What the audit log keeps of a source.
pub fn audited(source: &store::Source) -> Value {
    json!({
        "product": source.product,
        "connection": source.connection,
        "config": source.config,
        "time_zone": zone::show(source.utc_offset_minutes),
        "enabled": source.enabled,
    })
}
