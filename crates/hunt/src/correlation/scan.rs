//! The windows of one group that fire, when all its matches are known.
//!
//! The reference is [`sigma::eval::correlation`]. A window is looked at when a match ends it; after it has fired, the
//! group stays silent: for sliding windows that end less than a timespan later, for the rest of a tumbling window or
//! session. One that is asked for what is absent is looked at from its opening; behind the last event nothing comes.

use super::Hit;
use detect::counting::{Condition, Measure};
use sigma::Window;
use std::ops::Range;

/// A window that fires: its matches, and the value that met the condition.
#[derive(Debug, PartialEq)]
pub struct Fired {
    pub hits: Range<usize>,
    pub value: f64,
    /// When that is known: at its last match, or at its end if something had to be absent until then.
    pub known: i64,
}

/// The windows that fire among the matches of a group, sorted by time.
pub fn scan(condition: &Condition, waits: bool, hits: &[Hit]) -> Vec<Fired> {
    if waits {
        from_openings(condition, hits)
    } else {
        from_ends(condition, hits)
    }
}

fn from_ends(condition: &Condition, hits: &[Hit]) -> Vec<Fired> {
    let mut fired: Vec<Fired> = Vec::new();
    let mut measure = Measure::new(&condition.ask, &condition.comparisons);
    let mut window = 0..0;
    let mut silent = Silence::default();
    while let Some(hit) = hits.get(window.end) {
        let time = hit.time;
        if is_cut(condition, hits, &window, time) {
            measure = Measure::new(&condition.ask, &condition.comparisons);
            window.start = window.end;
            silent = Silence::default();
        }
        if condition.cut == Window::Sliding {
            while time.saturating_sub(hits[window.start].time) >= condition.milliseconds() {
                measure.remove(&hits[window.start]);
                window.start += 1;
            }
        }
        while let Some(hit) = hits.get(window.end).filter(|hit| hit.time == time) {
            measure.add(hit);
            window.end += 1;
        }
        if !silent.covers(condition, time)
            && let Some(value) = measure.met()
        {
            silent = Silence(Some(time));
            fired.push(Fired {
                hits: window.clone(),
                value,
                known: time,
            });
        }
    }
    fired
}

/// Whether a match at `time` begins another tumbling window or session than the matches before it.
fn is_cut(condition: &Condition, hits: &[Hit], window: &Range<usize>, time: i64) -> bool {
    let before = &hits[window.clone()];
    let (Some(first), Some(last)) = (before.first(), before.last()) else {
        return false;
    };
    let span = condition.milliseconds();
    match condition.cut {
        Window::Sliding => false,
        Window::Tumbling => first.time.div_euclid(span) != time.div_euclid(span),
        Window::Session { gap } => {
            let gap = i64::try_from(gap.as_millis()).unwrap_or(i64::MAX);
            time.saturating_sub(last.time) > gap || time.saturating_sub(first.time) >= span
        }
    }
}

/// When a window fired that silences others, if one did.
#[derive(Default)]
struct Silence(Option<i64>);

impl Silence {
    fn covers(&self, condition: &Condition, time: i64) -> bool {
        self.0.is_some_and(|fired| {
            condition.cut != Window::Sliding || time.saturating_sub(fired) < condition.milliseconds()
        })
    }
}

fn from_openings(condition: &Condition, hits: &[Hit]) -> Vec<Fired> {
    let mut fired: Vec<Fired> = Vec::new();
    let span = condition.milliseconds();
    let mut measure = Measure::new(&condition.ask, &condition.comparisons);
    let mut window = 0..0;
    let mut silent = Silence::default();
    while let Some(first) = hits.get(window.start) {
        let opening = match condition.cut {
            Window::Tumbling => first.time.div_euclid(span).saturating_mul(span),
            Window::Sliding | Window::Session { .. } => first.time,
        };
        while let Some(hit) = hits
            .get(window.end)
            .filter(|hit| hit.time.saturating_sub(opening) < span)
        {
            measure.add(hit);
            window.end += 1;
        }
        let silenced = condition.cut == Window::Sliding && silent.covers(condition, opening);
        if !silenced && let Some(value) = measure.met() {
            silent = Silence(Some(opening));
            fired.push(Fired {
                hits: window.clone(),
                value,
                known: opening.saturating_add(span),
            });
        }
        let is_done = |hit: &Hit| condition.cut == Window::Tumbling || hit.time == opening;
        while let Some(hit) = hits[window.clone()].first().filter(|hit| is_done(hit)) {
            measure.remove(hit);
            window.start += 1;
        }
    }
    fired
}
