//! TAXII 2.1: the objects of a collection, page by page, and only those added since last time.
//! <https://docs.oasis-open.org/cti/taxii/v2.1/os/taxii-v2.1-os.html>

mod patience;
#[cfg(test)]
mod tests;

use super::fetch::{self, Auth, FetchError};
use crate::egress::{Egress, EgressResponse};
use http::{HeaderMap, HeaderValue, header};
use reqwest::Url;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// What is spoken.
const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";
/// Where servers say what they have, if nobody says otherwise.
const DISCOVERY: &str = "/taxii2/";
/// Objects asked for at once; servers have bounds of their own.
const PAGE: u32 = 1_000;
/// Bounds of one collection: pages, and bytes of objects.
const PAGES: usize = 20_000;
const BYTES: usize = 512 << 20;
/// When the newest object of an answer was added.
const ADDED_LAST: &str = "x-taxii-date-added-last";
/// When the oldest was.
const ADDED_FIRST: &str = "x-taxii-date-added-first";

/// What was collected.
#[derive(Debug)]
pub struct Collected {
    /// Objects, as they stand there.
    pub objects: Vec<Box<RawValue>>,
    /// When the newest of them was added: where to go on next time.
    pub added_after: Option<String>,
}

/// Why nothing was collected.
#[derive(Debug, thiserror::Error)]
pub enum TaxiiError {
    /// It was not fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The answer is not TAXII.
    #[error("the answer of `{path}` cannot be read as {what}: {reason}")]
    Answer {
        /// What was asked for.
        path: String,
        /// What it should be.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// There is no API root.
    #[error("the server names no API root; enter the address of one")]
    NoRoot,
    /// There is no such collection.
    #[error("there is no readable collection `{wanted}`; there are: {known}")]
    NoCollection {
        /// What was wanted.
        wanted: String,
        /// Titles of those there are.
        known: String,
    },
    /// There are several.
    #[error("say which collection; there are: {0}")]
    WhichCollection(String),
    /// It does not end.
    #[error("the collection has more than {BYTES} bytes or {PAGES} pages")]
    TooLarge,
}

/// What a server or an API root says of itself.
#[derive(Deserialize)]
struct About {
    #[serde(default)]
    api_roots: Vec<String>,
    default: Option<String>,
}

#[derive(Deserialize)]
struct Collections {
    #[serde(default)]
    collections: Vec<Collection>,
}

#[derive(Deserialize)]
struct Collection {
    id: String,
    #[serde(default)]
    title: String,
    alias: Option<String>,
    #[serde(default)]
    can_read: bool,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    more: bool,
    next: Option<String>,
    #[serde(default)]
    objects: Vec<Box<RawValue>>,
}

struct Client<'a> {
    egress: &'a Egress,
    auth: &'a Auth,
    /// The server that was entered: nobody else gets the credentials.
    entered: Url,
}

/// Collects what was added to a collection after `added_after`.
///
/// `url` is a server, its discovery, or an API root; `collection` is an id, an alias or a title, and may be left out where
/// there is only one.
pub async fn collect(
    egress: &Egress,
    url: &str,
    auth: &Auth,
    collection: Option<&str>,
    added_after: Option<&str>,
) -> Result<Collected, TaxiiError> {
    let mut entered = fetch::address(url)?;
    if entered.path() == "/" {
        entered.set_path(DISCOVERY);
    }
    let client = Client {
        egress,
        auth,
        entered,
    };
    let root = client.root().await?;
    let id = client.collection(&root, collection).await?;
    let objects = below(&root, &format!("collections/{id}/objects/"))?;
    client.objects(&objects, added_after).await
}

/// An address below another.
fn below(root: &Url, path: &str) -> Result<Url, FetchError> {
    let mut root = root.clone();
    root.set_query(None);
    if !root.path().ends_with('/') {
        let slashed = format!("{}/", root.path());
        root.set_path(&slashed);
    }
    root.join(path).map_err(|_| FetchError::Url(path.to_owned()))
}

