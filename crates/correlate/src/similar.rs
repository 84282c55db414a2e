//! Events like another: what two events share, how much that says, and the sentence that says it.
//!
//! Pure: the store finds candidates, this file compares. A shared entity says the more the fewer events name it; rules,
//! techniques and tactics say by how much the two sets overlap.

use model::{EntityKey, LocalText, SecurityEvent, Tactic};
use std::collections::{BTreeMap, BTreeSet};

/// Points of a shared entity that no third event names; one of many events counts less.
const ENTITY: f64 = 4.0;
/// Points of all shared entities together: many say no more than a few.
const ENTITIES: f64 = 6.0;
const RULES: f64 = 2.0;
const TECHNIQUES: f64 = 1.0;
const TACTICS: f64 = 0.5;
const TITLE: f64 = 0.5;
/// Below this two events have nothing to tell each other.
const ENOUGH: f64 = 1.0;
/// Entities, rules and techniques named in a reason.
const NAMED: usize = 3;

/// What an event is compared by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// Its entities.
    pub entities: BTreeSet<EntityKey>,
    /// The ids of its rules.
    pub rules: BTreeSet<String>,
    /// ATT&CK techniques.
    pub techniques: BTreeSet<String>,
    /// ATT&CK tactics.
    pub tactics: BTreeSet<Tactic>,
    /// Its title without the entities it names.
    pub shape: String,
}

/// What two events share.
#[derive(Clone, Debug, PartialEq)]
pub struct Likeness {
    /// 0 … 10; more is more alike.
    pub score: f64,
    /// Shared entities, the rarest first, each with the number of events that name it.
    pub entities: Vec<(EntityKey, u64)>,
    /// Shared rules.
    pub rules: Vec<String>,
    /// Shared techniques.
    pub techniques: Vec<String>,
    /// Shared tactics.
    pub tactics: Vec<Tactic>,
    /// Their titles differ in nothing but whom they name.
    pub title: bool,
}

impl Traits {
    /// The traits of an event with all its entities, whose alerts these rules raised.
    pub fn of(event: &SecurityEvent, rules: BTreeSet<String>) -> Self {
        Self {
            entities: event.entities.iter().map(|entity| entity.key.clone()).collect(),
            rules,
            techniques: event.techniques.clone(),
            tactics: event.tactics.keys().cloned().collect(),
            shape: shape(event),
        }
    }

    /// What this event and `other` share; `named_by` says how many events name an entity, and leaves out those so common
    /// that they say nothing. None if it is too little.
    pub fn compare(&self, other: &Self, named_by: &BTreeMap<EntityKey, u64>) -> Option<Likeness> {
        let shared = self.entities.intersection(&other.entities);
        let mut entities: Vec<(EntityKey, u64)> = shared
            .filter_map(|key| Some((key.clone(), *named_by.get(key)?)))
            .collect();
        entities.sort_by(|(a, n), (b, m)| (n, a).cmp(&(m, b)));
        let by_entities: f64 = entities.iter().map(|(_, events)| ENTITY * rarity(*events)).sum();
        let title = !self.shape.is_empty() && self.shape == other.shape;
        let score = by_entities.min(ENTITIES)
            + RULES * overlap(&self.rules, &other.rules)
            + TECHNIQUES * overlap(&self.techniques, &other.techniques)
            + TACTICS * overlap(&self.tactics, &other.tactics)
            + if title { TITLE } else { 0.0 };
        (score >= ENOUGH).then(|| Likeness {
            score,
            entities,
            rules: self.rules.intersection(&other.rules).cloned().collect(),
            techniques: self.techniques.intersection(&other.techniques).cloned().collect(),
            tactics: self.tactics.intersection(&other.tactics).cloned().collect(),
            title,
        })
    }
}

impl Likeness {
    /// What they share, as a sentence; rules and tactics by their names.
    pub fn sentence(
        &self,
        rule: impl Fn(&str) -> LocalText,
        tactic: impl Fn(&Tactic) -> LocalText,
    ) -> LocalText {
        let mut parts: Vec<LocalText> = Vec::new();
        let mut add = |en: &str, zh: &str, names: Vec<LocalText>| {
            if !names.is_empty() {
                let names = list(&names);
                parts.push(LocalText::new(
                    format!("{en} {}", names.en),
                    format!("{zh} {}", names.zh),
                ));
            }
        };
        let entities = self.entities.iter().map(|(key, events)| {
            let kind = key.kind.name();
            LocalText::new(
                format!("{} {} (named by {events} events)", kind.en, key.value),
                format!("{} {}（出现在 {events} 个事件中）", kind.zh, key.value),
            )
        });
        add("the", "实体", entities.collect());
        add(
            "the rules",
            "规则",
            self.rules.iter().map(|id| rule(id)).collect(),
        );
        let techniques = self.techniques.iter().map(LocalText::same);
        add("the techniques", "技术", techniques.collect());
        add("the tactics", "战术", self.tactics.iter().map(tactic).collect());
        if self.title {
            parts.push(LocalText::new("a title of the same form", "相同形式的标题"));
        }
        let join = |of: fn(&LocalText) -> &str, separator: &str| {
            parts.iter().map(of).collect::<Vec<_>>().join(separator)
        };
        LocalText::new(
            format!("They share {}.", join(|part| &part.en, "; ")),
            format!("共同点：{}。", join(|part| &part.zh, "；")),
        )
    }
}

