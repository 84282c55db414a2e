//! A custom rule (`custom_acl`): how it is written in `CreateDefenseRule`, what is refused, and whom it meets.
//!
//! Only what this firewall enforces is accepted. What the vendor has beyond that (other match fields, challenges,
//! rate limits) is refused as not implemented rather than stored and ignored.
//! See <https://www.alibabacloud.com/help/en/waf/web-application-firewall-3-0/developer-reference/api-waf-openapi-2021-10-01-createdefenserule>.

use super::parameters::invalid;
use crate::fake_cloud::refusal::Refusal;
use ipnet::IpNet;
use model::Time;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Conditions in one rule, all of which must hold.
const MOST_CONDITIONS: usize = 5;
/// Actions of custom rules; the first two are enforced here.
const ACTIONS: [&str; 5] = ["block", "monitor", "js", "captcha", "captcha_strict"];
/// Match fields of custom rules; the first is enforced here.
const KEYS: [&str; 14] = [
    "IP",
    "URL",
    "URLPath",
    "Referer",
    "User-Agent",
    "Params",
    "Cookie",
    "Content-Type",
    "Content-Length",
    "X-Forwarded-For",
    "Post-Body",
    "Http-Method",
    "Header",
    "Host",
];

/// What a rule does to whom it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::fake_cloud) enum Action {
    Block,
    Monitor,
}

/// A rule as it was accepted.
#[derive(Clone, Debug)]
pub(super) struct CustomRule {
    pub name: String,
    pub enabled: bool,
    pub action: Action,
    conditions: Vec<IpCondition>,
    periods: Vec<Period>,
    /// The rule as it was written, which is what `DescribeDefenseRules` gives back as `Config`.
    pub config: String,
}

impl CustomRule {
    /// Whether the rule meets a client now.
    pub fn meets(&self, client: IpAddr, now: Time) -> bool {
        let in_time = self.periods.is_empty() || self.periods.iter().any(|period| period.holds(now));
        self.enabled && in_time && self.conditions.iter().all(|condition| condition.holds(client))
    }

    /// The addresses of its conditions.
    pub fn addresses(&self) -> impl Iterator<Item = &IpNet> {
        self.conditions.iter().flat_map(|condition| &condition.networks)
    }
}

#[derive(Clone, Debug)]
struct IpCondition {
    networks: Vec<IpNet>,
    /// `not-contain`.
    negated: bool,
}

impl IpCondition {
    fn holds(&self, client: IpAddr) -> bool {
        self.negated != self.networks.iter().any(|network| network.contains(&client))
    }
}

/// A time span in which the rule works, in milliseconds.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Period {
    start: i64,
    end: i64,
}

impl Period {
    fn holds(self, now: Time) -> bool {
        (self.start..self.end).contains(&now.millis())
    }
}

