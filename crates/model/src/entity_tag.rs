//! The malicious tag of an entity: who may say so, and of what (S11).

use crate::{
    entity::{EntityKey, EntityKind},
    entity_parts::url_host,
    text::LocalText,
};
use serde::{Deserialize, Serialize};

/// The name of the tag, as the store and the API have it.
pub const MALICIOUS: &str = "malicious";

/// Who says that an entity is malicious.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagSource {
    /// A person; the reference is their name.
    Analyst,
    /// A rule of ours; the reference is its id.
    Rule,
    /// A vendor's own alert; the reference is the id of the rule that imported it.
    Vendor,
    /// Threat intelligence; the reference is the indicator.
    Intel,
}

impl TagSource {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Analyst, Self::Rule, Self::Vendor, Self::Intel];

    /// The code used in the store and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Analyst => "analyst",
            Self::Rule => "rule",
            Self::Vendor => "vendor",
            Self::Intel => "intel",
        }
    }
}

/// Why an entity cannot be tagged malicious, and what to do instead; none if it can.
pub fn tag_refusal(key: &EntityKey) -> Option<LocalText> {
    if key.kind.can_be_malicious() {
        return None;
    }
    let name = key.kind.name();
    if key.kind != EntityKind::Url {
        return Some(LocalText::new(
            format!(
                "`{}` has the type {}, which cannot be malicious",
                key.value, name.en
            ),
            format!("`{}` 的类型为{}，该类型不支持恶意标签", key.value, name.zh),
        ));
    }
    let (en, zh) = match url_host(&key.value) {
        Some(host) => {
            let kind = host.kind.name();
            (
                format!("{} `{}`", kind.en, host.value),
                format!("{} `{}`", kind.zh, host.value),
            )
        }
        None => ("domain or address".to_owned(), "域名或 IP".to_owned()),
    };
    Some(LocalText::new(
        format!("a URL cannot be tagged malicious: tag its {en} instead"),
        format!("URL 不支持恶意标签，请改为标记其{zh}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_five_kinds_can_be_tagged_and_a_url_names_what_can() {
        let refused = |kind, value: &str| tag_refusal(&EntityKey::new(kind, value)).map(|text| text.en);
        let allowed = EntityKind::all().filter(|kind| refused(*kind, "x").is_none());
        assert_eq!(allowed.count(), 5);
        assert_eq!(
            refused(EntityKind::Url, "http://203.0.113.7/x").as_deref(),
            Some("a URL cannot be tagged malicious: tag its IP address `203.0.113.7` instead")
        );
        assert_eq!(
            refused(EntityKind::Url, "/x").as_deref(),
            Some("a URL cannot be tagged malicious: tag its domain or address instead")
        );
        assert_eq!(
            refused(EntityKind::Host, "web-1").as_deref(),
            Some("`web-1` has the type Host, which cannot be malicious")
        );
    }
}
