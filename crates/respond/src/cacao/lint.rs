//! Whether a playbook can run: everything that would only show in the middle of a run, found before.

use super::{
    condition::Condition,
    extension::{COMMAND_TYPE, EXTENSION, StepExtension},
    parse::{Code, Problem, escape},
    playbook::{Action, Playbook, Step, StepKind},
    variable::{self, Variable},
};
use crate::component::{self, Component};
use std::collections::BTreeSet;

/// The command types of the specification; none of them runs yet.
const COMMAND_TYPES: [&str; 12] = [
    "manual",
    "bash",
    "caldera-cmd",
    "elastic",
    "http-api",
    "jupyter",
    "kestrel",
    "openc2-http",
    "powershell",
    "sigma",
    "ssh",
    "yara",
];

/// Every problem that keeps the playbook from running; none if it can run.
pub fn lint(playbook: &Playbook) -> Vec<Problem> {
    let mut linter = Linter {
        playbook,
        problems: Vec::new(),
    };
    linter.playbook();
    for (id, step) in &playbook.workflow {
        linter.step(id, step);
    }
    linter.graph();
    linter
        .problems
        .sort_by(|a, b| (&a.pointer, a.code).cmp(&(&b.pointer, b.code)));
    linter.problems
}

struct Linter<'a> {
    playbook: &'a Playbook,
    problems: Vec<Problem>,
}

impl<'a> Linter<'a> {
    fn problem(&mut self, pointer: String, code: Code, message: String) {
        self.problems.push(Problem {
            pointer,
            code,
            message,
        });
    }

    fn playbook(&mut self) {
        let playbook = self.playbook;
        if playbook.revoked {
            self.problem("/revoked".into(), Code::Revoked, "the playbook is revoked".into());
        }
        match playbook.workflow.get(&playbook.start).map(|step| &step.kind) {
            Some(StepKind::Start) => {}
            Some(kind) => {
                let message = format!("the first step is of type `{}`, not `start`", kind.name());
                self.problem("/workflow_start".into(), Code::Shape, message);
            }
            None => self.reference("/workflow_start", &playbook.start),
        }
        if let Some(exception) = &playbook.exception {
            self.reference("/workflow_exception", exception);
        }
    }

    fn reference(&mut self, pointer: &str, step: &str) {
        if !self.playbook.workflow.contains_key(step) {
            self.problem(
                pointer.to_owned(),
                Code::Dangling,
                format!("step `{step}` does not exist"),
            );
        }
    }

    fn step(&mut self, id: &str, step: &'a Step) {
        let at = format!("/workflow/{}", escape(id));
        for (member, next) in step.successors() {
            self.reference(&format!("{at}/{member}"), next);
        }
        if !step.kind.is_supported() {
            let message = format!("steps of type `{}` cannot run yet", step.kind.name());
            self.problem(format!("{at}/type"), Code::UnsupportedStep, message);
            return;
        }
        if step.delay.is_some() {
            self.problem(
                format!("{at}/delay"),
                Code::Unsupported,
                "delays cannot run yet".into(),
            );
        }
        if !step.variables.is_empty() {
            let message = "variables of a step cannot be used yet; declare them in the playbook".to_owned();
            self.problem(format!("{at}/step_variables"), Code::Unsupported, message);
        }
        match &step.kind {
            StepKind::Action(action) => self.action(&at, step, action),
            StepKind::If {
                condition, on_false, ..
            } => self.branch(&at, step, condition, on_false.is_some()),
            StepKind::Start => self.has_next(&at, step),
            StepKind::End => self.is_last(&at, step),
            // Refused above.
            StepKind::PlaybookAction { .. }
            | StepKind::Parallel { .. }
            | StepKind::While { .. }
            | StepKind::Switch { .. } => {}
        }
    }

    fn has_next(&mut self, at: &str, step: &Step) {
        if step.after_success().is_none() {
            let message = "nothing follows this step; a branch ends in a step of type `end`".to_owned();
            self.problem(at.to_owned(), Code::MissingEnd, message);
        }
    }

    fn is_last(&mut self, at: &str, step: &Step) {
        for (member, _) in step.successors() {
            let message = "nothing may follow a step of type `end`".to_owned();
            self.problem(format!("{at}/{member}"), Code::Shape, message);
        }
    }

    fn branch(&mut self, at: &str, step: &Step, condition: &str, has_false: bool) {
        match Condition::parse(condition) {
            Err(error) => self.problem(format!("{at}/condition"), Code::Condition, error.to_string()),
            Ok(condition) => {
                for name in condition.variables() {
                    self.variable(&format!("{at}/condition"), name);
                }
            }
        }
        for (member, _) in step
            .successors()
            .into_iter()
            .filter(|(member, _)| is_join(member))
        {
            let message = "joining branches again cannot run yet; let each branch go on by itself".to_owned();
            self.problem(format!("{at}/{member}"), Code::Unsupported, message);
        }
        if !has_false {
            let message =
                "nothing follows if the condition does not hold; name a step in `on_false`".to_owned();
            self.problem(at.to_owned(), Code::MissingEnd, message);
        }
    }

