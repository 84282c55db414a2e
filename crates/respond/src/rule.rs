//! Automatic response rules: when something happens and its facts meet a condition, do these things in this order.

use crate::{
    block::LONGEST_BLOCK,
    facts::{self, FieldInfo},
};
use model::{
    EntityKey, EntityKind, EventStatus, Level, PlaybookId, Role, Time,
    condition::{self, Condition, ConditionError},
    entity::Entity,
};
use serde::{Deserialize, Serialize};

/// What a rule listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// An event opened; continuations and successors of handled events are openings too.
    EventOccurrence,
    /// An event changed: more alerts, a higher level, a merge.
    EventUpdate,
    /// An alert was raised.
    Alert,
}

/// Which entities of the event or alert an action is done to; what is left out does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Their kind.
    pub kind: EntityKind,
    /// Their role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Only those known to be malicious.
    #[serde(default)]
    pub malicious_only: bool,
}

impl Target {
    /// The entities that are meant, each once.
    pub fn of(self, entities: &[Entity]) -> Vec<EntityKey> {
        let meant = |e: &&Entity| {
            e.key.kind == self.kind
                && self.role.is_none_or(|role| e.role == role)
                && (e.malicious || !self.malicious_only)
        };
        let mut keys: Vec<EntityKey> = entities.iter().filter(meant).map(|e| e.key.clone()).collect();
        keys.sort();
        keys.dedup();
        keys
    }
}

/// One thing a rule does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum RuleAction {
    /// Run a playbook, once for each target.
    RunPlaybook {
        /// The playbook.
        playbook: PlaybookId,
        /// On what.
        target: Target,
        /// How long what it blocks stays blocked; the playbook's own time if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<u64>,
    },
    /// Change the event's status.
    ChangeStatus {
        /// The new one.
        status: EventStatus,
    },
    /// Change the event's level.
    ChangeLevel {
        /// The new one.
        level: Level,
    },
    /// Tag the event.
    AddTag {
        /// The tag.
        tag: String,
    },
    /// Give the event an owner.
    AssignOwner {
        /// The user.
        owner: String,
    },
}

/// An automatic response rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseRule {
    /// ULID.
    pub id: String,
    /// The user's name for it.
    pub name: String,
    /// Whether it acts.
    pub enabled: bool,
    /// What it listens to.
    pub trigger: Trigger,
    /// What must hold; names are those of [`facts::catalogue`].
    pub condition: Condition,
    /// What it does, in this order.
    pub actions: Vec<RuleAction>,
    /// Rules act in ascending order of it, then of their ids.
    pub priority: u32,
    /// After acting on a target, leave that target alone this long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_seconds: Option<u64>,
    /// When it stops acting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    /// At most this many different targets in any hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets_per_hour: Option<u32>,
}

/// Why a rule is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// It does nothing.
    #[error("the rule has no action")]
    NoAction,
    /// The condition is wrong.
    #[error("the condition is wrong: {0}")]
    Condition(#[from] ConditionError),
    /// No such field, or not for this trigger.
    #[error("condition {number}: `{name}` is not a field this trigger has")]
    Field {
        /// The condition's number, from 1.
        number: usize,
        /// The name.
        name: String,
    },
    /// An operator that makes no sense for the field.
    #[error("condition {number}: `{name}` cannot be compared by `{operator}`")]
    Operator {
        /// The condition's number, from 1.
        number: usize,
        /// The field.
        name: String,
        /// The operator.
        operator: String,
    },
    /// Blocks cannot last that long, or not at all.
    #[error("action {number}: `{seconds}` seconds is not possible: expected 1 to {}", LONGEST_BLOCK.as_secs())]
    Seconds {
        /// The action's number, from 1.
        number: usize,
        /// What was asked for.
        seconds: u64,
    },
    /// An empty tag or owner.
    #[error("action {number}: the text is empty")]
    EmptyText {
        /// The action's number, from 1.
        number: usize,
    },
    /// An alert has no status, level, tags or owner of its own.
    #[error("action {number}: alerts can only run playbooks")]
    NotOnAlerts {
        /// The action's number, from 1.
        number: usize,
    },
    /// A limit of zero would never act.
    #[error("the rule allows `0` targets per hour and could never act")]
    NeverActs,
}

/// A rule ready to be evaluated.
#[derive(Clone, Debug)]
pub struct CompiledRule {
    pub(crate) rule: ResponseRule,
    pub(crate) condition: condition::Compiled,
}

