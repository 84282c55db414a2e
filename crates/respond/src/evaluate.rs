//! Response rules asked about one thing that happened: the actions to do, each with an id, and those held back.
//!
//! An action fires once per event lineage: its id comes from rule, event, action and target, and the ids that fired
//! before, for the event or for an event merged into it, are left out. So a replay, a retry and a merge do nothing
//! twice, while a continuation is an event of its own.

use crate::{
    breaker::{RecentTargets, WINDOW},
    facts::{EventContext, EventFacts, SubjectFacts},
    rule::{CompiledRule, ResponseRule, RuleAction, Trigger},
};
use model::{
    Alert, Capabilities, EntityKey, EventId, LocalText, Provider, RunId, SecurityEvent, TenantId, Time,
    entity::Entity, policy::PolicySource,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// What rules are asked about.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// An event that opened or changed.
    Event {
        /// The event.
        event: &'a SecurityEvent,
        /// What its alerts add.
        context: &'a EventContext,
        /// The events merged into it, now or earlier.
        merged: &'a [EventId],
    },
    /// An alert that was raised, neither being tried nor whitelisted.
    Alert {
        /// The alert.
        alert: &'a Alert,
        /// The event it is in, if it is in one.
        event: Option<EventId>,
    },
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Occurrence<'a> {
    /// What kind of thing.
    pub trigger: Trigger,
    /// To what.
    pub subject: Subject<'a>,
    /// The rules whose own actions caused it: they are not asked, or they would never stop.
    pub caused_by: BTreeSet<String>,
    /// When.
    pub now: Time,
}

/// An action that fired earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firing {
    /// The planned action's id.
    pub id: RunId,
    /// The rule.
    pub rule: String,
    /// What it was done to; absent for actions on the event itself.
    pub target: Option<EntityKey>,
    /// The event, if it was about one.
    pub event: Option<EventId>,
    /// When.
    pub at: Time,
}

/// The firings evaluation must know of: all of the event's lineage, and all since the longest silence or an hour.
#[derive(Clone, Debug, Default)]
pub struct History {
    fired: BTreeSet<RunId>,
    firings: Vec<Firing>,
}

impl History {
    /// A history of these firings.
    pub fn new(firings: Vec<Firing>) -> Self {
        Self {
            fired: firings.iter().map(|f| f.id).collect(),
            firings,
        }
    }

    /// Adds an action that is about to be done.
    pub fn record(&mut self, action: &PlannedAction, at: Time) {
        self.fired.insert(action.id);
        self.firings.push(Firing {
            id: action.id,
            rule: action.rule.clone(),
            target: action.target.clone(),
            event: action.event,
            at,
        });
    }

    /// Forgets what no rule can ask for any more; ids stay, so that nothing fires twice.
    pub fn prune(&mut self, before: Time) {
        self.firings.retain(|firing| firing.at >= before);
    }

    fn silent(
        &self,
        rule: &ResponseRule,
        event: Option<EventId>,
        target: Option<&EntityKey>,
        now: Time,
    ) -> bool {
        let Some(seconds) = rule.silence_seconds else {
            return false;
        };
        let silence = Duration::from_secs(seconds);
        let same = |firing: &&Firing| {
            firing.rule == rule.id
                && firing.target.as_ref() == target
                && (target.is_some() || firing.event == event)
        };
        self.firings
            .iter()
            .filter(same)
            .any(|firing| now < firing.at.plus(silence))
    }

    fn recent_targets(&self, rule: &str, now: Time) -> RecentTargets {
        let mut recent = RecentTargets::default();
        for firing in self
            .firings
            .iter()
            .filter(|f| f.rule == rule && now < f.at.plus(WINDOW))
        {
            if let Some(target) = &firing.target {
                recent.add(target, firing.at);
            }
        }
        recent
    }
}