/// The first few, and how many more there are.
fn list(names: &[LocalText]) -> LocalText {
    let join = |of: fn(&LocalText) -> &str, separator: &str| {
        names
            .iter()
            .take(NAMED)
            .map(of)
            .collect::<Vec<_>>()
            .join(separator)
    };
    let (en, zh) = (join(|name| &name.en, ", "), join(|name| &name.zh, "、"));
    match names.len().saturating_sub(NAMED) {
        0 => LocalText::new(en, zh),
        more => LocalText::new(
            format!("{en} and {more} more"),
            format!("{zh} 等 {} 项", names.len()),
        ),
    }
}

/// 1 for an entity of these two events only, ½ for one of four, a third for one of eight.
fn rarity(events: u64) -> f64 {
    1.0 / (events.max(2) as f64).log2()
}

/// The shared part of all that either has; nothing in common if neither has anything.
fn overlap<T: Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> f64 {
    match one.union(other).count() {
        0 => 0.0,
        all => one.intersection(other).count() as f64 / all as f64,
    }
}

/// The title with a dot for each entity it names and each number.
fn shape(event: &SecurityEvent) -> String {
    let mut values: Vec<&str> = event
        .entities
        .iter()
        .map(|entity| entity.key.value.as_str())
        .collect();
    // The longest first: one value may be part of another.
    values.sort_unstable_by_key(|value| std::cmp::Reverse(value.len()));
    let mut title = event.title.en.clone();
    for value in values.into_iter().filter(|value| !value.is_empty()) {
        if title.contains(value) {
            title = title.replace(value, "·");
        }
    }
    let mut shape = String::with_capacity(title.len());
    for letter in title.chars() {
        match letter.is_ascii_digit() {
            true if shape.ends_with('#') => {}
            true => shape.push('#'),
            false => shape.push(letter),
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::EntityKind;

    fn ip(value: &str) -> EntityKey {
        EntityKey::new(EntityKind::Ip, value)
    }

    fn traits(entities: &[EntityKey], rules: &[&str], techniques: &[&str]) -> Traits {
        Traits {
            entities: entities.iter().cloned().collect(),
            rules: rules.iter().map(ToString::to_string).collect(),
            techniques: techniques.iter().map(ToString::to_string).collect(),
            tactics: BTreeSet::from([Tactic::new("initial-access")]),
            shape: "SQL injection by ·".to_owned(),
        }
    }

    #[test]
    fn a_rare_entity_says_more_than_a_common_one() {
        let (rare, common, hub) = (ip("203.0.113.7"), ip("203.0.113.8"), ip("198.51.100.1"));
        let named_by = BTreeMap::from([(rare.clone(), 2), (common.clone(), 100)]);
        let score = |key: &EntityKey| {
            let (one, other) = (
                traits(std::slice::from_ref(key), &["a"], &[]),
                traits(std::slice::from_ref(key), &["b"], &[]),
            );
            one.compare(&other, &named_by).map(|like| like.score)
        };
        let (rare, common, hub) = (score(&rare), score(&common), score(&hub));
        assert!(rare > common && common > hub, "{rare:?} {common:?} {hub:?}");
        assert_eq!(rare, Some(ENTITY + TACTICS + TITLE));
    }

    #[test]
    fn too_little_in_common_is_no_likeness() {
        let one = traits(&[], &["a"], &["T1190"]);
        let other = Traits {
            shape: "Web shell on ·".to_owned(),
            ..traits(&[], &["b"], &["T1505"])
        };
        assert_eq!(one.compare(&other, &BTreeMap::new()), None);
        assert!(one.compare(&one, &BTreeMap::new()).is_some());
    }

    #[test]
    fn the_reason_lists_what_is_shared() {
        let key = ip("203.0.113.7");
        let one = traits(std::slice::from_ref(&key), &["a", "b", "c", "d"], &["T1190"]);
        let like = one.compare(&one, &BTreeMap::from([(key, 2)])).expect("alike");
        let name = |id: &str| LocalText::new(id.to_uppercase(), format!("规则 {id}"));
        let tactic = |_: &Tactic| LocalText::new("Initial access", "初始访问");
        assert_eq!(
            like.sentence(name, tactic),
            LocalText::new(
                "They share the IP address 203.0.113.7 (named by 2 events); the rules A, B, C and 1 more; the techniques \
                 T1190; the tactics Initial access; a title of the same form.",
                "共同点：实体 IP 地址 203.0.113.7（出现在 2 个事件中）；规则 规则 a、规则 b、规则 c 等 4 项；技术 T1190；战术 初始访问；相同形式的标题。",
            )
        );
    }
}
