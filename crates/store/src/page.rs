//! Pages of lists: opaque cursors that stay right while rows are inserted.
//!
//! A cursor holds the sort keys of the last row given, not a number of rows, so a row inserted before it
//! shifts nothing. All lists run from the greatest key to the least and end with a unique key.

use crate::error::{Error, Result};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sqlx::{QueryBuilder, Row, Sqlite, SqlitePool, sqlite::SqliteRow};

/// Rows counted for a total; beyond, the total says that there are more.
const COUNTED: u64 = 10_000;
/// The longest page.
const LONGEST: u32 = 200;

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows on it, 1 … 200.
    pub limit: u32,
    /// The `next_cursor` of the page before; the first page if absent.
    pub cursor: Option<String>,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            limit: 50,
            cursor: None,
        }
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// Its rows.
    pub items: Vec<T>,
    /// Where the next page starts; none on the last one.
    pub next_cursor: Option<String>,
    /// Rows on all pages.
    pub total: Total,
}

/// How many rows there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Total {
    /// That many, or at least that many.
    pub value: u64,
    /// Which of the two.
    pub exact: bool,
}

impl<T> Page<T> {
    /// The same page of other items.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next_cursor: self.next_cursor,
            total: self.total,
        }
    }
}

/// How a list is sorted: its name, so that a cursor of one order is refused by another, and its columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub name: &'static str,
    /// Column expressions; the last ones are unique together.
    pub columns: &'static [&'static str],
}

/// A sort key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Key {
    Number(i64),
    Text(String),
}

/// The order and the keys of the last row given.
#[derive(Debug, Serialize, Deserialize)]
struct Cursor(String, Vec<Key>);

impl Cursor {
    fn decode(text: &str, order: Order) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        serde_json::from_slice::<Self>(&bytes)
            .ok()
            .filter(|cursor| cursor.0 == order.name && cursor.1.len() == order.columns.len())
            .ok_or_else(|| Error::Cursor(text.to_owned()))
    }

    fn encode(&self) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(self)?))
    }
}

/// What a list reads.
pub(crate) struct Listing<'a, F> {
    /// The columns of a row.
    pub columns: &'a str,
    /// Pushes ` FROM … WHERE …`; called once for the rows and once for the total.
    pub source: F,
    /// The order.
    pub order: Order,
}

impl<F: Fn(&mut QueryBuilder<Sqlite>)> Listing<'_, F> {
    /// Reads one page.
    pub(crate) async fn read<T>(
        &self,
        pool: &SqlitePool,
        page: &PageRequest,
        decode: impl Fn(&SqliteRow) -> Result<T>,
    ) -> Result<Page<T>> {
        let limit = page.limit.clamp(1, LONGEST) as usize;
        let mut query = QueryBuilder::new("SELECT ");
        query.push(self.columns);
        for (number, column) in self.order.columns.iter().enumerate() {
            query.push(format_args!(", {column} AS sort_key_{number}"));
        }
        (self.source)(&mut query);
        if let Some(text) = &page.cursor {
            self.push_after(&mut query, Cursor::decode(text, self.order)?);
        }
        query.push(" ORDER BY ");
        let mut list = query.separated(", ");
        for column in self.order.columns {
            list.push(format_args!("{column} DESC"));
        }
        // One more than asked for tells whether there is another page.
        query.push(" LIMIT ").push_bind(limit as i64 + 1);
        let rows = query.build().fetch_all(pool).await?;
        let next_cursor = match rows.get(limit - 1) {
            Some(row) if rows.len() > limit => Some(self.cursor(row)?.encode()?),
            _ => None,
        };
        let items = rows.iter().take(limit).map(decode).collect::<Result<_>>()?;
        Ok(Page {
            items,
            next_cursor,
            total: self.total(pool).await?,
        })
    }

    fn push_after(&self, query: &mut QueryBuilder<Sqlite>, cursor: Cursor) {
        query
            .push(" AND (")
            .push(self.order.columns.join(", "))
            .push(") < (");
        let mut keys = query.separated(", ");
        for key in cursor.1 {
            match key {
                Key::Number(number) => keys.push_bind(number),
                Key::Text(text) => keys.push_bind(text),
            };
        }
        query.push(")");
    }

    fn cursor(&self, row: &SqliteRow) -> Result<Cursor> {
        let keys = (0..self.order.columns.len()).map(|number| {
            let column = format!("sort_key_{number}");
            row.try_get(column.as_str())
                .map(Key::Number)
                .or_else(|_| row.try_get(column.as_str()).map(Key::Text))
        });
        Ok(Cursor(
            self.order.name.to_owned(),
            keys.collect::<Result<_, _>>()?,
        ))
    }

    async fn total(&self, pool: &SqlitePool) -> Result<Total> {
        let mut query = QueryBuilder::new("SELECT count(*) FROM (SELECT 1");
        (self.source)(&mut query);
        query.push(" LIMIT ").push_bind(COUNTED as i64 + 1).push(")");
        let found: i64 = query.build_query_scalar().fetch_one(pool).await?;
        let found = found.unsigned_abs();
        Ok(Total {
            value: found.min(COUNTED),
            exact: found <= COUNTED,
        })
    }
}
