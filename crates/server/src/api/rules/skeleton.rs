//! A rule to start from: complete, with tests that pass, made of a real log of the product it is for.

use super::{bench::apart, query::SkeletonQuery};
use crate::{
    api::{
        Shared,
        caller::Viewer,
        extract::Query,
        problem::{Kind, Problem, ProblemBody},
    },
    uuid,
};
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use workbench::Wanted;

/// A rule to start from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleSkeleton {
    /// A Sigma rule with a fresh id and with tests that pass.
    text: String,
}

/// Start a rule on the logs of a product. Nothing is saved.
#[utoipa::path(
    get, path = "/rules:skeleton", operation_id = "start_rule", tag = "rules", params(SkeletonQuery),
    responses((status = 200, body = RuleSkeleton), (status = "default", body = ProblemBody))
)]
pub async fn skeleton(
    _: Viewer,
    State(app): Shared,
    Query(query): Query<SkeletonQuery>,
) -> Result<Json<RuleSkeleton>, Problem> {
    let id = uuid::random().map_err(|error| Problem::new(Kind::Unavailable, error.to_string()))?;
    let text = apart(&app, move |bench| {
        let wanted = Wanted {
            product: &query.product,
            sample: None,
            title: query.title.as_deref().unwrap_or("A new rule"),
            id: &id,
            file: None,
        };
        workbench::skeleton(bench, &wanted)
    });
    text.await?
        .map(|text| Json(RuleSkeleton { text }))
        .map_err(|error| Problem::new(Kind::Invalid, error.to_string()))
}
