//! Which rules to list, as the query string says it.

use super::view::Rule;
use crate::api::page::PageQuery;
use model::{Origin, ProductId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Who wrote a rule, for filters: rules that import a vendor's alerts come with the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Author {
    Predefined,
    Custom,
}

/// Which rules to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RuleQuery {
    /// Items wanted, 1 … 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Text in the title or the description, or a technique, or the rule's id.
    text: Option<String>,
    /// Rules of the product or of users.
    #[param(inline)]
    origin: Option<Author>,
    /// Those that are on, or those that are off.
    enabled: Option<bool>,
    /// Any of these categories.
    category: Vec<String>,
    /// Those that read a log of any of these products.
    #[param(value_type = Vec<String>)]
    product: Vec<ProductId>,
}

/// Which rules to export.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Only these, by their Sigma ids; all of the user's own if left out.
    pub id: Vec<String>,
}

/// What the new rule is to be.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SkeletonQuery {
    /// The product whose logs it reads, as `provider/product`.
    #[param(value_type = String)]
    pub product: ProductId,
    /// Its title; a placeholder if left out.
    pub title: Option<String>,
}

impl RuleQuery {
    /// Which page of the list.
    pub fn page(self) -> PageQuery {
        PageQuery {
            limit: self.limit,
            cursor: self.cursor,
        }
    }

    /// Whether a rule is to be listed.
    pub fn wants(&self, rule: &Rule) -> bool {
        let author = if rule.origin == Origin::Custom {
            Author::Custom
        } else {
            Author::Predefined
        };
        let products = || {
            self.product
                .iter()
                .any(|product| rule.products.contains(&product.to_string()))
        };
        self.origin.is_none_or(|wanted| wanted == author)
            && self.enabled.is_none_or(|wanted| wanted == rule.enabled)
            && (self.category.is_empty() || self.category.contains(&rule.category))
            && (self.product.is_empty() || products())
            && self.text.as_deref().is_none_or(|text| has_text(rule, text))
    }
}

fn has_text(rule: &Rule, text: &str) -> bool {
    let text = text.to_lowercase();
    let places = [
        &rule.title.en,
        &rule.title.zh,
        &rule.description.en,
        &rule.description.zh,
        &rule.id,
    ];
    let mut all = places.into_iter().chain(&rule.techniques).chain(&rule.tactics);
    all.any(|place| place.to_lowercase().contains(&text))
}
