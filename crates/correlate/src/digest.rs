//! What the state keeps of an alert: numbers where linking needs them, facts for the event, no evidence.

use crate::{
    entity::{Entities, EntityIx},
    event::EventIx,
    fold,
    hub::is_asset_by_kind,
    method::Lane,
    noisy::RuleIx,
    pattern::{self, Tie},
    phrase,
    settings::Settings,
};
use model::{Aggregation, Alert, AlertId, EntityKind, Level, LocalText, ProductId, Role, Side, Tactic, Time};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// Entities of an alert that can tie it to others. One that names thousands says that it is a list, not who was there.
const LINKING: usize = 256;
/// The window of a custom rule that names none.
const DEFAULT_WINDOW: Duration = Duration::from_hours(1);

/// An entity of an alert, once per key: the first of its roles, malicious if any mention is.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mention {
    pub entity: EntityIx,
    pub kind: EntityKind,
    pub role: Role,
    pub malicious: bool,
    /// It is ours: a victim, or something that is an asset by its kind and no attacker.
    pub asset: bool,
    /// An address of a network of ours, whatever part it plays.
    pub inside: bool,
    /// Context by the administrator's word.
    pub infrastructure: bool,
    /// What an expert pattern knows it by.
    pub tie: Tie,
}

impl Mention {
    /// Whether it is where something of ours connects to.
    pub(crate) fn is_remote(&self) -> bool {
        let on_the_net = matches!(self.kind, EntityKind::Ip | EntityKind::Domain);
        on_the_net && self.role == Role::Artefact && !self.asset && !self.inside
    }
}

/// What all alerts of a fold have in common.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub key: fold::Key,
    pub rule: RuleIx,
    /// The steps of expert patterns it may take: pattern, step.
    pub steps: Vec<(usize, usize)>,
    pub method: Aggregation,
    pub window: Duration,
    pub side: Side,
    pub level: Level,
    /// The entities that can tie it to other alerts.
    pub mentions: Vec<Mention>,
    /// Those beyond [`LINKING`]: they are told of, and tie nothing.
    pub crowd: Vec<Mention>,
    pub tactics: Vec<Tactic>,
    /// The position of its furthest tactic in the matrix.
    pub progress: Option<usize>,
    /// Somebody looks around or tries passwords, and has got nowhere yet.
    pub tries: bool,
    pub techniques: Vec<String>,
    pub products: Vec<ProductId>,
    pub accounts: Vec<String>,
    /// What happened, without to whom and by whom.
    pub name: LocalText,
}

/// An alert on its way to an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Digest {
    pub alert: AlertId,
    /// When it happened; a clock that runs ahead counts as the time of receipt.
    pub time: Time,
    pub first_time: Time,
    pub profile: Arc<Profile>,
}

/// The canonical order of alerts.
pub(crate) type Key = (Time, AlertId);

impl Digest {
    pub(crate) fn key(&self) -> Key {
        (self.time, self.alert)
    }
}

impl Profile {
    pub(crate) fn new(
        alert: &Alert,
        method: Aggregation,
        key: fold::Key,
        rule: RuleIx,
        entities: &mut Entities,
        settings: &Settings,
    ) -> Self {
        let (mentions, crowd) = mentions(alert, entities, settings);
        Self {
            key,
            rule,
            steps: settings.steps_of(alert),
            method,
            window: alert.window.unwrap_or(DEFAULT_WINDOW),
            side: alert.side,
            level: alert.level,
            mentions,
            crowd,
            tactics: alert.tactics.clone(),
            progress: settings.progress(&alert.tactics),
            tries: tries(alert),
            techniques: alert.techniques.clone(),
            products: alert.products.iter().cloned().collect(),
            accounts: alert.accounts.iter().cloned().collect(),
            name: phrase::what_happened(&alert.title, &alert.entities),
        }
    }

    /// All its entities.
    pub(crate) fn named(&self) -> impl Iterator<Item = &Mention> {
        self.mentions.iter().chain(&self.crowd)
    }

    pub(crate) fn mention(&self, entity: EntityIx) -> Option<&Mention> {
        self.mentions.iter().find(|mention| mention.entity == entity)
    }

    pub(crate) fn attackers(&self) -> impl Iterator<Item = &Mention> {
        self.mentions
            .iter()
            .filter(|m| m.role == Role::Attacker && !m.infrastructure)
    }

    /// The attacker an expert pattern groups by: an address first.
    pub(crate) fn attacker(&self) -> Option<EntityIx> {
        let ip = self.attackers().find(|m| m.kind == EntityKind::Ip);
        ip.or_else(|| self.attackers().next())
            .map(|mention| mention.entity)
    }

    /// What similar items have in common beside the rule: attackers first, then assets.
    pub(crate) fn similar_by(&self) -> impl Iterator<Item = EntityIx> {
        let assets = self.mentions.iter().filter(|m| m.asset && !m.infrastructure);
        self.attackers().chain(assets).map(|mention| mention.entity)
    }

