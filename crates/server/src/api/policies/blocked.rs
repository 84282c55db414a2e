//! Is it blocked? Every block on an address, on a network around it or inside it, and why it is there.

use super::view::entity;
use crate::{
    api::{
        Shared,
        caller::Viewer,
        dto::{EntityRef, ScopeMember, name},
        extract::Query,
        problem::{Kind, Problem, ProblemBody},
    },
    app::App,
    clock,
};
use axum::{Json, extract::State};
use ipnet::IpNet;
use model::{
    EntityKey, EntityKind, Time,
    lease::{Lease, LeaseReason, LeaseState},
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use store::LeaseFilter;
use utoipa::ToSchema;

/// What to look for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BlockedQuery {
    /// An address, a network, or the value of another entity.
    value: String,
}

/// A block that is in force, on its way, or being lifted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Blocked {
    /// `lse_…`.
    lease: String,
    /// The product acted on.
    system: String,
    /// Where.
    scope: ScopeMember,
    /// What is blocked.
    entity: EntityRef,
    /// When the last reason for it ends; null while it is being lifted.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Time>,
    /// Why it is there.
    reasons: Vec<Reason>,
    /// `pending`, `active` or `releasing`.
    state: String,
    /// Somebody changed it by hand on the device.
    drift: bool,
}

/// A policy that wants a block.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Reason {
    /// `pol_…`.
    policy: String,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// Who asked: `system`, `custom`, `custom_alert` or `soar_manual`.
    source: String,
    /// The event it came from.
    origin_event: Option<String>,
}

/// List the blocks on an address, a network or another entity.
#[utoipa::path(
    get, path = "/blocked", operation_id = "list_blocked", tag = "policies", params(BlockedQuery),
    responses((status = 200, body = Vec<Blocked>), (status = "default", body = ProblemBody))
)]
pub async fn list(
    _: Viewer,
    State(app): Shared,
    Query(query): Query<BlockedQuery>,
) -> Result<Json<Vec<Blocked>>, Problem> {
    if query.value.trim().is_empty() {
        return Err(Problem::new(Kind::BadRequest, "`value` is empty"));
    }
    let held = LeaseFilter {
        states: vec![LeaseState::Pending, LeaseState::Active, LeaseState::Releasing],
        ..LeaseFilter::default()
    };
    let leases = app.store.lease_list(&app.tenant, &held).await?;
    let mut blocked = Vec::new();
    for lease in leases
        .into_iter()
        .filter(|lease| touches(&lease.entity, &query.value))
    {
        blocked.push(show(&app, lease, clock::now()).await?);
    }
    Ok(Json(blocked))
}

async fn show(app: &App, lease: Lease, now: Time) -> Result<Blocked, Problem> {
    let mut reasons = Vec::new();
    for reason in lease.reasons.iter().filter(|reason| reason.lives(now)) {
        reasons.extend(why(app, reason).await?);
    }
    Ok(Blocked {
        lease: lease.id.to_string(),
        system: lease.system.clone(),
        entity: entity(&lease.entity),
        until: lease.expires_at(now),
        reasons,
        state: name(&lease.state),
        drift: lease.drift,
        scope: lease.scope.into(),
    })
}

async fn why(app: &App, reason: &LeaseReason) -> Result<Option<Reason>, store::Error> {
    let policy = app.store.policy_fetch(&app.tenant, reason.policy).await?;
    Ok(policy.map(|policy| Reason {
        policy: policy.id.to_string(),
        expires_at: reason.expires_at,
        source: name(&policy.source),
        origin_event: policy.origin_event.map(|id| id.to_string()),
    }))
}

/// Whether a block on `entity` concerns `value`: the same, or networks of which one holds the other.
fn touches(entity: &EntityKey, value: &str) -> bool {
    let blocked = network(&entity.value).filter(|_| entity.kind == EntityKind::Ip);
    match (blocked, network(value)) {
        (Some(blocked), Some(wanted)) => blocked.contains(&wanted) || wanted.contains(&blocked),
        _ => *entity == EntityKey::new(entity.kind, value),
    }
}

fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let address = text.parse::<IpAddr>().map(|ip| IpNet::from(ip.to_canonical()));
    address
        .ok()
        .or_else(|| text.parse().ok().map(|network: IpNet| network.trunc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_by_what_they_hold() {
        let check = |kind, blocked: &str, value: &str, expected| {
            let entity = EntityKey {
                kind,
                value: blocked.to_owned(),
            };
            assert_eq!(touches(&entity, value), expected, "{blocked} {value}");
        };
        check(EntityKind::Ip, "203.0.113.7", "203.0.113.7", true);
        check(EntityKind::Ip, "203.0.113.7", " ::ffff:203.0.113.7", true);
        check(EntityKind::Ip, "203.0.113.0/24", "203.0.113.7", true);
        check(EntityKind::Ip, "203.0.113.7", "203.0.113.0/24", true);
        check(EntityKind::Ip, "203.0.113.7", "203.0.113.70", false);
        check(EntityKind::Ip, "203.0.113.7", "2001:db8::/32", false);
        check(EntityKind::Domain, "evil.example", "EVIL.example.", true);
        check(EntityKind::Domain, "evil.example", "203.0.113.7", false);
    }
}