/// An action to do. Its id is that of the run, if it runs a playbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedAction {
    /// The same for the same rule, event, action and target.
    pub id: RunId,
    /// The rule's id.
    pub rule: String,
    /// The rule's name.
    pub rule_name: String,
    /// Which of the rule's actions it is, from 1.
    pub number: usize,
    /// What to do.
    pub action: RuleAction,
    /// On what; absent for actions on the event itself.
    pub target: Option<EntityKey>,
    /// The event it is about.
    pub event: Option<EventId>,
    /// The source policies of it get.
    pub source: PolicySource,
}

/// An action that would have been done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldAction {
    /// The action.
    pub action: PlannedAction,
    /// Why not.
    pub reason: LocalText,
}

/// What rules come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evaluation {
    /// What to do, in order. Runs still have to pass the tenant's [`Breaker`](crate::breaker::Breaker).
    pub actions: Vec<PlannedAction>,
    /// What is held back, for the activity log. Actions that fired before are in neither.
    pub held: Vec<HeldAction>,
}

/// Asks every rule about `occurrence`.
pub fn evaluate(
    rules: &[CompiledRule],
    occurrence: &Occurrence<'_>,
    capabilities: &Capabilities,
    history: &History,
) -> Evaluation {
    let subject = occurrence.subject;
    let mut evaluation = Evaluation::default();
    let providers = subject.providers();
    if !capabilities.allow_response(providers.iter()) || subject.testing() {
        return evaluation;
    }
    let facts = subject.facts();
    let mut asked: Vec<&CompiledRule> = rules.iter().filter(|c| listens(&c.rule, occurrence)).collect();
    asked.sort_by(|a, b| (a.rule.priority, &a.rule.id).cmp(&(b.rule.priority, &b.rule.id)));
    let mut recent: BTreeMap<&str, RecentTargets> = BTreeMap::new();
    for compiled in asked.into_iter().filter(|c| c.condition.holds(&facts)) {
        let rule = &compiled.rule;
        let targets = recent
            .entry(&rule.id)
            .or_insert_with(|| history.recent_targets(&rule.id, occurrence.now));
        for action in subject
            .actions_of(rule)
            .into_iter()
            .filter(|a| !subject.fired(a, history))
        {
            match hold(rule, &action, targets, history, occurrence.now) {
                Some(reason) => evaluation.held.push(HeldAction { action, reason }),
                None => evaluation.actions.push(action),
            }
        }
    }
    evaluation
}

fn listens(rule: &ResponseRule, occurrence: &Occurrence<'_>) -> bool {
    rule.enabled
        && rule.trigger == occurrence.trigger
        && rule.expires_at.is_none_or(|end| occurrence.now < end)
        && !occurrence.caused_by.contains(&rule.id)
}

fn hold(
    rule: &ResponseRule,
    action: &PlannedAction,
    targets: &mut RecentTargets,
    history: &History,
    now: Time,
) -> Option<LocalText> {
    let target = action.target.as_ref();
    let name = &rule.name;
    if history.silent(rule, action.event, target, now) {
        return Some(LocalText::new(
            format!("Rule `{name}` acted on this target a short while ago and keeps silent."),
            format!("规则“{name}”刚刚处置过该目标，处于静默期。"),
        ));
    }
    let limit = rule.targets_per_hour?;
    (!targets.admit(target?, limit, now)).then(|| {
        LocalText::new(
            format!("Rule `{name}` has reached its limit of {limit} targets an hour."),
            format!("规则“{name}”已达到每小时 {limit} 个目标的上限。"),
        )
    })
}

impl<'a> Subject<'a> {
    fn providers(self) -> BTreeSet<Provider> {
        match self {
            Self::Event { event, .. } => event.products.iter().map(|p| p.provider).collect(),
            Self::Alert { alert, .. } => alert.providers().copied().collect(),
        }
    }

    fn testing(self) -> bool {
        matches!(self, Self::Alert { alert, .. } if alert.testing)
    }

