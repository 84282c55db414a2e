//! Idempotency keys of the API: the same request again gets the same answer, and is not done again.

use crate::{database::Store, error::Result};
use model::{TenantId, Time};
use sqlx::Row;

/// A request that carries a key.
#[derive(Clone, Copy, Debug)]
pub struct IdempotencyKey<'a> {
    /// Who sends it; keys of different actors do not meet.
    pub actor: &'a str,
    /// The key.
    pub key: &'a str,
    /// Digest of method, path and body.
    pub digest: &'a [u8],
}

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What to do with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// Do it, and store the answer.
    New,
    /// It was done: give this answer again.
    Done(Response),
    /// It is being done at this moment.
    Working,
    /// The key was used for another request.
    Different,
}

impl Store {
    /// Claims a key for a request.
    pub async fn idempotency_begin(
        &self,
        tenant: &TenantId,
        key: IdempotencyKey<'_>,
        now: Time,
    ) -> Result<Idempotency> {
        let mut txn = self.begin().await?;
        let claimed = sqlx::query(
            "INSERT INTO idempotency (tenant, actor, key, digest, created) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT DO NOTHING",
        )
        .bind(tenant.as_str())
        .bind(key.actor)
        .bind(key.key)
        .bind(key.digest)
        .bind(now.millis())
        .execute(&mut *txn)
        .await?;
        if claimed.rows_affected() > 0 {
            txn.commit().await?;
            return Ok(Idempotency::New);
        }
        let row = sqlx::query(
            "SELECT digest, status, body FROM idempotency WHERE tenant = ? AND actor = ? AND key = ?",
        )
        .bind(tenant.as_str())
        .bind(key.actor)
        .bind(key.key)
        .fetch_one(&mut *txn)
        .await?;
        if row.try_get::<&[u8], _>("digest")? != key.digest {
            return Ok(Idempotency::Different);
        }
        let status: Option<u16> = row.try_get("status")?;
        let body: Option<Vec<u8>> = row.try_get("body")?;
        Ok(status.zip(body).map_or(Idempotency::Working, |(status, body)| {
            Idempotency::Done(Response { status, body })
        }))
    }

    /// Stores the answer to a request; without one, gives the key back so that the request can be tried again.
    pub async fn idempotency_finish(
        &self,
        tenant: &TenantId,
        key: IdempotencyKey<'_>,
        response: Option<&Response>,
    ) -> Result<()> {
        let query = match response {
            Some(response) => sqlx::query(
                "UPDATE idempotency SET status = ?4, body = ?5 WHERE tenant = ?1 AND actor = ?2 AND key = ?3",
            )
            .bind(tenant.as_str())
            .bind(key.actor)
            .bind(key.key)
            .bind(response.status)
            .bind(response.body.as_slice()),
            None => sqlx::query("DELETE FROM idempotency WHERE tenant = ? AND actor = ? AND key = ?")
                .bind(tenant.as_str())
                .bind(key.actor)
                .bind(key.key),
        };
        query.execute(self.writer()).await?;
        Ok(())
    }

    /// Forgets keys claimed before `before`: how many. At start, with `before` = now, those left by a crash
    /// without an answer are given back by `unanswered`.
    pub async fn idempotency_forget(&self, before: Time, unanswered: bool) -> Result<u64> {
        let done = sqlx::query("DELETE FROM idempotency WHERE created < ? AND (NOT ? OR status IS NULL)")
            .bind(before.millis())
            .bind(unanswered)
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected())
    }
}
