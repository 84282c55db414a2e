//! The content of a custom rule: what is written into it, and reading it back.

use std::net::IpAddr;

use model::{EntityKey, EntityKind};
use serde::{Deserialize, Serialize};

use super::answer::Rule;

/// A custom rule (`custom_acl`) that blocks one address. The field names are the vendor's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AclRule {
    name: String,
    status: u8,
    action: &'static str,
    /// 1 would make it a rate limit.
    cc_status: u8,
    conditions: [Condition; 1],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Condition {
    key: &'static str,
    /// For addresses the console's word *belongs to*; `eq` is refused.
    op_value: &'static str,
    /// Addresses or networks joined by commas.
    values: String,
}

/// A name the firewall would refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a rule name: 1 to 255 letters, digits, underscores, periods and hyphens")]
pub struct InvalidRuleName(String);

impl AclRule {
    /// The rule called `name` that blocks `address`.
    pub fn block(name: &str, address: IpAddr) -> Result<Self, InvalidRuleName> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        if !(1..=255).contains(&name.len()) || !name.chars().all(allowed) {
            return Err(InvalidRuleName(name.to_owned()));
        }
        let condition = Condition {
            key: "IP",
            op_value: "contain",
            values: address.to_string(),
        };
        let name = name.to_owned();
        Ok(Self {
            name,
            status: 1,
            action: "block",
            cc_status: 0,
            conditions: [condition],
        })
    }

    /// The `Rules` parameter: a JSON array as text.
    pub fn parameter(&self) -> String {
        serde_json::json!([self]).to_string()
    }
}

/// What a listed rule blocks, if it is still a rule of the shape we write: enabled or not, one condition, addresses.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub entity: Option<EntityKey>,
    /// Enabled, and as written.
    pub intact: bool,
}

impl Found {
    /// Reads a rule back. A rule edited by hand loses its entity or its `intact`; it never is an error.
    pub fn read(rule: &Rule) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Config {
            action: String,
            #[serde(default)]
            cc_status: i64,
            conditions: Vec<ReadCondition>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct ReadCondition {
            key: String,
            op_value: String,
            values: String,
        }
        let Ok(config) = serde_json::from_str::<Config>(&rule.config) else {
            return Self {
                entity: None,
                intact: false,
            };
        };
        let address = match &config.conditions[..] {
            [only] if only.key == "IP" && only.op_value == "contain" => {
                only.values.trim().parse::<IpAddr>().ok()
            }
            _ => None,
        };
        let enforced = rule.status == 1 && config.action == "block" && config.cc_status == 0;
        Self {
            entity: address.map(|address| EntityKey::new(EntityKind::Ip, &address.to_string())),
            intact: enforced && address.is_some(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const WRITTEN: &str = r#"[{"name":"ctdr-lse_1","status":1,"action":"block","ccStatus":0,"conditions":[{"key":"IP","opValue":"contain","values":"203.0.113.7"}]}]"#;

    fn listed(status: i64, config: &str) -> Rule {
        Rule {
            rule_id: 1,
            rule_name: "ctdr-lse_1".to_owned(),
            status,
            config: config.to_owned(),
            template_id: None,
        }
    }

    #[test]
    fn writes_the_vendors_words() {
        let rule = AclRule::block("ctdr-lse_1", "203.0.113.7".parse().unwrap()).unwrap();
        assert_eq!(rule.parameter(), WRITTEN);
    }

    #[test]
    fn reads_back_what_it_wrote_and_notices_edits() {
        let config = |text: &str| text.trim_matches(['[', ']']).to_owned();
        let written = WRITTEN.strip_prefix('[').unwrap().strip_suffix(']').unwrap();
        let entity = Some(EntityKey::new(EntityKind::Ip, "203.0.113.7"));
        let check = |status, config: &str, entity: &Option<EntityKey>, intact| {
            assert_eq!(
                Found::read(&listed(status, config)),
                Found {
                    entity: entity.clone(),
                    intact
                },
                "{config}"
            );
        };
        check(1, written, &entity, true);
        check(0, written, &entity, false);
        check(1, &written.replace("\"block\"", "\"monitor\""), &entity, false);
        check(
            1,
            &written.replace("\"ccStatus\":0", "\"ccStatus\":1"),
            &entity,
            false,
        );
        check(
            1,
            &written.replace("203.0.113.7", "203.0.113.7,198.51.100.1"),
            &None,
            false,
        );
        check(
            1,
            &written.replace("\"contain\"", "\"not-contain\""),
            &None,
            false,
        );
        check(1, &config("[]"), &None, false);
        check(1, "no json", &None, false);
    }

    #[test]
    fn refuses_names_the_firewall_would() {
        let address = "203.0.113.7".parse().unwrap();
        for name in ["", "a b", "a/b", "\n", &"x".repeat(256)] {
            assert_eq!(
                AclRule::block(name, address),
                Err(InvalidRuleName(name.to_owned()))
            );
        }
    }
}
