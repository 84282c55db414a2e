//! What is read of a STIX object.

use serde::Deserialize;

/// A STIX object, as far as it is used.
#[derive(Clone, Debug, Deserialize)]
pub struct Object {
    /// `indicator`, `malware` …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id, the same for all versions of it.
    pub id: String,
    /// When this version was made.
    pub modified: Option<String>,
    /// When the object was made.
    pub created: Option<String>,
    /// It no longer holds.
    #[serde(default)]
    pub revoked: bool,
    pub(super) pattern: Option<String>,
    pub(super) pattern_type: Option<String>,
    pub(super) valid_from: Option<String>,
    pub(super) valid_until: Option<String>,
    pub(super) confidence: Option<u8>,
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) labels: Vec<String>,
    #[serde(default)]
    pub(super) indicator_types: Vec<String>,
    #[serde(default)]
    pub(super) external_references: Vec<Reference>,
    pub(super) relationship_type: Option<String>,
    pub(super) source_ref: Option<String>,
    pub(super) target_ref: Option<String>,
}

/// Where to read more.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Reference {
    pub url: Option<String>,
}

/// What has to be known of an object to keep its last version only.
#[derive(Debug, Deserialize)]
struct Identity {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    modified: Option<String>,
}

/// Id and version of an object that is of use here; none for all others, of which feeds are full.
pub fn identity(object: &str) -> Option<(String, String)> {
    let identity: Identity = serde_json::from_str(object).ok()?;
    let used = identity.kind == "indicator" || identity.kind == "relationship" || is_named(&identity.kind);
    used.then(|| (identity.id, identity.modified.unwrap_or_default()))
}

fn is_named(kind: &str) -> bool {
    matches!(
        kind,
        "malware" | "threat-actor" | "intrusion-set" | "campaign" | "tool" | "infrastructure"
    )
}

impl Object {
    /// What orders versions: times in STIX are all of one form, so their text does.
    pub(super) fn version(&self) -> &str {
        self.modified.as_deref().unwrap_or_default()
    }

    /// Whether its name says what an indicator belongs to.
    pub(super) fn is_named(&self) -> bool {
        is_named(&self.kind)
    }
}
