//! CACAO 2.0 playbooks: parsed, linted, and stepped through one step at a time.
//!
//! # What runs
//! `start`, `end`, `action` and `if-condition` steps, and in an action one command of type `x-ctdr-component`.
//! Every other step and command type of the specification is read, so that a playbook can be imported and shown,
//! and is refused by [`lint`](lint()) and by the machine: an unsupported step fails the run, loudly. The same
//! holds for `delay`, and for a join (`on_completion`) after an `if-condition`.
//!
//! # Where the specification leaves room
//! - A failed step goes to its `on_failure`, else to the playbook's `workflow_exception`, else the run fails. A run
//!   that went through `workflow_exception` fails when that branch ends: the exception was handled, not undone.
//! - `on_completion` runs only after a step without an execution error, exactly like `on_success`.
//! - Conditions are the subset of STIX patterning described in [`condition`].
//!
//! # Our extension
//! Handling components are not among the twelve command types, and CACAO objects may carry no members of their own.
//! Both are done the way the specification provides: the command's `type` is a value of an open vocabulary, and
//! what it does stands in `step_extensions` under [`EXTENSION`], which the playbook declares in
//! `extension_definitions`. So our files stay valid against the published schemas, also read strictly, and another
//! executor meets an unknown command type and stops instead of doing something else. See [`extension`].

pub mod condition;
pub mod extension;
mod lint;
mod machine;
mod parse;
mod playbook;
mod variable;

pub use extension::{COMMAND_TYPE, EXTENSION};
pub use lint::lint;
pub use machine::{
    ComponentCall, Next, Outcome, Passed, RUN_TIME_LIMIT, STEP_TIMEOUT, StartError, StartRequest, StepWork,
    Turn, inputs, next, start,
};
pub use parse::{Code, Problem};
pub use playbook::{Action, Playbook, Step, StepKind};
pub use variable::{Variable, VariableError};
