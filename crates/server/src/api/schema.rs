//! The closed vocabularies of the model as the API's document lists them: clients get the words, not just `string`.

use super::dto::name;
use model::{
    Aggregation, EntityKind, EventStatus, Origin, Role, Side, TagSource,
    condition::Operator,
    playbook::RunState,
    policy::{PolicyStatus, TaskStatus},
};
use serde::Serialize;
use utoipa::openapi::schema::{Array, ArrayBuilder, Object, ObjectBuilder, Type};

/// The kinds of link that have two ends and are shown: repetitions are folded away.
pub const LINK_KINDS: [&str; 6] = [
    "shares",
    "sweep",
    "pattern",
    "by_hand",
    "same_attacker",
    "similar",
];

/// The words a closed type is serialised by.
fn words(values: impl IntoIterator<Item = impl Serialize>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(values.into_iter().map(|value| name(&value))))
        .build()
}

/// 5 serious … 1 reminder.
pub fn level() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(5))
        .description(Some("5 serious, 4 high, 3 medium, 2 low, 1 reminder"))
        .build()
}

/// Where the handling of an event stands.
pub fn event_status() -> Object {
    words(EventStatus::ALL)
}

/// How alerts become events.
pub fn aggregation() -> Object {
    words([
        Aggregation::None,
        Aggregation::GraphCompute,
        Aggregation::Expert,
        Aggregation::Passthrough,
        Aggregation::Window,
    ])
}

/// The side of the wire.
pub fn side() -> Object {
    words([Side::Network, Side::Host])
}

/// Who wrote a rule.
pub fn origin() -> Object {
    words([Origin::Predefined, Origin::Custom, Origin::Vendor])
}

/// What ties two alerts of an event; `members::kind` writes these.
pub fn link_kind() -> Object {
    words(LINK_KINDS)
}

/// What an event is written as.
pub fn report_format() -> Object {
    words(report::Format::ALL.map(report::Format::as_str))
}

/// The types of entity.
pub fn entity_kind() -> Object {
    words(EntityKind::all())
}

/// Who says that an entity is malicious.
pub fn tag_source() -> Object {
    words(TagSource::ALL)
}

/// The part an entity plays.
pub fn role() -> Object {
    words([Role::Attacker, Role::Victim, Role::Artefact])
}

/// How a comparison compares.
pub fn operator() -> Object {
    words(Operator::ALL)
}

/// The operators a field allows.
pub fn operators() -> Array {
    ArrayBuilder::new().items(operator()).build()
}

/// Where a policy stands.
pub fn policy_status() -> Object {
    words([
        PolicyStatus::Initial,
        PolicyStatus::Failed,
        PolicyStatus::Deleted,
        PolicyStatus::Succeeded,
    ])
}

/// Where a task stands.
pub fn task_status() -> Object {
    words([
        TaskStatus::Handling,
        TaskStatus::Succeeded,
        TaskStatus::Blocked,
        TaskStatus::Isolated,
        TaskStatus::Ended,
        TaskStatus::Whitelisted,
        TaskStatus::Failed,
        TaskStatus::UnblockFailed,
        TaskStatus::UnisolateFailed,
    ])
}

/// Where a run stands.
pub fn run_state() -> Object {
    words([
        RunState::Running,
        RunState::Succeeded,
        RunState::Failed,
        RunState::Cancelled,
    ])
}
