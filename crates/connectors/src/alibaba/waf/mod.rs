//! The web application firewall, version 3.0: as an actuator that blocks addresses, and as the thing to ask what log
//! store its log goes to.
//!
//! An address is blocked by a *custom rule* (`custom_acl`) in a template of our own, bound to the protected objects.
//! API: <https://www.alibabacloud.com/help/en/waf/web-application-firewall-3-0/developer-reference/api-waf-openapi-2021-10-01-overview>.

mod actuator;
mod answer;
mod api;
mod rule;

pub use actuator::{Resources, SYSTEM, WafActuator};
pub use answer::{Instance, LogStoreName, ProtectedObject, Rule};
pub use api::{VERSION, WafApi};
pub use rule::{AclRule, InvalidRuleName};
