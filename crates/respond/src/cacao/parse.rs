//! Reading a playbook: all shape errors at once, each with a JSON pointer.
//!
//! Import is tolerant where the specification leaves room: extension members of others are ignored. It is strict
//! everywhere else: a member the specification does not know is a typing error that would otherwise go unnoticed.

use super::{
    extension::{EXTENSION, PlaybookExtension, StepExtension},
    playbook::{Action, Playbook, Step, StepKind},
    variable::{self, Variable},
};
use model::{LocalText, PlaybookId};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};
use std::{collections::BTreeMap, fmt, time::Duration};

/// What kind of problem it is; forms translate by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Not JSON at all.
    Json,
    /// A required member is missing.
    Missing,
    /// A member has the wrong type or form.
    Shape,
    /// The specification knows no such member.
    UnknownMember,
    /// The specification knows no such step type.
    UnknownStepType,
    /// A step type we cannot run yet.
    UnsupportedStep,
    /// A command type the specification does not know, and neither do we.
    UnknownCommand,
    /// A command type we cannot run yet.
    UnsupportedCommand,
    /// Another feature we cannot run yet.
    Unsupported,
    /// A reference to a step, agent, target or extension that is not there.
    Dangling,
    /// A step nothing leads to.
    Unreachable,
    /// Steps that lead back to themselves.
    Loop,
    /// A branch that does not end in an `end` step.
    MissingEnd,
    /// A variable nobody declares.
    UnknownVariable,
    /// A value that does not read as its variable's type, or a constant that would change.
    Variable,
    /// A condition that cannot be read.
    Condition,
    /// A handling component, or a parameter of it, that is not there.
    Component,
    /// Withdrawn by its author.
    Revoked,
}

/// Something wrong with a playbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Problem {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What kind.
    pub code: Code,
    /// What, for people.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.message)
    }
}

/// The members of a playbook.
const PLAYBOOK_MEMBERS: [&str; 34] = [
    "type",
    "spec_version",
    "id",
    "name",
    "description",
    "playbook_types",
    "playbook_activities",
    "playbook_processing_summary",
    "created_by",
    "created",
    "modified",
    "revoked",
    "valid_from",
    "valid_until",
    "derived_from",
    "related_to",
    "priority",
    "severity",
    "impact",
    "industry_sectors",
    "labels",
    "external_references",
    "markings",
    "playbook_variables",
    "workflow_start",
    "workflow_exception",
    "workflow",
    "playbook_extensions",
    "authentication_info_definitions",
    "agent_definitions",
    "target_definitions",
    "extension_definitions",
    "data_marking_definitions",
    "signatures",
];

/// The members every step may have.
const STEP_MEMBERS: [&str; 12] = [
    "type",
    "name",
    "description",
    "external_references",
    "delay",
    "timeout",
    "step_variables",
    "owner",
    "on_completion",
    "on_success",
    "on_failure",
    "step_extensions",
];

impl Playbook {
    /// Reads a playbook. Whether it can run is [`lint`](super::lint)'s question.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let json: Json = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            vec![Problem {
                pointer: String::new(),
                code: Code::Json,
                message,
            }]
        })?;
        let mut problems = Vec::new();
        let playbook = Reader::new(&json, String::new(), &mut problems).and_then(read_playbook);
        match playbook {
            Some(playbook) if problems.is_empty() => Ok(playbook),
            _ => Err(problems),
        }
    }
}

/// An object being read, and where the problems go.
struct Reader<'a> {
    object: &'a Map<String, Json>,
    pointer: String,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn new(json: &'a Json, pointer: String, problems: &'a mut Vec<Problem>) -> Option<Self> {
        let Json::Object(object) = json else {
            let message = "expected an object".to_owned();
            problems.push(Problem {
                pointer,
                code: Code::Shape,
                message,
            });
            return None;
        };
        Some(Self {
            object,
            pointer,
            problems,
        })
    }

    /// `place` is a pointer from this object on, without the first `/`.
    fn problem(&mut self, place: &str, code: Code, message: String) {
        let pointer = format!("{}/{place}", self.pointer);
        self.problems.push(Problem {
            pointer,
            code,
            message,
        });
    }

    /// A member that may be left out.
    fn optional<T: DeserializeOwned>(&mut self, member: &str) -> Option<T> {
        let value = self.object.get(member)?;
        match serde_json::from_value(value.clone()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(member, Code::Shape, error.to_string());
                None
            }
        }
    }

    /// A member that must be there.
    fn required<T: DeserializeOwned>(&mut self, member: &str) -> Option<T> {
        if !self.object.contains_key(member) {
            self.problem(member, Code::Missing, format!("`{member}` is missing"));
        }
        self.optional(member)
    }

    /// Reports every member that is not among the known ones.
    fn closed(&mut self, known: &[&[&str]]) {
        let is_known = |member: &&String| known.iter().any(|list| list.contains(&member.as_str()));
        let unknown: Vec<String> = self.object.keys().filter(|m| !is_known(m)).cloned().collect();
        for member in unknown {
            let message = format!("`{member}` is not a member of this object");
            self.problem(&escape(&member), Code::UnknownMember, message);
        }
    }

    fn keys(&self, member: &str) -> Vec<String> {
        let object = self.object.get(member).and_then(Json::as_object);
        object.map(|o| o.keys().cloned().collect()).unwrap_or_default()
    }

    /// Our members, from the extensions in `member`.
    fn extension<T: DeserializeOwned>(&mut self, member: &str) -> Option<T> {
        let value = self.object.get(member)?.get(EXTENSION)?;
        match serde_json::from_value(value.clone()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(member, Code::Shape, error.to_string());
                None
            }
        }
    }

    fn variables(&mut self, member: &str) -> BTreeMap<String, Variable> {
        let variables: BTreeMap<String, Variable> = self.optional(member).unwrap_or_default();
        for (name, variable) in &variables {
            let place = format!("{member}/{}", escape(name));
            if !variable::is_name(name) {
                self.problem(
                    &place,
                    Code::Variable,
                    format!("`{name}` is not a name such as `__name__`"),
                );
            }
            let checked = variable
                .value
                .as_ref()
                .map_or(Ok(()), |value| variable.check(name, value));
            if let Err(error) = checked {
                self.problem(&place, Code::Variable, error.to_string());
            }
            if variable.constant && variable.value.is_none() {
                self.problem(&place, Code::Variable, format!("constant `{name}` has no value"));
            }
        }
        variables
    }
}

