//! A bundle being filled: objects once each, with the properties that all of them have.

use super::id;
use crate::{story::Story, visible};
use model::{Language, LocalText, SecurityEvent};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Objects of a bundle, in the order they were added.
pub struct Bundle<'a> {
    pub story: &'a Story<'a>,
    pub language: Language,
    /// Who says all this: us.
    pub author: String,
    objects: Vec<Value>,
    ids: BTreeSet<String>,
}

impl<'a> Bundle<'a> {
    pub fn new(story: &'a Story<'a>, language: Language) -> Self {
        let author = id::ours("identity", &["OpenCTDR"]);
        let mut bundle = Self {
            story,
            language,
            author: author.clone(),
            objects: Vec::new(),
            ids: BTreeSet::new(),
        };
        // A constant date: what says who we are does not change from event to event.
        bundle.raw(json!({
            "type": "identity", "spec_version": "2.1", "id": author,
            "created": "2026-11-01T00:00:00.000Z", "modified": "2026-11-01T00:00:00.000Z",
            "name": "OpenCTDR", "identity_class": "system",
        }));
        bundle
    }

    /// The id of an object that stands for `parts`, texts in the bundle's language.
    pub fn id(&self, kind: &str, parts: &[&str]) -> String {
        let event = self.story.event.id.to_string();
        let mut all = vec![event.as_str(), self.code()];
        all.extend(parts);
        id::ours(kind, &all)
    }

    /// The bundle's language as STIX writes it.
    pub fn code(&self) -> &'static str {
        match self.language {
            Language::En => "en",
            Language::Zh => "zh-CN",
        }
    }

    /// A text in the bundle's language, nothing in it hidden.
    pub fn text(&self, text: &LocalText) -> String {
        visible::line(text.get(self.language))
    }

    /// Adds an object that says everything about itself, unless it is there.
    pub fn raw(&mut self, object: Value) -> String {
        let id = object["id"].as_str().unwrap_or_default().to_owned();
        if self.ids.insert(id.clone()) {
            self.objects.push(object);
        }
        id
    }

    /// Adds a domain or relationship object of ours: `fields` and what all of them have.
    pub fn add(&mut self, kind: &str, id: &str, fields: Value) -> String {
        self.add_of(self.story.event, kind, id, fields)
    }

    /// The same about another event.
    pub fn add_of(&mut self, event: &SecurityEvent, kind: &str, id: &str, fields: Value) -> String {
        let mut object = Map::new();
        for (name, value) in [
            ("type", json!(kind)),
            ("spec_version", json!("2.1")),
            ("id", json!(id)),
            ("created_by_ref", json!(self.author)),
            // The event's own times, not those of writing: the same event is the same object.
            ("created", json!(event.first_time)),
            ("modified", json!(event.last_time.max(event.first_time))),
            ("lang", json!(self.code())),
        ] {
            object.insert(name.to_owned(), value);
        }
        if let Value::Object(fields) = fields {
            // STIX knows no empty lists, and no null.
            let says =
                |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
            object.extend(fields.into_iter().filter(|(_, value)| says(value)));
        }
        self.raw(Value::Object(object))
    }

    /// Adds a relationship.
    pub fn relate(&mut self, from: &str, kind: &str, to: &str) {
        let id = self.id("relationship", &[from, kind, to]);
        self.add(
            "relationship",
            &id,
            json!({"relationship_type": kind, "source_ref": from, "target_ref": to}),
        );
    }

    /// Adds that two events have to do with each other, and why.
    pub fn relate_because(&mut self, from: &str, to: &str, why: &LocalText) {
        let id = self.id("relationship", &[from, "related-to", to]);
        let fields = json!({
            "relationship_type": "related-to", "description": self.text(why), "source_ref": from, "target_ref": to,
        });
        self.add("relationship", &id, fields);
    }

    /// The ids of what was added so far.
    pub fn ids(&self) -> Vec<String> {
        let ids = self.objects.iter().filter_map(|object| object["id"].as_str());
        ids.map(str::to_owned).collect()
    }

    /// The bundle as JSON.
    pub fn write(self, kind: &str) -> String {
        let bundle = json!({
            "type": "bundle",
            "id": self.id("bundle", &[kind]),
            "objects": self.objects,
        });
        format!("{bundle:#}\n")
    }
}
