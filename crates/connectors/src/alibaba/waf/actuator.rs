//! The firewall as an actuator: one custom rule for one lease, in a template of our own.
//!
//! The API has no client token, so what keeps a block from being made twice is the rule's name: it is looked up before
//! every write. Nothing about template or rules is remembered between calls; somebody may have changed them by hand.

use std::net::IpAddr;

use async_trait::async_trait;
use model::{EntityKey, EntityKind};
use respond::actuator::NAME_PREFIX;
use respond::{Actuator, ActuatorError, RemoteObject};
use tokio::sync::{Mutex, OnceCell};

use super::answer::Rule;
use super::api::WafApi;
use super::rule::{AclRule, Found};
use crate::alibaba::{CallError, ErrorClass};
use crate::egress::EgressError;
use crate::pace::Pace;

/// Name of the system in leases and policies.
pub const SYSTEM: &str = "alibaba/waf";

/// Name of our template.
const TEMPLATE: &str = "ctdr";

/// The vendor's limit on each writing call.
const WRITES_PER_SECOND: u32 = 5;

/// Protected objects bound in one call.
const BIND_AT_ONCE: usize = 50;

/// Which protected objects a block applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resources {
    /// All there are when a block is made.
    All,
    /// These, by the vendor's names (`www.example.com-waf`).
    Named(Vec<String>),
}

/// One firewall instance to block addresses in.
#[derive(Debug)]
pub struct WafActuator {
    api: WafApi,
    resources: Resources,
    instance: OnceCell<String>,
    /// Two writers at once would both find nothing and both write.
    writing: Mutex<()>,
    binds: Pace,
    creates: Pace,
    deletes: Pace,
}

impl WafActuator {
    /// An actuator for `instance`, or for the account's only one where it is not named.
    pub fn new(api: WafApi, instance: Option<String>, resources: Resources) -> Self {
        Self {
            api,
            resources,
            instance: OnceCell::new_with(instance),
            writing: Mutex::new(()),
            binds: Pace::per_second(WRITES_PER_SECOND),
            creates: Pace::per_second(WRITES_PER_SECOND),
            deletes: Pace::per_second(WRITES_PER_SECOND),
        }
    }

    async fn instance(&self) -> Result<&str, ActuatorError> {
        let found = self.instance.get_or_try_init(|| async {
            let instance = self.api.instance().await.map_err(actuator_error)?;
            instance
                .active_id()
                .map(str::to_owned)
                .ok_or_else(|| ActuatorError::Refused {
                    code: "NoInstance".to_owned(),
                    message: "the account has no working WAF 3.0 instance in this region".to_owned(),
                })
        });
        found.await.map(String::as_str)
    }

    async fn template(&self, instance: &str) -> Result<Option<u64>, ActuatorError> {
        let found = self
            .api
            .template(instance, TEMPLATE)
            .await
            .map_err(actuator_error)?;
        Ok(found.map(|template| template.id))
    }

    /// Our template, made if it is not there and enabled, and bound to every object it should apply to.
    async fn ready_template(&self, instance: &str) -> Result<u64, ActuatorError> {
        let found = self
            .api
            .template(instance, TEMPLATE)
            .await
            .map_err(actuator_error)?;
        let template = match found {
            Some(template) if template.status == Some(0) => return Err(template_disabled()),
            Some(template) => template.id,
            None => self
                .api
                .create_template(instance, TEMPLATE)
                .await
                .map_err(actuator_error)?,
        };
        let bound = self
            .api
            .bound_objects(instance, template)
            .await
            .map_err(actuator_error)?;
        let mut missing = self.wanted_objects(instance).await?;
        missing.retain(|object| !bound.contains(object));
        for objects in missing.chunks(BIND_AT_ONCE) {
            self.binds.turn().await;
            self.api
                .bind(instance, template, objects)
                .await
                .map_err(actuator_error)?;
        }
        Ok(template)
    }

    async fn remove(&self, instance: &str, template: u64, id: &str) -> Result<(), ActuatorError> {
        self.deletes.turn().await;
        match self.api.delete_rule(instance, template, id).await {
            Err(error) if error.class() == Some(ErrorClass::NotFound) => Ok(()),
            other => other.map_err(actuator_error),
        }
    }

    async fn wanted_objects(&self, instance: &str) -> Result<Vec<String>, ActuatorError> {
        match &self.resources {
            Resources::Named(names) => Ok(names.clone()),
            Resources::All => {
                let objects = self
                    .api
                    .protected_objects(instance)
                    .await
                    .map_err(actuator_error)?;
                Ok(objects.into_iter().map(|object| object.resource).collect())
            }
        }
    }
}

#[async_trait]
impl Actuator for WafActuator {
    fn system(&self) -> &str {
        SYSTEM
    }

