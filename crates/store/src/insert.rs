//! Writing many rows at once: the pipeline's speed hangs on few statements, not on many.

use crate::error::Result;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, query_builder::Separated};

/// Rows of one statement. Few lengths, so that each table has few statements and each is prepared once: to read a
/// statement of thousands of values takes longer than to write its rows.
const LENGTHS: [usize; 5] = [256, 64, 16, 4, 1];

/// One row of values being written.
pub(crate) type Values<'a> = Separated<'a, Sqlite, &'static str>;

/// How rows are written.
#[derive(Clone, Copy)]
pub(crate) struct Insert {
    /// `INSERT INTO … (…)`, up to `VALUES`.
    pub head: &'static str,
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
        let mut chunks = chunks(rows);
        let mut next = chunks.next().map(|chunk| self.statement(chunk, &mut bind));
        while let Some(mut query) = next {
            // The connection has a thread of its own: while it writes these rows, the next ones are made ready.
            let made = async { chunks.next().map(|chunk| self.statement(chunk, &mut bind)) };
            let (written, made) = tokio::join!(biased; query.build().execute(&mut *connection), made);
            written?;
            next = made;
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
        let mut chunks = chunks(rows);
        let mut next = chunks.next().map(|chunk| self.statement(chunk, &mut bind));
        while let Some(mut query) = next {
            let made = async { chunks.next().map(|chunk| self.statement(chunk, &mut bind)) };
            let (written, made) =
                tokio::join!(biased; query.build_query_scalar().fetch_all(&mut *connection), made);
            returned.extend(written?);
            next = made;
        }
        Ok(returned)
    }

    /// SQLite copies each page that a statement of several rows changes, so that it can take back this statement alone
    /// should it fail: half of all that a batch wrote. Whoever writes rows here ends the transaction when one of them
    /// fails, so a statement that can do without says `OR FAIL`. One that updates cannot.
    fn start(self) -> String {
        if self.tail.contains("DO NOTHING") {
            self.head.replacen("INSERT INTO", "INSERT OR FAIL INTO", 1)
        } else {
            self.head.to_owned()
        }
    }

    fn statement<T>(self, rows: &[T], bind: &mut impl FnMut(&mut Values<'_>, &T)) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new(self.start());
        query.push(" ");
        query.push_values(rows, |mut values, row| bind(&mut values, row));
        query.push(" ").push(self.tail);
        query
    }
}

/// The rows in pieces of the lengths there are statements for.
fn chunks<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let length = LENGTHS.into_iter().find(|length| *length <= rest.len())?;
        let (chunk, after) = rest.split_at(length);
        rest = after;
        Some(chunk)
    })
}

/// Ids as one value, for `IN (SELECT value FROM json_each(?))`: a statement of one length, however many there are.
pub(crate) fn id_list<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    let mut list = String::from("[");
    for value in values {
        if list.len() > 1 {
            list.push(',');
        }
        list.push('"');
        // Ids have no character that JSON would escape.
        list.push_str(&value.to_string());
        list.push('"');
    }
    list.push(']');
    list
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_piece_in_order() {
        for length in [0, 1, 3, 4, 63, 64, 65, 255, 256, 1_000] {
            let rows: Vec<usize> = (0..length).collect();
            let pieces: Vec<&[usize]> = chunks(&rows).collect();
            assert_eq!(pieces.concat(), rows);
            assert!(pieces.iter().all(|piece| LENGTHS.contains(&piece.len())));
        }
    }

    #[test]
    fn a_list_of_ids_is_json() {
        let ids = [1, 2].map(model::AlertId::from_bits);
        let read: Vec<model::AlertId> = serde_json::from_str(&id_list(ids)).unwrap_or_default();
        assert_eq!(read, ids);
        assert_eq!(id_list(Vec::<String>::new()), "[]");
    }
}
