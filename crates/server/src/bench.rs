//! The embedded content as authors of rules work with it: what `ctdr rule` and the API judge rules against.

use crate::content::{self, Content, ContentError};
use std::sync::Arc;
use workbench::{Bench, Sample};

/// The sources, predefined rules and samples that the binary carries.
pub fn load() -> Result<Bench, ContentError> {
    Ok(of(&Content::load()?))
}

/// The same, of content that is already read.
pub(crate) fn of(content: &Content) -> Bench {
    Bench {
        catalogue: Arc::clone(&content.catalogue),
        predefined: content::rule_sources(&content.rules),
        known: Arc::clone(&content.parsed),
        samples: samples(),
        patterns: content.patterns.clone(),
        tactics: content.tactic_order(),
    }
}

/// The raw records that show what each product writes: `sources/<provider>/<product>/samples/<name>.json` or `.txt`.
fn samples() -> Vec<Sample> {
    let sample = |file: normalise::ContentFile| {
        let (product, name) = file.path.strip_prefix("sources/")?.split_once("/samples/")?;
        let name = name.strip_suffix(".json").or_else(|| name.strip_suffix(".txt"))?;
        Some(Sample {
            product: product.parse().ok()?,
            name: name.to_owned(),
            raw: file.text,
        })
    };
    content::files("sources/")
        .into_iter()
        .filter_map(sample)
        .collect()
}

/// The files of the expert patterns that the binary carries.
pub fn patterns() -> Vec<normalise::ContentFile> {
    content::files("correlation/")
}
