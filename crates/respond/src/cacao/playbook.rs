//! A playbook as read: all eight step types, so that what cannot run yet can still be shown.

use super::{extension::StepExtension, variable::Variable};
use crate::recommend::Offer;
use model::{LocalText, PlaybookId};
use std::{collections::BTreeMap, time::Duration};

/// A CACAO 2.0 playbook.
#[derive(Clone, Debug, PartialEq)]
pub struct Playbook {
    /// Its id, `playbook--<uuid>`.
    pub id: PlaybookId,
    /// Its name in both languages.
    pub title: LocalText,
    /// What it does, in both languages.
    pub summary: LocalText,
    /// Withdrawn by its author.
    pub revoked: bool,
    /// Its variables by name.
    pub variables: BTreeMap<String, Variable>,
    /// The first step.
    pub start: String,
    /// The step a failure goes to that nothing else takes care of.
    pub exception: Option<String>,
    /// Its steps by id.
    pub workflow: BTreeMap<String, Step>,
    /// The ids of the agents and targets it defines.
    pub actors: Vec<String>,
    /// The ids of the extensions it declares.
    pub extensions: Vec<String>,
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What kind, with what only that kind has.
    pub kind: StepKind,
    /// Its name in both languages.
    pub title: LocalText,
    /// The next step.
    pub on_completion: Option<String>,
    /// The next step, if it succeeded.
    pub on_success: Option<String>,
    /// The next step, if it failed.
    pub on_failure: Option<String>,
    /// To wait first.
    pub delay: Option<Duration>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// Variables of its own.
    pub variables: BTreeMap<String, Variable>,
    /// Our members.
    pub extension: Option<StepExtension>,
}

/// The eight kinds of steps.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// Where it starts.
    Start,
    /// Where it, or a branch, ends.
    End,
    /// Does something.
    Action(Action),
    /// Runs another playbook.
    PlaybookAction {
        /// Its id.
        playbook: String,
    },
    /// Branches that run side by side.
    Parallel {
        /// Their first steps.
        next_steps: Vec<String>,
    },
    /// A branch by a condition.
    If {
        /// The condition, as written.
        condition: String,
        /// The next step if it holds.
        on_true: String,
        /// The next step if it does not.
        on_false: Option<String>,
    },
    /// A loop by a condition.
    While {
        /// The condition, as written.
        condition: String,
        /// The first step of a round.
        on_true: String,
    },
    /// A branch by a value.
    Switch {
        /// The value, as written.
        switch: String,
        /// The next steps by value.
        cases: BTreeMap<String, String>,
    },
}

/// What an action step has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The types of its commands.
    pub commands: Vec<String>,
    /// Who does it.
    pub agent: String,
    /// To what.
    pub targets: Vec<String>,
    /// The variables it uses.
    pub in_args: Vec<String>,
    /// The variables it sets.
    pub out_args: Vec<String>,
}

impl StepKind {
    /// The type's name in the specification.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
            Self::Action(_) => "action",
            Self::PlaybookAction { .. } => "playbook-action",
            Self::Parallel { .. } => "parallel",
            Self::If { .. } => "if-condition",
            Self::While { .. } => "while-condition",
            Self::Switch { .. } => "switch-condition",
        }
    }

    /// Whether the machine can do it.
    pub const fn is_supported(&self) -> bool {
        matches!(self, Self::Start | Self::End | Self::Action(_) | Self::If { .. })
    }
}

impl Step {
    /// The next step after one without an execution error.
    pub fn after_success(&self) -> Option<&str> {
        self.on_success.as_deref().or(self.on_completion.as_deref())
    }

    /// Every step it may lead to, each with the member that says so.
    pub fn successors(&self) -> Vec<(String, &str)> {
        let common = [
            ("on_completion", &self.on_completion),
            ("on_success", &self.on_success),
            ("on_failure", &self.on_failure),
        ];
        let mut next: Vec<(String, &str)> = Vec::new();
        for (member, step) in common {
            next.extend(step.as_deref().map(|step| (member.to_owned(), step)));
        }
        match &self.kind {
            StepKind::If {
                on_true, on_false, ..
            } => {
                next.push(("on_true".to_owned(), on_true));
                next.extend(on_false.as_deref().map(|step| ("on_false".to_owned(), step)));
            }
            StepKind::While { on_true, .. } => next.push(("on_true".to_owned(), on_true)),
            StepKind::Parallel { next_steps } => {
                let numbered = next_steps.iter().enumerate();
                next.extend(numbered.map(|(i, step)| (format!("next_steps/{i}"), step.as_str())));
            }
            StepKind::Switch { cases, .. } => {
                next.extend(
                    cases
                        .iter()
                        .map(|(value, step)| (format!("cases/{value}"), step.as_str())),
                );
            }
            StepKind::Start | StepKind::End | StepKind::Action(_) | StepKind::PlaybookAction { .. } => {}
        }
        next
    }
}

impl Playbook {
    /// The components its steps use, as (id, product).
    pub fn components(&self) -> Vec<(String, String)> {
        let extensions = self.workflow.values().filter_map(|step| step.extension.as_ref());
        extensions
            .filter_map(|e| Some((e.component.clone()?, e.system.clone()?)))
            .collect()
    }

    /// The playbook as recommendations offer it.
    pub fn offer(&self) -> Offer {
        Offer {
            playbook: self.id.clone(),
            title: self.title.clone(),
            components: self.components(),
        }
    }
}
