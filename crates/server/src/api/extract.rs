//! What handlers take from a request beside its caller; what does not fit is a problem, like every other error.

use super::problem::{Kind, Problem};
use axum::{
    Json,
    extract::{
        FromRequest, FromRequestParts, Path, Request,
        rejection::{BytesRejection, JsonRejection},
    },
    http::{StatusCode, request::Parts},
};
use model::Side;
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// The JSON body.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

/// The query string. A parameter that may be repeated is a `Vec`; one that is not known is refused where the type
/// says so, because a filter that is silently left out shows the wrong list.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

/// The id in the path. One that is not even well-formed names nothing.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(Problem::new(kind(&rejection), rejection.body_text())),
        }
    }
}

fn kind(rejection: &JsonRejection) -> Kind {
    match rejection {
        JsonRejection::JsonDataError(_) => Kind::Invalid,
        JsonRejection::MissingJsonContentType(_) => Kind::MediaType,
        JsonRejection::BytesRejection(BytesRejection::FailedToBufferBody(failed))
            if failed.status() == StatusCode::PAYLOAD_TOO_LARGE =>
        {
            Kind::TooLarge
        }
        _ => Kind::BadRequest,
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    serde_html_form::from_str(query).map_err(|error| Problem::new(Kind::BadRequest, error.to_string()))
}

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Problem::new(Kind::BadRequest, rejection.body_text()))?;
        text.parse().map(Self).map_err(|_| Problem::not_found(&text))
    }
}

/// A field that may be left out, be null, or have a value: three different wishes.
pub fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// The one value of a filter that takes one.
pub fn one<T>(name: &str, values: Vec<T>) -> Result<Option<T>, Problem> {
    let mut values = values.into_iter();
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(Problem::new(
            Kind::BadRequest,
            format!("`{name}` takes one value"),
        )),
        (value, None) => Ok(value),
    }
}

/// Both sides, or neither, is no filter.
pub fn side(sides: &[Side]) -> Option<Side> {
    match sides {
        [first, rest @ ..] if rest.iter().all(|side| side == first) => Some(*first),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{EventStatus, Level, Time};
    use serde::Deserialize;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Filter {
        status: Vec<EventStatus>,
        level: Vec<Level>,
        from: Option<Time>,
        limit: Option<u32>,
    }

    #[test]
    fn repeated_parameters_become_lists_and_unknown_ones_are_refused() {
        let check = |query: &str, expected: Option<Filter>| {
            assert_eq!(read::<Filter>(query).ok(), expected, "{query}");
        };
        check("", Some(Filter::default()));
        check(
            "status=handled&level=5&status=handling_failed&limit=20",
            Some(Filter {
                status: vec![EventStatus::Handled, EventStatus::HandlingFailed],
                level: vec![Level::Serious],
                from: None,
                limit: Some(20),
            }),
        );
        check(
            "from=2026-11-23T00%3A00%3A00Z",
            Some(Filter {
                from: Some(Time::from_secs(1_795_392_000)),
                ..Filter::default()
            }),
        );
        check("stauts=handled", None);
        check("status=done", None);
        check("level=6", None);
    }

    #[test]
    fn a_filter_that_takes_one_value_refuses_two() {
        assert_eq!(one("rule", vec![1]).ok(), Some(Some(1)));
        assert_eq!(one::<u8>("rule", vec![]).ok(), Some(None));
        assert!(one("rule", vec![1, 2]).is_err());
        assert_eq!(side(&[Side::Host, Side::Network]), None);
        assert_eq!(side(&[Side::Host]), Some(Side::Host));
    }
}