    fn action(&mut self, at: &str, step: &'a Step, action: &'a Action) {
        self.has_next(at, step);
        for (place, actor) in std::iter::once(("agent".to_owned(), &action.agent)).chain(
            action
                .targets
                .iter()
                .enumerate()
                .map(|(i, target)| (format!("targets/{i}"), target)),
        ) {
            if !self.playbook.actors.contains(actor) {
                let message = format!("`{actor}` is not defined in this playbook");
                self.problem(format!("{at}/{place}"), Code::Dangling, message);
            }
        }
        for (i, kind) in action
            .commands
            .iter()
            .enumerate()
            .filter(|(_, kind)| *kind != COMMAND_TYPE)
        {
            let known = COMMAND_TYPES.contains(&kind.as_str());
            let (code, what) = if known {
                (Code::UnsupportedCommand, "cannot run yet")
            } else {
                (Code::UnknownCommand, "are not known")
            };
            let message = format!("commands of type `{kind}` {what}");
            self.problem(format!("{at}/commands/{i}/type"), code, message);
        }
        if action.commands.len() != 1 {
            let message = format!("an action has exactly one command, not {}", action.commands.len());
            self.problem(format!("{at}/commands"), Code::Unsupported, message);
        }
        for (i, name) in action.in_args.iter().enumerate() {
            self.variable(&format!("{at}/in_args/{i}"), name);
        }
        if action.commands.iter().any(|kind| kind == COMMAND_TYPE) {
            self.component(at, step, action);
        }
    }

    fn component(&mut self, at: &str, step: &'a Step, action: &'a Action) {
        if !self.playbook.extensions.iter().any(|id| id == EXTENSION) {
            let message = format!("`{EXTENSION}` is not declared in `extension_definitions`");
            self.problem(format!("{at}/step_extensions"), Code::Dangling, message);
        }
        let at_ours = format!("{at}/step_extensions/{EXTENSION}");
        let ours = step.extension.as_ref();
        let named = ours.and_then(|e| Some((e, e.component.as_deref()?, e.system.as_deref()?)));
        let Some((ours, id, system)) = named else {
            let message = "the step names no `component` and `system`".to_owned();
            self.problem(at_ours, Code::Component, message);
            return;
        };
        match component::find(id, system) {
            None => {
                let message = format!("there is no component `{id}` on `{system}`");
                self.problem(format!("{at_ours}/component"), Code::Component, message);
            }
            Some(component) => {
                self.arguments(&at_ours, ours, &component);
                self.outputs(at, action, &component);
            }
        }
    }

    fn arguments(&mut self, at: &str, ours: &StepExtension, component: &Component) {
        for (name, text) in &ours.arguments {
            let place = format!("{at}/arguments/{}", escape(name));
            if !component.parameters.iter().any(|p| p.name == name) {
                let message = format!("`{}` has no parameter `{name}`", component.id);
                self.problem(place.clone(), Code::Component, message);
            }
            for variable in variable::references(text) {
                self.variable(&place, variable);
            }
        }
        for parameter in component.parameters.iter().filter(|p| p.required) {
            if !ours.arguments.contains_key(parameter.name) {
                let message = format!("`{}` needs the argument `{}`", component.id, parameter.name);
                self.problem(format!("{at}/arguments"), Code::Component, message);
            }
        }
    }

    fn outputs(&mut self, at: &str, action: &Action, component: &Component) {
        for (i, name) in action.out_args.iter().enumerate() {
            let place = format!("{at}/out_args/{i}");
            if self
                .variable(&place, name)
                .is_some_and(|variable| variable.constant)
            {
                self.problem(
                    place.clone(),
                    Code::Variable,
                    format!("variable `{name}` is a constant"),
                );
            }
            let output = name.trim_matches('_');
            if !component.outputs.iter().any(|o| o.name == output) {
                let message = format!("`{}` gives no `{output}`", component.id);
                self.problem(place, Code::Component, message);
            }
        }
    }

