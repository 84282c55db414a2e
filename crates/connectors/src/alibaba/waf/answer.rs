//! What the firewall answers, as far as it is read. Unknown fields are ignored: the vendor adds some every month.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The purchased instance.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Instance {
    /// Absent where none was bought.
    #[serde(default)]
    pub instance_id: Option<String>,
    /// 1 normal, 2 expired, 3 released.
    #[serde(default)]
    pub status: Option<i64>,
}

impl Instance {
    /// The id of an instance that works.
    pub fn active_id(&self) -> Option<&str> {
        let id = self.instance_id.as_deref().filter(|id| !id.is_empty())?;
        matches!(self.status, None | Some(1)).then_some(id)
    }
}

/// A protected object: a domain or a cloud resource behind the firewall.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProtectedObject {
    /// Its name, `www.example.com-waf` for a domain.
    pub resource: String,
    /// What the vendor knows of it, such as its domain.
    #[serde(default)]
    pub detail: Map<String, Value>,
}

impl ProtectedObject {
    /// Whether this object is how the firewall protects `domain`.
    pub fn protects(&self, domain: &str) -> bool {
        let name = self.resource.strip_suffix("-waf").unwrap_or(&self.resource);
        let is_domain = |text: &str| text.eq_ignore_ascii_case(domain);
        is_domain(name) || self.detail.values().filter_map(Value::as_str).any(is_domain)
    }
}

/// The log store the firewall's log goes to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogStoreName {
    /// Project, `wafnew-project-<account>-<region>`.
    pub project_name: String,
    /// Log store, `wafnew-logstore`.
    pub log_store_name: String,
}

/// A rule as listed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rule {
    /// Its number.
    pub rule_id: u64,
    /// Its name; not unique.
    pub rule_name: String,
    /// 1 enabled, 0 disabled.
    pub status: i64,
    /// What it does, as JSON text.
    #[serde(default)]
    pub config: String,
    /// The template it belongs to.
    #[serde(default)]
    pub template_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Template {
    #[serde(rename = "TemplateId")]
    pub id: u64,
    #[serde(rename = "TemplateName")]
    pub name: String,
    /// 1 enabled, 0 disabled.
    #[serde(rename = "TemplateStatus", default)]
    pub status: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Templates {
    #[serde(default)]
    pub templates: Vec<Template>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreatedTemplate {
    pub template_id: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BoundResources {
    #[serde(default)]
    pub resources: Vec<String>,
    #[serde(default)]
    pub next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ObjectsPage {
    #[serde(default)]
    pub resources: Vec<ProtectedObject>,
    pub total_count: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RulesPage {
    #[serde(default)]
    pub rules: Vec<Rule>,
    pub total_count: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreatedRules {
    /// Numbers joined by commas.
    pub rule_ids: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LogStoreStatus {
    pub exist_status: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResourceLogStatuses {
    #[serde(default)]
    pub result: Vec<ResourceLogStatus>,
}

/// Whether an object's requests are logged.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResourceLogStatus {
    pub resource: String,
    pub status: bool,
}

/// An answer of which nothing is needed.
#[derive(Debug, Deserialize)]
pub(super) struct Done {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_a_working_instance_has_an_id() {
        let check = |answer: &str, expected: Option<&str>| {
            let instance: Instance = serde_json::from_str(answer).unwrap();
            assert_eq!(instance.active_id(), expected, "{answer}");
        };
        check(
            r#"{"InstanceId":"waf-1","Status":1,"Edition":"x"}"#,
            Some("waf-1"),
        );
        check(r#"{"InstanceId":"waf-1"}"#, Some("waf-1"));
        check(r#"{"InstanceId":"waf-1","Status":2}"#, None);
        check(r#"{"InstanceId":""}"#, None);
        check(r#"{"RequestId":"r"}"#, None);
    }

    #[test]
    fn a_domain_is_found_by_name_or_detail() {
        let check = |answer: &str, domain, expected| {
            let object: ProtectedObject = serde_json::from_str(answer).unwrap();
            assert_eq!(object.protects(domain), expected, "{answer}");
        };
        check(r#"{"Resource":"www.example.com-waf"}"#, "www.example.com", true);
        check(
            r#"{"Resource":"alb-1","Detail":{"domain":"WWW.example.com","product":"alb"}}"#,
            "www.example.com",
            true,
        );
        check(r#"{"Resource":"www.example.com-waf"}"#, "example.com", false);
    }
}
