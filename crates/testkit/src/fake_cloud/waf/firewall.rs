//! The firewall's state: templates, the objects they are bound to, and their rules.
//!
//! As at the vendor there is no client token: creating the same rule twice makes two. That is on purpose; a test that
//! finds two rules has found a client that does not look before it writes.

use super::{
    parameters::invalid,
    rule::{Action, CustomRule},
};
use crate::fake_cloud::{FakeCloudConfig, refusal::Refusal};
use model::Time;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::IpAddr,
};

/// A template: rules are in it, objects are bound to it.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pub id: u64,
    pub name: String,
    pub scene: String,
    pub kind: TemplateKind,
    pub enabled: bool,
    pub objects: BTreeSet<String>,
    pub modified: Time,
}

/// Which objects a template applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TemplateKind {
    /// Every object.
    UserDefault,
    /// Those bound to it.
    UserCustom,
}

/// A rule in its template.
#[derive(Clone, Debug)]
pub(super) struct StoredRule {
    pub id: u64,
    pub template: u64,
    pub rule: CustomRule,
    pub modified: Time,
}

/// What the rules decide about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fake_cloud) struct AclHit {
    pub rule: u64,
    pub action: Action,
}

/// A rule as the control API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleState {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its template.
    pub template_id: u64,
    /// Whether it is enabled.
    pub enabled: bool,
    /// The addresses of its conditions.
    pub addresses: Vec<String>,
    /// The objects its template is bound to.
    pub objects: Vec<String>,
}

/// Templates and rules.
#[derive(Debug)]
pub(in crate::fake_cloud) struct Firewall {
    pub(super) templates: BTreeMap<u64, Template>,
    rules: BTreeMap<u64, StoredRule>,
    /// The rules before the last change, for stale answers.
    previous: BTreeMap<u64, StoredRule>,
    next_template: u64,
    next_rule: u64,
    deletes: VecDeque<Time>,
}

impl Default for Firewall {
    fn default() -> Self {
        Self {
            templates: BTreeMap::new(),
            rules: BTreeMap::new(),
            previous: BTreeMap::new(),
            next_template: 7_239,
            next_rule: 20_111_098,
            deletes: VecDeque::new(),
        }
    }
}

impl Firewall {
    pub(super) fn template(&self, id: u64) -> Result<&Template, Refusal> {
        self.templates.get(&id).ok_or_else(no_template)
    }

    pub(super) fn template_mut(&mut self, id: u64) -> Result<&mut Template, Refusal> {
        self.templates.get_mut(&id).ok_or_else(no_template)
    }

    /// Adds a template; names are unique within a scene.
    pub(super) fn add_template(&mut self, mut template: Template, most: usize) -> Result<u64, Refusal> {
        let taken = |other: &Template| other.scene == template.scene && other.name == template.name;
        if self.templates.values().any(taken) {
            return Err(invalid("template name exists"));
        }
        if self.templates.len() >= most {
            let message = "the number of templates exceeds the limit";
            return Err(Refusal::new(
                400,
                "Defense.Control.DefenseTemplateCountOverSize",
                message,
            ));
        }
        let id = self.next_template;
        self.next_template += 1;
        template.id = id;
        self.templates.insert(id, template);
        Ok(id)
    }

    /// Whether `count` more rules fit into the template.
    pub(super) fn room_for(&self, template: u64, count: usize, most: usize) -> Result<(), Refusal> {
        let present = self
            .rules
            .values()
            .filter(|rule| rule.template == template)
            .count();
        if present + count > most {
            let message = "the number of rules in the template exceeds the limit";
            return Err(Refusal::new(
                400,
                "Defense.Control.DefenseRuleCountOverSize",
                message,
            ));
        }
        Ok(())
    }

    /// Adds rules and returns their ids.
    pub(super) fn add_rules(&mut self, template: u64, rules: Vec<CustomRule>, now: Time) -> Vec<u64> {
        self.previous.clone_from(&self.rules);
        let first = self.next_rule;
        for rule in rules {
            let id = self.next_rule;
            self.next_rule += 1;
            let stored = StoredRule {
                id,
                template,
                rule,
                modified: now,
            };
            self.rules.insert(id, stored);
        }
        (first..self.next_rule).collect()
    }

