//! Deleting many rules of the user: those that come with the product stay, and so do those that others refer to.

use super::{
    announce,
    bulk::{Outcome, Refusal},
    custom::{is_predefined, is_used, off, write},
    references::in_use,
};
use crate::{
    api::{caller::Caller, problem::Problem},
    app::App,
};
use model::Origin;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::{CustomRule, RuleState};

/// Deletes what can be deleted, and says of the rest why it cannot. Alerts and versions stay.
pub async fn delete_many(app: &App, caller: &Caller, ids: &[String]) -> Result<Outcome, Problem> {
    let saved = app.store.custom_rule_list(&app.tenant).await?;
    let rules = app.pipeline.rules();
    let shipped = |id: &str| {
        let rule = rules.set.rule(id);
        rule.is_some_and(|rule| rule.origin != Origin::Custom)
    };
    let (doomed, refused) = judge(&saved, ids, shipped);
    let doomed: Vec<CustomRule> = saved
        .into_iter()
        .filter(|rule| doomed.contains(&rule.id))
        .collect();
    if !doomed.is_empty() {
        switch_off(app, caller, &doomed).await?;
        for rule in &doomed {
            write(app, caller, ("rule.delete", &rule.id), &rule.text, true).await?;
        }
        announce(app).await?;
    }
    Ok(Outcome {
        changed: doomed.len(),
        refused,
    })
}

/// Which of the rules go, and why the others do not.
fn judge(
    saved: &[CustomRule],
    ids: &[String],
    shipped: impl Fn(&str) -> bool,
) -> (BTreeSet<String>, BTreeMap<String, Refusal>) {
    let mut refused: BTreeMap<String, Refusal> = BTreeMap::new();
    let mut doomed: BTreeSet<String> = BTreeSet::new();
    for id in ids {
        if saved.iter().any(|rule| rule.id == *id) {
            doomed.insert(id.clone());
        } else if shipped(id) {
            refused.insert(id.clone(), is_predefined(id).into());
        } else {
            refused.insert(id.clone(), Problem::not_found(id).into());
        }
    }
    for (id, used_by) in in_use(saved, &doomed) {
        doomed.remove(&id);
        let problem = is_used(&used_by);
        refused.insert(id, Refusal { problem, used_by });
    }
    (doomed, refused)
}

/// Off first: a rule of the same id that is written later must not start by itself.
async fn switch_off(app: &App, caller: &Caller, doomed: &[CustomRule]) -> Result<(), Problem> {
    let states: Vec<(String, RuleState)> = doomed.iter().map(|rule| (rule.id.clone(), off())).collect();
    let shown = json!({"enabled": false, "testing": false});
    let after: Map<String, Value> = doomed
        .iter()
        .map(|rule| (rule.id.clone(), shown.clone()))
        .collect();
    let audit = caller.audit("rule.switch_many", "", &Value::Null, &after.into());
    app.store.rule_state_set(&app.tenant, &states, &audit).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Time;

    #[test]
    fn only_rules_of_the_user_go_and_each_other_says_why() {
        let rule = CustomRule {
            id: "mine".to_owned(),
            version: 1,
            text: "title: T\nid: mine\n".to_owned(),
            author: "somebody".to_owned(),
            changed: Time::from_secs(0),
            deleted: false,
        };
        let ids = ["mine", "mine", "shipped", "nothing"].map(str::to_owned);
        let (doomed, refused) = judge(&[rule], &ids, |id| id == "shipped");
        assert_eq!(doomed, BTreeSet::from(["mine".to_owned()]));
        let refused: Vec<(&str, u16)> = refused
            .iter()
            .map(|(id, refusal)| (id.as_str(), refusal.problem.status().as_u16()))
            .collect();
        assert_eq!(refused, [("nothing", 404), ("shipped", 409)]);
    }
}
