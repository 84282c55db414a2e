//! An event as a STIX 2.1 bundle, plain or with the Attack Flow extension.
//!
//! Ids are version-5 UUIDs of what they stand for, so that writing an event twice gives the same objects: observables in the
//! namespace that STIX prescribes, from the properties it prescribes; everything else in one of ours. Objects whose
//! texts are in a language have it in their id too, because one id must not stand for two contents.
//! <https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html>

mod bundle;
mod flow;
mod id;
mod incident;
mod observable;
mod pattern;

pub use flow::write as attack_flow;
pub use incident::write as incident;
