//! The event stream: consoles hear what changes, and ask for what they show.

use super::{
    Shared,
    caller::Viewer,
    extract::Query,
    problem::{Kind, Problem, ProblemBody},
};
use crate::{
    app::App,
    live::{Change, Topic},
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use std::{
    collections::{HashSet, VecDeque},
    convert::Infallible,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A stream ends after this and the browser connects anew: a session that ended meanwhile hears no more.
const AT_MOST: Duration = Duration::from_mins(10);
/// What a listener is told that missed changes nobody remembers.
const RELOAD: &str = "reload";
/// All topics.
const TOPICS: [Topic; 5] = [
    Topic::Event,
    Topic::Alert,
    Topic::Policy,
    Topic::Task,
    Topic::Source,
];

/// The route of the stream.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(listen))
}

/// What to hear of.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct StreamQuery {
    topics: Option<String>,
}

/// Listen to changes. Each message is named after its topic, its data is `{"id", "kind"}`. A message `reload` says
/// that changes were missed.
#[utoipa::path(
    get, path = "/stream", operation_id = "listen_stream", tag = "stream",
    params(
        ("topics" = Option<String>, Query, description = "`event`, `alert`, `policy`, `task`, `source`, with commas; all if left out"),
        ("last-event-id" = Option<u64>, Header, description = "where an earlier stream ended"),
    ),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = "default", body = ProblemBody))
)]
async fn listen(
    _: Viewer,
    State(app): Shared,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let topics = topics(query.topics.as_deref())?;
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .and_then(|id| id.parse().ok());
    let (missed, receiver) = app.live.listen(last);
    let listener = Listener {
        pending: VecDeque::from(catch_up(last, missed)),
        receiver,
        topics,
        stop: app.stop.clone(),
        until: Instant::now() + AT_MOST,
    };
    Ok(Sse::new(stream::unfold(listener, Listener::next)).keep_alive(KeepAlive::default()))
}

fn topics(names: Option<&str>) -> Result<HashSet<Topic>, Problem> {
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return Ok(TOPICS.into());
    };
    names
        .split(',')
        .map(|name| {
            let known = TOPICS.into_iter().find(|topic| topic.as_str() == name);
            known.ok_or_else(|| Problem::new(Kind::BadRequest, format!("`{name}` is no topic of the stream")))
        })
        .collect()
}

/// A message to send.
#[derive(Debug)]
enum Message {
    Change(Change),
    Reload,
}

/// What a listener that comes back has to be told first. If the change after its last one is not remembered, it
/// cannot be known what else is not, be it that it was away for long or that the server was started anew.
fn catch_up(last: Option<u64>, missed: Vec<Change>) -> Vec<Message> {
    let complete = match (last, missed.first()) {
        (None, _) => true,
        (Some(last), Some(first)) => first.number == last + 1,
        (Some(_), None) => false,
    };
    let reload = (!complete).then_some(Message::Reload);
    reload
        .into_iter()
        .chain(missed.into_iter().map(Message::Change))
        .collect()
}

/// One open stream.
struct Listener {
    pending: VecDeque<Message>,
    receiver: Receiver<Change>,
    topics: HashSet<Topic>,
    stop: CancellationToken,
    until: Instant,
}

impl Listener {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            let message = match self.pending.pop_front() {
                Some(message) => message,
                None => self.wait().await?,
            };
            if let Some(event) = self.event(&message) {
                return Some((Ok(event), self));
            }
        }
    }

    /// The next message; none when the stream is to end.
    async fn wait(&mut self) -> Option<Message> {
        tokio::select! {
            () = self.stop.cancelled() => None,
            () = tokio::time::sleep_until(self.until) => None,
            change = self.receiver.recv() => match change {
                Ok(change) => Some(Message::Change(change)),
                Err(RecvError::Lagged(_)) => Some(Message::Reload),
                Err(RecvError::Closed) => None,
            },
        }
    }

    /// A message as it is sent; none if this listener does not care.
    fn event(&self, message: &Message) -> Option<Event> {
        match message {
            Message::Reload => Some(Event::default().event(RELOAD).data("{}")),
            Message::Change(change) if self.topics.contains(&change.topic) => Event::default()
                .id(change.number.to_string())
                .event(change.topic.as_str())
                .json_data(change)
                .ok(),
            Message::Change(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Live;

    #[test]
    fn topics_are_known_words() {
        assert_eq!(topics(None).ok().map(|topics| topics.len()), Some(5));
        assert_eq!(
            topics(Some("event,task")).ok(),
            Some([Topic::Event, Topic::Task].into())
        );
        assert!(topics(Some("event,weather")).is_err());
    }

    #[test]
    fn whoever_missed_what_nobody_remembers_reloads() {
        let live = Live::default();
        live.publish(Topic::Event, "evt_1", "opened");
        live.publish(Topic::Task, "tsk_1", "updated");
        let check = |last: Option<u64>, reload: bool, changes: usize| {
            let messages = catch_up(last, live.listen(last).0);
            assert_eq!(
                matches!(messages.first(), Some(Message::Reload)),
                reload,
                "{last:?}"
            );
            assert_eq!(messages.len() - usize::from(reload), changes, "{last:?}");
        };
        check(None, false, 0);
        check(Some(0), false, 2);
        check(Some(1), false, 1);
        // Nothing after it: up to date, or of a server that was started anew.
        check(Some(2), true, 0);
        check(Some(900), true, 0);
    }

    #[tokio::test]
    async fn a_listener_hears_its_topics_until_the_server_stops() {
        let (live, stop) = (Live::default(), CancellationToken::new());
        let (_, receiver) = live.listen(None);
        let mut listener = Listener {
            pending: VecDeque::new(),
            receiver,
            topics: [Topic::Task].into(),
            stop: stop.clone(),
            until: Instant::now() + AT_MOST,
        };
        live.publish(Topic::Event, "evt_1", "opened");
        live.publish(Topic::Task, "tsk_1", "updated");
        let Some((Ok(event), next)) = listener.next().await else {
            panic!("the stream ended")
        };
        assert!(format!("{event:?}").contains("tsk_1"));
        listener = next;
        stop.cancel();
        assert!(listener.next().await.is_none());
    }
}
