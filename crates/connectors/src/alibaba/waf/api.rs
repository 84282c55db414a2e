//! The firewall's calls, one function each, with the vendor's parameter names. Nothing here decides anything.

use serde::de::DeserializeOwned;

use super::answer::{
    BoundResources, CreatedRules, CreatedTemplate, Done, Instance, LogStoreName, LogStoreStatus, ObjectsPage,
    ProtectedObject, ResourceLogStatus, ResourceLogStatuses, Rule, RulesPage, Template, Templates,
};
use super::rule::AclRule;
use crate::alibaba::CallError;
use crate::alibaba::openapi::{OpenApiCall, OpenApiClient};

/// The API version these calls are of.
pub const VERSION: &str = "2021-10-01";

/// Custom rules, the scene our template and rules belong to.
const SCENE: &str = "custom_acl";

/// Entries asked for in one page.
const PAGE: usize = 50;

/// Pages read before giving up on a listing that never ends.
const MAX_PAGES: usize = 400;

/// The firewall of one account in one of the vendor's two regions (`cn-hangzhou`: mainland; `ap-southeast-1`: the rest).
#[derive(Debug, Clone)]
pub struct WafApi {
    client: OpenApiClient,
    region: String,
    resource_group: Option<String>,
}

impl WafApi {
    /// The firewall behind `client`, which must be made for [`VERSION`].
    pub fn new(client: OpenApiClient, region: impl Into<String>, resource_group: Option<String>) -> Self {
        Self {
            client,
            region: region.into(),
            resource_group,
        }
    }

    /// The purchased instance, `DescribeInstance`.
    pub async fn instance(&self) -> Result<Instance, CallError> {
        self.call(self.base("DescribeInstance")).await
    }

    /// All protected objects, `DescribeDefenseResources`.
    pub async fn protected_objects(&self, instance: &str) -> Result<Vec<ProtectedObject>, CallError> {
        let action = "DescribeDefenseResources";
        let mut found = Vec::new();
        for page in 1..=MAX_PAGES {
            let call = self
                .of(action, instance)
                .query("PageNumber", page)
                .query("PageSize", PAGE);
            let answer: ObjectsPage = self.call(call).await?;
            let last = answer.resources.is_empty();
            found.extend(answer.resources);
            if found.len() >= answer.total_count {
                return Ok(found);
            }
            if last {
                return Err(incomplete(action, found.len(), answer.total_count));
            }
        }
        Err(CallError::malformed(action, "it has no last page"))
    }

    /// Whether the firewall's log goes anywhere, `DescribeSlsLogStoreStatus`.
    pub async fn log_store_exists(&self, instance: &str) -> Result<bool, CallError> {
        let answer: LogStoreStatus = self.call(self.of("DescribeSlsLogStoreStatus", instance)).await?;
        Ok(answer.exist_status)
    }

    /// Where the firewall's log goes, `DescribeSlsLogStore`.
    pub async fn log_store(&self, instance: &str) -> Result<LogStoreName, CallError> {
        self.call(self.of("DescribeSlsLogStore", instance)).await
    }

    /// Which of the named objects are logged, `DescribeResourceLogStatus`. Asks for the first fifty.
    pub async fn logged_objects(&self, instance: &str, objects: &[&str]) -> Result<Vec<String>, CallError> {
        let names = objects[..objects.len().min(PAGE)].join(",");
        let call = self
            .of("DescribeResourceLogStatus", instance)
            .query("Resources", names);
        let answer: ResourceLogStatuses = self.call(call).await?;
        let logged = |status: ResourceLogStatus| status.status.then_some(status.resource);
        Ok(answer.result.into_iter().filter_map(logged).collect())
    }

    /// The template called `name`, `DescribeDefenseTemplates`; the filter of the call is not trusted to be exact.
    pub(super) async fn template(&self, instance: &str, name: &str) -> Result<Option<Template>, CallError> {
        let call = self
            .of("DescribeDefenseTemplates", instance)
            .query("DefenseScene", SCENE)
            .query("TemplateType", "user_custom")
            .query("TemplateName", name)
            .query("PageSize", PAGE);
        let answer: Templates = self.call(call).await?;
        Ok(answer
            .templates
            .into_iter()
            .find(|template| template.name == name))
    }

    /// Makes an enabled template, `CreateDefenseTemplate`.
    pub(super) async fn create_template(&self, instance: &str, name: &str) -> Result<u64, CallError> {
        let call = self
            .of("CreateDefenseTemplate", instance)
            .query("DefenseScene", SCENE)
            .query("TemplateName", name)
            .query("TemplateType", "user_custom")
            .query("TemplateOrigin", "custom")
            .query("TemplateStatus", 1)
            .query(
                "Description",
                "blocks of OpenCTDR; each rule is removed when its block expires",
            );
        Ok(self.call::<CreatedTemplate>(call).await?.template_id)
    }