    fn facts(self) -> SubjectFacts<'a> {
        match self {
            Self::Event { event, context, .. } => SubjectFacts::Event(EventFacts { event, context }),
            Self::Alert { alert, .. } => SubjectFacts::Alert(alert),
        }
    }

    fn entities(self) -> &'a [Entity] {
        match self {
            Self::Event { event, .. } => &event.entities,
            Self::Alert { alert, .. } => &alert.entities,
        }
    }

    fn tenant(self) -> &'a TenantId {
        match self {
            Self::Event { event, .. } => &event.tenant,
            Self::Alert { alert, .. } => &alert.tenant,
        }
    }

    fn event(self) -> Option<EventId> {
        match self {
            Self::Event { event, .. } => Some(event.id),
            Self::Alert { event, .. } => event,
        }
    }

    /// What its actions are remembered by: a hundred alerts of one event ask for the same thing once.
    fn origin(self) -> u128 {
        match self {
            Self::Event { event, .. } => event.id.bits(),
            Self::Alert { alert, event } => event.map_or(alert.id.bits(), EventId::bits),
        }
    }

    fn actions_of(self, rule: &ResponseRule) -> Vec<PlannedAction> {
        let mut planned = Vec::new();
        for (position, action) in rule.actions.iter().enumerate() {
            let targets = match action {
                RuleAction::RunPlaybook { target, .. } => {
                    target.of(self.entities()).into_iter().map(Some).collect()
                }
                _ => vec![None],
            };
            for target in targets {
                planned.push(self.planned(rule, position + 1, action, target));
            }
        }
        planned
    }

    fn planned(
        self,
        rule: &ResponseRule,
        number: usize,
        action: &RuleAction,
        target: Option<EntityKey>,
    ) -> PlannedAction {
        PlannedAction {
            id: action_id(self.tenant(), &rule.id, self.origin(), number, target.as_ref()),
            rule: rule.id.clone(),
            rule_name: rule.name.clone(),
            number,
            action: action.clone(),
            target,
            event: self.event(),
            source: match self {
                Self::Event { .. } => PolicySource::Custom,
                Self::Alert { .. } => PolicySource::CustomAlert,
            },
        }
    }

    /// Whether the action was done for this event, or for one merged into it.
    fn fired(self, planned: &PlannedAction, history: &History) -> bool {
        let merged = match self {
            Self::Event { merged, .. } => merged,
            Self::Alert { .. } => &[],
        };
        let id_for = |event: &EventId| {
            action_id(
                self.tenant(),
                &planned.rule,
                event.bits(),
                planned.number,
                planned.target.as_ref(),
            )
        };
        history.fired.contains(&planned.id) || merged.iter().map(id_for).any(|id| history.fired.contains(&id))
    }
}

