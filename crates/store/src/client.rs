//! Requests and refusals per client address and day: what a block would have hit.

use crate::{
    column::{self, int},
    database::Store,
    error::Result,
    insert::{Insert, push_list},
};
use model::{TenantId, Time};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

const COUNT: Insert = Insert {
    head: "INSERT INTO client_day (tenant, client, day, requests, refusals)",
    tail: "ON CONFLICT (tenant, client, day) DO UPDATE SET requests = requests + excluded.requests, \
           refusals = refusals + excluded.refusals",
};

/// What to add for a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCount {
    /// Its address.
    pub client: String,
    /// Days since the epoch (UTC).
    pub day: i64,
    /// Requests.
    pub requests: u64,
    /// Those of them that were refused.
    pub refusals: u64,
}

/// A client's day.
pub type ClientDay = ClientCount;

pub(crate) async fn count_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    counts: &[ClientCount],
) -> Result<()> {
    COUNT
        .rows(txn, counts, |values, count| {
            values
                .push_bind(tenant.as_str())
                .push_bind(&count.client)
                .push_bind(count.day)
                .push_bind(int(count.requests))
                .push_bind(int(count.refusals));
        })
        .await
}

impl Store {
    /// The days of these clients since `since`, by client and day.
    pub async fn client_day_list(
        &self,
        tenant: &TenantId,
        clients: &[String],
        since: Time,
    ) -> Result<Vec<ClientDay>> {
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT client, day, requests, refusals FROM client_day WHERE tenant = ",
        );
        query.push_bind(tenant.as_str()).push(" AND client IN ");
        push_list(&mut query, clients);
        query.push(" AND day >= ").push_bind(since.day());
        query.push(" ORDER BY client, day");
        let rows = query.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter()
            .map(|row| {
                Ok(ClientDay {
                    client: row.try_get("client")?,
                    day: row.try_get("day")?,
                    requests: column::count(row, "requests")?,
                    refusals: column::count(row, "refusals")?,
                })
            })
            .collect()
    }

    /// Forgets days before `before`: how many rows.
    pub async fn client_day_forget(&self, tenant: &TenantId, before: Time) -> Result<u64> {
        let done = sqlx::query("DELETE FROM client_day WHERE tenant = ? AND day < ?")
            .bind(tenant.as_str())
            .bind(before.day())
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected())
    }
}
