//! The logs there are, and which of them a rule reads.

use model::{LogSource, Slot};
use normalise::Catalogue;
use std::collections::BTreeSet;

/// A kind of log that some product writes.
pub struct Log {
    /// `provider/product`.
    pub product: String,
    /// Its name within the product.
    pub name: String,
    /// What rules know it as.
    pub logsource: LogSource,
    /// The fields its mapping may fill.
    pub fields: BTreeSet<Slot>,
}

/// All logs of the catalogue.
pub fn all(catalogue: &Catalogue) -> Vec<Log> {
    let products = catalogue.products();
    products
        .flat_map(|product| {
            product.filled().map(|(log, fields)| Log {
                product: product.id().to_string(),
                name: log.kind.name.clone(),
                logsource: log.kind.logsource.clone(),
                fields,
            })
        })
        .collect()
}

/// Whether a rule of these logs reads this one: a key it names is equal.
pub fn reads(rule: &LogSource, log: &LogSource) -> bool {
    let fits = |rule: &Option<String>, log: &Option<String>| rule.is_none() || rule == log;
    fits(&rule.product, &log.product)
        && fits(&rule.service, &log.service)
        && fits(&rule.category, &log.category)
}

/// A parsed logsource as the model has it.
pub fn of_rule(logsource: &sigma::LogSource) -> LogSource {
    LogSource {
        product: logsource.product.clone(),
        service: logsource.service.clone(),
        category: logsource.category.clone(),
    }
}

/// `product=nginx service=access`.
pub fn shown(logsource: &LogSource) -> String {
    let parts = [
        ("product", &logsource.product),
        ("service", &logsource.service),
        ("category", &logsource.category),
    ];
    let parts = parts
        .into_iter()
        .filter_map(|(key, value)| value.as_ref().map(|value| format!("{key}={value}")));
    let text = parts.collect::<Vec<_>>().join(" ");
    if text.is_empty() { "any".to_owned() } else { text }
}

/// The log nearest to what a rule asks for: one that shares most keys with it.
pub fn nearest<'l>(rule: &LogSource, logs: &'l [Log]) -> Option<&'l Log> {
    let alike = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) if a == b => 4,
        (Some(a), Some(b)) if sigma::nearest(a, [b.as_str()]).is_some() => 2,
        _ => 0,
    };
    let score = |log: &&Log| {
        let log = &log.logsource;
        alike(&rule.product, &log.product)
            + alike(&rule.service, &log.service)
            + alike(&rule.category, &log.category)
    };
    logs.iter().filter(|log| score(log) > 0).max_by_key(score)
}
