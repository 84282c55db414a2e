//! `source.yml` as written → plans, or everything that is wrong with it.

use crate::{
    catalogue::{LogInfo, Product},
    content::{ContentError, ContentFile, nearest, parse},
    declaration::{AlternativeDecl, Alternatives, ConditionDecl, Format, LogDecl, SourceDecl},
    plan::{Alternative, Condition, FieldPlan, Input, LogPlan, PathId, PathIndex, Test},
    tree::Path,
};
use model::{ProductId, Schema, Side, Slot, Value, record::LogKind};
use regex::{Regex, RegexBuilder};
use serde_saphyr::{Location, Spanned};
use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

/// Compiles the product of one `sources/<provider>/<product>/source.yml`.
pub(crate) fn product(file: &ContentFile, schema: &Schema) -> Result<Product, Vec<ContentError>> {
    let mut compiler = Compiler {
        file,
        schema,
        errors: Vec::new(),
    };
    let id = product_id(file).map_err(|error| vec![error])?;
    let source: SourceDecl = parse(file).map_err(|error| vec![error])?;
    if source.logs.is_empty() {
        compiler.errors.push(ContentError::of_file(
            &file.path,
            "a source needs at least one log",
        ));
    }
    let mut names = BTreeSet::new();
    let mut product = Product {
        id,
        title: source.title,
        side: source.side,
        logs: Vec::new(),
        plans: Vec::new(),
    };
    for log in source.logs {
        if !names.insert(log.value.name.clone()) {
            compiler.refuse(log.referenced, format!("log `{}` is given twice", log.value.name));
        }
        let title = log.value.title.clone();
        let plan = compiler.log(&product.id, product.side, log);
        product.logs.push(LogInfo {
            kind: Arc::clone(&plan.kind),
            title,
        });
        product.plans.push(plan);
    }
    if compiler.errors.is_empty() {
        Ok(product)
    } else {
        Err(compiler.errors)
    }
}

fn product_id(file: &ContentFile) -> Result<ProductId, ContentError> {
    let name = file
        .path
        .strip_prefix("sources/")
        .and_then(|path| path.strip_suffix("/source.yml"));
    name.unwrap_or(&file.path)
        .parse()
        .map_err(|error: model::source::ParseProductError| {
            ContentError::of_file(&file.path, error.to_string())
        })
}

struct Compiler<'a> {
    file: &'a ContentFile,
    schema: &'a Schema,
    errors: Vec<ContentError>,
}

