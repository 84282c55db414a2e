//! An event as a document to hand on: a report to read, or a bundle for other tools.
#![allow(
    unused_qualifications,
    reason = "the macro of the path names the query's type by a longer path than it must"
)]

use super::{activity, graph::neighbours, standing_or_merged};
use crate::{
    api::{
        Shared,
        caller::Viewer,
        dto::name,
        extract::{Id, Query},
        finish::language,
        playbooks::Titles,
        problem::{Kind, Problem, ProblemBody},
        schema,
    },
    app::App,
    clock,
    matrix::matrix,
};
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use model::{
    Alert, Entity, EventId, Language, LocalText, Membership, Tactic,
    policy::{Operation, Policy, PolicyStatus, Task, TaskStatus},
};
use report::{Action, ActionTask, Format, Neighbour, Note, Story};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{EventMember, EventRow, PageRequest, PolicyFilter, TaskFilter};
use utoipa::IntoParams;

/// Policies and tasks of one event that a report holds; the Disposal Center has them all.
const PAGES: usize = 5;

/// What to write.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// What it is written as.
    #[param(schema_with = schema::report_format, required = true)]
    format: Format,
    /// `en` or `zh`; the reader's own if left out.
    #[param(value_type = Option<String>)]
    language: Option<Language>,
}

/// What a document is written from.
struct Facts {
    row: EventRow,
    members: Vec<EventMember>,
    entities: Vec<(Entity, u64)>,
    related: Vec<Neighbour>,
    actions: Vec<Action>,
    notes: Vec<Note>,
}

/// Write an event as a document: a report in Markdown or HTML, a STIX 2.1 bundle, or an Attack Flow.
#[utoipa::path(
    get, path = "/events/{id}/report", operation_id = "export_event", tag = "events",
    params(("id" = String, Path, description = "`evt_…`"), ReportQuery),
    responses(
        (status = 200, body = String, content_type = "application/octet-stream"),
        (status = "default", body = ProblemBody),
    )
)]
pub async fn report(
    Viewer(caller): Viewer,
    State(app): Shared,
    Id(id): Id<EventId>,
    Query(query): Query<ReportQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let row = standing_or_merged(&app, id).await?;
    let id = row.event.id;
    let language = query.language.unwrap_or_else(|| language(&headers));
    let facts = Facts::gather(&app, row).await?;
    // Thousands of alerts take a moment; other requests do not wait for it.
    let text = tokio::task::spawn_blocking(move || facts.write(query.format, language))
        .await
        .map_err(|_| Problem::new(Kind::Internal, "the document could not be written"))??;
    let asked = json!({"format": query.format.as_str(), "language": name(&language)});
    let audit = caller.audit("event.export", id, &Value::Null, &asked);
    app.store.audit_append(&app.tenant, &audit).await?;
    let file = format!(
        "attachment; filename=\"{id}.{}.{}\"",
        name(&language),
        query.format.extension()
    );
    let headers = [
        (header::CONTENT_TYPE, query.format.content_type().to_owned()),
        (header::CONTENT_DISPOSITION, file),
    ];
    Ok((headers, text).into_response())
}

impl Facts {
    async fn gather(app: &App, row: EventRow) -> Result<Self, Problem> {
        let (store, tenant, id) = (&app.store, &app.tenant, row.event.id);
        let entities = store.event_entity_list(tenant, id).await?;
        let activity = store.activity_list(tenant, id).await?;
        Ok(Self {
            members: store.event_member_list(tenant, id).await?,
            entities: entities
                .into_iter()
                .map(|entity| (entity.entity, entity.alert_count))
                .collect(),
            related: neighbours(app, id).await?,
            actions: actions(app, id).await?,
            notes: activity.into_iter().map(activity::note).collect(),
            row,
        })
    }

    fn write(&self, format: Format, language: Language) -> Result<String, Problem> {
        let matrix = matrix().map_err(|defect| Problem::new(Kind::Internal, defect))?;
        let order: Vec<Tactic> = matrix.tactics.iter().map(|tactic| tactic.short.clone()).collect();
        let members: Vec<(&Alert, &Membership)> = self
            .members
            .iter()
            .map(|member| (&member.alert, &member.membership))
            .collect();
        let story = Story {
            event: &self.row.event,
            status: self.row.event.status,
            level_chosen: self.row.level_chosen,
            owner: self.row.owner.as_deref(),
            members: &members,
            chain: &correlate::Chain::new(members.iter().copied(), &order),
            entities: &self.entities,
            related: &self.related,
            actions: &self.actions,
            notes: &self.notes,
            matrix,
            now: clock::now(),
        };
        Ok(report::write(&story, format, language))
    }
}

/// What was done about the event, newest first.
async fn actions(app: &App, event: EventId) -> Result<Vec<Action>, Problem> {
    let (mut policies, mut tasks) = (Vec::new(), Vec::new());
    let mut page = first_page();
    let filter = PolicyFilter {
        event: Some(event),
        ..PolicyFilter::default()
    };
    for _ in 0..PAGES {
        let found = app.store.policy_list(&app.tenant, &filter, &page).await?;
        policies.extend(found.items);
        page.cursor = found.next_cursor;
        if page.cursor.is_none() {
            break;
        }
    }
    page = first_page();
    let filter = TaskFilter {
        event: Some(event),
        ..TaskFilter::default()
    };
    for _ in 0..PAGES {
        let found = app.store.task_list(&app.tenant, &filter, &page).await?;
        tasks.extend(found.items.into_iter().map(|row| row.task));
        page.cursor = found.next_cursor;
        if page.cursor.is_none() {
            break;
        }
    }
    let titles = Titles::of(app).await?;
    Ok(policies
        .into_iter()
        .map(|policy| action(policy, &tasks, &titles))
        .collect())
}