/// A rule as the call writes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    name: String,
    status: u8,
    action: String,
    #[serde(default)]
    cc_status: u8,
    conditions: Vec<WrittenCondition>,
    #[serde(default)]
    time_config: Option<WrittenTime>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenCondition {
    key: String,
    #[serde(default)]
    sub_key: String,
    op_value: String,
    #[serde(default)]
    values: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenTime {
    time_scope: String,
    #[serde(default, rename = "timeZone")]
    _time_zone: Option<i8>,
    #[serde(default)]
    time_periods: Vec<Period>,
}

/// Reads the `Rules` parameter. All or nothing: one bad rule refuses the call.
pub(super) fn read_rules(text: &str, addresses_per_rule: usize) -> Result<Vec<CustomRule>, Refusal> {
    let written: Vec<serde_json::Value> = serde_json::from_str(text)
        .map_err(|error| invalid(&format!("Rules is not a JSON array: {error}")))?;
    if written.is_empty() {
        return Err(invalid("Rules is empty"));
    }
    written
        .into_iter()
        .map(|rule| read_rule(rule, addresses_per_rule))
        .collect()
}

fn read_rule(value: serde_json::Value, addresses_per_rule: usize) -> Result<CustomRule, Refusal> {
    let config = value.to_string();
    let written: Written =
        serde_json::from_value(value).map_err(|error| invalid(&format!("rule is malformed: {error}")))?;
    if written.name.is_empty() || written.name.chars().count() > 255 {
        return Err(invalid("rule name must have 1 to 255 characters"));
    }
    if written.status > 1 || written.cc_status > 1 {
        return Err(invalid("status and ccStatus are 0 or 1"));
    }
    if written.cc_status == 1 {
        return Err(not_implemented("rate limits (ccStatus 1)"));
    }
    if written.conditions.is_empty() || written.conditions.len() > MOST_CONDITIONS {
        return Err(invalid("a rule has 1 to 5 conditions"));
    }
    let conditions = written
        .conditions
        .iter()
        .map(|condition| read_condition(condition, addresses_per_rule));
    Ok(CustomRule {
        enabled: written.status == 1,
        action: read_action(&written.action)?,
        conditions: conditions.collect::<Result<_, _>>()?,
        periods: written.time_config.map_or(Ok(Vec::new()), read_periods)?,
        name: written.name,
        config,
    })
}

fn read_action(action: &str) -> Result<Action, Refusal> {
    match action {
        "block" => Ok(Action::Block),
        "monitor" => Ok(Action::Monitor),
        known if ACTIONS.contains(&known) => Err(not_implemented(&format!("action `{known}`"))),
        other => Err(invalid(&format!("action `{other}` is not one of {ACTIONS:?}"))),
    }
}

fn read_condition(written: &WrittenCondition, most: usize) -> Result<IpCondition, Refusal> {
    if written.key != "IP" {
        return Err(if KEYS.contains(&written.key.as_str()) {
            not_implemented(&format!("match field `{}`", written.key))
        } else {
            invalid(&format!("match field `{}` is not one of {KEYS:?}", written.key))
        });
    }
    if !written.sub_key.is_empty() {
        return Err(invalid("match field `IP` has no subKey"));
    }
    let negated = match written.op_value.as_str() {
        "contain" => false,
        "not-contain" => true,
        "in-list" | "not-in-list" | "inl" => return Err(not_implemented("address books")),
        other => {
            return Err(invalid(&format!(
                "match field `IP` takes contain or not-contain, not `{other}`"
            )));
        }
    };
    let networks: Vec<IpNet> = written
        .values
        .split(',')
        .map(read_network)
        .collect::<Result<_, _>>()?;
    if networks.len() > most {
        let message = format!("more than {most} addresses in one condition");
        return Err(Refusal::new(400, "AclIpCountOverLimit", message));
    }
    Ok(IpCondition { networks, negated })
}

fn read_network(text: &str) -> Result<IpNet, Refusal> {
    let address = text.parse::<IpAddr>().map(IpNet::from).ok();
    address
        .or_else(|| text.parse().ok())
        .ok_or_else(|| invalid(&format!("`{text}` is neither an address nor a range")))
}

fn read_periods(written: WrittenTime) -> Result<Vec<Period>, Refusal> {
    match written.time_scope.as_str() {
        "permanent" => Ok(Vec::new()),
        "period" if written.time_periods.is_empty() => Err(invalid("timePeriods is empty")),
        "period" => Ok(written.time_periods),
        "cycle" => Err(not_implemented("timeScope `cycle`")),
        other => Err(invalid(&format!(
            "timeScope `{other}` is not permanent, period or cycle"
        ))),
    }
}

fn not_implemented(what: &str) -> Refusal {
    let message = format!("the fake cloud does not enforce {what}, so it does not accept it either");
    Refusal::new(501, "FakeCloud.NotImplemented", message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rule(condition: &str, more: &str) -> String {
        format!(r#"[{{"name":"ctdr-1","status":1,"action":"block","conditions":[{condition}]{more}}}]"#)
    }

    fn ip(values: &str) -> String {
        format!(r#"{{"key":"IP","opValue":"contain","values":"{values}"}}"#)
    }

    #[test]
    fn meets_the_addresses_it_names_and_no_others() {
        let rules = read_rules(&rule(&ip("203.0.113.7,198.51.100.0/24,2001:db8::/32"), ""), 100).unwrap();
        let check = |client: &str, expected| {
            assert_eq!(
                rules[0].meets(client.parse().unwrap(), Time::default()),
                expected,
                "{client}"
            );
        };
        check("203.0.113.7", true);
        check("203.0.113.77", false);
        check("198.51.100.255", true);
        check("2001:db8::1", true);
        check("192.0.2.1", false);
    }

    #[test]
    fn conditions_are_all_needed() {
        let except = r#"{"key":"IP","opValue":"not-contain","values":"203.0.113.7"}"#;
        let rules = read_rules(&rule(&format!("{},{except}", ip("203.0.113.0/24")), ""), 100).unwrap();
        assert!(rules[0].meets("203.0.113.8".parse().unwrap(), Time::default()));
        assert!(!rules[0].meets("203.0.113.7".parse().unwrap(), Time::default()));
    }

    #[test]
    fn a_rule_of_a_period_works_only_in_it() {
        let time =
            r#","timeConfig":{"timeScope":"period","timeZone":8,"timePeriods":[{"start":1000,"end":2000}]}"#;
        let rules = read_rules(&rule(&ip("203.0.113.7"), time), 100).unwrap();
        for (millis, expected) in [(999, false), (1000, true), (1999, true), (2000, false)] {
            let meets = rules[0].meets("203.0.113.7".parse().unwrap(), Time::from_millis(millis));
            assert_eq!(meets, expected, "{millis}");
        }
    }

    #[test]
    fn refuses_what_the_vendor_refuses_and_what_it_cannot_enforce() {
        let check =
            |text: &str, code: &str| assert_eq!(read_rules(text, 2).unwrap_err().code, code, "{text}");
        check("{}", "ParamError");
        check("[]", "ParamError");
        check(&rule("", ""), "ParamError");
        check(&rule(&ip(""), ""), "ParamError");
        check(&rule(&ip("203.0.113.7, 203.0.113.8"), ""), "ParamError");
        check(&rule(&ip("203.0.113.0/33"), ""), "ParamError");
        check(
            &rule(&ip("203.0.113.1,203.0.113.2,203.0.113.3"), ""),
            "AclIpCountOverLimit",
        );
        check(
            &rule(r#"{"key":"IP","opValue":"eq","values":"203.0.113.7"}"#, ""),
            "ParamError",
        );
        check(
            &rule(r#"{"key":"Ip","opValue":"contain","values":"203.0.113.7"}"#, ""),
            "ParamError",
        );
        check(
            &rule(r#"{"key":"URL","opValue":"contain","values":"/a"}"#, ""),
            "FakeCloud.NotImplemented",
        );
        check(
            &rule(&ip("203.0.113.7"), r#","ccStatus":1"#),
            "FakeCloud.NotImplemented",
        );
        check(&rule(&ip("203.0.113.7"), r#","effect":"rule""#), "ParamError");
    }
}
