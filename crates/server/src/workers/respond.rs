//! Triggers → response rules → runs.
//!
//! A trigger stays in the outbox until the transaction that writes what it led to. Actions carry ids of their own,
//! so a trigger that is looked at twice after a crash starts nothing twice.

use super::{IDLE, wait};
use crate::{
    app::App,
    clock,
    pipeline::Action,
    response_rule::{self, StoredResponseRule},
};
use anyhow::Context as _;
use model::{Alert, EventId, LocalText, SecurityEvent, Time, playbook::Run};
use respond::{
    Admission, Breaker, Evaluation, EventContext, History, Occurrence, PlannedAction, RuleAction, Subject,
    Trigger,
    cacao::{self, Playbook, StartRequest},
    evaluate::Firing,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use store::{Activity, ActivityKind, AuditEntry, EventFetch, TriggerOutcome, TriggerRow};

/// Triggers looked at in one go.
const BATCH: u32 = 100;
/// Firings older than this silence nothing and count against nothing.
const HISTORY: Duration = Duration::from_hours(24 * 30);
/// Tries before a trigger is given up: what fails that often will not succeed.
const TRIES: u32 = 10;
/// The setting that holds the breaker.
pub const BREAKER: &str = "breaker";
/// Under this name the outbox remembers which actions fired.
pub const FIRED: &str = "fired";

/// A firing as it is remembered.
#[derive(Serialize, Deserialize)]
struct Remembered {
    id: model::RunId,
    rule: String,
    target: Option<model::EntityKey>,
    event: Option<EventId>,
}

/// What the worker keeps between triggers; all of it can be read again.
struct Memory {
    history: History,
    breaker: Breaker,
}

/// Looks at triggers until the server stops.
pub async fn run(app: Arc<App>) {
    let mut memory = loop {
        match remember(&app).await {
            Ok(memory) => break memory,
            Err(error) => {
                tracing::error!(error = %format!("{error:#}"), "the response history cannot be read; trying again");
            }
        }
        if !wait(&app, &app.wake.respond, IDLE).await {
            return;
        }
    };
    loop {
        if let Err(error) = round(&app, &mut memory).await {
            tracing::error!(error = %format!("{error:#}"), "triggers cannot be worked; trying again");
        }
        if !wait(&app, &app.wake.respond, IDLE).await {
            return;
        }
    }
}

async fn remember(app: &App) -> anyhow::Result<Memory> {
    let since = clock::now().minus(HISTORY);
    let fired = app.store.breaker_list(&app.tenant, FIRED, since).await?;
    let firings = fired.into_iter().filter_map(|(text, at)| {
        let Remembered {
            id,
            rule,
            target,
            event,
        } = serde_json::from_str(&text).ok()?;
        Some(Firing {
            id,
            rule,
            target,
            event,
            at,
        })
    });
    let breaker = app.store.setting_fetch::<Breaker>(&app.tenant, BREAKER).await?;
    Ok(Memory {
        history: History::new(firings.collect()),
        breaker: breaker.unwrap_or_default(),
    })
}

async fn round(app: &App, memory: &mut Memory) -> anyhow::Result<()> {
    loop {
        let triggers = app.store.trigger_take(&app.tenant, BATCH, clock::now()).await?;
        if triggers.is_empty() || app.stop.is_cancelled() {
            return Ok(());
        }
        let rules = response_rule::load_all(app).await?;
        for trigger in triggers {
            if let Err(error) = handle(app, memory, &rules, &trigger).await {
                put_off(app, &trigger, &error).await?;
            }
        }
        memory.history.prune(clock::now().minus(HISTORY));
    }
}

/// Puts a trigger off; one that failed too often is dropped, and said so.
async fn put_off(app: &App, trigger: &TriggerRow, error: &anyhow::Error) -> anyhow::Result<()> {
    let text = format!("{error:#}");
    if trigger.attempts + 1 >= TRIES {
        tracing::error!(error = %text, "a trigger was given up: {:?}", trigger.trigger);
        app.store
            .trigger_done(&app.tenant, trigger.id, &TriggerOutcome::default(), clock::now())
            .await?;
        return Ok(());
    }
    tracing::warn!(error = %text, "a trigger failed and is tried again");
    let not_before = clock::now().plus(connectors::backoff(trigger.attempts + 1));
    app.store
        .trigger_retry(&app.tenant, trigger.id, not_before, &text)
        .await?;
    Ok(())
}

/// Asks the rules about one trigger and does what they say.
async fn handle(
    app: &App,
    memory: &mut Memory,
    rules: &[StoredResponseRule],
    trigger: &TriggerRow,
) -> anyhow::Result<()> {
    let now = clock::now();
    let evaluation = match trigger.trigger {
        store::Trigger::EventOccurrence(event) => {
            about_event(app, memory, rules, event, Trigger::EventOccurrence, now).await?
        }
        store::Trigger::EventUpdate(event) => {
            about_event(app, memory, rules, event, Trigger::EventUpdate, now).await?
        }
        store::Trigger::Alert(alert) => about_alert(app, memory, rules, alert, now).await?,
    };
    let mut outcome = TriggerOutcome::default();
    let mut done = Vec::new();
    for held in &evaluation.held {
        outcome
            .activities
            .extend(note(&held.action, &json!({"held": held.reason}), now));
    }
    for action in evaluation.actions {
        match perform(app, memory, rules, &action, now).await? {
            Performed::Run(run) => {
                outcome
                    .activities
                    .extend(note(&action, &json!({"run": run.id}), now));
                outcome.runs.push(*run);
            }
            Performed::Done => {}
            Performed::Held(why) => {
                outcome
                    .activities
                    .extend(note(&action, &json!({"held": why}), now));
                continue;
            }
        }
        outcome.targets.push((FIRED.to_owned(), remembered(&action)?));
        done.push(action);
    }
    app.store
        .trigger_done(&app.tenant, trigger.id, &outcome, now)
        .await?;
    // Not before it is written: a trigger that is tried again must not find its own actions done.
    for action in &done {
        memory.history.record(action, now);
    }
    if !outcome.runs.is_empty() {
        app.wake.execute.notify_one();
    }
    Ok(())
}

fn remembered(action: &PlannedAction) -> anyhow::Result<String> {
    let firing = Remembered {
        id: action.id,
        rule: action.rule.clone(),
        target: action.target.clone(),
        event: action.event,
    };
    Ok(serde_json::to_string(&firing)?)
}

async fn about_event(
    app: &App,
    memory: &Memory,
    rules: &[StoredResponseRule],
    id: EventId,
    trigger: Trigger,
    now: Time,
) -> anyhow::Result<Evaluation> {
    // Merged away or gone: whoever it was merged into has a trigger of its own.
    let Some(EventFetch::Event(row)) = app.store.event_fetch(&app.tenant, id).await? else {
        return Ok(Evaluation::default());
    };
    let context = context(app, &row.event).await?;
    let merged = app.store.event_merged_list(&app.tenant, id).await?;
    let subject = Subject::Event {
        event: &row.event,
        context: &context,
        merged: &merged,
    };
    Ok(ask(app, memory, rules, trigger, subject, now))
}

async fn about_alert(
    app: &App,
    memory: &Memory,
    rules: &[StoredResponseRule],
    id: model::AlertId,
    now: Time,
) -> anyhow::Result<Evaluation> {
    let Some(row) = app.store.alert_fetch(&app.tenant, id).await? else {
        return Ok(Evaluation::default());
    };
    if row.whitelist.is_some() {
        return Ok(Evaluation::default());
    }
    let alert: &Alert = &row.alert;
    let subject = Subject::Alert {
        alert,
        event: row.membership.map(|membership| membership.event),
    };
    Ok(ask(app, memory, rules, Trigger::Alert, subject, now))
}

/// What the event's alerts add to its facts.
async fn context(app: &App, event: &SecurityEvent) -> anyhow::Result<EventContext> {
    let facts = app.store.event_rule_list(&app.tenant, event.id).await?;
    Ok(EventContext {
        rules: facts.iter().map(|(rule, _)| rule.clone()).collect(),
        categories: facts.into_iter().map(|(_, category)| category).collect(),
    })
}

fn ask(
    app: &App,
    memory: &Memory,
    rules: &[StoredResponseRule],
    trigger: Trigger,
    subject: Subject<'_>,
    now: Time,
) -> Evaluation {
    let compiled: Vec<_> = rules
        .iter()
        .filter_map(|stored| stored.rule.compile().ok())
        .collect();
    let occurrence = Occurrence {
        trigger,
        subject,
        caused_by: BTreeSet::new(),
        now,
    };
    respond::evaluate(
        &compiled,
        &occurrence,
        &app.config.capability_table(),
        &memory.history,
    )
}

/// What became of an action.
enum Performed {
    /// A run is to be written.
    Run(Box<Run>),
    /// It was done.
    Done,
    /// It was not done for this reason, and may be another time.
    Held(LocalText),
}

async fn perform(
    app: &App,
    memory: &mut Memory,
    rules: &[StoredResponseRule],
    action: &PlannedAction,
    now: Time,
) -> anyhow::Result<Performed> {
    let actor = format!("rule {}", action.rule_name);
    if let Some(event) = action.event
        && is_so(app, &action.action, event).await?
    {
        return Ok(Performed::Done);
    }
    match (&action.action, action.event) {
        (
            RuleAction::RunPlaybook {
                playbook, seconds, ..
            },
            _,
        ) => {
            if let Some(why) = refusal(app, memory, action, now).await? {
                return Ok(Performed::Held(why));
            }
            let rule = rules.iter().find(|stored| stored.rule.id == action.rule);
            let scope = rule.and_then(|stored| stored.scope.as_deref());
            let run = start(app, action, playbook, *seconds, scope, now).await?;
            return Ok(Performed::Run(Box::new(run)));
        }
        (RuleAction::ChangeStatus { status }, Some(event)) => {
            app.pipeline
                .submit(
                    &Action::EventStatus {
                        event,
                        status: *status,
                        actor,
                    },
                    now,
                )
                .await?;
        }
        (RuleAction::ChangeLevel { level }, Some(event)) => {
            let change = Change {
                event,
                actor,
                kind: ActivityKind::Level,
                body: json!({"level": level}),
                now,
            };
            let (activity, audit) = change.rows("event.level");
            app.store
                .event_set_level(&app.tenant, event, *level, &activity, &audit)
                .await?;
        }
        (RuleAction::AddTag { tag }, Some(event)) => {
            let change = Change {
                event,
                actor,
                kind: ActivityKind::Tag,
                body: json!({"tag": tag}),
                now,
            };
            let (activity, audit) = change.rows("event.tag");
            app.store
                .event_set_tag(&app.tenant, event, (tag, true), &activity, &audit)
                .await?;
        }
        (RuleAction::AssignOwner { owner }, Some(event)) => {
            let change = Change {
                event,
                actor,
                kind: ActivityKind::Owner,
                body: json!({"owner": owner}),
                now,
            };
            let (activity, audit) = change.rows("event.owner");
            app.store
                .event_set_owner(&app.tenant, event, Some(owner), &activity, &audit)
                .await?;
        }
        (_, None) => {}
    }
    Ok(Performed::Done)
}

/// Whether the event is as the action would make it, as when a trigger is tried again after a crash.
async fn is_so(app: &App, action: &RuleAction, event: EventId) -> anyhow::Result<bool> {
    let Some(EventFetch::Event(row)) = app.store.event_fetch(&app.tenant, event).await? else {
        return Ok(false);
    };
    Ok(match action {
        RuleAction::ChangeStatus { status } => row.event.status == *status,
        RuleAction::ChangeLevel { level } => row.level_chosen && row.event.level == *level,
        RuleAction::AddTag { tag } => row.tags.contains(tag),
        RuleAction::AssignOwner { owner } => row.owner.as_ref() == Some(owner),
        RuleAction::RunPlaybook { .. } => false,
    })
}

/// A change of an event by a rule.
struct Change {
    event: EventId,
    actor: String,
    kind: ActivityKind,
    body: Json,
    now: Time,
}

impl Change {
    /// As it appears in the event's activity, and in the audit log.
    fn rows(self, action: &str) -> (Activity, AuditEntry) {
        let audit = AuditEntry {
            at: self.now,
            actor: self.actor.clone(),
            action: action.to_owned(),
            object: self.event.to_string(),
            before: Json::Null,
            after: self.body.clone(),
        };
        let activity = Activity {
            event: self.event,
            at: self.now,
            actor: self.actor,
            kind: self.kind,
            body: self.body,
        };
        (activity, audit)
    }
}

/// Asks switch and breaker: why the action must wait, if it must. A trip is written down, and said once.
async fn refusal(
    app: &App,
    memory: &mut Memory,
    action: &PlannedAction,
    now: Time,
) -> anyhow::Result<Option<LocalText>> {
    if crate::setup::response_settings(app).await?.paused {
        return Ok(Some(LocalText::new(
            "Automatic response is paused.",
            "自动响应已暂停。",
        )));
    }
    if memory.breaker.paused().is_some() {
        // The settings pause nothing, so somebody has let a tripped breaker go on.
        memory.breaker.resume();
    }
    let Some(target) = &action.target else {
        return Ok(None);
    };
    let Admission::Held { pause, first } = memory.breaker.admit(target, now) else {
        return Ok(None);
    };
    if first {
        tracing::error!("automatic response paused itself: {}", pause.sentence().en);
        let entry = AuditEntry {
            at: now,
            actor: "breaker".to_owned(),
            action: "response.pause".to_owned(),
            object: String::new(),
            before: Json::Null,
            after: json!(pause),
        };
        app.store
            .setting_set(&app.tenant, BREAKER, &memory.breaker, now, &entry)
            .await?;
    }
    Ok(Some(pause.sentence()))
}

/// The run of a playbook on the action's target.
async fn start(
    app: &App,
    action: &PlannedAction,
    playbook: &model::PlaybookId,
    seconds: Option<u64>,
    scope: Option<&[model::policy::ScopeMember]>,
    now: Time,
) -> anyhow::Result<Run> {
    let version = app
        .store
        .playbook_fetch(&app.tenant, playbook, None)
        .await?
        .with_context(|| format!("playbook `{playbook}` is not published"))?;
    let parsed = Playbook::parse(&version.text)
        .map_err(|problems| anyhow::anyhow!("playbook `{playbook}` cannot be read: {problems:?}"))?;
    let request = StartRequest {
        id: action.id,
        tenant: app.tenant.clone(),
        version: version.version,
        trigger: action.source,
        rule: Some(action.rule.clone()),
        event: action.event,
        entity: action.target.clone(),
        inputs: cacao::inputs(action.target.as_ref(), seconds),
        now,
        time_limit: super::execute::TIME_LIMIT,
    };
    let mut run = cacao::start(&parsed, request)?;
    super::execute::set_scope(&mut run, scope)?;
    Ok(run)
}

/// A line for the log of the action's event.
fn note(action: &PlannedAction, what: &Json, now: Time) -> Option<Activity> {
    let mut body = BTreeMap::from([("rule".to_owned(), json!(action.rule_name))]);
    if let Some(what) = what.as_object() {
        body.extend(what.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    let actor = format!("rule {}", action.rule_name);
    action.event.map(|event| Activity {
        event,
        at: now,
        actor,
        kind: ActivityKind::Run,
        body: json!(body),
    })
}