    async fn list(&self) -> Result<Vec<RemoteObject>, ActuatorError> {
        let instance = self.instance().await?;
        let Some(template) = self.template(instance).await? else {
            return Ok(Vec::new());
        };
        let rules = self
            .api
            .rules_of(instance, template)
            .await
            .map_err(actuator_error)?;
        Ok(rules
            .iter()
            .filter(|rule| rule.rule_name.starts_with(NAME_PREFIX))
            .map(remote_object)
            .collect())
    }

    async fn create(&self, name: &str, entity: &EntityKey) -> Result<RemoteObject, ActuatorError> {
        let rule = AclRule::block(name, address_of(entity)?).map_err(|error| ActuatorError::Refused {
            code: "InvalidName".to_owned(),
            message: error.to_string(),
        })?;
        let instance = self.instance().await?;
        let _writing = self.writing.lock().await;
        let template = self.ready_template(instance).await?;
        let existing = self
            .api
            .rules_named(instance, template, name)
            .await
            .map_err(actuator_error)?;
        let found: Vec<_> = existing.iter().map(remote_object).collect();
        let is_wanted = |object: &&RemoteObject| object.intact && object.entity.as_ref() == Some(entity);
        if let Some(object) = found.iter().find(is_wanted) {
            return Ok(object.clone());
        }
        // Somebody edited it: without token or version in the API, starting afresh is what ends in a known state.
        for edited in &found {
            self.remove(instance, template, &edited.id).await?;
        }
        self.creates.turn().await;
        let created = self.api.create_rule(instance, template, &rule).await;
        let id = created.map_err(actuator_error)?.to_string();
        Ok(RemoteObject {
            id,
            name: name.to_owned(),
            entity: Some(entity.clone()),
            intact: true,
        })
    }

    async fn delete(&self, object: &RemoteObject) -> Result<(), ActuatorError> {
        let instance = self.instance().await?;
        // Without the template there is no rule in it.
        let Some(template) = self.template(instance).await? else {
            return Ok(());
        };
        self.remove(instance, template, &object.id).await
    }

    async fn check(&self) -> Result<(), ActuatorError> {
        let instance = self.instance().await?;
        self.template(instance).await.map(drop)
    }
}

fn remote_object(rule: &Rule) -> RemoteObject {
    let Found { entity, intact } = Found::read(rule);
    RemoteObject {
        id: rule.rule_id.to_string(),
        name: rule.rule_name.clone(),
        entity,
        intact,
    }
}

fn address_of(entity: &EntityKey) -> Result<IpAddr, ActuatorError> {
    let address = (entity.kind == EntityKind::Ip)
        .then(|| entity.value.parse().ok())
        .flatten();
    address.ok_or_else(|| ActuatorError::Refused {
        code: "UnsupportedEntity".to_owned(),
        message: format!("`{entity}` is not a single address"),
    })
}

/// Somebody switched our template off: that is a decision, not a defect to repair behind their back.
fn template_disabled() -> ActuatorError {
    ActuatorError::Refused {
        code: "TemplateDisabled".to_owned(),
        message: format!("the template `{TEMPLATE}` was disabled in the firewall's console"),
    }
}

