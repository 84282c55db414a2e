//! Alibaba Cloud: request signing, the log service as a source, the web application firewall as an actuator.

mod clock;
mod credentials;
mod endpoint;
mod error;
pub mod openapi;
pub mod signing;
pub mod sls;
pub mod validity;
pub mod waf;

pub use credentials::Credentials;
pub use endpoint::{Endpoint, EndpointError};
pub use error::{ApiError, CallError, ErrorClass};
