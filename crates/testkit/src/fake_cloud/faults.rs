//! Scripted faults: what a cloud does on a bad day, on demand and per API.

use super::{
    refusal::{Family, Refusal},
    server,
};
use axum::{body::Body, http::header::CONTENT_LENGTH, response::Response};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// The family's own answer to too many calls.
    Throttle,
    /// Any error answer; nothing is done.
    Error {
        /// HTTP status.
        status: u16,
        /// The vendor's code.
        code: String,
    },
    /// No answer, and nothing was done: the connection is held, then closed.
    TimeoutBefore {
        /// How long it is held.
        hold_ms: u64,
    },
    /// No answer, *but it was done*: the case that doubles rules when a client just tries again.
    TimeoutAfter {
        /// How long the connection is held.
        hold_ms: u64,
    },
    /// The answer is what it was before the last change (`DescribeDefenseRules`; others answer as usual).
    Stale,
    /// The answer's second half is missing.
    Truncate,
}

/// A fault to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The API it hits, such as `CreateDefenseRule` or `PullLogs`; `*` for any.
    pub api: String,
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// How many calls it hits.
    #[serde(default = "once")]
    pub times: u32,
    /// How many calls it lets pass before.
    #[serde(default)]
    pub skip: u32,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// A fault that hits the next call of `api`.
    pub fn once(api: &str, kind: FaultKind) -> Self {
        Self {
            api: api.to_owned(),
            kind,
            times: 1,
            skip: 0,
        }
    }

    /// The same fault for several calls.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// The same fault after letting some calls pass.
    pub fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }
}

/// A fault that cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No API has this name.
    #[error("api `{0}` is not served here; one of: {known}", known = super::known_apis().join(" "))]
    UnknownApi(String),
    /// Too many are planned already.
    #[error("more than {} faults are planned", FaultPlan::MOST)]
    TooMany,
}

/// The faults to come, in order; each call takes at most one.
#[derive(Debug, Default)]
pub(super) struct FaultPlan {
    planned: Vec<Fault>,
}

impl FaultPlan {
    const MOST: usize = 1_000;

    pub fn add(&mut self, fault: Fault) -> Result<(), FaultError> {
        if fault.api != "*" && !super::known_apis().contains(&fault.api.as_str()) {
            return Err(FaultError::UnknownApi(fault.api));
        }
        if self.planned.len() >= Self::MOST {
            return Err(FaultError::TooMany);
        }
        self.planned.push(fault);
        Ok(())
    }

    pub fn clear(&mut self) {
        self.planned.clear();
    }

    pub fn planned(&self) -> &[Fault] {
        &self.planned
    }

    /// The fault this call of `api` meets.
    fn take(&mut self, api: &str) -> Option<FaultKind> {
        let position = self
            .planned
            .iter()
            .position(|fault| fault.times > 0 && (fault.api == "*" || fault.api == api))?;
        let fault = &mut self.planned[position];
        if fault.skip > 0 {
            fault.skip -= 1;
            return None;
        }
        let kind = fault.kind.clone();
        fault.times -= 1;
        if fault.times == 0 {
            self.planned.remove(position);
        }
        Some(kind)
    }
}

/// Answers a verified call under the fault planned for it. `handle` is told whether to answer from a stale state.
pub(super) async fn answer(
    cloud: &super::Cloud,
    family: Family,
    api: &str,
    handle: impl FnOnce(bool) -> Result<Response, Refusal>,
) -> Response {
    let request_id = cloud.next_request_id();
    let refuse = |refusal: &Refusal| family.render(refusal, &request_id);
    let respond = |stale| handle(stale).unwrap_or_else(|refusal| refuse(&refusal));
    let fault = super::lock(&cloud.faults).take(api);
    match fault {
        None => respond(false),
        Some(FaultKind::Throttle) => refuse(&family.throttled()),
        Some(FaultKind::Error { status, code }) => refuse(&Refusal::new(status, &code, "scripted fault")),
        Some(FaultKind::TimeoutBefore { hold_ms }) => hang_up_after(hold_ms).await,
        Some(FaultKind::TimeoutAfter { hold_ms }) => {
            drop(respond(false));
            hang_up_after(hold_ms).await
        }
        Some(FaultKind::Stale) => respond(true),
        Some(FaultKind::Truncate) => truncated(respond(false)).await,
    }
}

async fn hang_up_after(millis: u64) -> Response {
    tokio::time::sleep(Duration::from_millis(millis)).await;
    server::hang_up()
}

/// The first half of the body under unchanged headers, as a proxy that gave up would leave it; the length of the
/// message itself is right, so only the decoder of the body can notice.
async fn truncated(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(whole.slice(..whole.len() / 2)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_its_api_as_often_as_asked_and_after_what_it_skips() {
        let mut plan = FaultPlan::default();
        plan.add(Fault::once("PullLogs", FaultKind::Throttle).times(2).after(1))
            .unwrap();
        assert_eq!(plan.take("GetCursor"), None);
        let taken: Vec<_> = (0..4).map(|_| plan.take("PullLogs")).collect();
        assert_eq!(
            taken,
            [None, Some(FaultKind::Throttle), Some(FaultKind::Throttle), None]
        );
        assert!(plan.planned().is_empty());
    }

    #[test]
    fn faults_are_read_from_json_and_a_misspelt_api_is_an_error() {
        let fault: Fault =
            serde_json::from_str(r#"{"api":"CreateDefenseRule","kind":"timeout_after","hold_ms":5}"#)
                .unwrap();
        assert_eq!(
            fault,
            Fault::once("CreateDefenseRule", FaultKind::TimeoutAfter { hold_ms: 5 })
        );
        let misspelt = Fault::once("CreateDefenceRule", FaultKind::Stale);
        let error = FaultPlan::default().add(misspelt).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("api `CreateDefenceRule` is not served here"),
            "{error}"
        );
    }
}