    fn variable(&mut self, pointer: &str, name: &str) -> Option<&'a Variable> {
        let variable = self.playbook.variables.get(name);
        if variable.is_none() {
            let message = format!("variable `{name}` is not declared");
            self.problem(pointer.to_owned(), Code::UnknownVariable, message);
        }
        variable
    }

    /// Unreachable steps, and loops: those have no step type yet that bounds them.
    fn graph(&mut self) {
        let mut walk = Walk {
            playbook: self.playbook,
            open: Vec::new(),
            done: BTreeSet::new(),
            loops: BTreeSet::new(),
        };
        walk.visit(&self.playbook.start);
        if let Some(exception) = &self.playbook.exception {
            walk.visit(exception);
        }
        let Walk { done, loops, .. } = walk;
        for id in self
            .playbook
            .workflow
            .keys()
            .filter(|id| !done.contains(id.as_str()))
        {
            let message = "nothing leads to this step".to_owned();
            self.problem(format!("/workflow/{}", escape(id)), Code::Unreachable, message);
        }
        for (id, member) in loops {
            let message = "this leads back to an earlier step: the run would never end".to_owned();
            self.problem(format!("/workflow/{}/{member}", escape(id)), Code::Loop, message);
        }
    }
}

fn is_join(member: &str) -> bool {
    matches!(member, "on_completion" | "on_success")
}

