//! The entities of an alert: which fields of a record hold them, and what makes their keys local.

use crate::{extension::EntitySpec, field::Address};
use model::{Entity, EntityKind, RecordView, Role, Schema, Value};
use sigma::Report;
use std::net::IpAddr;

/// Entities one field of one record may give: a list field is the attacker's to fill.
const PER_FIELD: usize = 16;
/// Characters of an entity's value; longer ones are no identity.
const LONGEST_VALUE: usize = 2_048;

/// How one kind of entity is read from a record.
#[derive(Clone, Debug)]
pub struct EntityRule {
    kind: EntityKind,
    field: Address,
    role: Role,
    scope: Vec<Address>,
    malicious: bool,
}

impl EntityRule {
    /// Resolves the fields.
    pub fn compile(spec: &EntitySpec, schema: &Schema, report: &mut Report<'_>) -> Option<Self> {
        let field = Address::resolve(&spec.field.text, spec.field.position, schema, report);
        let scope: Vec<Option<Address>> = spec
            .scope
            .iter()
            .map(|name| Address::resolve(&name.text, name.position, schema, report))
            .collect();
        Some(Self {
            kind: spec.kind,
            field: field?,
            role: spec.role,
            scope: scope.into_iter().collect::<Option<_>>()?,
            malicious: spec.malicious,
        })
    }

    /// Which kind it gives, and in which part.
    pub const fn part(&self) -> (EntityKind, Role) {
        (self.kind, self.role)
    }

    fn read(&self, record: &impl RecordView, entities: &mut Vec<Entity>) {
        let mut scope = String::new();
        for address in &self.scope {
            // An entity whose place is unknown is left out: without it, equal values of two hosts would
            // be one entity and link what has nothing in common.
            let Some(part) = address.first_text(record) else {
                return;
            };
            scope.push_str(&part);
            scope.push('/');
        }
        for field in self.field.values(record).iter().take(PER_FIELD) {
            if field.value == Value::Null {
                continue;
            }
            let text = field.value.to_text();
            let text = text.trim();
            if matches!(text, "" | "-") || text.chars().nth(LONGEST_VALUE).is_some() {
                continue;
            }
            let Some(value) = self.local(text, &scope, record) else {
                continue;
            };
            entities.push(Entity::new(self.kind, &value, self.role, self.malicious));
        }
    }

    /// The value made local: by the scope the rule names, or for a private address by the account whose network it
    /// is in. A host that is attacked and attacks next is one address in both parts.
    fn local(&self, text: &str, scope: &str, record: &impl RecordView) -> Option<String> {
        if self.kind != EntityKind::Ip {
            return Some(format!("{scope}{text}"));
        }
        let address = text.parse::<IpAddr>().ok()?.to_canonical();
        match &record.meta().account {
            _ if !scope.is_empty() => Some(format!("{scope}{address}")),
            Some(account) if is_private(address) => Some(format!("{account}/{address}")),
            _ => Some(address.to_string()),
        }
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// All entities of a record, sorted and unique; one that any rule calls malicious is.
pub fn read(rules: &[EntityRule], record: &impl RecordView) -> Vec<Entity> {
    let mut entities = Vec::new();
    for rule in rules {
        rule.read(record, &mut entities);
    }
    unique(entities)
}

/// Sorts, and keeps one entity of each key and role: the malicious one if there is one.
pub fn unique(mut entities: Vec<Entity>) -> Vec<Entity> {
    entities.sort_by(|a, b| (&a.key, a.role, !a.malicious).cmp(&(&b.key, b.role, !b.malicious)));
    entities.dedup_by(|b, a| a.key == b.key && a.role == b.role);
    entities
}
