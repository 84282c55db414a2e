//! The user's own rules as one YAML file: to keep in git, or to import into another server.

use super::query::ExportQuery;
use crate::api::{
    Shared,
    caller::Viewer,
    extract::Query,
    problem::{Problem, ProblemBody},
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

/// Export the user's own rules as YAML, one after the other.
#[utoipa::path(
    get, path = "/rules:export", operation_id = "export_rules", tag = "rules", params(ExportQuery),
    responses(
        (status = 200, body = String, content_type = "application/yaml"),
        (status = "default", body = ProblemBody),
    )
)]
pub async fn export(
    _: Viewer,
    State(app): Shared,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let rules = app.store.custom_rule_list(&app.tenant).await?;
    if let Some(unknown) = query
        .id
        .iter()
        .find(|id| !rules.iter().any(|rule| rule.id == **id))
    {
        return Err(Problem::not_found(unknown));
    }
    let wanted = rules
        .iter()
        .filter(|rule| query.id.is_empty() || query.id.contains(&rule.id));
    let text = join(wanted.map(|rule| rule.text.as_str()));
    let headers = [
        (header::CONTENT_TYPE, "application/yaml; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"custom-rules.yml\"",
        ),
    ];
    Ok((headers, text).into_response())
}

/// Texts as documents of one file.
fn join<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut file = String::new();
    for text in texts {
        let starts_itself = text.starts_with("---");
        if !file.is_empty() && !starts_itself {
            file.push_str("---\n");
        }
        file.push_str(text.trim_end());
        file.push('\n');
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_a_document_of_its_own() {
        let check = |texts: &[&str], expected: &str| assert_eq!(join(texts.iter().copied()), expected);
        check(&[], "");
        check(&["a: 1\n"], "a: 1\n");
        check(
            &["a: 1\n\n", "b: 2", "---\nc: 3\n"],
            "a: 1\n---\nb: 2\n---\nc: 3\n",
        );
    }
}