/// A depth-first walk. It is not recursive: a playbook may be as long as somebody likes.
struct Walk<'a> {
    playbook: &'a Playbook,
    /// The path walked, each step with the successors still to see.
    open: Vec<(&'a str, Vec<(String, &'a str)>)>,
    done: BTreeSet<&'a str>,
    loops: BTreeSet<(&'a str, String)>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, start: &'a str) {
        self.enter(start);
        while let Some((id, successors)) = self.open.last_mut() {
            let id = *id;
            match successors.pop() {
                Some((member, next)) if self.open.iter().any(|(open, _)| *open == next) => {
                    self.loops.insert((id, member));
                }
                Some((_, next)) => self.enter(next),
                None => {
                    self.open.pop();
                }
            }
        }
    }

    fn enter(&mut self, id: &'a str) {
        if let Some((id, step)) = self.playbook.workflow.get_key_value(id)
            && self.done.insert(id)
        {
            self.open.push((id, step.successors()));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    /// A playbook that blocks an address and is right in every way, with short ids.
    pub fn minimal() -> Json {
        json!({
            "type": "playbook",
            "spec_version": "cacao-2.0",
            "id": "playbook--1",
            "name": "Block",
            "created_by": "identity--1",
            "created": "2026-11-23T00:00:00.000Z",
            "modified": "2026-11-23T00:00:00.000Z",
            "workflow_start": "start--1",
            "workflow_exception": "end--2",
            "playbook_variables": {
                "__entity__": {"type": "string", "external": true},
                "__entity_type__": {"type": "string", "external": true},
                "__block_seconds__": {"type": "integer", "value": "86400"},
                "__blocked__": {"type": "bool", "value": "false"}
            },
            "workflow": {
                "start--1": {"type": "start", "on_completion": "if-condition--1"},
                "if-condition--1": {
                    "type": "if-condition",
                    "condition": "__entity_type__:value = 'ip'",
                    "on_true": "action--1",
                    "on_false": "end--1"
                },
                "action--1": {
                    "type": "action",
                    "commands": [{"type": COMMAND_TYPE, "description": "block"}],
                    "agent": "security-category--1",
                    "in_args": ["__entity__"],
                    "out_args": ["__blocked__"],
                    "on_completion": "end--1",
                    "step_extensions": {EXTENSION: {
                        "component": "block_ip",
                        "system": "alibaba/waf",
                        "arguments": {"ip": "__entity__:value", "seconds": "__block_seconds__:value"}
                    }}
                },
                "end--1": {"type": "end"},
                "end--2": {"type": "end"}
            },
            "agent_definitions": {"security-category--1": {"type": "security-category", "name": "OpenCTDR"}},
            "extension_definitions": {EXTENSION: {"type": "extension-definition"}}
        })
    }

    #[test]
    fn what_cannot_run_is_refused_with_a_pointer() {
        let check = |change: fn(&mut Json), expected: &[(&str, Code)]| {
            let mut json = minimal();
            change(&mut json);
            let problems = lint(&Playbook::parse(&json.to_string()).unwrap());
            let got: Vec<(&str, Code)> = problems.iter().map(|p| (p.pointer.as_str(), p.code)).collect();
            assert_eq!(got, expected, "{problems:#?}");
        };
        check(|_| {}, &[]);
        check(|p| p["revoked"] = json!(true), &[("/revoked", Code::Revoked)]);
        check(
            |p| p["workflow"]["action--1"]["on_failure"] = json!("end--9"),
            &[("/workflow/action--1/on_failure", Code::Dangling)],
        );
        check(
            |p| p["workflow"]["end--3"] = json!({"type": "end"}),
            &[("/workflow/end--3", Code::Unreachable)],
        );
        check(
            |p| p["workflow"]["action--1"]["on_completion"] = json!("if-condition--1"),
            &[("/workflow/action--1/on_completion", Code::Loop)],
        );
        check(
            |p| p["workflow"]["if-condition--1"]["condition"] = json!("__kind__:value = 'ip'"),
            &[("/workflow/if-condition--1/condition", Code::UnknownVariable)],
        );
        check(
            |p| p["workflow"]["if-condition--1"]["condition"] = json!("__entity__:value MATCHES 'x'"),
            &[("/workflow/if-condition--1/condition", Code::Condition)],
        );
        check(
            |p| {
                p["workflow"]["if-condition--1"]
                    .as_object_mut()
                    .unwrap()
                    .remove("on_false");
            },
            &[("/workflow/if-condition--1", Code::MissingEnd)],
        );
        check(
            |p| p["workflow"]["if-condition--1"]["on_completion"] = json!("end--1"),
            &[("/workflow/if-condition--1/on_completion", Code::Unsupported)],
        );
        check(
            |p| {
                p["workflow"]["action--1"]
                    .as_object_mut()
                    .unwrap()
                    .remove("on_completion");
            },
            &[("/workflow/action--1", Code::MissingEnd)],
        );
        check(
            |p| p["workflow"]["action--1"]["delay"] = json!(5000),
            &[("/workflow/action--1/delay", Code::Unsupported)],
        );
        check(
            |p| p["workflow_start"] = json!("if-condition--1"),
            &[
                ("/workflow/start--1", Code::Unreachable),
                ("/workflow_start", Code::Shape),
            ],
        );
    }

    #[test]
    fn unbuilt_steps_and_commands_are_refused_loudly() {
        let step = |step: Json| {
            let mut json = minimal();
            let id = format!("{}--9", step["type"].as_str().unwrap());
            json["workflow"][&id] = step;
            json["workflow"]["if-condition--1"]["on_false"] = json!(id);
            let problems = lint(&Playbook::parse(&json.to_string()).unwrap());
            assert_eq!(problems.len(), 1, "{problems:#?}");
            assert_eq!(problems[0].code, Code::UnsupportedStep, "{id}");
        };
        step(json!({"type": "parallel", "next_steps": ["end--1", "end--2"]}));
        step(json!({"type": "while-condition", "condition": "true = true", "on_true": "end--1"}));
        step(
            json!({"type": "switch-condition", "switch": "__entity_type__:value", "cases": {"ip": "end--1"}}),
        );
        step(json!({"type": "playbook-action", "playbook_id": "playbook--2", "on_completion": "end--1"}));
        let command = |kind: &str, expected: Code| {
            let mut json = minimal();
            json["workflow"]["action--1"]["commands"][0]["type"] = json!(kind);
            let problems = lint(&Playbook::parse(&json.to_string()).unwrap());
            assert_eq!(problems.len(), 1, "{problems:#?}");
            assert_eq!(problems[0].code, expected, "{kind}");
            assert_eq!(problems[0].pointer, "/workflow/action--1/commands/0/type");
        };
        for kind in COMMAND_TYPES {
            command(kind, Code::UnsupportedCommand);
        }
        command("x-other", Code::UnknownCommand);
    }

    #[test]
    fn component_steps_are_checked_against_the_component() {
        let ours = format!("/workflow/action--1/step_extensions/{EXTENSION}");
        let check = |change: fn(&mut Json), expected: &[(&str, Code)]| {
            let mut json = minimal();
            change(&mut json["workflow"]["action--1"]);
            let problems = lint(&Playbook::parse(&json.to_string()).unwrap());
            let got: Vec<(String, Code)> = problems
                .iter()
                .map(|p| (p.pointer.replace(&ours, "OURS"), p.code))
                .collect();
            let expected: Vec<(String, Code)> = expected.iter().map(|(p, c)| ((*p).to_owned(), *c)).collect();
            assert_eq!(got, expected, "{problems:#?}");
        };
        check(
            |s| s["step_extensions"][EXTENSION]["component"] = json!("block_moon"),
            &[("OURS/component", Code::Component)],
        );
        check(
            |s| s["step_extensions"][EXTENSION] = json!({}),
            &[("OURS", Code::Component)],
        );
        check(
            |s| s["step_extensions"][EXTENSION]["arguments"] = json!({"ipp": "__x__:value"}),
            &[
                ("OURS/arguments", Code::Component),
                ("OURS/arguments/ipp", Code::UnknownVariable),
                ("OURS/arguments/ipp", Code::Component),
            ],
        );
        check(
            |s| s["out_args"] = json!(["__entity__", "__gone__"]),
            &[
                ("/workflow/action--1/out_args/0", Code::Component),
                ("/workflow/action--1/out_args/1", Code::UnknownVariable),
                ("/workflow/action--1/out_args/1", Code::Component),
            ],
        );
        check(
            |s| {
                s["agent"] = json!("security-category--2");
                s["targets"] = json!(["security-category--3"]);
            },
            &[
                ("/workflow/action--1/agent", Code::Dangling),
                ("/workflow/action--1/targets/0", Code::Dangling),
            ],
        );
    }
}
