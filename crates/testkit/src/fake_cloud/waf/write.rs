//! The calls that change the firewall. Each checks everything first, then changes, so a refused call changes nothing.

use super::{
    firewall::{Firewall, Template, TemplateKind, known_object},
    parameters::{Parameters, invalid},
    rule::read_rules,
};
use crate::fake_cloud::{FakeCloudConfig, Family, refusal::Refusal};
use model::Time;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The scene whose rules this firewall enforces.
const SCENE: &str = "custom_acl";

/// `CreateDefenseTemplate`.
pub(super) fn create_template(
    firewall: &mut Firewall,
    parameters: &Parameters,
    config: &FakeCloudConfig,
    now: Time,
) -> Result<Value, Refusal> {
    let name = parameters.required("TemplateName")?;
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    if name.chars().count() > 255 || !name.chars().all(allowed) {
        return Err(invalid(
            "TemplateName has 1 to 255 letters, digits, `_`, `.` and `-`",
        ));
    }
    enforced_scene(parameters)?;
    if parameters.required("TemplateOrigin")? != "custom" {
        return Err(invalid("TemplateOrigin is custom"));
    }
    let kind = match parameters.required("TemplateType")? {
        "user_default" => TemplateKind::UserDefault,
        "user_custom" => TemplateKind::UserCustom,
        other => {
            return Err(invalid(&format!(
                "TemplateType `{other}` is not user_default or user_custom"
            )));
        }
    };
    let enabled = match parameters.required("TemplateStatus")? {
        "0" => false,
        "1" => true,
        other => return Err(invalid(&format!("TemplateStatus `{other}` is not 0 or 1"))),
    };
    dry_run(parameters)?;
    let template = Template {
        id: 0,
        name: name.to_owned(),
        scene: SCENE.to_owned(),
        kind,
        enabled,
        objects: BTreeSet::new(),
        modified: now,
    };
    let id = firewall.add_template(template, config.limits.templates)?;
    Ok(json!({"TemplateId": id}))
}

/// `ModifyTemplateResources`.
pub(super) fn modify_resources(
    firewall: &mut Firewall,
    parameters: &Parameters,
    config: &FakeCloudConfig,
    now: Time,
) -> Result<Value, Refusal> {
    let template = template_id(firewall, parameters)?;
    let (bind, unbind) = (
        parameters.array("BindResources"),
        parameters.array("UnbindResources"),
    );
    for name in bind.iter().chain(&unbind) {
        known_object(config, name)?;
    }
    dry_run(parameters)?;
    let template = firewall.template_mut(template)?;
    template.objects.extend(bind.into_iter().map(str::to_owned));
    template.objects.retain(|name| !unbind.contains(&name.as_str()));
    template.modified = now;
    Ok(json!({}))
}

/// `CreateDefenseRule`.
pub(super) fn create_rules(
    firewall: &mut Firewall,
    parameters: &Parameters,
    config: &FakeCloudConfig,
    now: Time,
) -> Result<Value, Refusal> {
    let template = template_id(firewall, parameters)?;
    enforced_scene(parameters)?;
    let rules = read_rules(parameters.required("Rules")?, config.limits.addresses_per_rule)?;
    firewall.room_for(template, rules.len(), config.limits.rules_per_template)?;
    dry_run(parameters)?;
    let ids: Vec<String> = firewall
        .add_rules(template, rules, now)
        .iter()
        .map(ToString::to_string)
        .collect();
    Ok(json!({"RuleIds": ids.join(",")}))
}

/// `DeleteDefenseRule`.
pub(super) fn delete_rules(
    firewall: &mut Firewall,
    parameters: &Parameters,
    config: &FakeCloudConfig,
    now: Time,
) -> Result<Value, Refusal> {
    if !firewall.may_delete(config.limits.deletes_per_second, now) {
        return Err(Family::OpenApi.throttled());
    }
    let template = template_id(firewall, parameters)?;
    let ids: Vec<u64> = parameters
        .required("RuleIds")?
        .split(',')
        .map(|id| {
            id.trim()
                .parse()
                .map_err(|_| invalid(&format!("rule id `{id}` is malformed")))
        })
        .collect::<Result<_, _>>()?;
    firewall.has_rules(template, &ids)?;
    dry_run(parameters)?;
    firewall.remove_rules(&ids);
    Ok(json!({}))
}

fn template_id(firewall: &Firewall, parameters: &Parameters) -> Result<u64, Refusal> {
    parameters.required("TemplateId")?;
    let id = parameters.parsed("TemplateId")?.unwrap_or_default();
    Ok(firewall.template(id)?.id)
}

fn enforced_scene(parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.required("DefenseScene")? {
        SCENE => Ok(()),
        other => Err(Refusal::new(
            501,
            "FakeCloud.NotImplemented",
            format!("only `{SCENE}` is enforced here, not `{other}`"),
        )),
    }
}

/// A dry run that finds nothing wrong ends in an error code of its own, as documented.
fn dry_run(parameters: &Parameters) -> Result<(), Refusal> {
    if parameters.dry_run() {
        let message = "The dry run succeeded.";
        return Err(Refusal::new(400, "Defense.Control.DryRunOperation", message));
    }
    Ok(())
}