impl Client<'_> {
    async fn root(&self) -> Result<Url, TaxiiError> {
        let about: About = read(
            &self.entered,
            "a discovery or an API root",
            &self.get(&self.entered).await?,
        )?;
        if about.api_roots.is_empty() && about.default.is_none() {
            // A root says which versions it speaks; a discovery without roots says nothing of use.
            return if self.entered.path() == DISCOVERY {
                Err(TaxiiError::NoRoot)
            } else {
                Ok(self.entered.clone())
            };
        }
        let root = about
            .default
            .or_else(|| about.api_roots.into_iter().next())
            .ok_or(TaxiiError::NoRoot)?;
        self.entered.join(&root).map_err(|_| FetchError::Url(root).into())
    }

    async fn collection(&self, root: &Url, wanted: Option<&str>) -> Result<String, TaxiiError> {
        let url = below(root, "collections/")?;
        let Collections { collections } = read(&url, "collections", &self.get(&url).await?)?;
        let readable: Vec<&Collection> = collections
            .iter()
            .filter(|collection| collection.can_read)
            .collect();
        let known = || {
            let titles: Vec<String> = readable
                .iter()
                .map(|c| format!("`{}` ({})", c.title, c.id))
                .collect();
            if titles.is_empty() {
                "none".to_owned()
            } else {
                titles.join(", ")
            }
        };
        let found = match wanted {
            Some(wanted) => readable
                .iter()
                .find(|c| c.id == wanted || c.alias.as_deref() == Some(wanted) || c.title == wanted)
                .ok_or_else(|| TaxiiError::NoCollection {
                    wanted: wanted.to_owned(),
                    known: known(),
                })?,
            None => match readable.as_slice() {
                [only] => only,
                _ => return Err(TaxiiError::WhichCollection(known())),
            },
        };
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if found.id.is_empty() || !found.id.chars().all(safe) {
            return Err(TaxiiError::Answer {
                path: url.path().to_owned(),
                what: "collections",
                reason: format!("`{}` is not an id", found.id),
            });
        }
        Ok(found.id.clone())
    }

    async fn objects(&self, url: &Url, added_after: Option<&str>) -> Result<Collected, TaxiiError> {
        let mut collected = Collected {
            objects: Vec::new(),
            added_after: added_after.map(str::to_owned),
        };
        let (mut next, mut bytes): (Option<String>, usize) = (None, 0);
        for _page in 0..PAGES {
            let mut page = url.clone();
            {
                let mut query = page.query_pairs_mut();
                query.append_pair("limit", &PAGE.to_string());
                if let Some(time) = added_after {
                    query.append_pair("added_after", time);
                }
                if let Some(next) = &next {
                    query.append_pair("next", next);
                }
            }
            let response = self.get(&page).await?;
            // A server may name the first alone where there is only one.
            let added = response
                .headers
                .get(ADDED_LAST)
                .or_else(|| response.headers.get(ADDED_FIRST));
            let last = added.and_then(|time| time.to_str().ok());
            if let Some(last) = last.filter(|last| collected.added_after.as_deref() < Some(*last)) {
                collected.added_after = Some(last.to_owned());
            }
            let envelope: Envelope = read(&page, "an envelope", &response)?;
            bytes += envelope
                .objects
                .iter()
                .map(|object| object.get().len())
                .sum::<usize>();
            if bytes > BYTES {
                return Err(TaxiiError::TooLarge);
            }
            let empty = envelope.objects.is_empty();
            collected.objects.extend(envelope.objects);
            match envelope.next.filter(|_| envelope.more) {
                // A server that says there is more and gives nothing would never end. Tokens may repeat.
                Some(token) if !empty => next = Some(token),
                _ => return Ok(collected),
            }
        }
        Err(TaxiiError::TooLarge)
    }

    async fn get(&self, url: &Url) -> Result<EgressResponse, TaxiiError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(MEDIA_TYPE));
        let nobody = Auth::None;
        let auth = if url.origin() == self.entered.origin() {
            self.auth
        } else {
            &nobody
        };
        let mut response = fetch::get(self.egress, url, auth, &headers).await?;
        let mut refusals = 0;
        while let Some(wait) = patience::wait(&response, refusals) {
            tokio::time::sleep(wait).await;
            refusals += 1;
            response = fetch::get(self.egress, url, auth, &headers).await?;
        }
        if !response.status.is_success() {
            return Err(fetch::refused(url, &response).into());
        }
        Ok(response)
    }
}

fn read<T: DeserializeOwned>(
    url: &Url,
    what: &'static str,
    response: &EgressResponse,
) -> Result<T, TaxiiError> {
    let body = fetch::unpack(response)?;
    serde_json::from_slice(&body).map_err(|error| TaxiiError::Answer {
        path: url.path().to_owned(),
        what,
        reason: error.to_string(),
    })
}
