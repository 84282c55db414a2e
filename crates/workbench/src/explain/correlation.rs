//! A correlation: which of its members match the event, and the window it would be counted in. One event does not say
//! whether the window fires; that is what tests and backtests are for.

use super::{
    event::Subject,
    library::{Library, Page},
    outcome::{Explanation, WindowAsked},
    rule,
};
use sigma::{Body, Correlation, Event as _};

/// Correlations of correlations that are followed.
const DEPTH: usize = 8;

/// Explains a document that is no filter.
pub fn page(library: &Library, page: &Page, subject: &Subject<'_>, depth: usize) -> Explanation {
    match &page.document.body {
        Body::Rule { logsource, detection } => rule::explain(library, page, logsource, detection, subject),
        Body::Correlation(correlation) => explain(library, page, correlation, subject, depth),
        Body::Filter { .. } => rule::head(page),
    }
}

fn explain(
    library: &Library,
    page: &Page,
    correlation: &Correlation,
    subject: &Subject<'_>,
    depth: usize,
) -> Explanation {
    let followed = correlation.rules.iter().filter(|_| depth < DEPTH);
    let members: Vec<(&str, Explanation)> = followed
        .filter_map(|name| {
            let member = library.find(&page.file, &name.text)?;
            Some((
                name.text.as_str(),
                self::page(library, member, subject, depth + 1),
            ))
        })
        .collect();
    // Fields may be called differently in the matches of different rules.
    let matched = members.iter().find(|(_, member)| member.matches);
    let rule = matched.or(members.first()).map_or("", |(name, _)| *name);
    let window = window(correlation, rule, subject);
    let whole = window.group.iter().all(|(_, value)| value.is_some())
        && window.values.iter().all(|(_, values)| !values.is_empty());
    Explanation {
        matches: matched.is_some() && whole,
        window: Some(window),
        members: members.into_iter().map(|(_, member)| member).collect(),
        ..rule::head(page)
    }
}

fn window(correlation: &Correlation, rule: &str, subject: &Subject<'_>) -> WindowAsked {
    let comparisons = correlation.condition.iter();
    let comparisons: Vec<String> = comparisons
        .map(|(comparison, number)| format!("{} {number}", comparison.sign()))
        .collect();
    let group = correlation.group_by.iter().map(|name| {
        let values = subject.values(correlation.field_of(&name.text, rule));
        let first = values.first().and_then(sigma::Value::text);
        let first = first.filter(|text| !text.is_empty());
        (name.text.clone(), first.map(std::borrow::Cow::into_owned))
    });
    let values = correlation.kind.fields().iter().map(|name| {
        let field = correlation.field_of(&name.text, rule);
        (name.text.clone(), subject.shown(Some(field)))
    });
    WindowAsked {
        kind: correlation.kind.as_str(),
        condition: comparisons.join(" and "),
        seconds: correlation.timespan.as_secs(),
        window: correlation.window.as_str(),
        group: group.collect(),
        values: values.collect(),
    }
}
