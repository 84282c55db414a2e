//! Makes devices hold what the lease table says, and writes down what they hold.
//!
//! A round takes no input but the table. It looks at a device when something about it is due, when it is woken, and
//! now and then in any case: somebody may have changed it by hand.

use super::wait;
use crate::{app::App, clock, live::Topic};
use model::{
    Time,
    lease::{Lease, LeaseState},
    policy::ScopeMember,
};
use respond::{
    Actuator, ActuatorError, NeverBlock, Refusal, decide, reconcile::LeaseAction, settle,
    settle::ENDED_BY_NEVER_BLOCK, settle_unlisted, task,
};
use serde_json::json;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};
use store::{AuditEntry, LeaseFilter};

/// A device: a system and a place in it.
type Place = (String, ScopeMember);

/// Reconciles until the server stops.
pub async fn run(app: Arc<App>) {
    let period = Duration::from_millis(app.config.workers.reconcile_interval_ms);
    let mut looked: HashMap<Place, Time> = HashMap::new();
    loop {
        if let Err(error) = round(&app, &mut looked).await {
            tracing::error!(error = %format!("{error:#}"), "devices cannot be reconciled; trying again");
        }
        let pause = until_next_expiry(&app)
            .await
            .map_or(period, |due| due.min(period));
        if !wait(&app, &app.wake.reconcile, pause).await {
            return;
        }
    }
}

/// How long until the next block ends, so that it is lifted then and not a period later.
async fn until_next_expiry(app: &App) -> Option<Duration> {
    let next = app
        .store
        .lease_next_expiry(&app.tenant, clock::now())
        .await
        .ok()??;
    Some(next.since(clock::now()).max(Duration::from_millis(10)))
}

async fn round(app: &App, looked: &mut HashMap<Place, Time>) -> anyhow::Result<()> {
    let mut places: BTreeMap<Place, Vec<Lease>> = BTreeMap::new();
    let unreleased = LeaseFilter {
        states: vec![LeaseState::Pending, LeaseState::Active, LeaseState::Releasing],
        ..LeaseFilter::default()
    };
    let mut leases = app.store.lease_list(&app.tenant, &unreleased).await?;
    leases.extend(app.store.lease_list_due(&app.tenant, clock::now()).await?);
    leases.sort_by_key(|lease| lease.id);
    leases.dedup_by_key(|lease| lease.id);
    for lease in leases {
        places
            .entry((lease.system.clone(), lease.scope.clone()))
            .or_default()
            .push(lease);
    }
    let never_block = super::execute::never_block(app).await?;
    let look = Duration::from_millis(app.config.workers.device_look_interval_ms);
    for (place, leases) in places {
        let now = clock::now();
        let recently = looked.get(&place).is_some_and(|at| now.since(*at) < look);
        if recently && !leases.iter().any(|lease| due(lease, &never_block, now)) {
            continue;
        }
        reconcile(app, &place, leases, &never_block).await?;
        looked.insert(place, now);
    }
    Ok(())
}

/// Whether the device may have to be changed for this lease now.
fn due(lease: &Lease, never_block: &NeverBlock, now: Time) -> bool {
    let waits = lease.retry_at.is_some_and(|at| now < at);
    let wanted = lease.wanted(now);
    let settled = if wanted {
        lease.state == LeaseState::Active
    } else {
        lease.state == LeaseState::Released
    };
    (!settled && !waits) || (wanted && never_block.check(&lease.entity).is_err())
}

/// Brings one device in line.
async fn reconcile(
    app: &App,
    place: &Place,
    leases: Vec<Lease>,
    never_block: &NeverBlock,
) -> anyhow::Result<()> {
    let actuator = match app.clouds.actuator(&place.1).await {
        Ok(actuator) => actuator,
        Err(error) => return unlisted(app, &leases, &ActuatorError::Unreachable(error.to_string())).await,
    };
    let remote = match actuator.list().await {
        Ok(remote) => remote,
        Err(error) => return unlisted(app, &leases, &error).await,
    };
    let now = clock::now();
    let mut table: BTreeMap<_, _> = leases.iter().map(|lease| (lease.id, lease.clone())).collect();
    for action in decide(&leases, &remote, never_block, now) {
        let outcome = act(actuator.as_ref(), &action).await;
        let Some(lease) = action.lease().and_then(|id| table.get_mut(&id)) else {
            continue;
        };
        let settled = settle(lease, &action, &outcome, clock::now());
        if let LeaseAction::Refuse { refusal, .. } = &action {
            end_reasons(app, lease, refusal).await?;
        }
        *lease = settled;
        save(app, lease).await?;
    }
    Ok(())
}

/// The never-block list ends every reason for a block, for good.
async fn end_reasons(app: &App, lease: &Lease, refusal: &Refusal) -> anyhow::Result<()> {
    let now = clock::now();
    for reason in lease.reasons.iter().filter(|reason| reason.lives(now)) {
        let audit = AuditEntry {
            at: now,
            actor: ENDED_BY_NEVER_BLOCK.to_owned(),
            action: "policy.end".to_owned(),
            object: reason.policy.to_string(),
            before: json!({"expires_at": reason.expires_at}),
            after: json!({"reason": refusal.reason}),
        };
        let place = (lease.id, reason.policy);
        app.store
            .lease_reason_end(&app.tenant, place, (now, ENDED_BY_NEVER_BLOCK), &[], &audit)
            .await?;
    }
    Ok(())
}

async fn act(actuator: &dyn Actuator, action: &LeaseAction) -> respond::reconcile::ActionOutcome {
    let outcome = action.perform(actuator).await;
    match (&outcome, action) {
        (Err(error), _) => tracing::warn!(error = %error, "a device did not do what was asked: {action:?}"),
        (Ok(_), LeaseAction::Create { name, entity, .. }) => {
            tracing::info!("blocked {entity} by `{name}` in {}", actuator.system());
        }
        (Ok(_), LeaseAction::Delete { objects, .. }) => {
            let names: Vec<&str> = objects.iter().map(|object| object.name.as_str()).collect();
            tracing::info!("removed `{}` from {}", names.join("`, `"), actuator.system());
        }
        _ => {}
    }
    outcome
}

/// The device could not even be listed: what waits for it waits longer.
async fn unlisted(app: &App, leases: &[Lease], error: &ActuatorError) -> anyhow::Result<()> {
    tracing::warn!(error = %error, "a device cannot be listed; trying again");
    for lease in leases {
        if let Some(lease) = settle_unlisted(lease, error, clock::now()) {
            save(app, &lease).await?;
        }
    }
    Ok(())
}

/// Writes a lease with the tasks and policies that follow from it.
async fn save(app: &App, lease: &Lease) -> anyhow::Result<()> {
    let now = clock::now();
    let tasks: Vec<_> = app
        .store
        .task_list_by_lease(&app.tenant, lease.id)
        .await?
        .iter()
        .map(|task| task::refresh(task, lease, now))
        .collect();
    app.store.lease_settle(lease, &tasks).await?;
    for task in &tasks {
        app.live.publish(Topic::Task, task.id.to_string(), "updated");
        app.live
            .publish(Topic::Policy, task.policy.to_string(), "updated");
    }
    Ok(())
}
