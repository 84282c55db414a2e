//! Compiling a rule text before it is saved: what is wrong with it, and the rules it holds.

use super::{
    bench::{apart_beside_saved, place},
    custom_source,
};
use crate::{
    api::problem::{Place, Problem},
    app::App,
};
use detect::RuleInfo;
use serde::Deserialize;
use utoipa::ToSchema;
use workbench::Bench;

/// A rule text.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// One YAML file: a Sigma rule with our key `ctdr`.
    pub text: String,
}

/// The rules of a text that raise alerts, or what is wrong with it.
type Compiled = Result<Vec<RuleInfo>, Vec<Place>>;

/// Compiles a text away from the threads that answer requests: it may take a while. It may name saved rules of the user.
pub async fn compile_apart(app: &App, text: &str) -> Result<Compiled, Problem> {
    let given = text.to_owned();
    apart_beside_saved(app, text, move |bench| compile(bench, &given)).await
}

/// Compiles a text as a rule of the user, which may name other rules.
fn compile(bench: &Bench, text: &str) -> Compiled {
    let compiled = workbench::Compiled::new(bench, &[custom_source(text)]);
    if compiled.errors.is_empty() {
        Ok(compiled.own().cloned().collect())
    } else {
        Err(compiled.errors.iter().map(place).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bench, content::Content};

    const RULE: &str = r"title: Login page
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f11
logsource: {product: nginx, service: access}
detection:
  selection: {http_request.url.path: /login}
  condition: selection
level: low
";

    fn compiled(text: &str) -> Compiled {
        let content = Content::load().unwrap_or_else(|error| panic!("{error}"));
        compile(&bench::of(&content), text)
    }

    #[test]
    fn a_text_gives_its_rules() {
        let rules = compiled(RULE).unwrap();
        assert_eq!(rules.len(), 1);
        assert_eq!(rules[0].title.en, "Login page");
    }

    #[test]
    fn a_correlation_may_be_about_a_rule_of_the_product() {
        let about = |rule: &str| {
            format!(
                "title: Many\nid: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f12\ncorrelation:\n  type: event_count\n  rules: [{rule}]\n  \
                 group-by: [src_endpoint.ip]\n  timespan: 10m\n  condition: {{gte: 3}}\n"
            )
        };
        let content = Content::load().unwrap_or_else(|error| panic!("{error}"));
        let nginx = |text: &&normalise::ContentFile| text.path.starts_with("rules/nginx/");
        let file = content.rules.iter().find(nginx).unwrap();
        let id = file
            .text
            .lines()
            .find_map(|line| line.strip_prefix("id: "))
            .unwrap();
        let rules = compile(&bench::of(&content), &about(id)).unwrap();
        assert_eq!(rules.len(), 1, "the product's own is not the user's");
        assert!(compiled(&about("nowhere")).is_err());
    }

    #[test]
    fn mistakes_have_places() {
        let errors = compiled(&RULE.replace(
            "http_request.url.path: /login",
            "http_request.url.path|containz: /login",
        ))
        .unwrap_err();
        assert_eq!(errors[0].place, "5:37");
        assert!(errors[0].message.contains("expected `contains`"), "{errors:?}");
    }
}
