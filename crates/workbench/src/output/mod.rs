//! Results in the forms that other programs read: SARIF for code scanning, annotations for GitHub Actions, `JUnit` for
//! everything that shows tests.

pub(crate) mod github;
mod junit;
mod sarif;

pub use github::{github_findings, github_tests};
pub use junit::{junit_findings, junit_tests};
pub use sarif::sarif;