impl ResponseRule {
    /// Checks the rule once, when it is saved, so that evaluating it cannot fail. All errors, not the first.
    pub fn compile(&self) -> Result<CompiledRule, Vec<RuleError>> {
        let mut errors = self.condition_errors();
        if self.actions.is_empty() {
            errors.push(RuleError::NoAction);
        }
        if self.targets_per_hour == Some(0) {
            errors.push(RuleError::NeverActs);
        }
        let numbered = self.actions.iter().enumerate();
        errors.extend(numbered.filter_map(|(i, action)| self.action_error(i + 1, action)));
        match self.condition.compile() {
            Ok(condition) if errors.is_empty() => Ok(CompiledRule {
                rule: self.clone(),
                condition,
            }),
            Ok(_) => Err(errors),
            Err(error) => {
                errors.push(error.into());
                Err(errors)
            }
        }
    }

    fn condition_errors(&self) -> Vec<RuleError> {
        let fields = facts::catalogue();
        let has = |field: &&FieldInfo| match self.trigger {
            Trigger::Alert => field.on_alert,
            Trigger::EventOccurrence | Trigger::EventUpdate => field.on_event,
        };
        let mut errors = Vec::new();
        for (i, predicate) in self.condition.conditions.iter().enumerate() {
            let (number, name) = (i + 1, predicate.left.clone());
            match fields.iter().filter(has).find(|field| field.name == name) {
                None => errors.push(RuleError::Field { number, name }),
                Some(field) if !field.operators.contains(&predicate.operator) => {
                    let operator = format!("{:?}", predicate.operator);
                    errors.push(RuleError::Operator {
                        number,
                        name,
                        operator,
                    });
                }
                Some(_) => {}
            }
        }
        errors
    }

    fn action_error(&self, number: usize, action: &RuleAction) -> Option<RuleError> {
        match action {
            RuleAction::RunPlaybook {
                seconds: Some(seconds),
                ..
            } if !(1..=LONGEST_BLOCK.as_secs()).contains(seconds) => Some(RuleError::Seconds {
                number,
                seconds: *seconds,
            }),
            RuleAction::RunPlaybook { .. } => None,
            _ if self.trigger == Trigger::Alert => Some(RuleError::NotOnAlerts { number }),
            RuleAction::AddTag { tag: text } | RuleAction::AssignOwner { owner: text }
                if text.trim().is_empty() =>
            {
                Some(RuleError::EmptyText { number })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use model::condition::Operator;

    #[test]
    fn wrong_rules_are_refused_with_every_reason() {
        let check = |change: fn(&mut ResponseRule), expected: &[&str]| {
            let mut rule = testing::rule();
            change(&mut rule);
            let errors = rule.compile().map_or_else(|errors| errors, |_| Vec::new());
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            assert_eq!(errors, expected);
        };
        check(|_| {}, &[]);
        check(|rule| rule.actions.clear(), &["the rule has no action"]);
        check(
            |rule| {
                rule.condition.conditions[0].left = "lvl".into();
                rule.targets_per_hour = Some(0);
            },
            &[
                "condition 1: `lvl` is not a field this trigger has",
                "the rule allows `0` targets per hour and could never act",
            ],
        );
        check(
            |rule| rule.condition.conditions[0].operator = Operator::InNetwork,
            &[
                "condition 1: `level` cannot be compared by `InNetwork`",
                "the condition is wrong: condition 1",
            ],
        );
        check(
            |rule| rule.actions.push(RuleAction::AddTag { tag: " ".into() }),
            &["action 2: the text is empty"],
        );
        check(
            |rule| {
                rule.trigger = Trigger::Alert;
                rule.actions.push(RuleAction::ChangeLevel { level: Level::High });
            },
            &["action 2: alerts can only run playbooks"],
        );
        check(
            |rule| {
                if let RuleAction::RunPlaybook { seconds, .. } = &mut rule.actions[0] {
                    *seconds = Some(0);
                }
            },
            &["action 1: `0` seconds is not possible: expected 1 to 31536000"],
        );
    }

    #[test]
    fn a_rule_survives_json_and_unknown_members_do_not() {
        let rule = testing::rule();
        let text = serde_json::to_string(&rule).unwrap_or_default();
        assert_eq!(serde_json::from_str::<ResponseRule>(&text).ok(), Some(rule));
        let wrong = text.replacen("\"name\"", "\"nmae\"", 1);
        assert!(serde_json::from_str::<ResponseRule>(&wrong).is_err());
    }
}
