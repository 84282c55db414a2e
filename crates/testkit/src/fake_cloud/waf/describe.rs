//! The calls that only read.

use super::{
    firewall::{Firewall, StoredRule, Template, TemplateKind, known_object},
    parameters::{Parameters, invalid},
};
use crate::fake_cloud::{FakeCloudConfig, WAF_LOGSTORE, refusal::Refusal};
use model::Time;
use serde::Deserialize;
use serde_json::{Value, json};

/// `DescribeInstance`: the part of it that says what the edition allows.
pub(super) fn instance(config: &FakeCloudConfig, started: Time) -> Value {
    json!({
        "InstanceId": config.instance_id,
        "RegionId": config.region,
        "Edition": "default_version",
        "PayType": "POSTPAY",
        "Status": 1,
        "InDebt": "1",
        "StartTime": started.millis(),
        "Details": {
            "CustomRule": true,
            "CustomRuleAction": "block,monitor",
            "CustomRuleCondition": "IP",
            "CustomRuleInTemplateMaxCount": config.limits.rules_per_template,
            "CustomRuleTemplateMaxCount": config.limits.templates,
            "AclRuleMaxIpCount": config.limits.addresses_per_rule,
            "DefenseObjectMaxCount": config.objects.len(),
            "LogService": true,
        },
    })
}

/// `DescribeDefenseTemplates`.
pub(super) fn templates(firewall: &Firewall, parameters: &Parameters) -> Result<Value, Refusal> {
    let id: Option<u64> = parameters.parsed("TemplateId")?;
    let scene = parameters.text("DefenseScene");
    let name = parameters.text("TemplateName");
    let kind = parameters.text("TemplateType");
    let matching: Vec<&Template> = firewall
        .templates
        .values()
        .filter(|template| id.is_none_or(|id| template.id == id))
        .filter(|template| scene.is_none_or(|scene| template.scene == scene))
        // The vendor does not say whether a name has to match whole; the looser reading is the harder one for clients.
        .filter(|template| name.is_none_or(|name| template.name.contains(name)))
        .filter(|template| kind.is_none_or(|kind| kind_name(template.kind) == kind))
        .collect();
    let page: Vec<Value> = parameters
        .page(20)?
        .of(&matching)
        .iter()
        .map(|t| describe_template(t))
        .collect();
    Ok(json!({"TotalCount": matching.len(), "Templates": page}))
}

fn describe_template(template: &Template) -> Value {
    json!({
        "TemplateId": template.id,
        "TemplateName": template.name,
        "TemplateType": kind_name(template.kind),
        "TemplateOrigin": "custom",
        "TemplateStatus": u8::from(template.enabled),
        "DefenseScene": template.scene,
        "GmtModified": template.modified.millis(),
    })
}

fn kind_name(kind: TemplateKind) -> &'static str {
    match kind {
        TemplateKind::UserDefault => "user_default",
        TemplateKind::UserCustom => "user_custom",
    }
}

/// `DescribeTemplateResources`, paged by a token that is a position.
pub(super) fn template_resources(firewall: &Firewall, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.required("TemplateId")?;
    let template = firewall.template(parameters.parsed("TemplateId")?.unwrap_or_default())?;
    if parameters.required("ResourceType")? != "single" {
        // There are no groups and no assets here, so none are bound.
        return Ok(json!({"TemplateId": template.id, "TotalCount": 0, "Resources": []}));
    }
    let wanted = parameters.text("Resource").unwrap_or_default();
    let matching: Vec<&String> = template
        .objects
        .iter()
        .filter(|name| name.contains(wanted))
        .collect();
    let most: usize = parameters.parsed("MaxResults")?.unwrap_or(500);
    let start: usize = parameters.parsed("NextToken")?.unwrap_or(0);
    if !(1..=500).contains(&most) || start > matching.len() {
        return Err(invalid(
            "MaxResults is 1 to 500, NextToken comes from the previous page",
        ));
    }
    let end = matching.len().min(start + most);
    let mut answer = json!({
        "TemplateId": template.id,
        "TotalCount": matching.len(),
        "MaxResults": most,
        "Resources": matching[start..end],
    });
    if end < matching.len() {
        answer["NextToken"] = json!(end.to_string());
    }
    Ok(answer)
}

