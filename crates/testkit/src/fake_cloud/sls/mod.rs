//! The log service: enough of its API to find a log store and follow its shards.
//!
//! The project is the first label of the `Host` header, as in `<project>.<endpoint>`; the endpoint behind it may be
//! anything, so one address serves all projects.
//! See <https://www.alibabacloud.com/help/en/sls/developer-reference/api-sls-2020-12-30-pulllogs>.

pub mod message;
mod pull;
pub(super) mod store;

use super::{Cloud, call::Call, faults, lock, refusal::Family, refusal::Refusal, verify};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::json;
use store::{Cursor, LogStore, LogStores, Shard, seconds};

/// The calls served here.
pub(super) const APIS: &[&str] = &[
    "GetProject",
    "ListLogStores",
    "GetLogStore",
    "ListShards",
    "GetCursor",
    "GetCursorTime",
    "PullLogs",
];

/// Verifies a call and answers it.
pub(super) async fn answer(cloud: &Cloud, call: &Call) -> Response {
    let family = Family::LogService;
    let Some(api) = name_of(call) else {
        let refusal = Refusal::new(
            404,
            "ParameterInvalid",
            format!("{} {} is not served here", call.method, call.path),
        );
        return family.render(&refusal, &cloud.next_request_id());
    };
    if let Err(refusal) = verify::log_service(call, &cloud.config, cloud.now()) {
        cloud.count_refused();
        return family.render(&refusal, &cloud.next_request_id());
    }
    cloud.count(api);
    faults::answer(cloud, family, api, |_stale| handle(cloud, api, call)).await
}

fn name_of(call: &Call) -> Option<&'static str> {
    if call.method != "GET" {
        return None;
    }
    let segments: Vec<&str> = call.path.split('/').skip(1).collect();
    match (segments.as_slice(), call.query("type")) {
        ([""], _) => Some("GetProject"),
        (["logstores"], _) => Some("ListLogStores"),
        (["logstores", _], _) => Some("GetLogStore"),
        (["logstores", _, "shards"], _) => Some("ListShards"),
        (["logstores", _, "shards", _], Some("cursor")) => Some("GetCursor"),
        (["logstores", _, "shards", _], Some("cursor_time")) => Some("GetCursorTime"),
        (["logstores", _, "shards", _], Some("log")) => Some("PullLogs"),
        _ => None,
    }
}

fn handle(cloud: &Cloud, api: &str, call: &Call) -> Result<Response, Refusal> {
    let stores = lock(&cloud.logs);
    let project = call.header("host").split('.').next().unwrap_or_default();
    let found = stores.project(project).ok_or_else(|| {
        Refusal::new(
            404,
            "ProjectNotExist",
            format!("The Project does not exist : {project}"),
        )
    })?;
    let answer = match api {
        "GetProject" => describe_project(cloud, project),
        "ListLogStores" => {
            let names: Vec<_> = found.keys().collect();
            json!({"count": names.len(), "total": names.len(), "logstores": names})
        }
        "GetLogStore" => {
            let store = logstore(&stores, project, call)?;
            json!({
                "logstoreName": segment(call, 2),
                "ttl": 180,
                "shardCount": store.shards.len(),
                "mode": "standard",
                "createTime": seconds(cloud.started),
                "lastModifyTime": seconds(cloud.started),
            })
        }
        "ListShards" => list_shards(cloud, logstore(&stores, project, call)?),
        "GetCursor" => get_cursor(call, shard(logstore(&stores, project, call)?, call)?)?,
        "GetCursorTime" => {
            let shard = shard(logstore(&stores, project, call)?, call)?;
            let cursor = cursor_of(call, "cursor")?.ok_or_else(invalid_cursor)?;
            let time = shard.time_of(cursor, cloud.now()).ok_or_else(invalid_cursor)?;
            json!({"cursor_time": seconds(time)})
        }
        _ => {
            let shard = shard(logstore(&stores, project, call)?, call)?;
            return pull::pull(call, shard, &cloud.next_request_id());
        }
    };
    Ok(([("x-log-requestid", cloud.next_request_id())], Json(answer)).into_response())
}

fn describe_project(cloud: &Cloud, project: &str) -> serde_json::Value {
    json!({
        "projectName": project,
        "region": cloud.config.region,
        "owner": cloud.config.account_id,
        "status": "Normal",
        "description": "",
        "createTime": seconds(cloud.started).to_string(),
        "lastModifyTime": seconds(cloud.started).to_string(),
    })
}

/// The key space of 128-bit hashes, split evenly.
fn list_shards(cloud: &Cloud, store: &LogStore) -> serde_json::Value {
    let width = u128::MAX / store.shards.len() as u128;
    let bound = |shard: usize| match shard {
        shard if shard == store.shards.len() => "f".repeat(32),
        shard => format!("{:032x}", width * shard as u128),
    };
    let shards = (0..store.shards.len()).map(|id| {
        json!({
            "shardID": id,
            "status": "readwrite",
            "inclusiveBeginKey": bound(id),
            "exclusiveEndKey": bound(id + 1),
            "createTime": seconds(cloud.started),
        })
    });
    shards.collect()
}

fn get_cursor(call: &Call, shard: &Shard) -> Result<serde_json::Value, Refusal> {
    let cursor = match call.query("from") {
        Some("begin") => shard.begin(),
        Some("end") => shard.end(),
        from => match from.and_then(|from| from.parse().ok()) {
            Some(second) => shard.at(second),
            None => return Err(Refusal::new(400, "ParameterInvalid", "parameter from is invalid")),
        },
    };
    Ok(json!({"cursor": cursor.encode()}))
}

/// The part of the path at `index`, the empty one before the first slash being 0.
fn segment(call: &Call, index: usize) -> &str {
    call.path.split('/').nth(index).unwrap_or_default()
}

fn logstore<'s>(stores: &'s LogStores, project: &str, call: &Call) -> Result<&'s LogStore, Refusal> {
    let name = segment(call, 2);
    stores
        .project(project)
        .and_then(|stores| stores.get(name))
        .ok_or_else(|| Refusal::new(404, "LogStoreNotExist", format!("logstore {name} does not exist")))
}

fn shard<'s>(store: &'s LogStore, call: &Call) -> Result<&'s Shard, Refusal> {
    let id = segment(call, 4);
    id.parse()
        .ok()
        .and_then(|id: usize| store.shards.get(id))
        .ok_or_else(|| Refusal::new(400, "ShardNotExist", format!("shard {id} does not exist")))
}

fn cursor_of(call: &Call, name: &str) -> Result<Option<Cursor>, Refusal> {
    call.query(name)
        .map(|text| Cursor::parse(text).ok_or_else(invalid_cursor))
        .transpose()
}

fn invalid_cursor() -> Refusal {
    Refusal::new(400, "InvalidCursor", "this cursor is invalid")
}
