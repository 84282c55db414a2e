//! Alerts through the correlator as they arrive, one pass, with the server's settings.

use correlate::{Arrival, Changes, Correlator, EventChangeKind, Outcome, Patterns, Settings};
use model::{Tactic, TenantId};
use std::collections::BTreeMap;
use testkit::{
    scenario::Delivery,
    score::{Verdict, Verdicts},
};
use workbench::pattern::ContentFile;

/// Deliveries handed over at once, by tenant: ids may repeat across tenants, and changes do not say whose they are.
pub const BATCH: usize = 1024;

/// A correlator as the server makes it.
pub fn correlator(tactics: &[Tactic]) -> Correlator {
    Correlator::new(Settings {
        tactic_order: tactics.to_vec(),
        patterns: patterns(),
        ..Settings::default()
    })
}

/// What became of each alert in the end.
pub fn run(deliveries: &[Delivery], tactics: &[Tactic]) -> Verdicts {
    let mut correlator = correlator(tactics);
    let mut verdicts = Verdicts::default();
    for batch in deliveries.chunks(BATCH) {
        let mut by_tenant: BTreeMap<&TenantId, Vec<Arrival<'_>>> = BTreeMap::new();
        for delivery in batch {
            let arrival = Arrival::new(&delivery.alert, delivery.arrives);
            by_tenant.entry(&delivery.alert.tenant).or_default().push(arrival);
        }
        for (tenant, arrivals) in by_tenant {
            let changes = correlator.arrivals(arrivals);
            note(&mut verdicts, tenant, changes);
        }
    }
    verdicts
}

/// The expert patterns of the content folder.
fn patterns() -> Patterns {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../content/correlation");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.ok()?.path();
        Some(ContentFile {
            path: path.file_name()?.to_string_lossy().into_owned(),
            text: std::fs::read_to_string(&path).ok()?,
        })
    };
    let files: Vec<ContentFile> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(read)
        .collect();
    match workbench::pattern::load(&files) {
        Ok(patterns) if !patterns.is_empty() => patterns,
        Ok(_) => panic!("no expert pattern in {folder}"),
        Err(findings) => panic!("expert patterns have mistakes: {}", findings.len()),
    }
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
