//! Request signing of Alibaba Cloud, as pure functions: time, nonce and body are parameters, the result is
//! a string. The client uses them to sign, the fake cloud of `testkit` uses the same ones to verify, and
//! both are held to vectors recorded from the vendor's own SDKs.
//!
//! | scheme | for |
//! |---|---|
//! | [`acs3`] | every `OpenAPI` product (WAF, firewall, ECS, RAM, STS, `ActionTrail`) except the log service |
//! | [`rpc_sha1`] | the older RPC signature some regions still ask for |
//! | [`sls_v1`] | log service, all public regions |
//! | [`sls_v4`] | log service, newer regions, scoped by region and day |

pub mod acs3;
mod digest;
mod encode;
mod request;
pub mod rpc_sha1;
pub mod sls_v1;
pub mod sls_v4;
#[cfg(test)]
mod vectors;

pub use digest::sha256_hex;
pub use encode::{encode_query, percent_encode};
pub use request::SignRequest;
