//! The activity log of an event: what happened to it, in sentences, and what people wrote.

use super::{regrouped, resolve, standing};
use crate::{
    api::{
        Shared,
        caller::{Caller, Responder, Viewer},
        dto::{Text, name},
        extract::{Body, Id, Query},
        page::{Page, PageQuery},
        problem::{Kind, Problem, ProblemBody},
    },
    app::App,
    clock,
    live::Topic,
};
use axum::{Json, extract::State, http::StatusCode};
use model::{EventId, EventStatus, Level, LocalText, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{ActivityKind, ActivityRow};
use utoipa::ToSchema;

/// The longest comment, in bytes.
const LONGEST: usize = 10_000;

/// Something that happened to an event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Activity {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// A user's name, or what acted in nobody's name.
    actor: String,
    /// What, such as `status`, `comment` or `run`.
    kind: String,
    /// The same as a sentence.
    text: Text,
    /// What someone wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

impl From<ActivityRow> for Activity {
    fn from(row: ActivityRow) -> Self {
        let activity = row.activity;
        let comment = match activity.kind {
            ActivityKind::Comment => activity.body["text"].as_str().map(str::to_owned),
            _ => None,
        };
        Self {
            text: sentence(activity.kind, &activity.body).into(),
            at: activity.at,
            kind: name(&activity.kind),
            actor: activity.actor,
            comment,
        }
    }
}

/// An entry as reports have it.
pub fn note(row: ActivityRow) -> report::Note {
    let text = sentence(row.activity.kind, &row.activity.body);
    let Activity {
        at, actor, comment, ..
    } = Activity::from(row);
    report::Note {
        at,
        actor,
        text,
        comment,
    }
}

/// What an entry says. Bodies are written by several hands: what is missing in one is left out of the sentence.
fn sentence(kind: ActivityKind, body: &Value) -> LocalText {
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    if let Ok(reason) = LocalText::deserialize(&body["held"]) {
        return LocalText::new(
            format!("Not done: {}", reason.en),
            format!("未执行：{}", reason.zh),
        );
    }
    match kind {
        ActivityKind::Opened => LocalText::new("The event was opened.", "事件已生成。"),
        ActivityKind::Comment => LocalText::new("Commented.", "添加了备注。"),
        ActivityKind::Status => {
            let status = status_name(&body["status"]);
            LocalText::new(
                format!("Status changed to {}.", status.en),
                format!("处置状态变更为{}。", status.zh),
            )
        }
        ActivityKind::Owner => match body["owner"].as_str() {
            Some(owner) => LocalText::new(format!("Assigned to {owner}."), format!("负责人变更为 {owner}。")),
            None => LocalText::new("No longer assigned to anyone.", "已取消负责人。"),
        },
        ActivityKind::Level => {
            let level = Level::deserialize(&body["level"])
                .map(Level::name)
                .unwrap_or_default();
            LocalText::new(
                format!("Level set to {}.", level.en),
                format!("风险等级设为{}。", level.zh),
            )
        }
        ActivityKind::Tag => {
            let tag = text("tag");
            LocalText::new(format!("Tag `{tag}` changed."), format!("标签 `{tag}` 已变更。"))
        }
        ActivityKind::Merge => regrouped::sentence(body),
        ActivityKind::Whitelist => LocalText::new("A whitelist was made from it.", "已由该事件创建白名单。"),
        ActivityKind::Policy => {
            let policy = text("policy");
            LocalText::new(
                format!("Handling policy {policy} changed."),
                format!("处置策略 {policy} 已变更。"),
            )
        }
        ActivityKind::Run => {
            let (run, entity) = (text("run"), body["entity"]["value"].as_str().unwrap_or_default());
            let title = LocalText::deserialize(&body["playbook_title"]).unwrap_or_default();
            if entity.is_empty() {
                return LocalText::new(
                    format!("Playbook run {run} started."),
                    format!("剧本运行 {run} 已启动。"),
                );
            }
            LocalText::new(
                format!("Playbook “{}” started on {entity} ({run}).", title.en),
                format!("已对 {entity} 启动剧本“{}”（{run}）。", title.zh),
            )
        }
    }
}

fn status_name(status: &Value) -> LocalText {
    match EventStatus::deserialize(status) {
        Ok(EventStatus::Unhandled) => LocalText::new("unhandled", "未处置"),
        Ok(EventStatus::Handling) => LocalText::new("handling", "处置中"),
        Ok(EventStatus::HandlingFailed) => LocalText::new("handling failed", "处置失败"),
        Ok(EventStatus::Handled) => LocalText::new("handled", "已处置"),
        Err(_) => LocalText::same(status.to_string()),
    }
}

/// List what happened to an event, newest first.
#[utoipa::path(
    get, path = "/events/{id}/activity", operation_id = "list_event_activity", tag = "events",
    params(("id" = String, Path, description = "`evt_…`"), PageQuery),
    responses((status = 200, body = Page<Activity>), (status = "default", body = ProblemBody))
)]
pub async fn list(
    _: Viewer,
    State(app): Shared,
    Id(id): Id<EventId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Activity>>, Problem> {
    let id = resolve(&app, id).await?;
    let mut rows = app.store.activity_list(&app.tenant, id).await?;
    rows.reverse();
    Ok(Json(
        Page::cut(rows, page, |row| row.id.to_string())?.map(Activity::from),
    ))
}

/// A comment to add.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// What to say.
    text: String,
}

