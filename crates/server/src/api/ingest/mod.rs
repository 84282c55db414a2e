//! Taking in logs that are sent to us: lines of a body, durable in the journal before they are acknowledged.
//!
//! A line's position in its source is a hash of its bytes and of how often the same line came before it in its chunk,
//! so that a batch that is sent again gives the same records, which are recognised as duplicates. Lines that are equal
//! byte for byte are told apart within a batch and not between batches: a log that can repeat a line exactly should
//! carry an id or a finer time.

mod body;
mod chunk;

use super::{
    Shared,
    caller::Responder,
    problem::{Kind, Problem, ProblemBody},
    sources::{audited, changed, push_id, push_source},
    tokens,
};
use crate::{app::App, clock};
use axum::{
    Json,
    body::Body,
    extract::{DefaultBodyLimit, FromRef, FromRequestParts, Path, State},
    http::{HeaderMap, header, request::Parts},
};
use body::BodyReader;
use chunk::{Reading, Refusal, Rejected};
use connectors::decompress::{Encoding, Limits};
use journal::Journal as _;
use model::{ProductId, Provider, SourceId};
use serde::Serialize;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use store::{AuditEntry, SourceCount};
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bodies taken in at once: each holds a thread and a chunk in memory.
static AT_ONCE: Semaphore = Semaphore::const_new(16);
/// When to come back if all of them are busy.
const BUSY: Duration = Duration::from_secs(1);

/// The route of ingest.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    // The body is read as a stream, within limits of its own.
    OpenApiRouter::new()
        .routes(routes!(ingest))
        .layer(DefaultBodyLimit::disable())
}

/// What became of the lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
struct Ingested {
    /// Lines received, those that were rejected included; empty ones do not count.
    received: u64,
    /// Those that were not taken in. All others are on disk.
    rejected: Vec<Rejected>,
}

/// Who sends: a program with an ingest token, or a logged-in user.
struct Sender {
    name: String,
}