fn actuator_error(error: CallError) -> ActuatorError {
    match error {
        CallError::Api(error) => {
            let class = error.class();
            let (code, message) = (error.code, error.message);
            match class {
                ErrorClass::Throttled => ActuatorError::Throttled { retry_after: None },
                ErrorClass::Server | ErrorClass::NonceUsed => ActuatorError::Server { code, message },
                ErrorClass::Quota => ActuatorError::Quota { code, message },
                ErrorClass::ClockSkew | ErrorClass::Credentials | ErrorClass::Permission => {
                    ActuatorError::Denied { code, message }
                }
                ErrorClass::NotFound | ErrorClass::InvalidCursor | ErrorClass::Rejected => {
                    ActuatorError::Refused { code, message }
                }
            }
        }
        CallError::Egress(error) if error.outcome_unknown() => ActuatorError::Timeout,
        CallError::Egress(EgressError::Denied { .. } | EgressError::Url { .. }) => ActuatorError::Refused {
            code: "Egress".to_owned(),
            message: error.to_string(),
        },
        CallError::Egress(error) => ActuatorError::Unreachable(error.to_string()),
        CallError::Malformed { .. } => ActuatorError::Server {
            code: "MalformedAnswer".to_owned(),
            message: error.to_string(),
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::alibaba::openapi::OpenApiClient;
    use crate::alibaba::waf::VERSION;
    use crate::alibaba::{ApiError, Credentials};
    use crate::egress::EgressLimits;
    use crate::scripted::Scripted;

    fn api(http_status: u16, code: &str) -> CallError {
        let (code, message, request_id) = (code.to_owned(), String::new(), String::new());
        CallError::Api(ApiError {
            http_status,
            code,
            message,
            request_id,
        })
    }

    #[test]
    fn errors_say_whether_to_try_again_and_whether_to_look() {
        let host = || "waf.example".to_owned();
        let check = |error: CallError, retriable, outcome_known| {
            let shown = error.to_string();
            let mapped = actuator_error(error);
            assert_eq!(
                (mapped.retriable(), mapped.outcome_known()),
                (retriable, outcome_known),
                "{shown}: {mapped}"
            );
        };
        check(api(400, "Throttling.User"), true, true);
        check(api(503, "ServiceUnavailable"), true, false);
        check(api(403, "NoPermission"), false, true);
        check(api(400, "ParamError"), false, true);
        check(api(400, "Defense.Control.DefenseRuleCountOverSize"), false, true);
        check(
            CallError::Egress(EgressError::Timeout { host: host() }),
            true,
            false,
        );
        check(
            CallError::Egress(EgressError::Broken {
                host: host(),
                reason: String::new(),
            }),
            true,
            false,
        );
        check(
            CallError::Egress(EgressError::Connect {
                host: host(),
                reason: String::new(),
            }),
            true,
            true,
        );
        check(CallError::malformed("CreateDefenseRule", "no json"), true, false);
    }

    #[test]
    fn only_single_addresses_are_blocked() {
        let check = |kind, value, expected| {
            assert_eq!(
                address_of(&EntityKey::new(kind, value)).is_ok(),
                expected,
                "{value}"
            );
        };
        check(EntityKind::Ip, "203.0.113.7", true);
        check(EntityKind::Ip, "2001:db8::7", true);
        check(EntityKind::Ip, "203.0.113.0/24", false);
        check(EntityKind::Domain, "203.0.113.7", false);
    }

    const TEMPLATES: &str = r#"{"Templates":[{"TemplateId":6,"TemplateName":"ctdr-old"},{"TemplateId":7,"TemplateName":"ctdr","TemplateStatus":1}]}"#;
    const BOUND: &str = r#"{"Resources":["www.example.com-waf"]}"#;

    fn listed(id: u64, name: &str, status: u8, address: &str) -> String {
        let condition = serde_json::json!({"key": "IP", "opValue": "contain", "values": address});
        let config =
            serde_json::json!({"action": "block", "ccStatus": 0, "conditions": [condition]}).to_string();
        serde_json::json!({"RuleId": id, "RuleName": name, "Status": status, "Config": config, "TemplateId": 7}).to_string()
    }

    fn page(total: usize, rules: &[String]) -> String {
        format!(r#"{{"TotalCount":{total},"Rules":[{}]}}"#, rules.join(","))
    }

    /// An actuator for one object, and the server that answers it.
    fn actuator(answers: &[(u16, &str, &str)]) -> (WafActuator, Scripted) {
        let scripted = Scripted::new(answers);
        let credentials = Credentials {
            access_key_id: "id".to_owned(),
            access_key_secret: "s".into(),
            security_token: None,
        };
        let endpoint = format!("http://{}", scripted.address).parse().unwrap();
        let client = OpenApiClient::new(
            Scripted::egress(EgressLimits::default()),
            endpoint,
            VERSION,
            credentials,
        );
        let api = WafApi::new(client, "cn-hangzhou", None);
        let resources = Resources::Named(vec!["www.example.com-waf".to_owned()]);
        (
            WafActuator::new(api, Some("waf-1".to_owned()), resources),
            scripted,
        )
    }

    fn actions(scripted: Scripted) -> Vec<String> {
        scripted
            .seen()
            .iter()
            .map(|seen| seen.header("x-acs-action").unwrap().to_owned())
            .collect()
    }

    fn attacker() -> EntityKey {
        EntityKey::new(EntityKind::Ip, "203.0.113.7")
    }

    fn object(id: &str) -> RemoteObject {
        RemoteObject {
            id: id.to_owned(),
            name: "ctdr-1".to_owned(),
            entity: Some(attacker()),
            intact: true,
        }
    }

    #[tokio::test]
    async fn a_first_block_makes_and_binds_the_template_then_the_rule() {
        let (actuator, scripted) = actuator(&[
            (200, "", r#"{"Templates":[]}"#),
            (200, "", r#"{"TemplateId":7}"#),
            (200, "", r#"{"Resources":[]}"#),
            (200, "", "{}"),
            (200, "", &page(0, &[])),
            (200, "", r#"{"RuleIds":"20111098"}"#),
        ]);
        assert_eq!(
            actuator.create("ctdr-1", &attacker()).await,
            Ok(object("20111098"))
        );
        let seen = scripted.seen();
        let made: Vec<_> = seen
            .iter()
            .map(|seen| seen.header("x-acs-action").unwrap())
            .collect();
        let expected = [
            "DescribeDefenseTemplates",
            "CreateDefenseTemplate",
            "DescribeTemplateResources",
            "ModifyTemplateResources",
            "DescribeDefenseRules",
            "CreateDefenseRule",
        ];
        assert_eq!(made, expected);
        assert!(
            seen[3].head[0].contains("BindResources.1=www.example.com-waf&InstanceId=waf-1"),
            "{:?}",
            seen[3]
        );
        assert!(
            seen[5].head[0]
                .contains("DefenseScene=custom_acl&InstanceId=waf-1&RegionId=cn-hangzhou&TemplateId=7")
        );
        assert!(
            seen[5].body.starts_with("Rules=%5B%7B%22name%22%3A%22ctdr-1%22"),
            "{}",
            seen[5].body
        );
    }

    #[tokio::test]
    async fn a_rule_that_is_there_is_not_made_again() {
        let rules = [
            listed(8, "ctdr-12", 1, "203.0.113.7"),
            listed(9, "ctdr-1", 1, "203.0.113.7"),
        ];
        let answers = [
            (200, "", TEMPLATES),
            (200, "", BOUND),
            (200, "", &page(2, &rules)),
        ];
        let (actuator, scripted) = actuator(&answers);
        assert_eq!(actuator.create("ctdr-1", &attacker()).await, Ok(object("9")));
        assert_eq!(
            actions(scripted),
            [
                "DescribeDefenseTemplates",
                "DescribeTemplateResources",
                "DescribeDefenseRules"
            ]
        );
    }

    #[tokio::test]
    async fn a_rule_edited_by_hand_is_made_afresh() {
        let disabled = page(1, &[listed(9, "ctdr-1", 0, "203.0.113.7")]);
        let gone = r#"{"Code":"Defense.Control.DefenseRuleNotExist"}"#;
        let made = r#"{"RuleIds":"10"}"#;
        let answers = [
            (200, "", TEMPLATES),
            (200, "", BOUND),
            (200, "", &*disabled),
            (400, "", gone),
            (200, "", made),
        ];
        let (actuator, scripted) = actuator(&answers);
        assert_eq!(actuator.create("ctdr-1", &attacker()).await, Ok(object("10")));
        assert_eq!(actions(scripted)[3..], ["DeleteDefenseRule", "CreateDefenseRule"]);
    }

    #[tokio::test]
    async fn gone_already_is_deleted_but_an_unknown_call_is_not() {
        for (status, code, expected) in [
            (200, "", true),
            (400, "Defense.Control.DefenseRuleNotExist", true),
            (404, "InvalidAction.NotFound", false),
            (503, "ServiceUnavailable", false),
        ] {
            let body = format!(r#"{{"Code":"{code}"}}"#);
            let (actuator, scripted) = actuator(&[(200, "", TEMPLATES), (status, "", &body)]);
            assert_eq!(actuator.delete(&object("9")).await.is_ok(), expected, "{code}");
            assert!(scripted.seen()[1].head[0].contains("RuleIds=9&TemplateId=7"));
        }
        let (actuator, scripted) = actuator(&[(200, "", r#"{"Templates":[]}"#)]);
        assert_eq!(actuator.delete(&object("9")).await, Ok(()));
        assert_eq!(actions(scripted), ["DescribeDefenseTemplates"]);
    }

    #[tokio::test]
    async fn a_listing_holds_every_page_of_ours_or_fails() {
        let first = page(
            3,
            &[
                listed(1, "ctdr-1", 1, "203.0.113.7"),
                listed(2, "by hand", 1, "203.0.113.8"),
            ],
        );
        let second = page(3, &[listed(3, "ctdr-3", 0, "198.51.100.9")]);
        let (whole, scripted) = actuator(&[(200, "", TEMPLATES), (200, "", &first), (200, "", &second)]);
        let listed: Vec<_> = whole
            .list()
            .await
            .unwrap()
            .into_iter()
            .map(|object| (object.id, object.intact))
            .collect();
        assert_eq!(listed, [("1".to_owned(), true), ("3".to_owned(), false)]);
        assert!(scripted.seen()[2].head[0].contains("PageNumber=2"));

        let (partial, _) = actuator(&[(200, "", TEMPLATES), (200, "", &first), (200, "", &page(3, &[]))]);
        assert!(matches!(partial.list().await, Err(ActuatorError::Server { .. })));
    }

    #[tokio::test]
    async fn a_nonce_seen_before_is_replaced_once() {
        let used = r#"{"Code":"SignatureNonceUsed"}"#;
        let (actuator, scripted) = actuator(&[(400, "", used), (200, "", TEMPLATES)]);
        assert_eq!(actuator.check().await, Ok(()));
        let seen = scripted.seen();
        let nonce = |index: usize| seen[index].header("x-acs-signature-nonce");
        assert_ne!(nonce(0), nonce(1));
    }
}
