//! The closed vocabularies of the model as the API's document lists them: clients get the words, not just `string`.

use model::{Aggregation, EventStatus};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

fn words(words: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
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
    words(EventStatus::ALL.map(EventStatus::as_str))
}

/// How alerts become events.
pub fn aggregation() -> Object {
    let all = [
        Aggregation::None,
        Aggregation::GraphCompute,
        Aggregation::Expert,
        Aggregation::Passthrough,
        Aggregation::Window,
    ];
    words(all.map(Aggregation::as_str))
}

/// The side of the wire.
pub fn side() -> Object {
    words(["network", "host"])
}

/// Who wrote a rule.
pub fn origin() -> Object {
    words(["predefined", "custom", "vendor"])
}
