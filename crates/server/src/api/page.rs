//! Pages of lists, as the API gives them.

use super::problem::{Kind, Problem};
use serde::{Deserialize, Serialize};
use store::PageRequest;
use utoipa::{IntoParams, ToSchema};

/// Where in a list to go on, and how far.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Items wanted, 1 … 200; 50 if left out.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where to go on; null on the last page.
    pub next_cursor: Option<String>,
    /// How many items the whole list has.
    pub total: Total,
}

/// A count, and whether it is exact.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Total {
    /// The count.
    pub value: u64,
    /// False if there may be more.
    pub exact: bool,
}

impl From<PageQuery> for PageRequest {
    fn from(query: PageQuery) -> Self {
        let limit = query.limit.unwrap_or(Self::default().limit).clamp(1, 200);
        Self {
            limit,
            cursor: query.cursor,
        }
    }
}

impl<T> Page<T> {
    /// The store's page with each row made an item.
    pub fn of<R>(page: store::Page<R>, item: impl FnMut(R) -> T) -> Self {
        Self {
            items: page.items.into_iter().map(item).collect(),
            next_cursor: page.next_cursor,
            total: Total {
                value: page.total.value,
                exact: page.total.exact,
            },
        }
    }
    /// A page of a list that is at hand as a whole. The cursor names the last item given, so items that come in before
    /// it shift nothing.
    pub fn cut(items: Vec<T>, query: PageQuery, id: impl Fn(&T) -> String) -> Result<Self, Problem> {
        let PageRequest { limit, cursor } = query.into();
        let total = Total {
            value: items.len() as u64,
            exact: true,
        };
        let start = match cursor {
            None => 0,
            Some(cursor) => match items.iter().position(|item| id(item) == cursor) {
                Some(last) => last + 1,
                None => {
                    return Err(Problem::new(
                        Kind::BadRequest,
                        format!("`{cursor}` is not a cursor of this list"),
                    ));
                }
            },
        };
        let more = items.len() > start + limit as usize;
        let items: Vec<T> = items.into_iter().skip(start).take(limit as usize).collect();
        let next_cursor = items.last().filter(|_| more).map(id);
        Ok(Self {
            items,
            next_cursor,
            total,
        })
    }

    /// The same page of other items.
    pub fn map<U>(self, item: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(item).collect(),
            next_cursor: self.next_cursor,
            total: self.total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_whole_list_follow_each_other() {
        let check = |limit, cursor: Option<&str>, expected: Option<(&[u8], Option<&str>)>| {
            let query = PageQuery {
                limit: Some(limit),
                cursor: cursor.map(str::to_owned),
            };
            let page = Page::cut(vec![1_u8, 2, 3], query, ToString::to_string).ok();
            let got = page
                .as_ref()
                .map(|page| (page.items.as_slice(), page.next_cursor.as_deref()));
            assert_eq!(got, expected, "{limit} {cursor:?}");
        };
        check(2, None, Some((&[1, 2], Some("2"))));
        check(2, Some("2"), Some((&[3], None)));
        check(3, None, Some((&[1, 2, 3], None)));
        check(2, Some("3"), Some((&[], None)));
        check(2, Some("7"), None);
    }
}
