//! Handling components: what a playbook step can have done on a product, with its parameters and outputs.
//!
//! Descriptions only; the operations themselves are [`crate::block`] and what follows it. Linting checks a step
//! against this table, and the playbook editor's palette will be made from it.

use model::{EntityKey, EntityKind, LocalText, limits::DEFAULT_BLOCK, policy::Operation};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::time::Duration;

/// A parameter or an output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its title.
    pub title: LocalText,
    /// Whether a step must give it.
    pub required: bool,
}

/// Something we can do on one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Component {
    /// Its name in playbooks.
    pub id: &'static str,
    /// The product, such as `alibaba/waf`.
    pub system: &'static str,
    /// Its title.
    pub title: LocalText,
    /// The operation.
    pub operation: Operation,
    /// The kind of entity it acts on.
    pub takes: EntityKind,
    /// What a step gives it.
    pub parameters: Vec<Parameter>,
    /// What it gives back; `out_args` of a step name variables after them.
    pub outputs: Vec<Parameter>,
}

/// All components.
pub fn catalogue() -> Vec<Component> {
    let parameter = |name, en, zh, required| Parameter {
        name,
        title: LocalText::new(en, zh),
        required,
    };
    vec![Component {
        id: "block_ip",
        system: "alibaba/waf",
        title: LocalText::new("Block IP in Alibaba Cloud WAF", "在阿里云 WAF 中封禁 IP"),
        operation: Operation::BlockIp,
        takes: EntityKind::Ip,
        parameters: vec![
            parameter("ip", "Address or range to block", "要封禁的 IP 或网段", true),
            parameter("seconds", "How long, in seconds", "封禁时长（秒）", false),
        ],
        outputs: vec![
            parameter("blocked", "Whether it is blocked", "是否已封禁", false),
            parameter("policy", "The handling policy", "处置策略", false),
        ],
    }]
}

/// The component of this name on this product.
pub fn find(id: &str, system: &str) -> Option<Component> {
    catalogue().into_iter().find(|c| c.id == id && c.system == system)
}

/// The arguments of `block_ip`, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockArguments {
    /// What to block.
    pub entity: EntityKey,
    /// For how long.
    pub duration: Duration,
}

/// Why arguments cannot be read: the step fails.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    /// A required one is missing or empty.
    #[error("argument `{0}` is missing")]
    Missing(&'static str),
    /// Not a number of seconds.
    #[error("argument `seconds` is `{0}`: expected a whole number")]
    Seconds(String),
}

impl BlockArguments {
    /// Reads the arguments a step was resolved to.
    pub fn read(arguments: &Map<String, Json>) -> Result<Self, ArgumentError> {
        let text = |name| {
            arguments
                .get(name)
                .and_then(Json::as_str)
                .map(str::trim)
                .filter(|t| !t.is_empty())
        };
        let ip = text("ip").ok_or(ArgumentError::Missing("ip"))?;
        let duration = match text("seconds") {
            None => DEFAULT_BLOCK,
            Some(seconds) => seconds
                .parse()
                .map(Duration::from_secs)
                .map_err(|_| ArgumentError::Seconds(seconds.to_owned()))?,
        };
        Ok(Self {
            entity: EntityKey::new(EntityKind::Ip, ip),
            duration,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_arguments() {
        let check = |arguments: &[(&str, &str)], expected: Result<(&str, u64), ArgumentError>| {
            let map = arguments
                .iter()
                .map(|(k, v)| ((*k).to_owned(), Json::from(*v)))
                .collect();
            let got = BlockArguments::read(&map);
            let got = got
                .as_ref()
                .map(|a| (a.entity.value.as_str(), a.duration.as_secs()));
            assert_eq!(got, expected.as_ref().copied(), "{arguments:?}");
        };
        check(
            &[("ip", "::ffff:203.0.113.7"), ("seconds", "20")],
            Ok(("203.0.113.7", 20)),
        );
        check(&[("ip", "203.0.113.7")], Ok(("203.0.113.7", 86_400)));
        check(&[("ip", " ")], Err(ArgumentError::Missing("ip")));
        check(
            &[("ip", "203.0.113.7"), ("seconds", "long")],
            Err(ArgumentError::Seconds("long".into())),
        );
    }
}
