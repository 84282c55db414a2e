//! Response rules as the API shows and takes them, and what that is to `respond`.

use crate::{
    api::{
        dto::{Condition, ScopeMember, Text},
        problem::Place,
        schema,
    },
    error_chain,
    response_rule::{Fired, StoredResponseRule},
};
use model::{
    EntityKind, EventStatus, Level, PlaybookId, Role, Time, condition::ConditionError,
    policy::ScopeMember as Member,
};
use respond::{
    RuleAction,
    breaker::DEFAULT_TARGETS_PER_HOUR,
    rule::{RuleError, Target},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest name of a rule, in characters.
const LONGEST_NAME: usize = 200;

/// A response rule as people write it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseRuleInput {
    /// What it is called.
    name: String,
    /// Whether it acts.
    enabled: bool,
    /// Rules act in ascending order of it.
    priority: u32,
    /// What it listens to.
    trigger: Trigger,
    /// What must hold.
    condition: Condition,
    /// What it does, in this order.
    actions: Vec<Action>,
    /// After acting on a target, leave that target alone this long; 0 for not at all.
    #[serde(default)]
    silence_seconds: u64,
    /// When it stops acting.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
    /// At most this many different targets in any hour.
    #[serde(default = "targets")]
    max_targets_per_hour: u32,
}

/// A response rule and how it is doing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ResponseRule {
    /// Its id.
    id: String,
    /// What it says.
    #[serde(flatten)]
    rule: ResponseRuleInput,
    /// When it last acted, within the past 30 days.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_fired: Option<Time>,
    /// How often it acted in the past 30 days.
    fired_count: u64,
    /// Why it does not act although it is enabled.
    suspended: Option<Text>,
}

/// What a rule listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// An event opens.
    Event,
    /// An event changes.
    EventUpdate,
    /// An alert is raised.
    Alert,
}

/// One thing a rule does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
enum Action {
    /// Run a playbook, once for each entity that is meant.
    RunPlaybook {
        /// The playbook.
        playbook_id: String,
        /// The type of entity.
        #[schema(value_type = String)]
        entity_kind: EntityKind,
        /// Its role; any if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        role: Option<Role>,
        /// Only entities known to be malicious.
        #[serde(default)]
        malicious_only: bool,
        /// How long it blocks; the playbook's own time if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration_seconds: Option<u64>,
        /// Where; the same for all actions of a rule.
        scope: Scope,
    },
    /// Change the event's status.
    ChangeStatus {
        /// To this.
        #[schema(schema_with = schema::event_status)]
        status: EventStatus,
    },
    /// Change the event's level.
    ChangeLevel {
        /// To this.
        #[schema(schema_with = schema::level)]
        level: Level,
    },
    /// Tag the event.
    AddTag {
        /// The tag.
        tag: String,
    },
    /// Give the event an owner.
    AssignOwner {
        /// The user's name.
        owner: String,
    },
}

/// Where a playbook acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ResponseScope)]
enum Scope {
    /// In every place that is connected when the rule acts.
    All(All),
    /// In these places.
    Members(Vec<ScopeMember>),
}

/// The word `all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum All {
    /// Every place.
    All,
}

const fn targets() -> u32 {
    DEFAULT_TARGETS_PER_HOUR
}

impl ResponseRuleInput {
    /// The rule to store. What `respond` cannot see is checked here; the rest by compiling it.
    pub fn read(self, id: String, mistakes: &mut Vec<Place>) -> StoredResponseRule {
        let mut mistake = |place: &str, message: String| {
            mistakes.push(Place {
                place: place.to_owned(),
                message,
            });
        };
        if self.name.trim().is_empty() || self.name.chars().count() > LONGEST_NAME {
            mistake("/name", format!("a name has 1 to {LONGEST_NAME} characters"));
        }
        let mut scopes: Vec<Option<Vec<Member>>> = Vec::new();
        for (number, action) in self.actions.iter().enumerate() {
            let Action::RunPlaybook { scope, .. } = action else {
                continue;
            };
            let place = format!("/actions/{number}/scope");
            let scope = scope.members();
            if scope.as_ref().is_some_and(Vec::is_empty) {
                mistake(&place, "there is no place to act in".to_owned());
            }
            if scopes.first().is_some_and(|first| *first != scope) {
                mistake(
                    &place,
                    "all playbooks of a rule act in the same places".to_owned(),
                );
            }
            scopes.push(scope);
        }
        let rule = respond::ResponseRule {
            id,
            name: self.name.trim().to_owned(),
            enabled: self.enabled,
            trigger: self.trigger.into(),
            condition: self.condition.into(),
            actions: self.actions.into_iter().map(Action::read).collect(),
            priority: self.priority,
            silence_seconds: Some(self.silence_seconds).filter(|seconds| *seconds > 0),
            expires_at: self.expires_at,
            targets_per_hour: Some(self.max_targets_per_hour),
        };
        StoredResponseRule {
            rule,
            scope: scopes.into_iter().next().flatten(),
        }
    }
}

