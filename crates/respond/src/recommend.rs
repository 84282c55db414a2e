//! Recommended handling policies of an event: an entity that acts against us, and a playbook that can handle it.

use crate::{component, never_block::NeverBlock};
use model::{
    EntityKey, Level, LocalText, PlaybookId, Role, SecurityEvent,
    policy::{Operation, ScopeMember},
};
use serde::Serialize;
use std::cmp::Reverse;

/// A playbook on offer, as its steps make it: [`crate::cacao::Playbook::components`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The playbook.
    pub playbook: PlaybookId,
    /// Its title.
    pub title: LocalText,
    /// The components its steps use, as (id, product).
    pub components: Vec<(String, String)>,
}

/// Where a product is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The product, such as `alibaba/waf`.
    pub system: String,
    /// Its instances.
    pub scope: Vec<ScopeMember>,
}

/// How strongly a policy is recommended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// 1: shown.
    Shown,
    /// 2: selected beforehand.
    Preselected,
}

/// A handling policy somebody may want.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recommendation {
    /// What would be handled.
    pub entity: EntityKey,
    /// What would be done.
    pub operation: Operation,
    /// By which playbook.
    pub playbook: PlaybookId,
    /// The playbook's title.
    pub title: LocalText,
    /// Where.
    pub scope: Vec<ScopeMember>,
    /// How strongly.
    pub strength: Strength,
    /// Why it cannot be done now; what cannot be done is never preselected.
    pub unavailable: Option<LocalText>,
}

/// The policies recommended for an event, strongest first, then in the order of its entities and of the offers.
pub fn recommend(
    event: &SecurityEvent,
    offers: &[Offer],
    connected: &[Connected],
    never_block: &NeverBlock,
) -> Vec<Recommendation> {
    let mut recommendations = Vec::new();
    for entity in event
        .entities
        .iter()
        .filter(|e| e.malicious || e.role == Role::Attacker)
    {
        let certain = entity.malicious || event.level >= Level::Medium;
        for offer in offers {
            let Some(component) = offer
                .components
                .iter()
                .filter_map(|(id, system)| component::find(id, system))
                .find(|component| component.takes == entity.key.kind)
            else {
                continue;
            };
            let scope = scope_of(component.system, connected);
            let unavailable = unavailable(&entity.key, component.system, &scope, never_block);
            let preselect = entity.role == Role::Attacker && certain && unavailable.is_none();
            recommendations.push(Recommendation {
                entity: entity.key.clone(),
                operation: component.operation,
                playbook: offer.playbook.clone(),
                title: offer.title.clone(),
                scope,
                strength: if preselect {
                    Strength::Preselected
                } else {
                    Strength::Shown
                },
                unavailable,
            });
        }
    }
    preselect_one_each(&mut recommendations);
    recommendations.sort_by_key(|r| Reverse(r.strength));
    recommendations
}

fn scope_of(system: &str, connected: &[Connected]) -> Vec<ScopeMember> {
    let members = connected.iter().filter(|c| c.system == system);
    members.flat_map(|c| c.scope.iter().cloned()).collect()
}

fn unavailable(
    entity: &EntityKey,
    system: &str,
    scope: &[ScopeMember],
    never_block: &NeverBlock,
) -> Option<LocalText> {
    if let Err(refusal) = never_block.check(entity) {
        return Some(refusal.reason);
    }
    scope.is_empty().then(|| {
        LocalText::new(
            format!("No `{system}` is connected."),
            format!("尚未接入 `{system}`。"),
        )
    })
}

/// Of several playbooks that do the same to an entity, the first is the default.
fn preselect_one_each(recommendations: &mut [Recommendation]) {
    let mut chosen: Vec<(EntityKey, Operation)> = Vec::new();
    for recommendation in recommendations
        .iter_mut()
        .filter(|r| r.strength == Strength::Preselected)
    {
        let key = (recommendation.entity.clone(), recommendation.operation);
        if chosen.contains(&key) {
            recommendation.strength = Strength::Shown;
        } else {
            chosen.push(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use model::{Entity, EntityKind};

    fn offer(name: &str) -> Offer {
        Offer {
            playbook: PlaybookId(name.into()),
            title: LocalText::same(name),
            components: vec![("block_ip".into(), "alibaba/waf".into())],
        }
    }

    fn connected() -> Vec<Connected> {
        vec![Connected {
            system: "alibaba/waf".into(),
            scope: vec![testing::scope()],
        }]
    }

    #[test]
    fn attackers_are_preselected_once_and_victims_not_at_all() {
        let mut event = testing::event("203.0.113.7");
        event
            .entities
            .push(Entity::new(EntityKind::Ip, "198.51.100.1", Role::Victim, false));
        event
            .entities
            .push(Entity::new(EntityKind::Ip, "198.51.100.2", Role::Artefact, true));
        let got = recommend(
            &event,
            &[offer("a"), offer("b")],
            &connected(),
            &NeverBlock::default(),
        );
        let got: Vec<(&str, &str, Strength)> = got
            .iter()
            .map(|r| (r.entity.value.as_str(), r.playbook.0.as_str(), r.strength))
            .collect();
        let expected = [
            ("203.0.113.7", "a", Strength::Preselected),
            ("203.0.113.7", "b", Strength::Shown),
            ("198.51.100.2", "a", Strength::Shown),
            ("198.51.100.2", "b", Strength::Shown),
        ];
        assert_eq!(got, expected);
    }

    #[test]
    fn what_cannot_be_done_says_why_and_is_not_preselected() {
        let check = |address: &str, connected: &[Connected], reason: &str| {
            let got = recommend(
                &testing::event(address),
                &[offer("a")],
                connected,
                &NeverBlock::default(),
            );
            assert_eq!(got[0].strength, Strength::Shown);
            let unavailable = got[0].unavailable.clone().unwrap_or_default();
            assert!(unavailable.en.contains(reason), "{unavailable:?}");
            assert!(!unavailable.zh.is_empty());
        };
        check("203.0.113.7", &[], "No `alibaba/waf` is connected");
        check("127.0.0.1", &connected(), "loopback");
    }

    #[test]
    fn an_uncertain_attacker_is_only_shown() {
        let mut event = testing::event("203.0.113.7");
        event.level = Level::Low;
        let got = recommend(&event, &[offer("a")], &connected(), &NeverBlock::default());
        assert_eq!(got[0].strength, Strength::Shown);
    }
}
