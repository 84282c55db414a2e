//! Types that several resources share. What the API says is defined here, not by what the stages happen to use.

use super::schema;
use model::{LocalText, Tactic, entity::Entity as ModelEntity};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LocalText)]
pub struct Text {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl From<LocalText> for Text {
    fn from(text: LocalText) -> Self {
        Self {
            en: text.en,
            zh: text.zh,
        }
    }
}

/// An entity as an alert or an event mentions it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Entity {
    /// One of the thirteen types.
    #[schema(schema_with = schema::entity_kind)]
    pub r#type: String,
    /// Its value, scoped to what it is local to.
    pub value: String,
    /// The part it plays.
    #[schema(schema_with = schema::role)]
    pub role: String,
    /// Known to be malicious.
    pub malicious: bool,
    /// An asset: by its type, or because it is a victim.
    pub is_asset: bool,
    /// Whether the type allows the malicious tag.
    pub can_be_malicious: bool,
    /// Alerts that mention it; 0 where not counted.
    pub alert_count: u64,
}

impl Entity {
    /// The API's view of an entity.
    pub fn of(entity: &ModelEntity, alert_count: u64) -> Self {
        use model::{EntityKind, Role};
        let by_role_only = matches!(entity.key.kind, EntityKind::Ip | EntityKind::Domain);
        let is_asset = entity.key.kind.is_asset() && (!by_role_only || entity.role == Role::Victim);
        Self {
            r#type: entity.key.kind.code().to_owned(),
            value: entity.key.value.clone(),
            role: name(&entity.role),
            malicious: entity.malicious,
            is_asset,
            can_be_malicious: entity.key.kind.can_be_malicious(),
            alert_count,
        }
    }
}

/// Names an entity.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityRef {
    /// One of the thirteen types.
    #[schema(schema_with = schema::entity_kind)]
    pub r#type: String,
    /// Its value.
    pub value: String,
}

/// A tactic of the matrix, and how many alerts have it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TacticCount {
    /// The short name, such as `initial-access`.
    pub tactic: String,
    /// What it is called.
    pub title: Text,
    /// Alerts.
    pub count: u64,
}

/// One place to act in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeMember {
    /// The connection to act through.
    pub connection: String,
    /// The cloud account.
    pub account: String,
    /// The instance.
    pub instance: String,
}

impl From<model::policy::ScopeMember> for ScopeMember {
    fn from(member: model::policy::ScopeMember) -> Self {
        Self {
            connection: member.connection,
            account: member.account,
            instance: member.instance,
        }
    }
}

impl From<ScopeMember> for model::policy::ScopeMember {
    fn from(member: ScopeMember) -> Self {
        Self {
            connection: member.connection,
            account: member.account,
            instance: member.instance,
        }
    }
}

/// The name a closed enum is serialised by.
pub fn name(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// The title of a tactic, by the matrix.
pub fn tactic_title(tactics: &[crate::content::TacticInfo], tactic: &Tactic) -> Text {
    let known = tactics.iter().find(|info| info.short == *tactic);
    known
        .map_or_else(|| LocalText::same(tactic.as_str()), |info| info.name.clone())
        .into()
}

/// A playbook, named.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlaybookRef {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: Text,
}

/// Comparisons, numbered from 1, and how they combine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The comparisons.
    pub conditions: Vec<Predicate>,
    /// Such as `(1&2)|3`; all of them must hold if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Predicate {
    /// A field's name, as the resource's `fields` lists them.
    pub left: String,
    /// How to compare.
    #[schema(schema_with = schema::operator)]
    pub operator: model::condition::Operator,
    /// What with.
    #[serde(default)]
    pub right: Vec<String>,
    /// Turns the answer around.
    #[serde(default)]
    pub not: bool,
}

impl From<model::Condition> for Condition {
    fn from(condition: model::Condition) -> Self {
        let predicate = |p: model::Predicate| Predicate {
            left: p.left,
            operator: p.operator,
            right: p.right,
            not: p.not,
        };
        Self {
            conditions: condition.conditions.into_iter().map(predicate).collect(),
            formula: condition.formula,
        }
    }
}

