//! What is no attack, or none that matters: one file for each kind, told as the estate's products see it.

mod broken;
mod chatty;
mod false_positives;
mod golden_image;
mod hubs;
mod maintenance;
mod nightly;
mod own_scanner;
mod scanners;
mod shared_key;
mod updates;

use super::story::Stage;

/// A kind of noise: its name, and how it is told. Each tells of a whole scenario in one estate.
pub type Kind = (&'static str, fn(&mut Stage<'_>));

/// All kinds.
pub const KINDS: &[Kind] = &[
    ("scanners", scanners::tell),
    ("hubs", hubs::tell),
    ("own_scanner", own_scanner::tell),
    ("shared_key", shared_key::tell),
    ("golden_image", golden_image::tell),
    ("nightly", nightly::tell),
    ("chatty", chatty::tell),
    ("updates", updates::tell),
    ("maintenance", maintenance::tell),
    ("false_positives", false_positives::tell),
    ("broken", broken::tell),
];
