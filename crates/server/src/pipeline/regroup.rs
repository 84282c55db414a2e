//! Merges and splits by hand, as rows: the answer for whoever asked, the marks, the activity and the audit entry.

use super::{action::Action, outcome::Regrouped};
use correlate::Refused;
use model::{AlertId, Apart, EventId, id::ContentHash};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{ActionResult, Activity, ActivityKind, AuditEntry, Mark, PipelineCommit};

/// Alerts that an entry names of those that moved.
const NAMED: usize = 20;

/// What came of a merge or split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// It was done: the event that stands, or those that came off.
    Done {
        /// These.
        events: Vec<EventId>,
    },
    /// It was not.
    Refused {
        /// Why, for people.
        why: String,
        /// What keeps the events apart, if that is why.
        apart: Option<Apart>,
    },
}

/// The id of the mark between two alerts, whichever is named first.
pub(super) fn mark_id(one: AlertId, other: AlertId) -> String {
    let (one, other) = (one.min(other), one.max(other));
    let hash = ContentHash::new("mark")
        .part(one.bits().to_be_bytes())
        .part(other.bits().to_be_bytes());
    format!("dnl_{:032x}", hash.finish())
}

/// Adds the rows of an action.
pub(super) fn record(
    commit: &mut PipelineCommit,
    action: &Action,
    answers: &BTreeMap<String, Result<Regrouped, Refused>>,
) {
    match action {
        Action::EventMerge {
            request,
            events,
            actor,
            reason,
        } => {
            let Some(answer) = answers.get(request) else {
                return;
            };
            answered(commit, request, answer);
            if let Ok(Regrouped { events: into, moved }) = answer {
                for event in into {
                    let gone: Vec<&EventId> = events.iter().filter(|merged| *merged != event).collect();
                    let body = json!({"merged": gone, "reason": reason, "moved": told(moved)});
                    note(commit, *event, actor, "event.merge", &body);
                }
            }
        }
        Action::EventSplit {
            request,
            event,
            cuts,
            actor,
            reason,
        } => {
            let Some(answer) = answers.get(request) else {
                return;
            };
            answered(commit, request, answer);
            if let Ok(Regrouped { events, moved }) = answer {
                let at = commit.now;
                commit.marks.extend(cuts.iter().map(|(one, other)| Mark {
                    id: mark_id(*one, *other),
                    one: *one,
                    other: *other,
                    at,
                    actor: actor.clone(),
                    reason: reason.clone(),
                }));
                let body =
                    |moved: Value| json!({"split": events, "from": event, "reason": reason, "moved": moved});
                note(commit, *event, actor, "event.split", &body(told(moved)));
                for part in events {
                    let own = moved.iter().filter(|(_, _, to)| to == part);
                    note(commit, *part, actor, "event.split", &body(told(own)));
                }
            }
        }
        Action::AllowLink {
            mark,
            one,
            other,
            actor,
        } => {
            commit.lifted.push(mark.clone());
            commit.audits.push(AuditEntry {
                at: commit.now,
                actor: actor.clone(),
                action: "event.allow_link".to_owned(),
                object: mark.clone(),
                before: json!({"one": one, "other": other}),
                after: Value::Null,
            });
        }
        _ => {}
    }
}

/// The alerts that moved: how many, and the first of them by id; an event may have ten thousand.
fn told<'a>(moved: impl IntoIterator<Item = &'a (AlertId, EventId, EventId)>) -> Value {
    let alerts: Vec<AlertId> = moved.into_iter().map(|(alert, ..)| *alert).collect();
    json!({"count": alerts.len(), "alerts": alerts[..alerts.len().min(NAMED)]})
}

fn answered(commit: &mut PipelineCommit, request: &str, answer: &Result<Regrouped, Refused>) {
    let answer = match answer {
        Ok(regrouped) => Answer::Done {
            events: regrouped.events.clone(),
        },
        Err(refused) => Answer::Refused {
            why: refused.to_string(),
            apart: match refused {
                Refused::Apart(apart) => Some(*apart),
                _ => None,
            },
        },
    };
    commit.action_results.push(ActionResult {
        action: request.to_owned(),
        result: json!(answer),
    });
}

fn note(commit: &mut PipelineCommit, event: EventId, actor: &str, action: &str, body: &Value) {
    commit.activities.push(Activity {
        event,
        at: commit.now,
        actor: actor.to_owned(),
        kind: ActivityKind::Merge,
        body: body.clone(),
    });
    commit.audits.push(AuditEntry {
        at: commit.now,
        actor: actor.to_owned(),
        action: action.to_owned(),
        object: event.to_string(),
        before: Value::Null,
        after: body.clone(),
    });
}