/// `DescribeDefenseResources`.
pub(super) fn resources(
    config: &FakeCloudConfig,
    parameters: &Parameters,
    started: Time,
) -> Result<Value, Refusal> {
    #[derive(Deserialize, Default)]
    #[serde(deny_unknown_fields)]
    struct Query {
        #[serde(default)]
        resource: String,
    }
    let query: Query = read_query(parameters)?;
    let matching: Vec<_> = config
        .objects
        .iter()
        .filter(|object| object.name.contains(&query.resource))
        .collect();
    let page = parameters.page(10)?.of(&matching).iter().map(|object| {
        json!({
            "Resource": object.name,
            "Pattern": "domain",
            "Product": "waf",
            "ResourceOrigin": "access",
            "ResourceStatus": "active",
            "ResourceGroup": "",
            "Detail": {"domain": object.domain},
            "InstanceId": config.instance_id,
            "OwnerUserId": config.account_id,
            "XffStatus": 0,
            "CustomHeaders": [],
            "AcwCookieStatus": 0,
            "AcwSecureStatus": 0,
            "GmtCreate": started.millis(),
            "GmtModified": started.millis(),
        })
    });
    Ok(json!({"TotalCount": matching.len(), "Resources": page.collect::<Vec<_>>()}))
}

/// `DescribeDefenseRules`.
pub(super) fn rules(firewall: &Firewall, parameters: &Parameters, stale: bool) -> Result<Value, Refusal> {
    #[derive(Deserialize, Default)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Query {
        name: Option<String>,
        template_id: Option<u64>,
        rule_id: Option<u64>,
        defense_scene: Option<String>,
    }
    let query: Query = read_query(parameters)?;
    if parameters.text("RuleType") == Some("whitelist") {
        return Ok(json!({"TotalCount": 0, "Rules": []}));
    }
    let matching: Vec<&StoredRule> = firewall
        .rules(stale)
        .filter(|stored| query.template_id.is_none_or(|id| stored.template == id))
        .filter(|stored| query.rule_id.is_none_or(|id| stored.id == id))
        // See the note on template names above.
        .filter(|stored| {
            query
                .name
                .as_ref()
                .is_none_or(|name| stored.rule.name.contains(name))
        })
        .filter(|_| {
            query
                .defense_scene
                .as_ref()
                .is_none_or(|scene| scene == "custom_acl")
        })
        .collect();
    let page: Vec<Value> = parameters
        .page(10)?
        .of(&matching)
        .iter()
        .map(|rule| describe_rule(rule))
        .collect();
    Ok(json!({"TotalCount": matching.len(), "Rules": page}))
}

fn describe_rule(stored: &StoredRule) -> Value {
    json!({
        "RuleId": stored.id,
        "RuleName": stored.rule.name,
        "Status": u8::from(stored.rule.enabled),
        "Config": stored.rule.config,
        "TemplateId": stored.template,
        "DefenseScene": "custom_acl",
        "DefenseType": "template",
        "DefenseOrigin": "custom",
        "GmtCreate": stored.modified.millis(),
        "GmtModified": stored.modified.millis(),
    })
}

/// `DescribeSlsLogStore`.
pub(super) fn log_store(config: &FakeCloudConfig) -> Value {
    json!({
        "ProjectName": config.waf_project(),
        "LogStoreName": WAF_LOGSTORE,
        "Quota": 3_298_534_883_328_u64,
        "Ttl": 180,
        "Used": 0,
    })
}

/// `DescribeResourceLogStatus`: everything that is protected is logged.
pub(super) fn log_status(config: &FakeCloudConfig, parameters: &Parameters) -> Result<Value, Refusal> {
    let names = parameters.text("Resources").unwrap_or_default();
    let status = names.split(',').filter(|name| !name.is_empty()).map(|name| {
        known_object(config, name)?;
        Ok(json!({"Resource": name, "Status": true}))
    });
    Ok(json!({"Result": status.collect::<Result<Vec<_>, Refusal>>()?}))
}

/// The `Query` parameter: a JSON object in a string.
fn read_query<'p, T: Deserialize<'p> + Default>(parameters: &'p Parameters) -> Result<T, Refusal> {
    match parameters.text("Query") {
        None => Ok(T::default()),
        Some(text) => {
            serde_json::from_str(text).map_err(|error| invalid(&format!("Query is malformed: {error}")))
        }
    }
}
