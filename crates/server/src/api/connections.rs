//! Connections to clouds: which account, which region, which key. A key's secret goes in and never comes out.

use super::{
    Shared,
    caller::{Admin, Viewer},
    extract::{Body, Id, Query},
    finish::fresh_id,
    page::{Page, PageQuery},
    problem::{Kind, Place, Problem, ProblemBody},
};
use crate::{
    app::App,
    clock,
    cloud::{CloudError, ConnectionConfig, Endpoints},
    error_chain,
};
use axum::{Json, extract::State, http::StatusCode};
use connectors::{Secret, alibaba::Endpoint};
use model::{Provider, Time, lease::LeaseState};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use store::{LeaseFilter, SecretBytes, SecretChange};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Longest of each text of a connection, in bytes.
const LONGEST: usize = 200;

/// The routes of connections.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(delete))
        .routes(routes!(instances))
}

/// A connection to a cloud account.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Connection {
    /// Its id.
    id: String,
    /// `alibaba`.
    provider: String,
    /// What it is called.
    name: String,
    /// The cloud account.
    account: String,
    /// The region, such as `cn-hangzhou`.
    region: String,
    /// Whose key it is. Its secret is never shown.
    access_key_id: String,
    /// Endpoints that replace the vendor's own.
    endpoints: Endpoints,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
}

/// A new connection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewConnection {
    /// `alibaba`.
    provider: String,
    /// What it is called.
    name: String,
    /// The cloud account.
    account: String,
    /// The region, such as `cn-hangzhou`.
    region: String,
    /// Whose key it is.
    access_key_id: String,
    /// The key's secret.
    #[schema(value_type = String, write_only)]
    access_key_secret: Secret,
    /// Endpoints that replace the vendor's own, as for a gateway.
    #[serde(default)]
    endpoints: Endpoints,
}

/// An instance of the firewall.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Instance {
    /// The vendor's id of it.
    instance: String,
    /// What it is called.
    title: String,
}

impl From<store::Connection> for Connection {
    fn from(connection: store::Connection) -> Self {
        let config: ConnectionConfig = serde_json::from_value(connection.config).unwrap_or_default();
        Self {
            id: connection.id,
            provider: connection.provider.as_str().to_owned(),
            name: connection.title,
            account: connection.account,
            region: config.region,
            access_key_id: connection.access_key_id,
            endpoints: config.endpoints,
            created_at: connection.created,
        }
    }
}

/// List connections.
#[utoipa::path(
    get, path = "/connections", operation_id = "list_connections", tag = "connections", params(PageQuery),
    responses((status = 200, body = Page<Connection>), (status = "default", body = ProblemBody))
)]
async fn list(
    _: Viewer,
    State(app): Shared,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Connection>>, Problem> {
    let connections = app
        .store
        .connection_list(&app.tenant)
        .await?
        .into_iter()
        .map(Connection::from)
        .collect();
    Page::cut(connections, page, |connection: &Connection| connection.id.clone()).map(Json)
}

/// Connect a cloud account.
#[utoipa::path(
    post, path = "/connections", operation_id = "create_connection", tag = "connections",
    request_body = NewConnection,
    responses((status = 200, body = Connection), (status = "default", body = ProblemBody))
)]
async fn create(
    Admin(caller): Admin,
    State(app): Shared,
    Body(new): Body<NewConnection>,
) -> Result<Json<Connection>, Problem> {
    let mistakes = mistakes(&new);
    if !mistakes.is_empty() {
        return Err(Problem::invalid("nothing was connected", mistakes));
    }
    let config = ConnectionConfig {
        region: new.region,
        endpoints: new.endpoints,
    };
    let (config, now) = (json!(config), clock::now());
    let connection = store::Connection {
        id: fresh_id().to_string(),
        provider: Provider::Alibaba,
        title: new.name.trim().to_owned(),
        account: new.account,
        endpoint: None,
        access_key_id: new.access_key_id,
        config,
        created: now,
        changed: now,
    };
    let secret = SecretChange::Set(SecretBytes::new(new.access_key_secret.expose()));
    let audit = caller.audit(
        "connection.create",
        &connection.id,
        &Value::Null,
        &audited(&connection),
    );
    app.store
        .connection_save(&app.tenant, &connection, &secret, &audit)
        .await?;
    Ok(Json(connection.into()))
}

/// Remove a connection and forget its secret. Refused while a source is read through it, or a block made through it is
/// in force: nobody could lift that block any more.
#[utoipa::path(
    delete, path = "/connections/{id}", operation_id = "delete_connection", tag = "connections",
    params(("id" = String, Path, description = "the connection's id")),
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn delete(Admin(caller): Admin, State(app): Shared, Id(id): Id<String>) -> Result<StatusCode, Problem> {
    let connection = find(&app, &id).await?;
    let held = LeaseFilter {
        states: vec![LeaseState::Pending, LeaseState::Active, LeaseState::Releasing],
        ..LeaseFilter::default()
    };
    let leases = app.store.lease_list(&app.tenant, &held).await?;
    let blocks = leases.iter().filter(|lease| lease.scope.connection == id).count();
    if blocks > 0 {
        let detail = format!(
            "{blocks} blocks made through `{}` are in force: undo them first",
            connection.title
        );
        return Err(Problem::new(Kind::Conflict, detail));
    }
    let audit = caller.audit("connection.delete", &id, &audited(&connection), &Value::Null);
    app.store.connection_delete(&app.tenant, &id, &audit).await?;
    app.clouds.forget(&id);
    Ok(StatusCode::NO_CONTENT)
}

