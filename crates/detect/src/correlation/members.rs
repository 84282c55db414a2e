//! Which rules a correlation is about, and that no correlation is about itself in the end.

use crate::names::{Names, unknown_rule};
use sigma::{Correlation, Report, correlation::Name};
use std::collections::{BTreeMap, HashMap};

/// Correlations that may stand one upon the other.
const MAX_DEPTH: usize = 10;

/// The place of a document: its file, and its number there.
pub type Place = (usize, usize);

/// What feeds a correlation.
#[derive(Clone, Debug)]
pub enum Input {
    /// The matches of a detection.
    Detection(usize),
    /// The windows of another correlation, and what it is called here.
    Correlation(Place, Name),
}

/// The rules a correlation is about. Those that do not exist are reported.
pub fn references(
    file: &str,
    correlation: &Correlation,
    names: &Names<'_>,
    report: &mut Report<'_>,
) -> Vec<Input> {
    let mut inputs = Vec::new();
    for name in &correlation.rules {
        match names.find(file, &name.text) {
            Some(found) => inputs.push(match found.matcher {
                Some(matcher) => Input::Detection(matcher),
                None => Input::Correlation(found.place, name.clone()),
            }),
            None => unknown_rule(name, names.known(), report),
        }
    }
    inputs
}

/// A correlation, and what it is about.
pub struct Node<'u> {
    /// What it is called.
    pub name: &'u str,
    /// What it says.
    pub correlation: &'u Correlation,
    /// The correlations it is about.
    pub about: Vec<Place>,
    /// The detections it is about.
    pub detections: Vec<usize>,
}

/// Which correlations are about which others.
#[derive(Default)]
pub struct Graph<'u>(pub BTreeMap<Place, Node<'u>>);

impl Graph<'_> {
    /// Why a correlation can never be run, if it cannot: it is about itself, or stands upon too many others.
    pub fn fault(&self, start: Place) -> Option<String> {
        self.depth(start, &mut Vec::new(), &mut HashMap::new()).err()
    }

    fn depth(
        &self,
        place: Place,
        path: &mut Vec<Place>,
        known: &mut HashMap<Place, usize>,
    ) -> Result<usize, String> {
        let Some(node) = self.0.get(&place) else {
            return Ok(0);
        };
        if let Some(from) = path.iter().position(|other| *other == place) {
            let circle = path[from..].iter().chain([&place]);
            return Err(format!("the correlation is about itself: {}", self.shown(circle)));
        }
        let below = if let Some(depth) = known.get(&place) {
            *depth
        } else {
            path.push(place);
            let mut deepest = 0;
            for other in &node.about {
                deepest = deepest.max(self.depth(*other, path, known)?);
            }
            path.pop();
            known.insert(place, deepest + 1);
            deepest + 1
        };
        if path.len() + below > MAX_DEPTH {
            let chain = self.shown(path.iter().chain([&place]));
            return Err(format!(
                "more than {MAX_DEPTH} correlations upon one another: {chain}"
            ));
        }
        Ok(below)
    }

    fn shown<'p>(&self, places: impl Iterator<Item = &'p Place>) -> String {
        let names = places.filter_map(|place| self.0.get(place));
        let names: Vec<String> = names.map(|node| format!("`{}`", node.name)).collect();
        names.join(" → ")
    }

    /// The detections a correlation rests on in the end; it must be without fault.
    pub fn detections(&self, start: Place) -> Vec<usize> {
        let mut found = Vec::new();
        let mut seen = Vec::from([start]);
        let mut next = 0;
        while let Some(node) = seen.get(next).and_then(|place| self.0.get(place)) {
            for number in &node.detections {
                if !found.contains(number) {
                    found.push(*number);
                }
            }
            for place in &node.about {
                if !seen.contains(place) {
                    seen.push(*place);
                }
            }
            next += 1;
        }
        found
    }
}
