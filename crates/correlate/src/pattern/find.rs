//! What a pattern means: the reference matcher. Slow, and meant to be read.

use super::Pattern;
use model::{Alert, AlertId, Entity, EntityKey, condition::Compiled, whitelist::AlertFacts};

/// Alerts that complete a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The alerts of each step, in order; as many as the step takes.
    pub steps: Vec<Vec<AlertId>>,
    /// What tied each alert but the first to those before it, in the order of the alerts.
    pub shared: Vec<EntityKey>,
}

/// All matches of a pattern, in the order in which they complete.
///
/// 1. Alerts are read in the order of (time, id), whatever order they are given in. Only those of one tenant are
///    looked at together.
/// 2. A step that takes `at_least` n alerts is n *places* that ask the same. A *progress* is a list of alerts that
///    fills the first places, in the order in which the alerts are read: an alert fills at most one place of it.
/// 3. An alert **extends** a progress if it meets the condition of the next place; if it is not more than `within`
///    after the first alert of the progress, and not more than the step's `gap` after its last (both bounds belong to
///    it); if one of the step's joins finds an entity it shares with any alert of the progress; and, where the step
///    asks for `another` entity, if it names one of that kind that no alert of the progress names. An alert that meets
///    the first step always begins a progress as well.
/// 4. For each place, an alert extends **one** progress: of those it can extend, that with the newest last alert, by
///    (time, id). So the alerts of a place are the newest that fit. The progress that is extended stays and can be
///    extended by other alerts: one guessed password can be followed by two intruders.
/// 5. A progress that fills all places is a match. Each alert of the last place that completes one makes a match of
///    its own, so matches may share alerts; what shares alerts belongs into one event.
///
/// An alert that fits several steps may be in several progresses, in each at another place.
pub fn find(pattern: &Pattern, alerts: &[Alert]) -> Vec<Match> {
    let Ok(conditions) = pattern
        .steps
        .iter()
        .map(|step| step.when.compile())
        .collect::<Result<Vec<Compiled>, _>>()
    else {
        return Vec::new();
    };
    let mut alerts: Vec<&Alert> = alerts.iter().collect();
    alerts.sort_by_key(|alert| (alert.time, alert.id));
    let places = places(pattern);
    // `progress[n]` are those that fill n + 1 places, in the order of their last alerts.
    let mut progress: Vec<Vec<Progress<'_>>> = vec![Vec::new(); places.len()];
    for alert in alerts {
        // From the last place to the first: what this alert fills must not be extended by itself.
        for (place, &step) in places.iter().enumerate().rev() {
            if !conditions[step].holds(&AlertFacts(alert)) {
                continue;
            }
            let longer = match place.checked_sub(1) {
                None => Some(Progress::begin(alert)),
                Some(before) => progress[before]
                    .iter()
                    .rev()
                    .find_map(|progress| progress.extend(pattern, step, alert)),
            };
            progress[place].extend(longer);
        }
    }
    let complete = progress.pop().unwrap_or_default();
    complete
        .iter()
        .map(|progress| progress.to_match(pattern))
        .collect()
}

/// The step of each place.
fn places(pattern: &Pattern) -> Vec<usize> {
    let times = |(step, written): (usize, &super::Step)| vec![step; written.at_least as usize];
    pattern.steps.iter().enumerate().flat_map(times).collect()
}

#[derive(Clone)]
struct Progress<'a> {
    alerts: Vec<&'a Alert>,
    shared: Vec<EntityKey>,
}

impl<'a> Progress<'a> {
    fn begin(alert: &'a Alert) -> Self {
        Self {
            alerts: vec![alert],
            shared: Vec::new(),
        }
    }

    fn extend(&self, pattern: &Pattern, step: usize, alert: &'a Alert) -> Option<Self> {
        let (first, last) = (self.alerts.first()?, self.alerts.last()?);
        let in_time = alert.time.since(first.time) <= pattern.within
            && pattern.steps[step]
                .gap
                .is_none_or(|gap| alert.time.since(last.time) <= gap);
        if !in_time || alert.tenant != first.tenant {
            return None;
        }
        let earlier: Vec<Entity> = self.alerts.iter().flat_map(|a| a.entities.clone()).collect();
        let shared = pattern.joins(step, &earlier, &alert.entities)?;
        let mut longer = self.clone();
        longer.alerts.push(alert);
        longer.shared.push(shared);
        Some(longer)
    }

    fn to_match(&self, pattern: &Pattern) -> Match {
        let mut ids = self.alerts.iter().map(|alert| alert.id);
        let take = |step: &super::Step| ids.by_ref().take(step.at_least as usize).collect();
        Match {
            steps: pattern.steps.iter().map(take).collect(),
            shared: self.shared.clone(),
        }
    }
}
