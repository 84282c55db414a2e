//! Record ids of the last days: a record that comes again is a duplicate.

use crate::{
    column::{self, int},
    database::Store,
    error::Result,
    insert::Insert,
};
use model::{RecordId, TenantId, Time};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};
use std::collections::HashMap;

const RECORD: Insert = Insert {
    head: "INSERT INTO record_seen (tenant, record, day, position)",
    tail: "ON CONFLICT DO NOTHING",
};
/// Ids asked for in one statement.
const ASKED: usize = 1_000;
/// Ids removed in one transaction, so that the pipeline never waits long.
const REMOVED: i64 = 20_000;

pub(crate) async fn insert_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    records: &[RecordId],
    received: Time,
    position: u64,
) -> Result<()> {
    // In key order, so that neighbours are written together.
    let mut sorted = records.to_vec();
    sorted.sort_unstable();
    RECORD
        .rows(txn, &sorted, |values, record| {
            values
                .push_bind(tenant.as_str())
                .push_bind(record.bits().to_be_bytes().to_vec())
                .push_bind(received.day())
                .push_bind(int(position));
        })
        .await
}

impl Store {
    /// Those of `ids` that were stored before, each with the position it was committed with.
    pub async fn record_positions(
        &self,
        tenant: &TenantId,
        ids: &[RecordId],
    ) -> Result<HashMap<RecordId, u64>> {
        let mut positions = HashMap::new();
        for chunk in ids.chunks(ASKED) {
            let mut query =
                QueryBuilder::<Sqlite>::new("SELECT record, position FROM record_seen WHERE tenant = ");
            query.push_bind(tenant.as_str()).push(" AND record IN (");
            let mut list = query.separated(", ");
            for id in chunk {
                list.push_bind(id.bits().to_be_bytes().to_vec());
            }
            query.push(")");
            for row in query.build().persistent(false).fetch_all(self.reader()).await? {
                let record: Vec<u8> = row.try_get("record")?;
                if let Ok(bits) = record.as_slice().try_into() {
                    let record = RecordId::from_bits(u128::from_be_bytes(bits));
                    positions.insert(record, column::count(&row, "position")?);
                }
            }
        }
        Ok(positions)
    }

    /// Forgets records received before `before`: how many. Call it again while it forgets any.
    pub async fn record_forget(&self, tenant: &TenantId, before: Time) -> Result<u64> {
        let done = sqlx::query(
            "DELETE FROM record_seen WHERE (tenant, record) IN \
             (SELECT tenant, record FROM record_seen WHERE tenant = ? AND day < ? LIMIT ?)",
        )
        .bind(tenant.as_str())
        .bind(before.day())
        .bind(REMOVED)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }
}