impl ResponseRule {
    /// A stored rule as it is shown.
    pub fn new(stored: StoredResponseRule, fired: Fired, suspended: Option<Text>) -> Self {
        let StoredResponseRule { rule, scope } = stored;
        let show = |action| Action::show(action, scope.as_deref());
        Self {
            id: rule.id,
            rule: ResponseRuleInput {
                name: rule.name,
                enabled: rule.enabled,
                priority: rule.priority,
                trigger: rule.trigger.into(),
                condition: rule.condition.into(),
                actions: rule.actions.into_iter().map(show).collect(),
                silence_seconds: rule.silence_seconds.unwrap_or(0),
                expires_at: rule.expires_at,
                max_targets_per_hour: rule.targets_per_hour.unwrap_or(DEFAULT_TARGETS_PER_HOUR),
            },
            last_fired: fired.last,
            fired_count: fired.count,
            suspended,
        }
    }
}

impl Action {
    fn read(self) -> RuleAction {
        match self {
            Self::RunPlaybook {
                playbook_id,
                entity_kind,
                role,
                malicious_only,
                duration_seconds,
                scope: _,
            } => RuleAction::RunPlaybook {
                playbook: PlaybookId(playbook_id),
                target: Target {
                    kind: entity_kind,
                    role,
                    malicious_only,
                },
                seconds: duration_seconds,
            },
            Self::ChangeStatus { status } => RuleAction::ChangeStatus { status },
            Self::ChangeLevel { level } => RuleAction::ChangeLevel { level },
            Self::AddTag { tag } => RuleAction::AddTag { tag },
            Self::AssignOwner { owner } => RuleAction::AssignOwner { owner },
        }
    }

    fn show(action: RuleAction, scope: Option<&[Member]>) -> Self {
        match action {
            RuleAction::RunPlaybook {
                playbook,
                target,
                seconds,
            } => Self::RunPlaybook {
                playbook_id: playbook.0,
                entity_kind: target.kind,
                role: target.role,
                malicious_only: target.malicious_only,
                duration_seconds: seconds,
                scope: match scope {
                    None => Scope::All(All::All),
                    Some(members) => Scope::Members(members.iter().cloned().map(ScopeMember::from).collect()),
                },
            },
            RuleAction::ChangeStatus { status } => Self::ChangeStatus { status },
            RuleAction::ChangeLevel { level } => Self::ChangeLevel { level },
            RuleAction::AddTag { tag } => Self::AddTag { tag },
            RuleAction::AssignOwner { owner } => Self::AssignOwner { owner },
        }
    }
}

impl Scope {
    fn members(&self) -> Option<Vec<Member>> {
        match self {
            Self::All(All::All) => None,
            Self::Members(members) => Some(members.iter().cloned().map(Member::from).collect()),
        }
    }
}

impl From<Trigger> for respond::Trigger {
    fn from(trigger: Trigger) -> Self {
        match trigger {
            Trigger::Event => Self::EventOccurrence,
            Trigger::EventUpdate => Self::EventUpdate,
            Trigger::Alert => Self::Alert,
        }
    }
}

impl From<respond::Trigger> for Trigger {
    fn from(trigger: respond::Trigger) -> Self {
        match trigger {
            respond::Trigger::EventOccurrence => Self::Event,
            respond::Trigger::EventUpdate => Self::EventUpdate,
            respond::Trigger::Alert => Self::Alert,
        }
    }
}

