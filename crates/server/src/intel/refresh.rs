//! Asking a feed what it says now, and keeping it.

use super::{
    Intel,
    feed::{Credentials, Feed, Kind, Report},
};
use connectors::{
    Secret,
    intel::{Auth, FetchError, LocalError, TaxiiError, collect, fetch, read_local},
};
use intel::{misp, stix};
use serde_json::value::RawValue;
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};
use store::{IntelFeedStatus, SecretBytes};

/// Events of a MISP feed that are fetched in one go; the newest come first, the rest next time.
const EVENTS: usize = 2_000;

/// Why a feed is not refreshed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// It was set up by another version.
    #[error(transparent)]
    Feed(#[from] super::FeedError),
    /// It is uploaded, not fetched.
    #[error("this feed is uploaded; upload it again")]
    Uploaded,
    /// No folder is opened for feeds of this machine.
    #[error("files of this machine are read only below `intel.folder`, which the configuration does not set")]
    NoFolder,
    /// It did not answer as it should.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The TAXII server did not.
    #[error(transparent)]
    Taxii(#[from] TaxiiError),
    /// The file of this machine is not read.
    #[error(transparent)]
    Local(#[from] LocalError),
    /// The manifest of a MISP feed is none.
    #[error("{0}")]
    Manifest(String),
    /// The text is none of this kind. What it said before is kept.
    #[error("nothing in it can be read: {0}")]
    Unreadable(String),
    /// What it said cannot be kept.
    #[error("what the feed says cannot be kept")]
    Disk(#[from] std::io::Error),
    /// The task that does it ended.
    #[error("reading the feed was interrupted")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// What a feed says, and what to tell it next time.
struct Said {
    /// Nothing if it says what it said before.
    text: Option<Vec<u8>>,
    cursor: Option<String>,
}

/// What came of it: the cursor for next time, and what is in the feed unless nothing changed.
pub type Refreshed = (Option<String>, Option<Report>);

/// Asks a feed, and keeps what it says. The table is not built anew by this.
pub async fn refresh(
    intel: &Intel,
    status: &IntelFeedStatus,
    secret: Option<&SecretBytes>,
) -> Result<Refreshed, RefreshError> {
    let feed = Feed::of(&status.feed)?;
    let auth = auth(&feed, secret);
    // Without what was said before, there is nothing to add to.
    let before = intel.disk.clone();
    let id = feed.id.clone();
    let before = tokio::task::spawn_blocking(move || before.read(&id)).await??;
    let cursor = status.cursor.as_deref().filter(|_| before.is_some());
    let said = match (feed.kind, &feed.settings.url, &feed.settings.path) {
        (Kind::Taxii, Some(url), _) => taxii(intel, url, &auth, &feed, cursor, before).await?,
        (Kind::MispFeed, Some(url), _) => events(intel, url, &auth, cursor, before).await?,
        (_, Some(url), _) => match fetch(&intel.egress, url, &auth, cursor).await? {
            None => Said {
                text: None,
                cursor: status.cursor.clone(),
            },
            Some(fetched) => Said {
                text: Some(fetched.body),
                cursor: fetched.cursor,
            },
        },
        (_, None, Some(path)) => file(intel, path, cursor).await?,
        (_, None, None) => return Err(RefreshError::Uploaded),
    };
    let report = match said.text {
        None => None,
        Some(text) => Some(accept(intel, feed, text).await?),
    };
    Ok((said.cursor, report))
}

/// Looks at what a feed says and keeps it, unless nothing in it can be read.
pub async fn accept(intel: &Intel, feed: Feed, text: Vec<u8>) -> Result<Report, RefreshError> {
    let disk = intel.disk.clone();
    tokio::task::spawn_blocking(move || {
        let reading = feed.read(&text);
        if let (true, Some(first)) = (reading.indicators.is_empty(), reading.problems.first()) {
            return Err(RefreshError::Unreadable(first.to_string()));
        }
        disk.write(&feed.id, &text)?;
        Ok(Report::from(&reading))
    })
    .await?
}

fn auth(feed: &Feed, secret: Option<&SecretBytes>) -> Auth {
    let secret = secret.map(|secret| Secret::new(String::from_utf8_lossy(secret.expose())));
    let user = || feed.settings.user.clone().unwrap_or_default();
    match (feed.settings.credentials, secret) {
        (Credentials::Basic, Some(password)) => Auth::Basic {
            user: user(),
            password,
        },
        (Credentials::Bearer, Some(token)) => Auth::Bearer(token),
        (Credentials::Header, Some(value)) => Auth::Header { name: user(), value },
        _ => Auth::None,
    }
}

async fn file(intel: &Intel, path: &str, cursor: Option<&str>) -> Result<Said, RefreshError> {
    let folder = intel.folder.clone().ok_or(RefreshError::NoFolder)?;
    let (path, before) = (path.to_owned(), cursor.map(str::to_owned));
    let same = before.clone();
    let read = tokio::task::spawn_blocking(move || read_local(&folder, Path::new(&path), before.as_deref()))
        .await??;
    Ok(match read {
        None => Said {
            text: None,
            cursor: same,
        },
        Some((text, cursor)) => Said {
            text: Some(text),
            cursor: Some(cursor),
        },
    })
}

/// A collection: what was added, put to what was there; of each object the last version.
async fn taxii(
    intel: &Intel,
    url: &str,
    auth: &Auth,
    feed: &Feed,
    cursor: Option<&str>,
    before: Option<Vec<u8>>,
) -> Result<Said, RefreshError> {
    let collection = feed.settings.collection.as_deref();
    let collected = collect(&intel.egress, url, auth, collection, cursor).await?;
    let unchanged = collected.objects.is_empty() && before.is_some();
    let cursor = collected.added_after;
    if unchanged {
        return Ok(Said { text: None, cursor });
    }
    let text = tokio::task::spawn_blocking(move || merged(before.as_deref(), &collected.objects)).await?;
    Ok(Said {
        text: Some(text),
        cursor,
    })
}

/// Objects kept and objects new, as one envelope.
fn merged(before: Option<&[u8]>, added: &[Box<RawValue>]) -> Vec<u8> {
    let before = before
        .and_then(|text| std::str::from_utf8(text).ok())
        .unwrap_or("[]");
    let kept = stix::objects(before).unwrap_or_default();
    let mut last: BTreeMap<String, (String, &str)> = BTreeMap::new();
    for object in kept
        .into_iter()
        .map(RawValue::get)
        .chain(added.iter().map(|object| object.get()))
    {
        if let Some((id, version)) = stix::identity(object) {
            let known = last.entry(id).or_insert((version.clone(), object));
            if known.0 <= version {
                *known = (version, object);
            }
        }
    }
    let objects: Vec<&str> = last.into_values().map(|(_, object)| object).collect();
    format!("{{\"objects\": [\n{}\n]}}", objects.join(",\n")).into_bytes()
}

/// A folder of MISP events: those that changed since they were fetched, beside those that did not.
async fn events(
    intel: &Intel,
    url: &str,
    auth: &Auth,
    cursor: Option<&str>,
    before: Option<Vec<u8>>,
) -> Result<Said, RefreshError> {
    let folder = url.trim_end_matches("manifest.json").trim_end_matches('/');
    let Some(manifest) = fetch(&intel.egress, &format!("{folder}/manifest.json"), auth, cursor).await? else {
        return Ok(Said {
            text: None,
            cursor: cursor.map(str::to_owned),
        });
    };
    let listed = misp::manifest(&manifest.body).map_err(RefreshError::Manifest)?;
    let before = before
        .map(|text| String::from_utf8_lossy(&text).into_owned())
        .unwrap_or_default();
    let kept: HashMap<String, (i64, &str)> = misp::events(&before)
        .into_iter()
        .map(|(event, text)| (event.uuid, (event.timestamp, text)))
        .collect();
    let (mut text, mut fetched) = (Vec::new(), 0);
    for event in listed {
        let known = kept
            .get(&event.uuid)
            .filter(|(timestamp, _)| *timestamp >= event.timestamp);
        if let Some((_, known)) = known {
            text.extend_from_slice(known.as_bytes());
        } else if fetched < EVENTS {
            fetched += 1;
            let file = format!("{folder}/{}.json", event.uuid);
            if let Some(fetched) = fetch(&intel.egress, &file, auth, None).await? {
                text.extend_from_slice(&fetched.body);
            }
        } else {
            continue;
        }
        text.push(b'\n');
    }
    Ok(Said {
        text: Some(text),
        // With events left, the manifest has to be read again although it did not change.
        cursor: manifest.cursor.filter(|_| fetched < EVENTS),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{json, value::to_raw_value};

    #[test]
    fn of_each_object_the_last_version_is_kept_and_what_is_of_no_use_is_not() {
        let object = |id: &str, modified: &str| json!({"type": "indicator", "id": id, "modified": modified});
        let raw = |object: serde_json::Value| to_raw_value(&object).unwrap();
        let first = merged(
            None,
            &[
                raw(object("a", "1")),
                raw(object("b", "2")),
                raw(json!({"type": "report", "id": "r"})),
            ],
        );
        let second = merged(Some(&first), &[raw(object("a", "2")), raw(object("b", "1"))]);
        let text = String::from_utf8(second).unwrap();
        let kept: Vec<serde_json::Value> = stix::objects(&text)
            .unwrap()
            .iter()
            .map(|raw| serde_json::from_str(raw.get()).unwrap())
            .collect();
        assert_eq!(kept, [object("a", "2"), object("b", "2")]);
        assert!(
            stix::objects(std::str::from_utf8(&merged(None, &[])).unwrap())
                .unwrap()
                .is_empty()
        );
    }
}