impl From<Condition> for model::Condition {
    fn from(condition: Condition) -> Self {
        let predicate = |p: Predicate| model::Predicate {
            left: p.left,
            operator: p.operator,
            right: p.right,
            not: p.not,
        };
        Self {
            conditions: condition.conditions.into_iter().map(predicate).collect(),
            formula: condition.formula,
        }
    }
}

/// A field conditions may ask about: what a form needs to offer it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConditionField {
    /// Its name on the left of a comparison.
    pub name: String,
    /// What it is called.
    pub title: Text,
    /// What form its values have.
    pub r#type: FieldType,
    /// The operators it allows.
    #[schema(schema_with = schema::operators)]
    pub operators: Vec<model::condition::Operator>,
    /// Its values, where they are few.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Choice>>,
}

/// What form a field's values have, which is what an input for them depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// A level, 1 … 5.
    Level,
    /// One of a few words.
    Enum,
    /// An address, or a network where the operator takes one.
    Ip,
}

/// A value a field may have.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Choice {
    /// The value comparisons use.
    pub value: String,
    /// What it is called.
    pub title: Text,
}

impl From<respond::facts::FieldInfo> for ConditionField {
    fn from(field: respond::facts::FieldInfo) -> Self {
        use respond::facts::DataType;
        let data_type = match field.data_type {
            _ if field.name == "level" => FieldType::Level,
            DataType::Text => FieldType::Text,
            DataType::Number => FieldType::Number,
            DataType::Address => FieldType::Ip,
            DataType::Choice => FieldType::Enum,
        };
        let choices = field.choices.into_iter().map(|c| Choice {
            value: c.value,
            title: c.title.into(),
        });
        let choices: Vec<Choice> = choices.collect();
        Self {
            name: field.name,
            title: field.title.into(),
            r#type: data_type,
            operators: field.operators,
            values: (!choices.is_empty()).then_some(choices),
        }
    }
}

/// How a connected source is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceState {
    /// Records come.
    Ok,
    /// No record has come yet.
    Waiting,
    /// None for a quarter of an hour.
    Late,
    /// None for a day.
    Silent,
    /// It cannot be read.
    Failing,
}

impl SourceState {
    /// How a source is doing at `now`. Reading that works again clears the error, so one that is there holds.
    pub fn of(status: &store::SourceStatus, now: model::Time) -> Self {
        let quiet = status.last_seen.map(|seen| now.since(seen));
        match quiet {
            _ if status.last_error.is_some() => Self::Failing,
            None => Self::Waiting,
            Some(quiet) if quiet >= SILENT => Self::Silent,
            Some(quiet) if quiet >= LATE => Self::Late,
            Some(_) => Self::Ok,
        }
    }
}

/// A source without records for so long is late.
const LATE: Duration = Duration::from_mins(15);
/// A source without records for so long is silent.
const SILENT: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ProductId, Provider, SourceId, Time};

    #[test]
    fn a_source_is_late_then_silent_and_failing_whatever_it_sent() {
        let now = Time::from_secs(1_795_392_000);
        let check = |seconds: Option<u64>, error: Option<&str>, expected| {
            let source = store::Source {
                id: SourceId::from_bits(1),
                product: ProductId {
                    provider: Provider::Alibaba,
                    product: "waf".to_owned(),
                },
                title: String::new(),
                connection: None,
                account: None,
                config: serde_json::Value::Null,
                utc_offset_minutes: 0,
                enabled: true,
                created: now,
            };
            let last_seen = seconds.map(|seconds| now.minus(Duration::from_secs(seconds)));
            let last_error = error.map(|error| (now, error.to_owned()));
            let status = store::SourceStatus {
                source,
                last_seen,
                last_error,
            };
            assert_eq!(SourceState::of(&status, now), expected, "{seconds:?} {error:?}");
        };
        check(None, None, SourceState::Waiting);
        check(Some(60), None, SourceState::Ok);
        check(Some(900), None, SourceState::Late);
        check(Some(86_400), None, SourceState::Silent);
        check(Some(1), Some("access denied"), SourceState::Failing);
    }
}
