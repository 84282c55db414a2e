//! Writing many rows at once: the pipeline's speed hangs on few statements, not on many.

use crate::error::Result;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, query_builder::Separated};

/// Values bound in one statement; SQLite takes up to 32,766.
const VALUES: usize = 4_000;

/// One row of values being written.
pub(crate) type Values<'a> = Separated<'a, Sqlite, &'static str>;

/// How rows are written.
#[derive(Clone, Copy)]
pub(crate) struct Insert {
    /// `INSERT INTO … (…)`, up to `VALUES`.
    pub head: &'static str,
    /// Values in a row.
    pub columns: usize,
    /// What follows the rows, such as `ON CONFLICT …`.
    pub tail: &'static str,
}

impl Insert {
    /// Writes `rows` with as few statements as possible.
    pub(crate) async fn rows<T>(
        self,
        connection: &mut SqliteConnection,
        rows: &[T],
        mut bind: impl FnMut(&mut Values<'_>, &T),
    ) -> Result<()> {
        for chunk in rows.chunks(VALUES / self.columns) {
            let mut query = self.statement(chunk, &mut bind);
            // Not cached: chunks differ in length, and a prepared statement of this size is large.
            query.build().persistent(false).execute(&mut *connection).await?;
        }
        Ok(())
    }

    /// The same, for a tail that ends in `RETURNING` one text column: its values.
    pub(crate) async fn returning<T>(
        self,
        connection: &mut SqliteConnection,
        rows: &[T],
        mut bind: impl FnMut(&mut Values<'_>, &T),
    ) -> Result<Vec<String>> {
        let mut returned = Vec::new();
        for chunk in rows.chunks(VALUES / self.columns) {
            let mut query = self.statement(chunk, &mut bind);
            let query = query.build_query_scalar().persistent(false);
            returned.extend(query.fetch_all(&mut *connection).await?);
        }
        Ok(returned)
    }

    fn statement<T>(self, rows: &[T], bind: &mut impl FnMut(&mut Values<'_>, &T)) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new(self.head);
        query.push(" ");
        query.push_values(rows, |mut values, row| bind(&mut values, row));
        query.push(" ").push(self.tail);
        query
    }
}

/// Appends `(?, ?, …)`.
pub(crate) fn push_list<T: ToString>(query: &mut QueryBuilder<Sqlite>, values: impl IntoIterator<Item = T>) {
    query.push("(");
    let mut list = query.separated(", ");
    for value in values {
        list.push_bind(value.to_string());
    }
    query.push(")");
}
