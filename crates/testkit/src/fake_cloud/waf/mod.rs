//! The WAF 3.0 `OpenAPI` (RPC, version 2021-10-01): instance, templates, protected objects, custom rules, log store.
//! See <https://www.alibabacloud.com/help/en/waf/web-application-firewall-3-0/developer-reference/api-waf-openapi-2021-10-01-overview>.

mod describe;
mod firewall;
mod parameters;
mod rule;
mod write;

use super::{Cloud, call::Call, faults, lock, refusal::Family, refusal::Refusal, verify};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use parameters::Parameters;
use serde_json::Value;

pub(super) use firewall::{AclHit, Firewall};
pub(super) use rule::Action;

pub use firewall::RuleState;

/// The calls served here.
pub(super) const APIS: &[&str] = &[
    "DescribeInstance",
    "DescribeDefenseTemplates",
    "CreateDefenseTemplate",
    "ModifyTemplateResources",
    "DescribeTemplateResources",
    "DescribeDefenseResources",
    "CreateDefenseRule",
    "DescribeDefenseRules",
    "DeleteDefenseRule",
    "DescribeSlsLogStore",
    "DescribeSlsLogStoreStatus",
    "DescribeResourceLogStatus",
];

/// Verifies a call and answers it.
pub(super) async fn answer(cloud: &Cloud, call: &Call) -> Response {
    let family = Family::OpenApi;
    let refuse = |refusal| family.render(&refusal, &cloud.next_request_id());
    let verified = verify::acs3(call, &cloud.config, cloud.now(), &mut lock(&cloud.nonces));
    if let Err(refusal) = verified {
        cloud.count_refused();
        return refuse(refusal);
    }
    let action = call.header("x-acs-action");
    let Some(api) = APIS.iter().find(|api| **api == action) else {
        return refuse(Refusal::new(
            404,
            "InvalidAction.NotFound",
            "Specified api is not found, please check your url and method.",
        ));
    };
    if call.header("x-acs-version") != "2021-10-01" {
        return refuse(Refusal::new(
            404,
            "InvalidVersion",
            "Specified parameter Version is not valid.",
        ));
    }
    cloud.count(api);
    faults::answer(cloud, family, api, |stale| {
        let mut answer = handle(cloud, api, &Parameters::of(call), stale)?;
        let request_id = cloud.next_request_id();
        answer["RequestId"] = Value::String(request_id.clone());
        Ok(([("x-acs-request-id", request_id)], Json(answer)).into_response())
    })
    .await
}

fn handle(cloud: &Cloud, api: &str, parameters: &Parameters, stale: bool) -> Result<Value, Refusal> {
    let config = &cloud.config;
    if api == "DescribeInstance" {
        return Ok(describe::instance(config, cloud.started));
    }
    if parameters.required("InstanceId")? != config.instance_id {
        let message = "The instance does not belong to the current user.";
        return Err(Refusal::new(400, "Waf.Instance.ValidFaild", message));
    }
    let mut firewall = lock(&cloud.firewall);
    match api {
        "DescribeDefenseTemplates" => describe::templates(&firewall, parameters),
        "DescribeTemplateResources" => describe::template_resources(&firewall, parameters),
        "DescribeDefenseResources" => describe::resources(config, parameters, cloud.started),
        "DescribeDefenseRules" => describe::rules(&firewall, parameters, stale),
        "CreateDefenseTemplate" => write::create_template(&mut firewall, parameters, config, cloud.now()),
        "ModifyTemplateResources" => write::modify_resources(&mut firewall, parameters, config, cloud.now()),
        "CreateDefenseRule" => write::create_rules(&mut firewall, parameters, config, cloud.now()),
        "DeleteDefenseRule" => write::delete_rules(&mut firewall, parameters, config, cloud.now()),
        "DescribeResourceLogStatus" => describe::log_status(config, parameters),
        "DescribeSlsLogStore" => Ok(describe::log_store(config)),
        _ => Ok(serde_json::json!({"ExistStatus": true})),
    }
}
