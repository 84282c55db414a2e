//! What tests and the demo need and the product must not contain: a cloud on the loopback interface, a web site
//! behind that cloud's firewall, an attacker and visitors.
//!
//! Nothing here is a stub of our own code. The cloud speaks the vendor's protocols over real sockets, verifies
//! every signature and enforces the rules it is given, so the connectors are tested as they ship. It listens on
//! loopback addresses only, and everything it keeps is bounded.

pub mod actors;
pub mod client;
pub mod clock;
pub mod connect;
pub mod fake_cloud;
pub mod scenario;
pub mod score;
pub mod server;

pub use client::Client;
pub use clock::Clock;
pub use fake_cloud::{FakeCloud, FakeCloudConfig, run};
pub use server::Server;