/// List the firewall instances of a connection: the places blocks can be made in.
#[utoipa::path(
    get, path = "/connections/{id}/instances", operation_id = "list_connection_instances", tag = "connections",
    params(("id" = String, Path, description = "the connection's id")),
    responses((status = 200, body = Vec<Instance>), (status = "default", body = ProblemBody))
)]
async fn instances(
    _: Viewer,
    State(app): Shared,
    Id(id): Id<String>,
) -> Result<Json<Vec<Instance>>, Problem> {
    let connection = find(&app, &id).await?;
    match app.clouds.instance(&connection).await {
        Ok(instance) => Ok(Json(vec![Instance {
            title: format!("WAF {instance}"),
            instance,
        }])),
        Err(CloudError::NoInstance(_)) => Ok(Json(Vec::new())),
        Err(error) => Err(refused(error)),
    }
}

/// What a cloud that does not do as asked is to whoever asked us.
pub fn refused(error: CloudError) -> Problem {
    let kind = match error {
        CloudError::Store(error) => return error.into(),
        CloudError::NoConnection(id) => return Problem::not_found(id),
        CloudError::Unreadable(_) | CloudError::NoInstance(_) => Kind::Conflict,
        CloudError::Provider(_) | CloudError::Endpoint(_) | CloudError::Sls(_) => Kind::Invalid,
        CloudError::Call(_) => Kind::Upstream,
    };
    Problem::new(kind, error_chain(&error))
}

async fn find(app: &App, id: &str) -> Result<store::Connection, Problem> {
    app.store
        .connection_fetch(&app.tenant, id)
        .await?
        .ok_or_else(|| Problem::not_found(id))
}

/// What the audit log keeps of a connection: everything but the secret.
fn audited(connection: &store::Connection) -> Value {
    json!({
        "provider": connection.provider,
        "name": connection.title,
        "account": connection.account,
        "access_key_id": connection.access_key_id,
        "config": connection.config,
    })
}

fn mistakes(new: &NewConnection) -> Vec<Place> {
    let mut mistakes = Vec::new();
    let mut mistake = |place: &str, message: &str| {
        mistakes.push(Place {
            place: place.to_owned(),
            message: message.to_owned(),
        });
    };
    if new.provider != Provider::Alibaba.as_str() {
        mistake(
            "/provider",
            "only `alibaba` can be connected; logs of other products are pushed",
        );
    }
    let texts = [
        ("/name", new.name.trim()),
        ("/account", &new.account),
        ("/access_key_id", &new.access_key_id),
        ("/access_key_secret", new.access_key_secret.expose()),
    ];
    for (place, text) in texts {
        let one_word = place == "/name" || text.chars().all(|c| c.is_ascii_graphic());
        if text.is_empty() || text.len() > LONGEST || !one_word || text.chars().any(char::is_control) {
            mistake(
                place,
                &format!("expected 1 to {LONGEST} characters without spaces or control characters"),
            );
        }
    }
    let region = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if new.region.is_empty() || new.region.len() > LONGEST || !new.region.chars().all(region) {
        mistake("/region", "expected a region such as `cn-hangzhou`");
    }
    for (place, endpoint) in [
        ("/endpoints/sls", &new.endpoints.sls),
        ("/endpoints/waf", &new.endpoints.waf),
    ] {
        if let Some(Err(error)) = endpoint.as_ref().map(|text| text.parse::<Endpoint>()) {
            mistake(place, &error.to_string());
        }
    }
    mistakes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn new() -> Value {
        json!({
            "provider": "alibaba", "name": "our cloud", "account": "1234567890123456", "region": "cn-hangzhou",
            "access_key_id": "LTAI5tExampleKeyId000001", "access_key_secret": "ExampleSecretKey0123456789abcd",
            "endpoints": {"sls": "http://192.0.2.1:8600", "waf": "wafopenapi.cn-hangzhou.aliyuncs.com"},
        })
    }

    #[test]
    fn each_mistake_names_its_place() {
        let check = |member: &str, value: Value, expected: &[&str]| {
            let mut json = new();
            json[member] = value;
            let mistakes = mistakes(&serde_json::from_value(json).unwrap());
            let places: Vec<&str> = mistakes.iter().map(|mistake| mistake.place.as_str()).collect();
            assert_eq!(places, expected);
        };
        check("name", json!("our cloud"), &[]);
        check("provider", json!("tencent"), &["/provider"]);
        check("name", json!(" "), &["/name"]);
        check("account", json!("12 34"), &["/account"]);
        check("access_key_secret", json!(""), &["/access_key_secret"]);
        check("region", json!("CN/hangzhou"), &["/region"]);
        check(
            "endpoints",
            json!({"sls": "https://host/path"}),
            &["/endpoints/sls"],
        );
    }

    #[test]
    fn a_secret_is_not_shown() {
        let now = Time::from_secs(0);
        let connection = store::Connection {
            id: "1".to_owned(),
            provider: Provider::Alibaba,
            title: "our cloud".to_owned(),
            account: "1".to_owned(),
            endpoint: None,
            access_key_id: "LTAI".to_owned(),
            config: json!({"region": "cn-hangzhou", "endpoints": {"sls": "http://192.0.2.1:8600"}}),
            created: now,
            changed: now,
        };
        let shown = serde_json::to_value(Connection::from(connection)).unwrap();
        assert_eq!(shown["endpoints"]["sls"], "http://192.0.2.1:8600");
        let members: Vec<&String> = shown.as_object().unwrap().keys().collect();
        assert!(
            !members.iter().any(|member| member.contains("secret")),
            "{members:?}"
        );
        let new: NewConnection = serde_json::from_value(new()).unwrap();
        assert!(!format!("{:?}", new.access_key_secret).contains("Example"));
    }
}
