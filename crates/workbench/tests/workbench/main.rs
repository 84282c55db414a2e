//! What authors of rules get to see, over the sources and rules the product ships.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod backtest;
mod diff;
mod explain;
mod fixture;
mod import;
mod lint;
mod list;
mod output;
mod patterns;
mod skeleton;
mod test;
