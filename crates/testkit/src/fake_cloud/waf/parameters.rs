//! Reading the parameters of an RPC call: query and form together, arrays as `Name.1`, `Name.2`, ….

use crate::fake_cloud::{call::Call, refusal::Refusal};
use std::str::FromStr;

/// The parameters of one call.
#[derive(Debug)]
pub(super) struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    /// Query and form parameters; the gateway takes either place.
    pub fn of(call: &Call) -> Self {
        let mut pairs = call.query.clone();
        if call
            .header("content-type")
            .starts_with("application/x-www-form-urlencoded")
        {
            pairs.extend(form_urlencoded::parse(&call.body).into_owned());
        }
        Self { pairs }
    }

    /// A text parameter; an empty one counts as absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// A text parameter that must be there.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| {
            let message = format!("{name} is mandatory for this action.");
            Refusal::new(400, &format!("Missing{name}"), message)
        })
    }

    /// A parameter that is read as `T` where it is there.
    pub fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        self.text(name)
            .map(|text| {
                text.parse()
                    .map_err(|_| invalid(&format!("{name} `{text}` is malformed")))
            })
            .transpose()
    }

    /// An array parameter, in order.
    pub fn array(&self, name: &str) -> Vec<&str> {
        (1..)
            .map_while(|index| self.text(&format!("{name}.{index}")))
            .collect()
    }

    /// Page number and size, 1-based, within the vendor's bounds.
    pub fn page(&self, default_size: usize) -> Result<Page, Refusal> {
        let number = self.parsed("PageNumber")?.unwrap_or(1);
        let size = self.parsed("PageSize")?.unwrap_or(default_size);
        if number == 0 || size == 0 || size > 100 {
            return Err(invalid("PageNumber must be at least 1 and PageSize 1 to 100"));
        }
        Ok(Page { number, size })
    }

    /// Whether the call is only a check (`DryRun=true`).
    pub fn dry_run(&self) -> bool {
        self.text("DryRun") == Some("true")
    }
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// The part of the list.
    pub fn of<T>(self, items: &[T]) -> &[T] {
        let start = (self.number - 1).saturating_mul(self.size).min(items.len());
        &items[start..items.len().min(start + self.size)]
    }
}

/// The vendor's answer to a parameter it cannot use.
pub(super) fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "ParamError", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        Parameters {
            pairs: pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn arrays_end_at_the_first_gap() {
        let read = parameters(&[("A.1", "x"), ("A.2", "y"), ("A.4", "z")]);
        assert_eq!(read.array("A"), ["x", "y"]);
    }

    #[test]
    fn pages_are_one_based_and_the_last_may_be_short() {
        let check =
            |number, size, expected: &[i32]| assert_eq!(Page { number, size }.of(&[1, 2, 3]), expected);
        check(1, 2, &[1, 2]);
        check(2, 2, &[3]);
        check(3, 2, &[]);
        check(usize::MAX, 100, &[]);
        assert!(parameters(&[("PageNumber", "0")]).page(10).is_err());
    }
}
