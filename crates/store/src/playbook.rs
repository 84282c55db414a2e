//! Playbooks and their versions: at most one draft, at most one published, the rest is history.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    error::{Error, Result},
};
use model::{PlaybookId, TenantId, Time, playbook::PlaybookState};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// One version of a playbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaybookVersion {
    /// The playbook.
    pub id: PlaybookId,
    /// Counts from 1.
    pub version: u32,
    /// Which of the texts it is.
    pub state: PlaybookState,
    /// Its name.
    pub name: String,
    /// The CACAO document.
    pub text: String,
    /// Digest of the text.
    pub digest: String,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub changed: Time,
}

impl Store {
    /// Saves the draft of a playbook, in place of the draft that is there. Its version;
    /// `version` and `state` of what is passed in do not matter.
    pub async fn playbook_draft_save(
        &self,
        tenant: &TenantId,
        playbook: &PlaybookVersion,
        audit: &AuditEntry,
    ) -> Result<u32> {
        let mut txn = self.begin().await?;
        let version = save_in_txn(&mut txn, tenant, playbook, "draft").await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(version)
    }

    /// Makes the draft the version that runs.
    pub async fn playbook_publish(
        &self,
        tenant: &TenantId,
        id: &PlaybookId,
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        retire_in_txn(&mut txn, tenant, id).await?;
        let done = sqlx::query(
            "UPDATE playbook SET state = 'published' WHERE tenant = ? AND id = ? AND state = 'draft'",
        )
        .bind(tenant.as_str())
        .bind(&id.0)
        .execute(&mut *txn)
        .await?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound {
                what: "draft of playbook",
                id: id.0.clone(),
            });
        }
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Publishes a playbook that comes with the product, unless this text was published before: then people
    /// may have replaced it since, and theirs stays. Whether it was published.
    pub async fn playbook_install(&self, tenant: &TenantId, playbook: &PlaybookVersion) -> Result<bool> {
        let mut txn = self.begin().await?;
        let known: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM playbook WHERE tenant = ? AND id = ? AND digest = ? AND state <> 'draft'",
        )
        .bind(tenant.as_str())
        .bind(&playbook.id.0)
        .bind(&playbook.digest)
        .fetch_one(&mut *txn)
        .await?;
        if known > 0 {
            return Ok(false);
        }
        retire_in_txn(&mut txn, tenant, &playbook.id).await?;
        save_in_txn(&mut txn, tenant, playbook, "published").await?;
        txn.commit().await?;
        Ok(true)
    }

    /// The newest version of every playbook in a state, by name.
    pub async fn playbook_list(
        &self,
        tenant: &TenantId,
        state: PlaybookState,
    ) -> Result<Vec<PlaybookVersion>> {
        sqlx::query(
            "SELECT * FROM playbook p WHERE tenant = ?1 AND state = ?2 AND version = (SELECT max(version) \
             FROM playbook WHERE tenant = p.tenant AND id = p.id AND state = ?2) ORDER BY name, id",
        )
        .bind(tenant.as_str())
        .bind(column::name(&state)?)
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(decode)
        .collect()
    }

    /// One version of a playbook; the published one if none is named.
    pub async fn playbook_fetch(
        &self,
        tenant: &TenantId,
        id: &PlaybookId,
        version: Option<u32>,
    ) -> Result<Option<PlaybookVersion>> {
        let row = sqlx::query(
            "SELECT * FROM playbook WHERE tenant = ?1 AND id = ?2 \
             AND (version = ?3 OR (?3 IS NULL AND state = 'published'))",
        )
        .bind(tenant.as_str())
        .bind(&id.0)
        .bind(version)
        .fetch_optional(self.reader())
        .await?;
        row.as_ref().map(decode).transpose()
    }

    /// All versions of a playbook, newest first.
    pub async fn playbook_history(&self, tenant: &TenantId, id: &PlaybookId) -> Result<Vec<PlaybookVersion>> {
        sqlx::query("SELECT * FROM playbook WHERE tenant = ? AND id = ? ORDER BY version DESC")
            .bind(tenant.as_str())
            .bind(&id.0)
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(decode)
            .collect()
    }
}

/// The published version becomes history.
async fn retire_in_txn(txn: &mut SqliteConnection, tenant: &TenantId, id: &PlaybookId) -> Result<()> {
    sqlx::query("UPDATE playbook SET state = 'history' WHERE tenant = ? AND id = ? AND state = 'published'")
        .bind(tenant.as_str())
        .bind(&id.0)
        .execute(txn)
        .await?;
    Ok(())
}

/// Writes the next version, or the draft anew.
async fn save_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    playbook: &PlaybookVersion,
    state: &'static str,
) -> Result<u32> {
    let version: u32 = sqlx::query_scalar(
        "SELECT ifnull(max(CASE WHEN state = 'draft' AND ?3 = 'draft' THEN version END), \
         ifnull(max(version), 0) + 1) FROM playbook WHERE tenant = ?1 AND id = ?2",
    )
    .bind(tenant.as_str())
    .bind(&playbook.id.0)
    .bind(state)
    .fetch_one(&mut *txn)
    .await?;
    sqlx::query(
        "INSERT OR REPLACE INTO playbook (tenant, id, version, state, name, text, digest, author, changed) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(tenant.as_str())
    .bind(&playbook.id.0)
    .bind(version)
    .bind(state)
    .bind(&playbook.name)
    .bind(&playbook.text)
    .bind(&playbook.digest)
    .bind(&playbook.author)
    .bind(playbook.changed.millis())
    .execute(txn)
    .await?;
    Ok(version)
}

fn decode(row: &SqliteRow) -> Result<PlaybookVersion> {
    Ok(PlaybookVersion {
        id: PlaybookId(row.try_get("id")?),
        version: column::small(row, "version")?,
        state: column::code(row, "state")?,
        name: row.try_get("name")?,
        text: row.try_get("text")?,
        digest: row.try_get("digest")?,
        author: row.try_get("author")?,
        changed: column::time(row, "changed")?,
    })
}