    /// Whether all these rules are in the template.
    pub(super) fn has_rules(&self, template: u64, ids: &[u64]) -> Result<(), Refusal> {
        let present = |id: &u64| self.rules.get(id).is_some_and(|rule| rule.template == template);
        if ids.iter().all(present) {
            Ok(())
        } else {
            let message = "The rule does not exist.";
            Err(Refusal::new(400, "Defense.Control.DefenseRuleNotExist", message))
        }
    }

    /// Switches a rule off as somebody in the vendor's console would; `false` if there is none.
    pub fn disable_by_hand(&mut self, id: u64) -> bool {
        self.previous.clone_from(&self.rules);
        self.rules
            .get_mut(&id)
            .map(|stored| stored.rule.enabled = false)
            .is_some()
    }

    /// Removes rules.
    pub(super) fn remove_rules(&mut self, ids: &[u64]) {
        self.previous.clone_from(&self.rules);
        self.rules.retain(|id, _| !ids.contains(id));
    }

    /// Removes a rule as somebody in the vendor's console would; `false` if there is none.
    pub fn remove_by_hand(&mut self, id: u64) -> bool {
        let there = self.rules.contains_key(&id);
        self.remove_rules(&[id]);
        there
    }

    /// The rules, oldest first; `stale` gives those before the last change.
    pub(super) fn rules(&self, stale: bool) -> impl Iterator<Item = &StoredRule> {
        if stale { &self.previous } else { &self.rules }.values()
    }

    /// Counts a delete; `false` if the second is full.
    pub(super) fn may_delete(&mut self, per_second: usize, now: Time) -> bool {
        while self
            .deletes
            .front()
            .is_some_and(|at| now.since(*at).as_millis() >= 1000)
        {
            self.deletes.pop_front();
        }
        let may = self.deletes.len() < per_second;
        if may {
            self.deletes.push_back(now);
        }
        may
    }

    /// What the rules bound to `object` decide about a client: the oldest blocking one, else the oldest that watches.
    pub fn decide(&self, object: &str, client: IpAddr, now: Time) -> Option<AclHit> {
        let mut watched = None;
        for stored in self.rules.values().filter(|stored| self.applies(stored, object)) {
            if stored.rule.meets(client, now) {
                let hit = AclHit {
                    rule: stored.id,
                    action: stored.rule.action,
                };
                if hit.action == Action::Block {
                    return Some(hit);
                }
                watched = watched.or(Some(hit));
            }
        }
        watched
    }

    fn applies(&self, stored: &StoredRule, object: &str) -> bool {
        self.templates.get(&stored.template).is_some_and(|template| {
            let bound = template.kind == TemplateKind::UserDefault || template.objects.contains(object);
            template.enabled && bound
        })
    }

    /// The rules as the control API shows them.
    pub fn state(&self) -> Vec<RuleState> {
        let state = |stored: &StoredRule| RuleState {
            id: stored.id,
            name: stored.rule.name.clone(),
            template_id: stored.template,
            enabled: stored.rule.enabled,
            addresses: stored.rule.addresses().map(ToString::to_string).collect(),
            objects: self
                .templates
                .get(&stored.template)
                .map(|template| template.objects.iter().cloned().collect())
                .unwrap_or_default(),
        };
        self.rules.values().map(state).collect()
    }
}

/// Whether the object is one the instance protects.
pub(super) fn known_object(config: &FakeCloudConfig, name: &str) -> Result<(), Refusal> {
    if config.objects.iter().any(|object| object.name == name) {
        Ok(())
    } else {
        let message = format!("protected object `{name}` does not exist");
        Err(Refusal::new(
            400,
            "Defense.Control.DefenseResourceNotExist",
            message,
        ))
    }
}

fn no_template() -> Refusal {
    let message = "The template does not exist.";
    Refusal::new(400, "Defense.Control.DefenseTemplateNotExist", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_deletes_a_second_and_the_sixth_when_it_has_passed() {
        let mut firewall = Firewall::default();
        let mut at = |millis| firewall.may_delete(5, Time::from_millis(millis));
        let first: Vec<bool> = (0..6).map(|n| at(n * 10)).collect();
        assert_eq!(first, [true, true, true, true, true, false]);
        assert!(!at(999) && at(1000) && !at(1001));
    }
}
