//! What conditions of response rules may ask about, and the catalogue of it that forms are generated from.

use model::{
    Alert, EntityKind, EventStatus, Level, LocalText, SecurityEvent, Tactic,
    condition::{Facts, Operator},
    whitelist::AlertFacts,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// What an event's alerts know that the event itself does not carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventContext {
    /// The ids of the rules that raised its alerts.
    pub rules: BTreeSet<String>,
    /// The threat categories of its alerts.
    pub categories: BTreeSet<String>,
}

/// An event as conditions see it.
#[derive(Clone, Copy, Debug)]
pub struct EventFacts<'a> {
    /// The event.
    pub event: &'a SecurityEvent,
    /// What its alerts add.
    pub context: &'a EventContext,
}

impl Facts for EventFacts<'_> {
    fn values(&self, name: &str) -> Vec<String> {
        let event = self.event;
        match name {
            "title" => vec![event.title.en.clone(), event.title.zh.clone()],
            "level" => vec![event.level.number().to_string()],
            "side" => vec![format!("{:?}", event.side).to_lowercase()],
            "method" => vec![event.method.as_str().to_owned()],
            "status" => vec![event.status.as_str().to_owned()],
            "rule" => self.context.rules.iter().cloned().collect(),
            "category" => self.context.categories.iter().cloned().collect(),
            "product" => event.products.iter().map(ToString::to_string).collect(),
            "provider" => event.products.iter().map(|p| p.provider.to_string()).collect(),
            "account" => event.accounts.iter().cloned().collect(),
            "tactic" => event.tactics.keys().map(Tactic::to_string).collect(),
            "technique" => event.techniques.iter().cloned().collect(),
            "alert_count" => vec![event.alert_count.to_string()],
            "raw_alert_count" => vec![event.raw_alert_count.to_string()],
            "continues" => vec![event.continues.is_some().to_string()],
            _ => model::entity::values_by_name(&event.entities, name),
        }
    }
}

/// An event or an alert: what a rule is asked about.
#[derive(Clone, Copy, Debug)]
pub enum SubjectFacts<'a> {
    /// An event.
    Event(EventFacts<'a>),
    /// An alert.
    Alert(&'a Alert),
}

impl Facts for SubjectFacts<'_> {
    fn values(&self, name: &str) -> Vec<String> {
        match self {
            Self::Event(facts) => facts.values(name),
            Self::Alert(alert) => AlertFacts(alert).values(name),
        }
    }
}

/// What a field holds, which decides the operators and the input shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DataType {
    /// Free text.
    Text,
    /// A number.
    Number,
    /// An IP address.
    Address,
    /// One of the field's choices.
    Choice,
}

impl DataType {
    /// The operators that make sense for it, in the order forms show them.
    pub fn operators(self) -> Vec<Operator> {
        let fits = |operator: &Operator| match operator {
            Operator::Equals | Operator::In | Operator::Exists => true,
            Operator::Contains | Operator::Matches => matches!(self, Self::Text | Self::Address),
            Operator::InNetwork => self == Self::Address,
            Operator::GreaterThan
            | Operator::GreaterOrEqual
            | Operator::LessThan
            | Operator::LessOrEqual
            | Operator::Between => self == Self::Number,
        };
        Operator::ALL.into_iter().filter(fits).collect()
    }
}

/// One value a choice may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The value conditions compare with.
    pub value: String,
    /// Its name.
    pub title: LocalText,
}

/// A field conditions may ask about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldInfo {
    /// Its name on the left of a condition.
    pub name: String,
    /// Its title.
    pub title: LocalText,
    /// What it holds.
    pub data_type: DataType,
    /// The operators it allows.
    pub operators: Vec<Operator>,
    /// Its values, where they are few.
    pub choices: Vec<Choice>,
    /// Whether rules on events may use it.
    pub on_event: bool,
    /// Whether rules on alerts may use it.
    pub on_alert: bool,
}