fn first_page() -> PageRequest {
    PageRequest {
        limit: 200,
        ..PageRequest::default()
    }
}

fn action(policy: Policy, tasks: &[Task], titles: &Titles) -> Action {
    let playbook = titles.name(&policy.playbook).name;
    Action {
        tasks: tasks
            .iter()
            .filter(|task| task.policy == policy.id)
            .map(|task| ActionTask {
                place: format!("{} {}", task.scope_member.account, task.scope_member.instance),
                status: task_status(task.status),
                detail: task.detail.clone(),
            })
            .collect(),
        operation: operation(policy.operation),
        playbook: LocalText::new(playbook.en, playbook.zh),
        status: policy_status(policy.status),
        from: policy.valid_from,
        until: policy.valid_until,
        entity: policy.entity,
    }
}

fn operation(operation: Operation) -> LocalText {
    match name(&operation).as_str() {
        "block_ip" => LocalText::new("Block IP", "封禁 IP"),
        other => LocalText::same(other),
    }
}

fn policy_status(status: PolicyStatus) -> LocalText {
    match status {
        PolicyStatus::Initial => LocalText::new("In progress", "处理中"),
        PolicyStatus::Failed => LocalText::new("Failed", "失败"),
        PolicyStatus::Deleted => LocalText::new("Deleted", "已删除"),
        PolicyStatus::Succeeded => LocalText::new("Succeeded", "成功"),
    }
}

fn task_status(status: TaskStatus) -> LocalText {
    match status {
        TaskStatus::Handling => LocalText::new("In progress", "处理中"),
        TaskStatus::Succeeded => LocalText::new("Succeeded", "成功"),
        TaskStatus::Blocked => LocalText::new("Blocked", "已封禁"),
        TaskStatus::Isolated => LocalText::new("Isolated", "已隔离"),
        TaskStatus::Ended => LocalText::new("Ended", "已结束"),
        TaskStatus::Whitelisted => LocalText::new("Refused: never block", "永不封禁"),
        TaskStatus::Failed => LocalText::new("Failed", "失败"),
        TaskStatus::UnblockFailed => LocalText::new("Unblock failed", "解封失败"),
        TaskStatus::UnisolateFailed => LocalText::new("Un-isolate failed", "解除隔离失败"),
    }
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Desk;
    use http::{Method, StatusCode};
    use serde_json::json;
    use store::UserRole;

    const RULE: &str = "title: Secret door
id: 5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b41
description: Somebody asked for a page that nothing links to.
logsource: {product: nginx, service: access}
detection:
  asked:
    http_request.url.path: /secret-door
  condition: asked
level: high
tags: [attack.initial_access, attack.t1190]
ctdr:
  category: abnormal_web_access
  aggregation: passthrough
  entities:
    - {type: ip, field: src_endpoint.ip, role: attacker}
";

    /// A request of just now: the queue forgets what is old.
    fn line() -> String {
        const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
        let now = crate::clock::now().to_string();
        let month = (now[5..7].parse::<usize>().unwrap() - 1) * 3;
        format!(
            r#"203.0.113.7 - - [{}/{}/{}:{} +0000] "GET /secret-door HTTP/1.1" 200 15 "-" "curl/8""#,
            &now[8..10],
            &MONTHS[month..month + 3],
            &now[..4],
            &now[11..19],
        )
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_event_is_written_in_each_format_and_that_is_audited() {
        let desk = Desk::open().await;
        let admin = desk.person("admin", UserRole::Admin).await;
        let viewer = desk.person("viewer", UserRole::Viewer).await;
        let (status, told) = desk.post(&admin, "/rules", json!({"text": RULE})).await;
        assert_eq!(status, StatusCode::CREATED, "{told}");
        // New rules are off until someone wants them.
        let path = "/rules/5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b41";
        let on = json!({"enabled": true}).to_string();
        let (status, told) = desk.send(&admin, Method::PATCH, path, on).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        desk.push(&admin, &[line()]).await;
        let (_, events) = desk.get(&viewer, "/events").await;
        let id = events["items"][0]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{events}"))
            .to_owned();

        let (_, chain) = desk.get(&viewer, &format!("/events/{id}/chain")).await;
        assert_eq!(
            chain["entry"]["alert_id"], chain["nodes"][0]["alert_id"],
            "{chain}"
        );
        let (_, bundle) = desk
            .get(&viewer, &format!("/events/{id}/report?format=stix&language=en"))
            .await;
        assert_eq!(bundle["type"], "bundle", "{bundle}");
        let (_, flow) = desk
            .get(&viewer, &format!("/events/{id}/report?format=attack_flow"))
            .await;
        assert!(flow.to_string().contains("attack-action"), "{flow}");
        for (format, expected) in [("markdown", "## 攻击入口"), ("html", "<h2>攻击入口</h2>")] {
            let path = format!("/events/{id}/report?format={format}&language=zh");
            let (headers, text) = desk.download(&viewer, &path).await;
            assert!(text.contains(expected) && text.contains("203."), "{text}");
            let named = headers["content-disposition"].to_str().unwrap();
            assert!(named.contains(&id), "{named}");
        }
        let (status, _) = desk
            .get(&viewer, &format!("/events/{id}/report?format=docx"))
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST);

        let (_, audit) = desk.get(&admin, "/audit?action=event.export").await;
        assert_eq!(audit["items"].as_array().map(Vec::len), Some(4), "{audit}");
        assert_eq!(audit["items"][0]["object"], id.as_str());
        desk.close().await;
    }
}
