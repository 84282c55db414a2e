//! Correlations: documents about the matches of other rules over time.
//!
//! <https://sigmahq.io/sigma-specification/specification/sigma-correlation-rules-specification.html>
//!
//! Beyond version 2.1 of the specification, as other tools have it or as the next version will:
//! * `value_median`, and `percentile` in the condition of `value_percentile` (0 to 100; it must be there, since
//!   the specification does not say which percentile is meant without).
//! * The condition of `temporal` and `temporal_ordered` may be an expression over the names in `rules`:
//!   `login and not logout`. It must want one match at least: nothing happens when nothing happens.
//!
//! Ours alone, inside `correlation`: `window`, how time is cut into windows.
//! * `sliding`, the default: any stretch as long as `timespan`.
//! * `tumbling`: one stretch of `timespan` behind the other, the first from 1970-01-01T00:00:00Z.
//! * `session`: from a match to the last one that follows another within `gap`, at most `timespan` in all.

mod read;

pub(crate) use read::{names, read};

use crate::{
    condition::Expression,
    error::Position,
    number::{Comparison, Number},
};
use std::time::Duration;

/// A correlation.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// What is asked of the matches.
    pub kind: CorrelationKind,
    /// Where the kind stands.
    pub kind_position: Position,
    /// The rules whose matches count; those may be correlations themselves.
    pub rules: Vec<Name>,
    /// The fields, or aliases of fields, that tell one count from another.
    pub group_by: Vec<Name>,
    /// Names for fields that are called differently in the matches of different rules.
    pub aliases: Vec<Alias>,
    /// Over how long.
    pub timespan: Duration,
    /// How time is cut into windows.
    pub window: Window,
    /// Where that is said; where the kind stands if it is not.
    pub window_position: Position,
    /// What the count must be: all of these. Empty only if the kind has an expression instead.
    pub condition: Vec<(Comparison, Number)>,
    /// Where the condition stands; where the kind stands if there is none.
    pub condition_position: Position,
    /// The rules raise alerts of their own too.
    pub generate: bool,
}

impl Correlation {
    /// What a name in `group-by` means in the matches of a rule: the field an alias stands for, or itself.
    pub fn field_of<'c>(&'c self, name: &'c str, rule: &str) -> &'c str {
        let alias = self.aliases.iter().find(|alias| alias.name.text == name);
        alias.and_then(|alias| alias.field_of(rule)).unwrap_or(name)
    }
}

/// What a correlation asks of the matches of one window and group.
#[derive(Clone, Debug, PartialEq)]
pub enum CorrelationKind {
    /// How many there are.
    EventCount,
    /// How many distinct values these fields have, taken together.
    ValueCount(Vec<Name>),
    /// The sum of the field's values.
    ValueSum(Name),
    /// Their mean.
    ValueAvg(Name),
    /// The smallest value that at least this many per cent of them do not exceed.
    ValuePercentile {
        /// The field.
        field: Name,
        /// 0 to 100.
        percentile: Number,
    },
    /// The one in the middle of them, or the mean of the two.
    ValueMedian(Name),
    /// Which rules have matches: as the expression says (over `rules`, by their number), or so many of them as
    /// the condition counts.
    Temporal(Option<Expression>),
    /// The same, and of every rule that has matches one can be chosen so that they follow one another in the
    /// order of `rules`; counted are the most that can.
    TemporalOrdered(Option<Expression>),
}

impl CorrelationKind {
    /// The word of the specification.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount(_) => "value_count",
            Self::ValueSum(_) => "value_sum",
            Self::ValueAvg(_) => "value_avg",
            Self::ValuePercentile { .. } => "value_percentile",
            Self::ValueMedian(_) => "value_median",
            Self::Temporal(_) => "temporal",
            Self::TemporalOrdered(_) => "temporal_ordered",
        }
    }

    /// The fields whose values are looked at.
    pub const fn fields(&self) -> &[Name] {
        match self {
            Self::ValueCount(fields) => fields.as_slice(),
            Self::ValueSum(field)
            | Self::ValueAvg(field)
            | Self::ValueMedian(field)
            | Self::ValuePercentile { field, .. } => std::slice::from_ref(field),
            Self::EventCount | Self::Temporal(_) | Self::TemporalOrdered(_) => &[],
        }
    }
}

/// How time is cut into windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Any stretch of the time span.
    Sliding,
    /// One stretch of the time span behind the other.
    Tumbling,
    /// As long as matches follow one another.
    Session {
        /// Within so long.
        gap: Duration,
    },
}

impl Window {
    /// The word in a rule.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sliding => "sliding",
            Self::Tumbling => "tumbling",
            Self::Session { .. } => "session",
        }
    }
}

/// A name for fields that are called differently in the matches of different rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// The name.
    pub name: Name,
    /// Rules, and the field it stands for in their matches.
    pub fields: Vec<(Name, Name)>,
}

impl Alias {
    /// The field it stands for in the matches of a rule.
    pub fn field_of(&self, rule: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(name, _)| name.text == rule);
        field.map(|(_, field)| field.text.as_str())
    }
}

/// A name of a rule or field, and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it is written.
    pub position: Position,
}