impl Compiler<'_> {
    fn refuse(&mut self, place: Location, message: impl Into<String>) {
        self.errors
            .push(ContentError::at(&self.file.path, place, message));
    }

    fn log(&mut self, product: &ProductId, side: Side, log: Spanned<LogDecl>) -> LogPlan {
        let place = log.referenced;
        let log = log.value;
        let mut paths = PathIndex::default();
        if log.time.is_empty() {
            self.refuse(place, format!("log `{}` needs a time", log.name));
        }
        let time = log.time.into_iter().map(|time| {
            let path = self.path(time.referenced, &time.value.field);
            (paths.insert(&path), time.value.format)
        });
        let time = time.collect();
        let embedded = log
            .embedded
            .iter()
            .map(|path| self.path(path.referenced, &path.value))
            .collect();
        if !log.embedded.is_empty() && log.format != Format::Json {
            self.refuse(place, "only JSON logs hold embedded JSON");
        }
        let mut number = |compiler: &mut Self, path: &Spanned<String>| {
            paths.insert(&compiler.path(path.referenced, &path.value))
        };
        let native_id = log.native_id.iter().map(|path| number(self, path)).collect();
        let account = log.account.as_ref().map(|path| number(self, path));
        let when = log
            .when
            .into_iter()
            .map(|c| self.condition(c.referenced, c.value))
            .collect();
        let mut fields: Vec<FieldPlan> = Vec::new();
        for (name, alternatives) in log.fields.0 {
            if let Some(field) = self.field(&name, alternatives, &mut paths) {
                if fields.iter().any(|known| known.slot == field.slot) {
                    self.refuse(place, format!("field `{name}` is given twice"));
                }
                fields.push(field);
            }
        }
        LogPlan {
            kind: Arc::new(LogKind {
                product: product.clone(),
                name: log.name,
                side,
                logsource: log.logsource,
                counts_requests: log.counts_requests,
            }),
            format: log.format,
            when,
            absent: log.absent,
            embedded,
            paths,
            time,
            time_slot: self.schema.slot("time"),
            native_id,
            account,
            fields,
        }
    }

    fn field(&mut self, name: &str, what: Spanned<Alternatives>, paths: &mut PathIndex) -> Option<FieldPlan> {
        let place = what.referenced;
        let slot = self.slot(place, name);
        if what.value.0.is_empty() {
            self.refuse(place, format!("field `{name}` has nothing to fill it"));
        }
        let alternatives = what
            .value
            .0
            .into_iter()
            .map(|one| self.alternative(place, one, paths));
        let alternatives = alternatives.collect();
        Some(FieldPlan {
            slot: slot?,
            alternatives,
        })
    }

    /// Mappings use OCSF names only: an alias would give one field two spellings in our own files.
    fn slot(&mut self, place: Location, name: &str) -> Option<Slot> {
        let slot = self
            .schema
            .slot(name)
            .filter(|slot| self.schema.name(*slot) == name);
        if slot.is_none() {
            let names = self.schema.fields().iter().map(|field| field.name.as_str());
            let hint =
                nearest(name, names).map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
            self.refuse(place, format!("`{name}` is not in the field dictionary{hint}"));
        }
        slot
    }

    fn alternative(&mut self, place: Location, one: AlternativeDecl, paths: &mut PathIndex) -> Alternative {
        let mut number = |path: &String| -> PathId { paths.insert(&self.path(place, path)) };
        let input = match (&one.from, one.join.as_slice(), &one.value) {
            (Some(path), [], None) => Input::Path(number(path)),
            (None, [_, ..], None) => Input::Join(one.join.iter().map(number).collect(), one.with.clone()),
            (None, [], Some(value)) => Input::Constant(constant(value)),
            _ => {
                self.refuse(place, "expected exactly one of `from`, `join` and `value`");
                Input::Constant(Value::Null)
            }
        };
        let shaped = one.part.is_some() || one.extract.is_some() || !one.map.is_empty();
        if shaped && one.from.is_none() {
            self.refuse(place, "`part`, `extract` and `map` need `from`");
        }
        if one.decode.is_some() && one.value.is_some() {
            self.refuse(place, "`decode` needs `from` or `join`");
        }
        if one.otherwise.is_some() && one.map.is_empty() {
            self.refuse(place, "`otherwise` needs `map`");
        }
        let extract = one.extract.and_then(|pattern| self.regex(place, &pattern));
        if extract.as_ref().is_some_and(|regex| regex.captures_len() < 2) {
            self.refuse(place, "`extract` needs a group: what it matches is the value");
        }
        Alternative {
            when: one
                .when
                .into_iter()
                .map(|condition| self.condition(place, condition))
                .collect(),
            input,
            decode: one.decode,
            part: one.part,
            extract,
            map: one
                .map
                .into_iter()
                .map(|(from, to)| (from, constant(&to)))
                .collect(),
            otherwise: one.otherwise.as_deref().map(constant),
        }
    }

    fn condition(&mut self, place: Location, condition: ConditionDecl) -> Condition {
        let test = match (
            condition.equals,
            condition.one_of,
            condition.matches,
            condition.exists,
        ) {
            (Some(value), None, None, None) => Some(Test::OneOf(vec![value])),
            (None, Some(values), None, None) => Some(Test::OneOf(values)),
            (None, None, Some(pattern), None) => self.regex(place, &pattern).map(Test::Matches),
            (None, None, None, Some(expected)) => Some(Test::Exists(expected)),
            _ => {
                self.refuse(
                    place,
                    "expected exactly one of `equals`, `one_of`, `matches` and `exists`",
                );
                None
            }
        };
        Condition {
            path: self.path(place, &condition.field),
            test: test.unwrap_or(Test::Exists(true)),
        }
    }

    fn path(&mut self, place: Location, text: &str) -> Path {
        text.parse().unwrap_or_else(|error: crate::tree::PathError| {
            self.refuse(place, error.to_string());
            Path::default()
        })
    }

    fn regex(&mut self, place: Location, pattern: &str) -> Option<Regex> {
        match RegexBuilder::new(pattern).size_limit(1 << 20).build() {
            Ok(regex) => Some(regex),
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().to_owned();
                self.refuse(
                    place,
                    format!("`{pattern}` is not a regular expression: {reason}"),
                );
                None
            }
        }
    }
}

/// A constant of a mapping: a whole number where it reads as one, otherwise text.
fn constant(text: &str) -> Value<'static> {
    text.parse()
        .map_or_else(|_| Value::Text(Cow::Owned(text.to_owned())), Value::Int)
}