    /// Names of the protected objects a template applies to, `DescribeTemplateResources`.
    pub(super) async fn bound_objects(
        &self,
        instance: &str,
        template: u64,
    ) -> Result<Vec<String>, CallError> {
        let action = "DescribeTemplateResources";
        let (mut found, mut token) = (Vec::new(), None);
        for _page in 0..MAX_PAGES {
            let call = self
                .of(action, instance)
                .query("TemplateId", template)
                .query("ResourceType", "single")
                .query_opt("NextToken", token.as_ref());
            let answer: BoundResources = self.call(call).await?;
            found.extend(answer.resources);
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
        Err(CallError::malformed(action, "it has no last page"))
    }

    /// Applies a template to more objects, `ModifyTemplateResources`.
    pub(super) async fn bind(
        &self,
        instance: &str,
        template: u64,
        objects: &[String],
    ) -> Result<(), CallError> {
        let call = self
            .of("ModifyTemplateResources", instance)
            .query("TemplateId", template)
            .array("BindResources", objects);
        self.call::<Done>(call).await.map(drop)
    }

    /// Every rule of a template, `DescribeDefenseRules`.
    pub(super) async fn rules_of(&self, instance: &str, template: u64) -> Result<Vec<Rule>, CallError> {
        self.rules(instance, &serde_json::json!({ "templateId": template }))
            .await
    }

    /// The rules called `name` in a template, `DescribeDefenseRules`; the filter of the call is not trusted to be exact.
    pub(super) async fn rules_named(
        &self,
        instance: &str,
        template: u64,
        name: &str,
    ) -> Result<Vec<Rule>, CallError> {
        let mut rules = self.rules(instance, &serde_json::json!({ "name": name })).await?;
        rules.retain(|rule| rule.rule_name == name && rule.template_id.is_none_or(|id| id == template));
        Ok(rules)
    }

    async fn rules(&self, instance: &str, query: &serde_json::Value) -> Result<Vec<Rule>, CallError> {
        let action = "DescribeDefenseRules";
        let mut found = Vec::new();
        for page in 1..=MAX_PAGES {
            let call = self
                .of(action, instance)
                .query("Query", query)
                .query("RuleType", "defense")
                .query("PageNumber", page)
                .query("PageSize", PAGE);
            let answer: RulesPage = self.call(call).await?;
            let last = answer.rules.is_empty();
            found.extend(answer.rules);
            if found.len() >= answer.total_count {
                return Ok(found);
            }
            if last {
                return Err(incomplete(action, found.len(), answer.total_count));
            }
        }
        Err(CallError::malformed(action, "it has no last page"))
    }

    /// Makes a rule, `CreateDefenseRule`. There is no client token: calling twice makes two.
    pub(super) async fn create_rule(
        &self,
        instance: &str,
        template: u64,
        rule: &AclRule,
    ) -> Result<u64, CallError> {
        let action = "CreateDefenseRule";
        let call = self
            .of(action, instance)
            .query("DefenseScene", SCENE)
            .query("TemplateId", template)
            .form("Rules", rule.parameter());
        let ids = self.call::<CreatedRules>(call).await?.rule_ids;
        ids.trim()
            .parse()
            .map_err(|_| CallError::malformed(action, format_args!("`{ids}` is not one rule id")))
    }

    /// Removes a rule, `DeleteDefenseRule`.
    pub(super) async fn delete_rule(&self, instance: &str, template: u64, id: &str) -> Result<(), CallError> {
        let call = self
            .of("DeleteDefenseRule", instance)
            .query("TemplateId", template)
            .query("RuleIds", id);
        self.call::<Done>(call).await.map(drop)
    }

    fn base(&self, action: &'static str) -> OpenApiCall {
        OpenApiCall::new(action)
            .query("RegionId", &self.region)
            .query_opt("ResourceManagerResourceGroupId", self.resource_group.as_ref())
    }

    fn of(&self, action: &'static str, instance: &str) -> OpenApiCall {
        self.base(action).query("InstanceId", instance)
    }

    async fn call<T: DeserializeOwned>(&self, call: OpenApiCall) -> Result<T, CallError> {
        self.client.call(call).await
    }
}

/// A listing that lost entries while it was read must not pass for the whole: a block would look as if it were gone.
fn incomplete(action: &'static str, found: usize, total: usize) -> CallError {
    CallError::malformed(action, format_args!("{found} of {total} entries were returned"))
}
