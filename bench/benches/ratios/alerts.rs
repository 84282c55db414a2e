//! Alerts to work on: what the rules find in the logs.

use crate::{content::Content, detect::records, logs::Log};
use detect::Detector;
use model::Alert;
use std::sync::Arc;

/// The alerts of all logs, in the order of their times.
pub fn raise(content: &Content, logs: &[Log]) -> Vec<Alert> {
    let mut detector = Detector::new(Arc::clone(&content.rules));
    let mut alerts: Vec<Alert> = logs
        .iter()
        .flat_map(|log| detector.detect(&records(content, log)))
        .collect();
    alerts.sort_by_key(|alert| (alert.time, alert.id));
    alerts.dedup_by_key(|alert| alert.id);
    alerts
}