/// Comment on an event.
#[utoipa::path(
    post, path = "/events/{id}/comments", operation_id = "create_event_comment", tag = "events",
    params(("id" = String, Path, description = "`evt_…`")), request_body = NewComment,
    responses((status = 201), (status = "default", body = ProblemBody))
)]
pub async fn comment(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<EventId>,
    Body(comment): Body<NewComment>,
) -> Result<StatusCode, Problem> {
    standing(&app, id).await?;
    write_comment(&app, &caller, id, &comment.text).await?;
    app.live.publish(Topic::Event, id.to_string(), "updated");
    Ok(StatusCode::CREATED)
}

/// Adds a comment to the log of an event.
pub async fn write_comment(app: &App, caller: &Caller, event: EventId, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() || text.len() > LONGEST {
        return Err(Problem::new(
            Kind::Invalid,
            format!("a comment has 1 to {LONGEST} bytes of text"),
        ));
    }
    let body = json!({"text": text});
    let audit = caller.audit("event.comment", event, &Value::Null, &body);
    let activity = store::Activity {
        event,
        at: clock::now(),
        actor: caller.name.clone(),
        kind: ActivityKind::Comment,
        body,
    };
    app.store.activity_insert(&app.tenant, &activity).await?;
    app.store.audit_append(&app.tenant, &audit).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_read_as_sentences_in_both_languages() {
        let check = |kind, body: Value, en: &str, zh: &str| {
            assert_eq!(sentence(kind, &body), LocalText::new(en, zh), "{body}");
        };
        check(
            ActivityKind::Status,
            json!({"status": "handling_failed"}),
            "Status changed to handling failed.",
            "处置状态变更为处置失败。",
        );
        check(
            ActivityKind::Owner,
            json!({"owner": "li"}),
            "Assigned to li.",
            "负责人变更为 li。",
        );
        check(
            ActivityKind::Owner,
            json!({"owner": null}),
            "No longer assigned to anyone.",
            "已取消负责人。",
        );
        check(
            ActivityKind::Level,
            json!({"level": 4}),
            "Level set to High.",
            "风险等级设为高危。",
        );
        check(
            ActivityKind::Run,
            json!({"run": "run_1", "playbook_title": {"en": "Block", "zh": "封禁"}, "entity": {"value": "203.0.113.7"}}),
            "Playbook “Block” started on 203.0.113.7 (run_1).",
            "已对 203.0.113.7 启动剧本“封禁”（run_1）。",
        );
        check(
            ActivityKind::Run,
            json!({"run": "run_1"}),
            "Playbook run run_1 started.",
            "剧本运行 run_1 已启动。",
        );
        check(
            ActivityKind::Run,
            json!({"held": {"en": "paused", "zh": "已暂停"}}),
            "Not done: paused",
            "未执行：已暂停",
        );
    }
}
