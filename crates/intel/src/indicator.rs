//! What a feed says about one observable.

use crate::observable::Observable;
use model::Time;

/// One thing a feed knows to be malicious, and what it says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// What to look for.
    pub observable: Observable,
    /// What it belongs to. Shared by many indicators of a feed, which is why it stands apart.
    pub about: About,
    /// How sure the feed is, 0 to 100; absent if it does not say.
    pub confidence: Option<u8>,
    /// Since when it holds.
    pub valid_from: Option<Time>,
    /// When it stops to hold; never, if absent.
    pub valid_until: Option<Time>,
    /// When it was first seen by whoever reports it.
    pub first_seen: Option<Time>,
    /// When it was last seen by them.
    pub last_seen: Option<Time>,
}

/// What an indicator belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct About {
    /// Names of the malware, actor or campaign.
    pub names: Vec<String>,
    /// What else the feed calls it, such as `c2` or `malicious-activity`.
    pub labels: Vec<String>,
    /// Where to read more.
    pub references: Vec<String>,
}

impl Indicator {
    /// An indicator of which only the observable is known.
    pub fn bare(observable: Observable) -> Self {
        Self {
            observable,
            about: About::default(),
            confidence: None,
            valid_from: None,
            valid_until: None,
            first_seen: None,
            last_seen: None,
        }
    }
}
