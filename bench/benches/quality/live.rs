//! Alerts through the correlator as they arrive, one pass, with the server's settings.

use correlate::{Changes, Correlator, EventChangeKind, Outcome, Settings};
use model::{Tactic, TenantId, Time};
use testkit::{
    scenario::Delivery,
    score::{Verdict, Verdicts},
};

/// A correlator as the server makes it.
pub fn correlator(tactics: &[Tactic]) -> Correlator {
    Correlator::new(Settings {
        tactic_order: tactics.to_vec(),
        ..Settings::default()
    })
}

/// What became of each alert in the end.
pub fn run(deliveries: &[Delivery], tactics: &[Tactic]) -> Verdicts {
    let mut correlator = correlator(tactics);
    let mut verdicts = Verdicts::default();
    for delivery in deliveries {
        // One at a time: ids may repeat across tenants, and what changes is of this alert's tenant.
        let changes = correlator.alert(&delivery.alert, delivery.arrives);
        note(&mut verdicts, &delivery.alert.tenant, changes);
    }
    verdicts
}

/// Remembers what changed in a tenant.
pub fn note(verdicts: &mut Verdicts, tenant: &TenantId, changes: Changes) {
    for changed in changes.alerts {
        let verdict = match changed.outcome {
            Outcome::Joined(membership) => Verdict::Joined(membership),
            Outcome::NoEvent(reason, _) => Verdict::Apart(reason),
        };
        verdicts.alerts.insert((tenant.clone(), changed.alert), verdict);
    }
    for changed in changes.events {
        let id = changed.event.id;
        match changed.kind {
            EventChangeKind::Merged { into } => {
                verdicts.events.remove(&id);
                verdicts.merged.insert(id, into);
            }
            EventChangeKind::Opened | EventChangeKind::Updated => {
                verdicts.merged.remove(&id);
                verdicts.events.insert(id, changed.event);
            }
        }
    }
}

/// A time as the data sets have it, in seconds.
pub fn seconds(time: f64) -> Time {
    Time::from_millis((time * 1_000.0).floor() as i64)
}
