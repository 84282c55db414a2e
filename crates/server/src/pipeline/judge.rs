//! Which entities of an alert are malicious because a feed says so, before the alert is correlated.
//!
//! Feeds change whenever they like, the journal does not: the same alert may be judged otherwise a minute later. So a
//! batch commits which entities it tagged, and entries that are run again after a crash take the tags from there. What
//! was never committed is judged anew, which harms nobody: ids do not depend on it.

use crate::intel::Intel;
use model::{Alert, AlertId, EntityKey, LocalText, Time};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use store::IntelMatch;

/// Matches of one alert that are kept: an alert with hundreds of entities on a dozen lists has said enough by then.
const MOST: usize = 64;

/// Who says which entities are malicious.
#[derive(Debug, Default)]
pub enum Judge {
    /// Nobody but the rules.
    #[default]
    Nobody,
    /// Feeds, as they are now.
    Feeds(Arc<Intel>),
    /// What was committed.
    Recorded(HashMap<AlertId, HashSet<EntityKey>>),
}

impl Judge {
    /// What was committed, by alert.
    pub fn recorded(said: Vec<(AlertId, EntityKey)>) -> Self {
        let mut by_alert: HashMap<AlertId, HashSet<EntityKey>> = HashMap::new();
        for (alert, entity) in said {
            by_alert.entry(alert).or_default().insert(entity);
        }
        Self::Recorded(by_alert)
    }

    /// Tags the alert's entities and says why.
    pub(super) fn alert(&self, alert: &mut Alert, now: Time) -> Vec<IntelMatch> {
        match self {
            Self::Nobody => Vec::new(),
            Self::Feeds(intel) => judge(&intel.snapshot(), alert, now),
            Self::Recorded(said) => {
                if let Some(tagged) = said.get(&alert.id) {
                    tag(alert, tagged);
                }
                Vec::new()
            }
        }
    }
}

fn judge(snapshot: &intel::Snapshot, alert: &mut Alert, now: Time) -> Vec<IntelMatch> {
    let verdicts = intel::judge(snapshot, &alert.entities, now);
    if verdicts.is_empty() {
        return Vec::new();
    }
    let mentioned: HashSet<&EntityKey> = alert.entities.iter().map(|entity| &entity.key).collect();
    let malicious: HashSet<&EntityKey> = alert
        .entities
        .iter()
        .filter(|entity| entity.malicious)
        .map(|entity| &entity.key)
        .collect();
    let matches: Vec<IntelMatch> = verdicts
        .into_iter()
        .take(MOST)
        .map(|verdict| IntelMatch {
            alert: alert.id,
            feed: verdict.by.feed().id.clone(),
            indicator: verdict.by.indicator().to_string(),
            names: verdict.by.about().names,
            confidence: verdict.by.confidence(),
            // The host of a URL need not be an entity of its own.
            tags: verdict.tags && mentioned.contains(&verdict.entity),
            alone: !malicious.contains(&verdict.entity),
            reason: reason(&verdict.by),
            entity: verdict.entity,
        })
        .collect();
    let tagged = matches
        .iter()
        .filter(|found| found.tags)
        .map(|found| found.entity.clone())
        .collect();
    tag(alert, &tagged);
    matches
}

/// Matches as they stand once analysts were asked: what they call harmless is not tagged.
pub(super) fn standing(mut matches: Vec<IntelMatch>, alert: &Alert) -> Vec<IntelMatch> {
    for found in matches.iter_mut().filter(|found| found.tags) {
        found.tags = alert
            .entities
            .iter()
            .any(|entity| entity.malicious && entity.key == found.entity);
    }
    matches
}

/// Why an entity is malicious by an indicator.
fn reason(by: &intel::Match<'_>) -> LocalText {
    let (feed, indicator, confidence) = (&by.feed().name, by.indicator(), by.confidence());
    let names = by.about().names;
    let (en, zh) = if names.is_empty() {
        (String::new(), String::new())
    } else {
        (
            format!(" ({})", names.join(", ")),
            format!("（{}）", names.join("、")),
        )
    };
    LocalText::new(
        format!("`{indicator}`{en} is listed by feed “{feed}”, confidence {confidence}"),
        format!("情报源“{feed}”收录 `{indicator}`{zh}，置信度 {confidence}"),
    )
}

fn tag(alert: &mut Alert, tagged: &HashSet<EntityKey>) {
    for entity in &mut alert.entities {
        if tagged.contains(&entity.key) && entity.key.kind.can_be_malicious() {
            entity.malicious = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use intel::{Builder, Feed, Indicator, Observable};
    use model::{Aggregation, Entity, EntityKind, Level, Origin, Role, RuleRef, Side, TenantId};
    use std::collections::BTreeSet;

    fn alert() -> Alert {
        Alert {
            id: AlertId::from_bits(1),
            tenant: TenantId::default(),
            time: Time::from_secs(1),
            first_time: Time::from_secs(1),
            rule: RuleRef {
                id: "r".to_owned(),
                version: "1".to_owned(),
            },
            title: LocalText::same("t"),
            origin: Origin::Predefined,
            testing: false,
            side: Side::Network,
            level: Level::Low,
            aggregation: Aggregation::None,
            window: None,
            category: "c".to_owned(),
            tactics: Vec::new(),
            techniques: Vec::new(),
            products: BTreeSet::new(),
            accounts: BTreeSet::new(),
            entities: vec![
                Entity::new(EntityKind::Ip, "203.0.113.7", Role::Attacker, false),
                Entity::new(EntityKind::Ip, "203.0.113.8", Role::Attacker, false),
                Entity::new(EntityKind::Url, "http://evil.example/x", Role::Artefact, false),
            ],
            records: Vec::new(),
            evidence: Vec::new(),
            threshold: None,
            defended: None,
            suppressed: 0,
        }
    }

    fn snapshot(values: &[&str]) -> intel::Snapshot {
        let mut builder = Builder::default();
        let feed = Feed {
            id: "f".to_owned(),
            name: "ours".to_owned(),
            default_confidence: 75,
            tag_confidence: 70,
        };
        let mut indicators: Vec<Indicator> = values
            .iter()
            .map(|value| Indicator::bare(Observable::guess(value).unwrap()))
            .collect();
        builder.add_all(feed, &mut indicators).unwrap();
        builder.build()
    }

    #[test]
    fn what_was_committed_is_what_a_second_run_says() {
        let now = Time::from_secs(2);
        let mut first = alert();
        let matches = judge(
            &snapshot(&["203.0.113.7", "http://evil.example/x"]),
            &mut first,
            now,
        );
        let told: Vec<(String, bool)> = matches.iter().map(|m| (m.entity.to_string(), m.tags)).collect();
        assert_eq!(
            told,
            [
                ("ip 203.0.113.7".to_owned(), true),
                ("domain evil.example".to_owned(), false)
            ],
            "the host of the URL is no entity of the alert"
        );
        assert_eq!(
            first.entities.iter().map(|e| e.malicious).collect::<Vec<_>>(),
            [true, false, false]
        );

        // Meanwhile the feed has changed its mind about both addresses.
        let said = matches
            .into_iter()
            .filter(|m| m.tags)
            .map(|m| (m.alert, m.entity))
            .collect();
        let mut second = alert();
        assert_eq!(Judge::recorded(said).alert(&mut second, now), []);
        assert_eq!(second, first);
        let mut unknown = alert();
        assert_eq!(judge(&snapshot(&[]), &mut unknown, now), []);
        assert_eq!(unknown, alert());
    }
}
