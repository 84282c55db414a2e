//! What a replay says, with the names of the API's document.

use crate::{
    api::{dto::Text, schema},
    rerun::Replayed,
};
use model::{Aggregation, Level, SecurityEvent, Time};
use serde::Serialize;
use utoipa::ToSchema;
use workbench::replay::{AlertLine, AlertSet, ChangedEvent, EventLine, LoneEvent};

/// What a change would make of the alerts of the last days.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReplayReport)]
pub struct ReplayAnswer {
    /// All alerts of the days were looked at; otherwise there were too many, and the newest ones were.
    complete: bool,
    /// Alerts from this time on.
    #[schema(value_type = String, format = DateTime)]
    from: Time,
    /// Alerts before this time.
    #[schema(value_type = String, format = DateTime)]
    until: Time,
    /// From when on the alerts of a rule's new text take the place of the old ones, if the records before are gone.
    #[schema(value_type = Option<String>, format = DateTime)]
    rule_from: Option<Time>,
    /// Alerts.
    alerts: BeforeAfter,
    /// Alerts of the rule that is to change.
    rule_alerts: BeforeAfter,
    /// Events.
    events: BeforeAfter,
    /// Events with the same alerts, level, method and title.
    same: u64,
    /// Events there would not be.
    only_before: LoneEvents,
    /// Events there would be beside.
    only_after: LoneEvents,
    /// Events that would differ.
    changed: ChangedEvents,
    /// Alerts that a whitelist would keep out of events, and does not now.
    hidden: AlertGroup,
    /// Alerts that a whitelist keeps out of events now, and would not.
    shown: AlertGroup,
    /// Events that are there and open, and all of whose alerts a whitelist as proposed hits: closing them is up to you.
    closable: ClosableEvents,
}

/// A count on both sides.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct BeforeAfter {
    /// As it is.
    before: u64,
    /// As proposed.
    after: u64,
}

/// Events on one side only: the first hundred, worst first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LoneEvents {
    /// The first ones.
    items: Vec<ReplayLoneEvent>,
    /// How many there are.
    total: u64,
}

/// An event on one side only.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReplayLoneEvent {
    /// The event.
    event: ReplayEvent,
    /// How many of its alerts are in other events on the other side; the rest is in none.
    elsewhere: u64,
}

/// Events that differ: the first hundred, worst first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangedEvents {
    /// The first ones.
    items: Vec<ReplayChangedEvent>,
    /// How many there are.
    total: u64,
}

/// An event on both sides that differs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReplayChangedEvent {
    /// As it is.
    before: ReplayEvent,
    /// As it would be; the id differs if it lost the alert that opens it.
    after: ReplayEvent,
    /// Alerts it would have more.
    gained: u64,
    /// Alerts it has that it would not.
    lost: u64,
}

/// An event as a line of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReplayEvent {
    /// Its id; of one as it is, usually that of a stored one.
    id: String,
    /// What happened.
    title: Text,
    /// How bad.
    #[schema(schema_with = schema::level)]
    level: Level,
    /// How it was put together.
    #[schema(schema_with = schema::aggregation)]
    method: Aggregation,
    /// When its first record happened.
    #[schema(value_type = String, format = DateTime)]
    first_time: Time,
    /// When its last one did.
    #[schema(value_type = String, format = DateTime)]
    last_time: Time,
    /// Its alerts, repeats too.
    alerts: u64,
}

/// Alerts, counted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlertGroup {
    /// How many.
    count: u64,
    /// Of which rules, most first; at most 50.
    rules: Vec<ReplayRule>,
    /// How many rules there are.
    rules_total: u64,
    /// Some of them, in order.
    samples: Vec<ReplayAlert>,
    /// When the first one happened.
    #[schema(value_type = Option<String>, format = DateTime)]
    first: Option<Time>,
    /// When the last one did.
    #[schema(value_type = Option<String>, format = DateTime)]
    last: Option<Time>,
}

/// A rule and how many of the alerts are its.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReplayRule {
    /// Its id.
    id: String,
    /// What its first alert says.
    title: Text,
    /// How many.
    alerts: u64,
}

/// An alert as a line of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReplayAlert {
    /// Its id.
    id: String,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    time: Time,
    /// What happened.
    title: Text,
    /// How bad.
    #[schema(schema_with = schema::level)]
    level: Level,
}

/// Stored events that could be closed: at most 500, worst first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClosableEvents {
    /// The first ones.
    items: Vec<ReplayEvent>,
    /// How many there are.
    total: u64,
}

impl ReplayAnswer {
    /// As the job has it.
    pub fn of(replayed: &Replayed) -> Self {
        let report = &replayed.report;
        let events = &report.events;
        Self {
            complete: replayed.complete,
            from: replayed.between.from,
            until: replayed.between.until,
            rule_from: replayed.rule_from,
            alerts: BeforeAfter::of(report.alerts),
            rule_alerts: BeforeAfter::of(report.rule_alerts),
            events: BeforeAfter::of([events.before, events.after]),
            same: events.same,
            only_before: LoneEvents {
                items: events.only_before.items.iter().map(ReplayLoneEvent::of).collect(),
                total: events.only_before.total,
            },
            only_after: LoneEvents {
                items: events.only_after.items.iter().map(ReplayLoneEvent::of).collect(),
                total: events.only_after.total,
            },
            changed: ChangedEvents {
                items: events.changed.items.iter().map(ReplayChangedEvent::of).collect(),
                total: events.changed.total,
            },
            hidden: AlertGroup::of(&report.hidden),
            shown: AlertGroup::of(&report.shown),
            closable: ClosableEvents {
                items: replayed.closable.iter().map(ReplayEvent::stored).collect(),
                total: replayed.closable_total,
            },
        }
    }
}

impl BeforeAfter {
    const fn of([before, after]: [u64; 2]) -> Self {
        Self { before, after }
    }
}

impl ReplayLoneEvent {
    fn of(lone: &LoneEvent) -> Self {
        Self {
            event: ReplayEvent::of(&lone.event),
            elsewhere: lone.elsewhere,
        }
    }
}

impl ReplayChangedEvent {
    fn of(changed: &ChangedEvent) -> Self {
        Self {
            before: ReplayEvent::of(&changed.before),
            after: ReplayEvent::of(&changed.after),
            gained: changed.gained,
            lost: changed.lost,
        }
    }
}

impl ReplayEvent {
    fn of(event: &EventLine) -> Self {
        Self {
            id: event.id.to_string(),
            title: event.title.clone().into(),
            level: event.level,
            method: event.method,
            first_time: event.first_time,
            last_time: event.last_time,
            alerts: event.alerts,
        }
    }

    fn stored(event: &SecurityEvent) -> Self {
        Self {
            id: event.id.to_string(),
            title: event.title.clone().into(),
            level: event.level,
            method: event.method,
            first_time: event.first_time,
            last_time: event.last_time,
            alerts: event.raw_alert_count,
        }
    }
}

impl AlertGroup {
    fn of(set: &AlertSet) -> Self {
        let rules = set.rules.items.iter().map(|rule| ReplayRule {
            id: rule.rule.clone(),
            title: rule.title.clone().into(),
            alerts: rule.alerts,
        });
        let sample = |alert: &AlertLine| ReplayAlert {
            id: alert.id.to_string(),
            time: alert.time,
            title: alert.title.clone().into(),
            level: alert.level,
        };
        Self {
            count: set.count,
            rules: rules.collect(),
            rules_total: set.rules.total,
            samples: set.samples.iter().map(sample).collect(),
            first: set.first,
            last: set.last,
        }
    }
}
