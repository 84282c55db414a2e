//! The quality of correlation has floors: a small generated scenario, run as live, must not score less. The full
//! numbers are in `docs/correlation-quality.md`.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

#[path = "../../benches/quality/live.rs"]
mod live;

use testkit::{
    scenario::{Catalogue, Plan},
    score::{Incident, Quality, score},
};

fn run(plan: &Plan) -> Quality {
    let catalogue = Catalogue::load().unwrap();
    let scenario = plan.generate(&catalogue).unwrap();
    let verdicts = live::run(&scenario.deliveries, &catalogue.tactics);
    score(&scenario.deliveries, &scenario.truth, &verdicts, scenario.days)
}

/// The mean over incidents.
fn mean(quality: &Quality, of: impl Fn(&Incident) -> f64) -> f64 {
    quality.incidents.iter().map(of).sum::<f64>() / quality.incidents.len() as f64
}

#[test]
fn generated_attacks_are_found_together() {
    let quality = run(&Plan {
        seed: 11,
        tenants: 3,
        each: 1,
        hosts: 20,
        noise: false,
        ..Plan::default()
    });
    let told = format!(
        "precision {:.3}, recall {:.3}, events per incident {:.2}, explained {:.4} ({:?}), {} across tenants, {} lost",
        mean(&quality, Incident::precision),
        mean(&quality, Incident::recall),
        mean(&quality, |incident| incident.events as f64),
        quality.explained.share(),
        quality.explained.faults,
        quality.cross_tenant,
        quality.lost,
    );
    // One per kind; two attackers on one host are two incidents.
    assert!(quality.incidents.len() >= 15, "{}", quality.incidents.len());
    assert_eq!(quality.lost, 0, "{told}");
    assert_eq!(quality.cross_tenant, 0, "{told}");
    assert!(quality.explained.share() >= 0.99, "{told}");
    assert!(mean(&quality, Incident::precision) >= 0.98, "{told}");
    assert!(mean(&quality, Incident::recall) >= 0.85, "{told}");
    assert!(mean(&quality, |incident| incident.events as f64) <= 2.2, "{told}");
}

#[test]
fn floods_lose_nothing() {
    let quality = run(&Plan {
        seed: 3,
        tenants: 2,
        hosts: 20,
        only: Some("flood".to_owned()),
        noise: false,
        flood: 900,
        ..Plan::default()
    });
    // The products of one of the estates may see nothing of one of the floods.
    assert!(!quality.incidents.is_empty());
    assert_eq!((quality.lost, quality.cross_tenant), (0, 0));
}