impl<S> FromRequestParts<S> for Sender
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::AUTHORIZATION) else {
            let Responder(caller) = Responder::from_request_parts(parts, state).await?;
            return Ok(Self { name: caller.name });
        };
        let app = Arc::<App>::from_ref(state);
        let refused = || Problem::new(Kind::Unauthenticated, "the ingest token is not valid");
        let token = value.to_str().ok().and_then(bearer).ok_or_else(refused)?;
        let token = tokens::find(&app, token).await?.ok_or_else(refused)?;
        Ok(Self {
            name: format!("token {}", token.name),
        })
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Take in log lines. Once this is answered with 200, every line but the rejected ones is on disk. A batch may be sent
/// again after any other answer: lines that were taken in are recognised as duplicates.
#[utoipa::path(
    post, path = "/ingest/{provider}/{product}", operation_id = "ingest_logs", tag = "ingest",
    params(
        ("provider" = String, Path, description = "such as `self_hosted`"),
        ("product" = String, Path, description = "such as `nginx`"),
        ("content-encoding" = Option<String>, Header, description = "`gzip`, `zstd` or `identity`"),
        ("authorization" = Option<String>, Header, description = "`Bearer ctdr_…`; not needed with a session"),
    ),
    request_body(content = String, content_type = "application/x-ndjson", description = "one record per line"),
    responses((status = 200, body = Ingested), (status = "default", body = ProblemBody))
)]
async fn ingest(
    sender: Sender,
    State(app): Shared,
    Path((provider, product)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Ingested>, Problem> {
    let encoding = encoding(&headers)?;
    let source = source(&app, &sender, &provider, &product).await?;
    let permit = AT_ONCE.try_acquire().map_err(|_| {
        Problem::new(Kind::TooMany, "as many bodies as possible are being taken in").retry_after(BUSY)
    })?;
    let limit = app.config.server.ingest_limit_bytes;
    let (reader, feed) = BodyReader::new(body, limit);
    let work = {
        let (journal, tenant) = (Arc::clone(&app.journal), app.tenant.clone());
        let reading = Reading {
            encoding,
            limits: Limits::network(limit),
            source,
        };
        move || {
            let append = |entries| journal.append(&tenant, entries).wait().map(drop);
            chunk::take_in(reader, reading, clock::now, append)
        }
    };
    // The body is fed in while the lines of it are written: neither waits for all of the other.
    let ((), taken) = tokio::join!(feed, tokio::task::spawn_blocking(work));
    drop(permit);
    let taken = taken.map_err(|_| Problem::new(Kind::Internal, "the lines could not be taken in"))?;
    count(&app, source, &taken.rejected, taken.rejected_bytes).await?;
    match taken.refusal {
        None => Ok(Json(Ingested {
            received: taken.received,
            rejected: taken.rejected,
        })),
        Some(refusal) => Err(refused(&refusal)),
    }
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, Problem> {
    let unsupported = |detail: String| Problem::new(Kind::MediaType, detail);
    let value = headers
        .get(header::CONTENT_ENCODING)
        .map(|value| value.to_str())
        .transpose();
    let value = value.map_err(|_| unsupported("the content encoding is not plain text".to_owned()))?;
    Encoding::from_header(value).map_err(|error| unsupported(error.to_string()))
}

/// The source that records of a product are pushed to; the first record of a product makes it.
async fn source(app: &App, sender: &Sender, provider: &str, product: &str) -> Result<SourceId, Problem> {
    let unknown = || Problem::not_found(format!("{provider}/{product}"));
    let id = ProductId {
        provider: Provider::parse(provider).ok_or_else(unknown)?,
        product: product.to_owned(),
    };
    let product = app.content.catalogue.product(&id).ok_or_else(unknown)?;
    let source = push_id(&app.tenant, &id);
    match app.store.source_fetch(&app.tenant, source).await? {
        Some(status) if status.source.enabled => return Ok(source),
        Some(_) => {
            return Err(Problem::new(
                Kind::Conflict,
                format!("the source `{source}` is switched off"),
            ));
        }
        None => {}
    }
    let new = push_source(app, product, 0);
    let audit = AuditEntry {
        at: new.created,
        actor: sender.name.clone(),
        action: "source.create".to_owned(),
        object: source.to_string(),
        before: Value::Null,
        after: audited(&new),
    };
    app.store.source_save(&app.tenant, &new, &audit).await?;
    changed(app, source, "opened").await?;
    Ok(source)
}

/// Counts what never reached the journal; the pipeline counts the rest.
async fn count(app: &App, source: SourceId, rejected: &[Rejected], bytes: u64) -> Result<(), store::Error> {
    if rejected.is_empty() {
        return Ok(());
    }
    let lines = rejected.len() as u64;
    let count = SourceCount {
        source,
        day: clock::now().day(),
        received: lines,
        stored: 0,
        duplicate: 0,
        rejected: lines,
        dead_letter: 0,
        bytes,
    };
    app.store.source_count_add(&app.tenant, &[count]).await
}

/// What a refusal is to the sender: whether to send again, and when.
fn refused(refusal: &Refusal) -> Problem {
    use connectors::decompress::DecompressError;
    use journal::{Error, Full};
    let detail = crate::error_chain(refusal);
    match refusal {
        Refusal::Content(DecompressError::Damaged { .. }) | Refusal::Cut(_) => {
            Problem::new(Kind::BadRequest, detail)
        }
        Refusal::Content(DecompressError::Unsupported(_)) => Problem::new(Kind::MediaType, detail),
        Refusal::Content(_) => Problem::new(Kind::TooLarge, detail),
        Refusal::Journal(Error::Full(Full::Queue)) => {
            Problem::new(Kind::TooMany, detail).retry_after(Duration::from_secs(1))
        }
        Refusal::Journal(Error::Full(Full::Log { .. })) => {
            Problem::new(Kind::TooMany, detail).retry_after(Duration::from_secs(30))
        }
        Refusal::Journal(error) => {
            tracing::error!(error = error as &dyn std::error::Error, "logs cannot be taken in");
            Problem::new(
                Kind::Unavailable,
                "the journal accepts nothing; the server's log says why",
            )
            .retry_after(Duration::from_secs(30))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, StatusCode};
    use connectors::decompress::DecompressError;
    use journal::{Error, Full};

    #[test]
    fn senders_are_told_whether_to_come_back() {
        let check =
            |refusal: Refusal, expected| assert_eq!(refused(&refusal).status(), expected, "{refusal}");
        check(
            Refusal::Content(DecompressError::Ratio { limit: 400 }),
            StatusCode::PAYLOAD_TOO_LARGE,
        );
        check(
            Refusal::Content(DecompressError::TooLarge { limit: 1 }),
            StatusCode::PAYLOAD_TOO_LARGE,
        );
        check(
            Refusal::Content(DecompressError::Nested),
            StatusCode::PAYLOAD_TOO_LARGE,
        );
        let damaged = DecompressError::Damaged {
            offset: 1,
            reason: String::new(),
        };
        check(Refusal::Content(damaged), StatusCode::BAD_REQUEST);
        check(
            Refusal::Journal(Error::Full(Full::Queue)),
            StatusCode::TOO_MANY_REQUESTS,
        );
        check(
            Refusal::Journal(Error::Full(Full::Log { bytes: 2, limit: 1 })),
            StatusCode::TOO_MANY_REQUESTS,
        );
        check(
            Refusal::Journal(Error::DiskFull { path: "/".into() }),
            StatusCode::SERVICE_UNAVAILABLE,
        );
        check(
            Refusal::Journal(Error::Failed(String::new())),
            StatusCode::SERVICE_UNAVAILABLE,
        );
    }

    #[test]
    fn tokens_come_as_bearers() {
        let check = |value: &str, expected| assert_eq!(bearer(value), expected, "{value}");
        check("Bearer ctdr_x", Some("ctdr_x"));
        check("bearer  ctdr_x ", Some("ctdr_x"));
        check("Basic ctdr_x", None);
        check("ctdr_x", None);
    }

    #[test]
    fn other_encodings_are_refused() {
        let check = |value: &'static str, expected: Option<Encoding>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(encoding(&headers).ok(), expected, "{value}");
        };
        check("gzip", Some(Encoding::Gzip));
        check("zstd", Some(Encoding::Zstd));
        check("identity", Some(Encoding::Identity));
        check("br", None);
        check("gzip, gzip", None);
        assert_eq!(encoding(&HeaderMap::new()).ok(), Some(Encoding::Identity));
    }
}