/// A row of the catalogue: name, English, Chinese, type, on events, on alerts.
type FieldRow = (&'static str, &'static str, &'static str, DataType, bool, bool);

const FIELDS: [FieldRow; 16] = [
    ("level", "Level", "风险等级", DataType::Number, true, true),
    ("title", "Title", "名称", DataType::Text, true, true),
    ("side", "Side", "日志来源侧", DataType::Choice, true, true),
    (
        "method",
        "Event generation method",
        "事件生成方式",
        DataType::Choice,
        true,
        false,
    ),
    ("status", "Status", "处置状态", DataType::Choice, true, false),
    ("origin", "Rule origin", "规则来源", DataType::Choice, false, true),
    ("rule", "Rule id", "规则 ID", DataType::Text, true, true),
    (
        "category",
        "Threat category",
        "威胁类型",
        DataType::Text,
        true,
        true,
    ),
    ("product", "Product", "云产品", DataType::Text, true, true),
    ("provider", "Vendor", "厂商", DataType::Choice, true, true),
    ("account", "Cloud account", "云账号", DataType::Text, true, true),
    (
        "tactic",
        "ATT&CK tactic",
        "ATT&CK 战术",
        DataType::Text,
        true,
        true,
    ),
    (
        "technique",
        "ATT&CK technique",
        "ATT&CK 技术",
        DataType::Text,
        true,
        true,
    ),
    ("alert_count", "Alerts", "告警数", DataType::Number, true, false),
    (
        "raw_alert_count",
        "Alerts before folding",
        "折叠前告警数",
        DataType::Number,
        true,
        false,
    ),
    (
        "continues",
        "Continues an earlier event",
        "延续先前事件",
        DataType::Choice,
        true,
        false,
    ),
];

/// Who an entity field is about: prefix, English, Chinese.
const GROUPS: [(&str, &str, &str); 4] = [
    ("entity", "Any entity", "任意实体"),
    ("attacker", "Attacker", "攻击者"),
    ("victim", "Victim", "受害者"),
    ("artefact", "Artefact", "痕迹"),
];

/// Every field, in the order forms show them.
pub fn catalogue() -> Vec<FieldInfo> {
    let plain = FIELDS
        .iter()
        .map(|(name, en, zh, data_type, on_event, on_alert)| FieldInfo {
            name: (*name).to_owned(),
            title: LocalText::new(*en, *zh),
            data_type: *data_type,
            operators: data_type.operators(),
            choices: choices(name),
            on_event: *on_event,
            on_alert: *on_alert,
        });
    plain.chain(GROUPS.iter().flat_map(entity_fields)).collect()
}

fn entity_fields((group, en, zh): &(&'static str, &'static str, &'static str)) -> Vec<FieldInfo> {
    let of_kind = |kind: EntityKind| {
        let name = kind.name();
        let data_type = if kind == EntityKind::Ip {
            DataType::Address
        } else {
            DataType::Text
        };
        (
            format!("{group}.{kind}"),
            LocalText::new(format!("{en}: {}", name.en), format!("{zh}：{}", name.zh)),
            data_type,
        )
    };
    let any = ((*group).to_owned(), LocalText::new(*en, *zh), DataType::Text);
    let rows = std::iter::once(any).chain(EntityKind::all().map(of_kind));
    rows.map(|(name, title, data_type)| FieldInfo {
        name,
        title,
        data_type,
        operators: data_type.operators(),
        choices: Vec::new(),
        on_event: true,
        on_alert: true,
    })
    .collect()
}

fn choices(field: &str) -> Vec<Choice> {
    let of = |rows: &[(&str, &str, &str)]| {
        let choice = |(value, en, zh): &(&str, &str, &str)| Choice {
            value: (*value).to_owned(),
            title: LocalText::new(*en, *zh),
        };
        rows.iter().map(choice).collect()
    };
    match field {
        "level" => {
            let choice = |level: Level| Choice {
                value: level.number().to_string(),
                title: level.name(),
            };
            Level::ALL.into_iter().map(choice).collect()
        }
        "side" => of(&[("network", "Network", "网络侧"), ("host", "Host", "主机侧")]),
        "method" => of(&[
            ("graph_compute", "Graph computing", "图计算"),
            ("expert", "Expert rules", "专家规则"),
            ("window", "Similar items", "同类聚合"),
            ("passthrough", "Pass-through", "告警透传"),
            ("none", "None", "不生成"),
        ]),
        "status" => of(&[
            (EventStatus::Unhandled.as_str(), "Unhandled", "未处置"),
            (EventStatus::Handling.as_str(), "Handling", "处置中"),
            (
                EventStatus::HandlingFailed.as_str(),
                "Handling failed",
                "处置失败",
            ),
            (EventStatus::Handled.as_str(), "Handled", "已处置"),
        ]),
        "origin" => of(&[
            ("predefined", "Predefined rule", "预定义规则"),
            ("custom", "Custom rule", "自定义规则"),
            ("vendor", "Vendor's own alert", "云产品告警"),
        ]),
        "provider" => of(&[
            ("alibaba", "Alibaba Cloud", "阿里云"),
            ("tencent", "Tencent Cloud", "腾讯云"),
            ("huawei", "Huawei Cloud", "华为云"),
            ("self_hosted", "Self-hosted", "自建"),
            ("other", "Other", "其他"),
        ]),
        "continues" => of(&[("true", "Yes", "是"), ("false", "No", "否")]),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use model::Provider;

    #[test]
    fn every_field_has_both_titles_and_operators() {
        let fields = catalogue();
        assert_eq!(fields.len(), 16 + 4 * 14);
        let names: BTreeSet<&str> = fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names.len(), fields.len(), "no name twice");
        for field in &fields {
            assert!(
                !field.title.en.is_empty() && !field.title.zh.is_empty(),
                "{}",
                field.name
            );
            assert!(field.operators.contains(&Operator::Exists), "{}", field.name);
            let few = field.data_type == DataType::Choice;
            assert!(!few || !field.choices.is_empty(), "{} has choices", field.name);
        }
    }

    #[test]
    fn every_event_field_has_a_value_on_a_full_event() {
        let event = testing::event("203.0.113.7");
        let context = EventContext {
            rules: ["waf-sqli".to_owned()].into(),
            categories: ["abnormal_web_access".to_owned()].into(),
        };
        let facts = EventFacts {
            event: &event,
            context: &context,
        };
        for field in catalogue()
            .into_iter()
            .filter(|f| f.on_event && !f.name.contains('.'))
        {
            let empty = ["victim", "artefact"].contains(&field.name.as_str());
            let values = facts.values(&field.name);
            assert_eq!(values.is_empty(), empty, "{}", field.name);
            if field.data_type == DataType::Choice {
                let known = |value| field.choices.iter().any(|c| &c.value == value);
                assert!(values.iter().all(known), "{}: {values:?}", field.name);
            }
        }
        assert_eq!(facts.values("attacker.ip"), ["203.0.113.7"]);
        assert!(facts.values("attacker.unheard_of").is_empty());
    }

    #[test]
    fn the_provider_choices_are_the_providers() {
        let values: Vec<String> = choices("provider").into_iter().map(|c| c.value).collect();
        let mut expected: Vec<&str> = Provider::ALL.iter().map(|p| p.as_str()).collect();
        expected.sort_unstable();
        let mut values: Vec<&str> = values.iter().map(String::as_str).collect();
        values.sort_unstable();
        assert_eq!(values, expected);
    }
}
