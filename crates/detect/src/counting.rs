//! Counting without records of ours: what a hunt takes from here, which has its matches from events of any form and
//! all of them at hand.
//!
//! What a window adds up to and whether that is what a correlation asks for is one piece of code for both; when a
//! window is looked at is not, since the server has to tell before everything has arrived.

pub use crate::{
    correlation::{
        aggregate::{Ask, Counted, Measure},
        compile::{check, waits},
        counter::hash,
        members::{Graph, Node, Place},
        window::Condition,
    },
    names::unknown_rule,
};