fn action_id(
    tenant: &TenantId,
    rule: &str,
    origin: u128,
    number: usize,
    target: Option<&EntityKey>,
) -> RunId {
    let (kind, value) = target.map_or(("", ""), |t| (t.kind.code(), t.value.as_str()));
    RunId::from_parts([
        tenant.as_str().as_bytes(),
        rule.as_bytes(),
        &origin.to_be_bytes(),
        &(number as u64).to_be_bytes(),
        kind.as_bytes(),
        value.as_bytes(),
    ])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing;
    use model::{Level, capability::Capability};

    struct Case {
        rule: ResponseRule,
        event: SecurityEvent,
        merged: Vec<EventId>,
        caused_by: BTreeSet<String>,
        capabilities: Capabilities,
        history: History,
        now: Time,
    }

    impl Case {
        fn new() -> Self {
            Self {
                rule: testing::rule(),
                event: testing::event("203.0.113.7"),
                merged: Vec::new(),
                caused_by: BTreeSet::new(),
                capabilities: Capabilities::default(),
                history: History::default(),
                now: Time::from_secs(1_000),
            }
        }

        fn run(&self) -> Evaluation {
            let context = EventContext::default();
            let subject = Subject::Event {
                event: &self.event,
                context: &context,
                merged: &self.merged,
            };
            let caused_by = self.caused_by.clone();
            let occurrence = Occurrence {
                trigger: Trigger::EventOccurrence,
                subject,
                caused_by,
                now: self.now,
            };
            evaluate(
                &[self.rule.compile().unwrap()],
                &occurrence,
                &self.capabilities,
                &self.history,
            )
        }

        fn run_and_record(&mut self) -> Evaluation {
            let evaluation = self.run();
            for action in &evaluation.actions {
                self.history.record(action, self.now);
            }
            evaluation
        }
    }

    #[test]
    fn a_rule_acts_on_the_attacker_and_nobody_else() {
        let actions = Case::new().run().actions;
        let targets: Vec<&str> = actions
            .iter()
            .filter_map(|a| Some(a.target.as_ref()?.value.as_str()))
            .collect();
        assert_eq!(targets, ["203.0.113.7"]);
        assert_eq!(actions[0].source, PolicySource::Custom);
    }

    #[test]
    fn rules_that_do_not_apply_do_nothing() {
        let check = |why: &str, change: fn(&mut Case)| {
            let mut case = Case::new();
            change(&mut case);
            assert_eq!(case.run(), Evaluation::default(), "{why}");
        };
        check("disabled", |c| c.rule.enabled = false);
        check("expired", |c| c.rule.expires_at = Some(c.now));
        check("another trigger", |c| c.rule.trigger = Trigger::EventUpdate);
        check("condition", |c| c.event.level = Level::Low);
        check("caused by itself", |c| c.caused_by = [c.rule.id.clone()].into());
        check("no attacker", |c| c.event.entities.clear());
        check("vendor capability (S16)", |c| {
            c.capabilities.set(
                Provider::Alibaba,
                Capability {
                    events: true,
                    automatic_response: false,
                },
            );
        });
    }

    #[test]
    fn an_action_fires_once_per_lineage() {
        let mut case = Case::new();
        assert_eq!(case.run_and_record().actions.len(), 1);
        assert_eq!(case.run_and_record().actions.len(), 0, "a replay fires nothing");
        let before = case.event.id;
        case.event.id = EventId::from_bits(2);
        case.merged = vec![before];
        assert_eq!(
            case.run().actions.len(),
            0,
            "nor does the event it was merged into"
        );
        case.merged.clear();
        case.event.continues = Some(before);
        assert_eq!(
            case.run().actions.len(),
            1,
            "a continuation is an occurrence of its own"
        );
    }

    #[test]
    fn a_silent_rule_leaves_its_target_alone_and_says_so() {
        let mut case = Case::new();
        case.rule.silence_seconds = Some(60);
        case.run_and_record();
        case.event.id = EventId::from_bits(2);
        case.now = Time::from_secs(1_059);
        let evaluation = case.run();
        assert_eq!((evaluation.actions.len(), evaluation.held.len()), (0, 1));
        case.now = Time::from_secs(1_060);
        assert_eq!(case.run().actions.len(), 1);
    }

    #[test]
    fn a_rule_keeps_to_its_targets_per_hour() {
        let mut case = Case::new();
        case.rule.targets_per_hour = Some(2);
        case.event = testing::event_of(&["203.0.113.1", "203.0.113.2", "203.0.113.3"]);
        let evaluation = case.run_and_record();
        assert_eq!((evaluation.actions.len(), evaluation.held.len()), (2, 1));
        case.now = case.now.plus(WINDOW);
        assert_eq!(case.run().actions.len(), 1, "the third, an hour later");
    }

    #[test]
    fn rules_act_in_order_of_priority() {
        let case = Case::new();
        let numbered = |id: &str, priority| ResponseRule {
            id: id.into(),
            priority,
            ..testing::rule()
        };
        let rules: Vec<CompiledRule> = [numbered("c", 1), numbered("a", 2), numbered("b", 1)]
            .iter()
            .map(|rule| rule.compile().unwrap())
            .collect();
        let context = EventContext::default();
        let subject = Subject::Event {
            event: &case.event,
            context: &context,
            merged: &[],
        };
        let occurrence = Occurrence {
            trigger: Trigger::EventOccurrence,
            subject,
            caused_by: BTreeSet::new(),
            now: case.now,
        };
        let evaluation = evaluate(&rules, &occurrence, &case.capabilities, &case.history);
        let order: Vec<&str> = evaluation.actions.iter().map(|a| a.rule.as_str()).collect();
        assert_eq!(order, ["b", "c", "a"]);
    }
}
