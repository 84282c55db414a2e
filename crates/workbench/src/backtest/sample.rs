//! Alerts as people look at a few of them.

use super::report::AlertSample;
use model::{Alert, EntityKey, EventId};

/// Characters of a raw record that are shown.
const RAW: usize = 512;
/// Characters of a value that are shown.
const VALUE: usize = 200;

/// An alert, and the event it would be in.
pub fn sample(alert: &Alert, event: Option<EventId>) -> AlertSample {
    let last = alert.evidence.last();
    let cut = |text: &str, characters| text.chars().take(characters).collect::<String>();
    AlertSample {
        id: alert.id.to_string(),
        rule: alert.rule.id.clone(),
        time: alert.time,
        level: alert.level,
        title: alert.title.clone(),
        entities: alert.entities.iter().map(|entity| shown(&entity.key)).collect(),
        matched: last.map_or_else(Vec::new, |evidence| {
            let fields = evidence.matched.iter();
            fields
                .map(|field| (field.name.clone(), cut(&field.value, VALUE)))
                .collect()
        }),
        raw: last.map_or_else(String::new, |evidence| cut(&evidence.raw, RAW)),
        event: event.map(|event| event.to_string()),
    }
}

/// `ip:203.0.113.7`.
fn shown(key: &EntityKey) -> String {
    format!("{}:{}", key.kind.code(), key.value)
}