fn read_playbook(mut reader: Reader<'_>) -> Option<Playbook> {
    reader.closed(&[&PLAYBOOK_MEMBERS]);
    constant(&mut reader, "type", "playbook");
    constant(&mut reader, "spec_version", "cacao-2.0");
    for member in ["created_by", "created", "modified"] {
        reader.required::<String>(member);
    }
    let name: Option<String> = reader.required("name");
    let description: String = reader.optional("description").unwrap_or_default();
    let ours: PlaybookExtension = reader.extension("playbook_extensions").unwrap_or_default();
    let id: Option<String> = reader.required("id");
    let start: Option<String> = reader.required("workflow_start");
    let exception = reader.optional("workflow_exception");
    let revoked = reader.optional("revoked").unwrap_or_default();
    let variables = reader.variables("playbook_variables");
    let steps: Option<Map<String, Json>> = reader.required("workflow");
    let mut actors = reader.keys("agent_definitions");
    actors.extend(reader.keys("target_definitions"));
    let extensions = reader.keys("extension_definitions");
    let mut workflow = BTreeMap::new();
    for (id, step) in &steps? {
        let pointer = format!("{}/workflow/{}", reader.pointer, escape(id));
        let step = Reader::new(step, pointer, reader.problems).and_then(|step| read_step(step, id));
        workflow.extend(step.map(|step| (id.clone(), step)));
    }
    Some(Playbook {
        id: PlaybookId(id?),
        title: ours.title.unwrap_or(LocalText::same(name?)),
        summary: ours.summary.unwrap_or(LocalText::same(description)),
        revoked,
        variables,
        start: start?,
        exception,
        workflow,
        actors,
        extensions,
    })
}

fn constant(reader: &mut Reader<'_>, member: &str, expected: &str) {
    if let Some(value) = reader.required::<String>(member)
        && value != expected
    {
        reader.problem(member, Code::Shape, format!("`{value}` is not `{expected}`"));
    }
}

fn read_step(mut reader: Reader<'_>, id: &str) -> Option<Step> {
    let name: Option<String> = reader.optional("name");
    let extension: Option<StepExtension> = reader.extension("step_extensions");
    let title = extension.as_ref().and_then(|e| e.title.clone());
    let millis = |reader: &mut Reader<'_>, member| reader.optional(member).map(Duration::from_millis);
    let on_completion = reader.optional("on_completion");
    let on_success = reader.optional("on_success");
    let on_failure = reader.optional("on_failure");
    let delay = millis(&mut reader, "delay");
    let timeout = millis(&mut reader, "timeout");
    let variables = reader.variables("step_variables");
    let kind = read_kind(&mut reader)?;
    if !id.starts_with(&format!("{}--", kind.name())) {
        let message = format!("the id of a step of type `{}` must start with it", kind.name());
        reader.problem("type", Code::Shape, message);
    }
    Some(Step {
        title: title.unwrap_or_else(|| LocalText::same(name.unwrap_or_else(|| kind.name().to_owned()))),
        kind,
        on_completion,
        on_success,
        on_failure,
        delay,
        timeout,
        variables,
        extension,
    })
}