    /// The entities by which alerts of this lane are found.
    pub(crate) fn found_by(&self, lane: Lane) -> impl Iterator<Item = EntityIx> {
        let finds = move |mention: &&Mention| {
            let told = match lane {
                Lane::Graph => true,
                Lane::Attacker(_) => mention.role == Role::Attacker,
                Lane::Artefact => is_artefact(mention.kind),
                Lane::Similar => self.method == Aggregation::GraphCompute && is_artefact(mention.kind),
                Lane::Alone => false,
            };
            told && !mention.infrastructure
        };
        self.mentions.iter().filter(finds).map(|mention| mention.entity)
    }

    /// Whether it gives no event but as part of an expert pattern (S4).
    pub(crate) fn waits(&self) -> bool {
        self.side == Side::Network && self.method == Aggregation::None
    }

    /// Whether it may be one of many that a sweep raises: seen by the network, and nobody is named who did it.
    pub(crate) fn may_sweep(&self) -> bool {
        self.side == Side::Network
            && self.method == Aggregation::GraphCompute
            && self.attackers().next().is_none()
    }

    /// What it happened to. A host has addresses and accounts, which are no further assets.
    pub(crate) fn assets(&self) -> impl Iterator<Item = EntityIx> {
        let is_host = |mention: &Mention| mention.asset && mention.kind == EntityKind::Host;
        let host = self.mentions.iter().any(is_host);
        let assets = self
            .mentions
            .iter()
            .filter(move |m| m.asset && (!host || m.kind == EntityKind::Host));
        assets.map(|mention| mention.entity)
    }

    /// The first of that.
    pub(crate) fn asset(&self) -> Option<EntityIx> {
        self.assets().next()
    }

    /// Whether it counts how many assets its rule fires on at the same time.
    pub(crate) fn spreads(&self) -> bool {
        self.method == Aggregation::GraphCompute
            && (self.side == Side::Host || self.attackers().next().is_none())
    }

    /// What decisions about alerts of this profile depend on and change.
    pub(crate) fn traits(&self) -> impl Iterator<Item = Trait> {
        let linking = self
            .mentions
            .iter()
            .filter(|m| !m.infrastructure)
            .map(|m| m.entity);
        let by_entity = linking.filter_map(|entity| match self.method {
            Aggregation::GraphCompute | Aggregation::Expert => Some(Trait::Graph(entity)),
            Aggregation::Window => Some(Trait::Similar(self.rule, entity)),
            _ => None,
        });
        let attacker = self.attacker().filter(|_| self.method == Aggregation::Expert);
        // A noisy rule of the graph method finds its events by rule and entity: those are among the entities.
        let sweep = self.spreads().then_some(Trait::Spread(self.rule));
        std::iter::once(Trait::Fold(self.key))
            .chain(attacker.map(Trait::Attacker))
            .chain(sweep)
            .chain(by_entity)
    }
}

/// Whether it is what was used or left behind: one that two alerts name ties them by itself.
pub(crate) fn is_artefact(kind: EntityKind) -> bool {
    matches!(kind, EntityKind::File | EntityKind::Process)
}

/// Something that two decisions have in common, so that one can depend on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Trait {
    Fold(fold::Key),
    Graph(EntityIx),
    Attacker(EntityIx),
    Similar(RuleIx, EntityIx),
    Spread(RuleIx),
    Event(EventIx),
    Pattern(usize, Tie),
}

/// Whether the alert names who did it, and that was no more than to look around or to try passwords.
fn tries(alert: &Alert) -> bool {
    const BEFORE: [&str; 3] = ["reconnaissance", "credential-access", "discovery"];
    let before = |tactic: &Tactic| BEFORE.contains(&tactic.as_str());
    alert.entities.iter().any(|entity| entity.role == Role::Attacker)
        && !alert.tactics.is_empty()
        && alert.tactics.iter().all(before)
}

/// What an alert names: what can tie it to others, and the rest.
fn mentions(alert: &Alert, entities: &mut Entities, settings: &Settings) -> (Vec<Mention>, Vec<Mention>) {
    let mut mentions: Vec<Mention> = Vec::with_capacity(alert.entities.len());
    let mut places: FxHashMap<EntityIx, usize> = FxHashMap::default();
    for entity in &alert.entities {
        let number = entities.intern(&entity.key, &settings.infrastructure);
        if let Some(known) = places.get(&number) {
            mentions[*known].malicious |= entity.malicious;
            continue;
        }
        places.insert(number, mentions.len());
        let kind = entity.key.kind;
        mentions.push(Mention {
            entity: number,
            kind,
            role: entity.role,
            malicious: entity.malicious,
            asset: match entity.role {
                // A key is what one acts with, whoever holds it.
                Role::Victim => kind != EntityKind::AccessKey,
                Role::Artefact => is_asset_by_kind(kind),
                Role::Attacker => false,
            },
            // Private addresses are scoped to their account.
            inside: kind == EntityKind::Ip && entity.key.value.contains('/'),
            infrastructure: entities[number].infrastructure,
            tie: pattern::tie(&entity.key),
        });
    }
    if mentions.len() <= LINKING {
        return (mentions, Vec::new());
    }
    // Attackers first: there are rarely many, and they say most.
    mentions.sort_by_key(|mention| mention.role);
    let crowd = mentions.split_off(LINKING);
    (mentions, crowd)
}
