//! An indicator that matches: where its parts stand, so that nothing is made of it until somebody wants to see it.

use super::{
    Feed, Snapshot, about,
    ranges::Range,
    row::{self, Row, Terms},
};
use crate::{indicator::About, observable::Observable};
use model::Time;
use std::fmt;

/// An indicator that matches. Two are equal if they say the same.
#[derive(Clone, Copy)]
pub struct Match<'s> {
    snapshot: &'s Snapshot,
    terms: &'s Terms,
    value: Value<'s>,
}

/// Where it stands what an indicator looks for.
#[derive(Clone, Copy)]
pub(super) enum Value<'s> {
    Row(&'s Row),
    V4(&'s Range<u32>),
    V6(&'s Range<u128>),
}

impl Value<'_> {
    fn terms(&self) -> u32 {
        match self {
            Self::Row(row) => row.terms,
            Self::V4(range) => range.terms,
            Self::V6(range) => range.terms,
        }
    }
}

impl<'s> Match<'s> {
    /// The indicator of a value, if it holds at a time.
    pub(super) fn at(snapshot: &'s Snapshot, value: Value<'s>, now: Time) -> Option<Self> {
        let terms = &snapshot.terms[value.terms() as usize];
        terms.hold(now).then_some(Self {
            snapshot,
            terms,
            value,
        })
    }

    /// Whose it is.
    pub fn feed(&self) -> &'s Feed {
        &self.snapshot.feeds[usize::from(self.terms.feed)]
    }

    /// What it looks for.
    pub fn indicator(&self) -> Observable {
        match self.value {
            Value::Row(row) => row.observable(&self.snapshot.values),
            Value::V4(range) => Observable::Network(range.network()),
            Value::V6(range) => Observable::Network(range.network()),
        }
    }

    /// What it belongs to.
    pub fn about(&self) -> About {
        about::read(&self.snapshot.abouts[self.terms.about as usize..])
    }

    /// How sure the feed is.
    pub fn confidence(&self) -> u8 {
        self.terms.confidence
    }

    /// Whether the feed is sure enough for the malicious tag.
    pub fn tags(&self) -> bool {
        self.confidence() >= self.feed().tag_confidence
    }

    /// Since when it holds.
    pub fn valid_from(&self) -> Option<Time> {
        row::time(self.terms.valid_from)
    }

    /// When it stops to hold.
    pub fn valid_until(&self) -> Option<Time> {
        row::time(self.terms.valid_until)
    }

    /// When it was first seen.
    pub fn first_seen(&self) -> Option<Time> {
        row::time(self.terms.first_seen)
    }

    /// When it was last seen.
    pub fn last_seen(&self) -> Option<Time> {
        row::time(self.terms.last_seen)
    }

    /// Its terms, wherever it is written what they are about.
    fn said(&self) -> Terms {
        Terms {
            about: 0,
            feed: 0,
            ..*self.terms
        }
    }
}

impl PartialEq for Match<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.said() == other.said()
            && self.feed() == other.feed()
            && self.indicator() == other.indicator()
            && self.about() == other.about()
    }
}

impl Eq for Match<'_> {}

impl fmt::Debug for Match<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Match")
            .field("feed", self.feed())
            .field("indicator", &self.indicator())
            .field("about", &self.about())
            .field("terms", self.terms)
            .finish_non_exhaustive()
    }
}