fn read_kind(reader: &mut Reader<'_>) -> Option<StepKind> {
    let kind: String = reader.required("type")?;
    let own: &[&str] = match kind.as_str() {
        "start" | "end" => &[],
        "action" => &["commands", "agent", "targets", "in_args", "out_args"],
        "playbook-action" => &["playbook_id", "playbook_version", "in_args", "out_args"],
        "parallel" => &["next_steps"],
        "if-condition" => &["condition", "on_true", "on_false"],
        "while-condition" => &["condition", "on_true"],
        "switch-condition" => &["switch", "cases"],
        _ => {
            reader.problem(
                "type",
                Code::UnknownStepType,
                format!("`{kind}` is not a step type"),
            );
            return None;
        }
    };
    reader.closed(&[&STEP_MEMBERS, own]);
    Some(match kind.as_str() {
        "start" => StepKind::Start,
        "end" => StepKind::End,
        "action" => StepKind::Action(read_action(reader)?),
        "playbook-action" => StepKind::PlaybookAction {
            playbook: reader.required("playbook_id")?,
        },
        "parallel" => StepKind::Parallel {
            next_steps: reader.required("next_steps")?,
        },
        "if-condition" => StepKind::If {
            condition: reader.required("condition")?,
            on_true: reader.required("on_true")?,
            on_false: reader.optional("on_false"),
        },
        "while-condition" => StepKind::While {
            condition: reader.required("condition")?,
            on_true: reader.required("on_true")?,
        },
        _ => StepKind::Switch {
            switch: reader.required("switch")?,
            cases: reader.required("cases")?,
        },
    })
}

fn read_action(reader: &mut Reader<'_>) -> Option<Action> {
    let commands: Option<Vec<Map<String, Json>>> = reader.required("commands");
    let mut types = Vec::new();
    for (i, command) in commands.iter().flatten().enumerate() {
        match command.get("type").and_then(Json::as_str) {
            Some(kind) => types.push(kind.to_owned()),
            None => {
                reader.problem(
                    &format!("commands/{i}/type"),
                    Code::Missing,
                    "`type` is missing".to_owned(),
                );
            }
        }
    }
    Some(Action {
        commands: types,
        agent: reader.required("agent")?,
        targets: reader.optional("targets").unwrap_or_default(),
        in_args: reader.optional("in_args").unwrap_or_default(),
        out_args: reader.optional("out_args").unwrap_or_default(),
    })
}

/// A member's name as a part of a JSON pointer.
pub(super) fn escape(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::cacao::lint::tests::minimal;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn shape_errors_have_pointers() {
        let check = |change: fn(&mut Json), expected: &[(&str, Code)]| {
            let mut json = minimal();
            change(&mut json);
            let problems =
                Playbook::parse(&json.to_string()).map_or_else(|problems| problems, |_| Vec::new());
            let got: Vec<(&str, Code)> = problems.iter().map(|p| (p.pointer.as_str(), p.code)).collect();
            assert_eq!(got, expected, "{problems:?}");
        };
        check(|_| {}, &[]);
        check(|p| p["nmae"] = json!("x"), &[("/nmae", Code::UnknownMember)]);
        check(
            |p| p["spec_version"] = json!("cacao-1.0"),
            &[("/spec_version", Code::Shape)],
        );
        check(|p| p["workflow"] = json!([]), &[("/workflow", Code::Shape)]);
        check(
            |p| {
                p.as_object_mut().unwrap().remove("name");
                p["revoked"] = json!("no");
            },
            &[("/name", Code::Missing), ("/revoked", Code::Shape)],
        );
        check(
            |p| p["workflow"]["end--1"]["type"] = json!("stop"),
            &[("/workflow/end--1/type", Code::UnknownStepType)],
        );
        check(
            |p| p["workflow"]["end--1"]["on_sucess"] = json!("end--1"),
            &[("/workflow/end--1/on_sucess", Code::UnknownMember)],
        );
        check(
            |p| p["playbook_variables"] = json!({"__n__": {"type": "integer", "value": "many"}}),
            &[("/playbook_variables/__n__", Code::Variable)],
        );
    }

    #[test]
    fn extension_members_of_others_are_ignored() {
        let mut json = minimal();
        let theirs = "extension-definition--4b5d1a0e-1f1d-4c0e-8d5b-0d7c8e1f2a33";
        json["playbook_extensions"] = json!({ theirs: {"colour": "red"} });
        json["workflow"]["end--1"]["step_extensions"] = json!({ theirs: {"x": 3, "y": 4} });
        assert!(Playbook::parse(&json.to_string()).is_ok());
    }

    #[test]
    fn text_that_is_no_json_says_where() {
        let problems = Playbook::parse("{\"type\": \"playbook\",}").unwrap_err();
        assert_eq!(problems[0].code, Code::Json);
        assert!(problems[0].message.contains("line 1 column 21"), "{problems:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_damaged_playbook_never_panics(at in 0usize..600, byte in any::<u8>()) {
            let mut text = minimal().to_string().into_bytes();
            let at = at % text.len();
            text[at] = byte;
            let text = String::from_utf8_lossy(&text).into_owned();
            if let Ok(playbook) = Playbook::parse(&text) {
                let _ = crate::cacao::lint(&playbook);
            }
        }
    }
}