/// A mistake, and where in the request it is.
pub fn place(error: &RuleError) -> Place {
    let condition = |number: &usize| format!("/condition/conditions/{}", number - 1);
    let action = |number: &usize| format!("/actions/{}", number - 1);
    let place = match error {
        RuleError::NoAction => "/actions".to_owned(),
        RuleError::Condition(ConditionError::Formula(_)) => "/condition/formula".to_owned(),
        RuleError::Condition(ConditionError::Predicate { number, .. }) => condition(number),
        RuleError::Field { number, .. } => format!("{}/left", condition(number)),
        RuleError::Operator { number, .. } => format!("{}/operator", condition(number)),
        RuleError::Seconds { number, .. } => format!("{}/duration_seconds", action(number)),
        RuleError::EmptyText { number } | RuleError::NotOnAlerts { number } => action(number),
        RuleError::NeverActs => "/max_targets_per_hour".to_owned(),
    };
    let message = match error {
        RuleError::Condition(error) => error_chain(error),
        error => error.to_string(),
    };
    Place { place, message }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn input() -> Value {
        json!({
            "name": "Block attackers",
            "enabled": true,
            "priority": 10,
            "trigger": "event",
            "condition": {"conditions": [{"left": "product", "operator": "in", "right": ["alibaba/waf"]}]},
            "actions": [{
                "action": "run_playbook", "playbook_id": "playbook--1", "entity_kind": "ip", "role": "attacker",
                "duration_seconds": 60, "scope": "all",
            }],
        })
    }

    /// The rule of an input and the places of its mistakes.
    fn read(change: impl FnOnce(&mut Value)) -> (StoredResponseRule, Vec<String>) {
        let mut input = input();
        change(&mut input);
        let input: ResponseRuleInput = serde_json::from_value(input).unwrap();
        let mut mistakes = Vec::new();
        let stored = input.read("1".to_owned(), &mut mistakes);
        mistakes.extend(stored.rule.compile().err().unwrap_or_default().iter().map(place));
        (
            stored,
            mistakes.into_iter().map(|mistake| mistake.place).collect(),
        )
    }

    #[test]
    fn a_rule_is_shown_as_it_was_written() {
        let check = |change: fn(&mut Value)| {
            let (stored, mistakes) = read(change);
            assert_eq!(mistakes, [""; 0]);
            let mut expected = input();
            change(&mut expected);
            let shown = ResponseRule::new(stored, Fired::default(), None);
            let shown: ResponseRuleInput = shown.rule;
            assert_eq!(shown, serde_json::from_value(expected).unwrap());
        };
        check(|_| {});
        check(|rule| rule["silence_seconds"] = json!(60));
        check(|rule| {
            rule["actions"][0]["scope"] = json!([{"connection": "c", "account": "1", "instance": "waf-1"}]);
        });
        check(|rule| {
            rule["trigger"] = json!("event_update");
            rule["actions"] =
                json!([{"action": "change_level", "level": 5}, {"action": "add_tag", "tag": "x"}]);
        });
    }

    #[test]
    fn each_mistake_names_its_place() {
        let check = |change: fn(&mut Value), expected: &[&str]| assert_eq!(read(change).1, expected);
        check(|rule| rule["name"] = json!(" "), &["/name"]);
        check(|rule| rule["actions"] = json!([]), &["/actions"]);
        check(
            |rule| rule["actions"][0]["scope"] = json!([]),
            &["/actions/0/scope"],
        );
        check(
            |rule| rule["actions"][0]["duration_seconds"] = json!(0),
            &["/actions/0/duration_seconds"],
        );
        check(
            |rule| rule["max_targets_per_hour"] = json!(0),
            &["/max_targets_per_hour"],
        );
        check(
            |rule| rule["condition"]["formula"] = json!("1&"),
            &["/condition/formula"],
        );
        check(
            |rule| rule["condition"]["conditions"][0]["left"] = json!("prodct"),
            &["/condition/conditions/0/left"],
        );
        check(
            |rule| {
                let mut second = rule["actions"][0].clone();
                second["scope"] = json!([{"connection": "c", "account": "1", "instance": "waf-1"}]);
                rule["actions"].as_array_mut().unwrap().push(second);
            },
            &["/actions/1/scope"],
        );
    }

    #[test]
    fn what_a_rule_does_not_have_is_refused() {
        let check = |change: fn(&mut Value)| {
            let mut input = input();
            change(&mut input);
            assert!(
                serde_json::from_value::<ResponseRuleInput>(input.clone()).is_err(),
                "{input}"
            );
        };
        check(|rule| rule["id"] = json!("mine"));
        check(|rule| rule["trigger"] = json!("sometimes"));
        check(|rule| rule["actions"][0]["scope"] = json!("everywhere"));
        check(|rule| rule["actions"][0]["entity_kind"] = json!("toaster"));
        check(|rule| rule["actions"][0]["sudo"] = json!(true));
    }
}
