//! One step of a run at a time: what is to be done next, given the run's row and the outcome of its last step.
//!
//! The machine keeps nothing of its own. Whoever drives it writes the returned run and a step attempt before doing
//! the work, and calls it again with the outcome. Called again without one, after a crash, it asks for the same
//! work with the same idempotency key.

use super::{
    condition::Condition,
    playbook::{Action, Playbook, Step, StepKind},
    variable::{self, VariableError},
};
use model::{
    EntityKey, EventId, RunId, TenantId, Time,
    id::ContentHash,
    playbook::{Run, RunState},
    policy::PolicySource,
};
use serde_json::{Map, Value as Json};
use std::time::Duration;

/// How long a step may take if it does not say.
pub const STEP_TIMEOUT: Duration = Duration::from_mins(1);
/// How long a run may take if nobody says.
pub const RUN_TIME_LIMIT: Duration = Duration::from_hours(1);

/// What starts a run.
#[derive(Clone, Debug)]
pub struct StartRequest {
    /// The run's id: the planned action's, or a ULID when a person asks.
    pub id: RunId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Which text of the playbook.
    pub version: u32,
    /// Who asks.
    pub trigger: PolicySource,
    /// The response rule that asks, if one does.
    pub rule: Option<String>,
    /// The event it is about.
    pub event: Option<EventId>,
    /// The entity it is about.
    pub entity: Option<EntityKey>,
    /// Values of variables; what the playbook does not declare is left out.
    pub inputs: Map<String, Json>,
    /// When.
    pub now: Time,
    /// How long the run may take.
    pub time_limit: Duration,
}

/// Why a run cannot start.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// A value is missing, or not of its variable's type.
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// Withdrawn by its author.
    #[error("the playbook is revoked")]
    Revoked,
}

/// What a step came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Done, with these outputs.
    Succeeded(Map<String, Json>),
    /// Failed, for this reason.
    Failed(String),
}

/// A component to carry out, with its arguments resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentCall {
    /// The component.
    pub component: String,
    /// The product.
    pub system: String,
    /// The arguments; all are text.
    pub arguments: Map<String, Json>,
}

/// A step to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepWork {
    /// The step's id.
    pub step: String,
    /// What to do.
    pub call: ComponentCall,
    /// How long it may take.
    pub timeout: Duration,
    /// Hash of run, step, target and arguments: the same work has the same key.
    pub idempotency_key: String,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// This is to be done.
    Perform(Box<StepWork>),
    /// The run is over; it says how.
    Finished(RunState),
}

/// A step the machine went through by itself: shown in the run's history.
#[derive(Clone, Debug, PartialEq)]
pub struct Passed {
    /// The step's id.
    pub step: String,
    /// What came out, such as the branch taken.
    pub output: Json,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

/// The run after one turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The row to write.
    pub run: Run,
    /// The steps it went through.
    pub passed: Vec<Passed>,
    /// What comes next.
    pub next: Next,
}

/// The inputs every playbook may declare: `__entity__`, `__entity_type__` and `__block_seconds__`.
pub fn inputs(entity: Option<&EntityKey>, block_seconds: Option<u64>) -> Map<String, Json> {
    let mut inputs = Map::new();
    if let Some(entity) = entity {
        inputs.insert("__entity__".into(), Json::from(entity.value.as_str()));
        inputs.insert("__entity_type__".into(), Json::from(entity.kind.code()));
    }
    if let Some(seconds) = block_seconds {
        inputs.insert("__block_seconds__".into(), Json::from(seconds.to_string()));
    }
    inputs
}

/// The row of a new run.
pub fn start(playbook: &Playbook, request: StartRequest) -> Result<Run, StartError> {
    if playbook.revoked {
        return Err(StartError::Revoked);
    }
    let mut variables = Map::new();
    for (name, variable) in &playbook.variables {
        let given = request.inputs.get(name).and_then(Json::as_str);
        if given.is_some() && variable.constant {
            return Err(VariableError::Constant(name.clone()).into());
        }
        let value = given.or(variable.value.as_deref());
        match value {
            Some(value) => variable.check(name, value)?,
            None if variable.external => return Err(VariableError::Unset(name.clone()).into()),
            None => {}
        }
        variables.insert(name.clone(), value.map_or(Json::Null, Json::from));
    }
    Ok(Run {
        id: request.id,
        tenant: request.tenant,
        playbook: playbook.id.clone(),
        playbook_version: request.version,
        trigger: request.trigger,
        rule: request.rule,
        event: request.event,
        entity: request.entity,
        state: RunState::Running,
        next_step: Some(playbook.start.clone()),
        variables,
        started: request.now,
        deadline: request.now.plus(request.time_limit),
        finished: None,
        error: None,
        leased_by: None,
        leased_until: None,
    })
}

/// One turn. `last` is the outcome of the work the last turn asked for, if it is done.
pub fn next(playbook: &Playbook, run: &Run, last: Option<&Outcome>, now: Time) -> Turn {
    let mut machine = Machine {
        playbook,
        run: run.clone(),
        passed: Vec::new(),
        now,
    };
    if let Some(outcome) = last {
        machine.take(outcome);
    }
    let next = machine.advance();
    Turn {
        run: machine.run,
        passed: machine.passed,
        next,
    }
}

struct Machine<'a> {
    playbook: &'a Playbook,
    run: Run,
    passed: Vec<Passed>,
    now: Time,
}

impl<'a> Machine<'a> {
    /// The step the run is at.
    fn current(&self) -> Option<(&'a str, &'a Step)> {
        let id = self.run.next_step.as_deref()?;
        self.playbook
            .workflow
            .get_key_value(id)
            .map(|(id, step)| (id.as_str(), step))
    }

    fn take(&mut self, outcome: &Outcome) {
        let Some((_, step)) = self.current() else { return };
        let StepKind::Action(action) = &step.kind else {
            return;
        };
        let taken = match outcome {
            Outcome::Succeeded(output) => self.set_outputs(action, output),
            Outcome::Failed(error) => Err(error.clone()),
        };
        match taken {
            Ok(()) => self.go(step.after_success()),
            Err(error) => self.fail_step(step, error),
        }
    }

    fn set_outputs(&mut self, action: &Action, output: &Map<String, Json>) -> Result<(), String> {
        for name in &action.out_args {
            let value = output.get(name.trim_matches('_'));
            let value = value.ok_or_else(|| format!("the step gave no value for `{name}`"))?;
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let variable = self.playbook.variables.get(name);
            let variable = variable.ok_or_else(|| VariableError::Unknown(name.clone()).to_string())?;
            variable.check(name, &text).map_err(|error| error.to_string())?;
            self.run.variables.insert(name.clone(), Json::String(text));
        }
        Ok(())
    }

    /// Goes through steps until one needs work or the run is over.
    fn advance(&mut self) -> Next {
        // A step seen twice in one turn is a loop that nothing can break.
        for _ in 0..=self.playbook.workflow.len() {
            if self.run.state != RunState::Running {
                return Next::Finished(self.run.state);
            }
            if self.now >= self.run.deadline {
                self.fail_run("the run took too long".to_owned());
                continue;
            }
            let Some((id, step)) = self.current() else {
                let step = self.run.next_step.clone().unwrap_or_default();
                self.fail_run(format!("step `{step}` does not exist"));
                continue;
            };
            match &step.kind {
                StepKind::Start => {
                    self.pass(id, Json::Null, None);
                    self.go(step.after_success());
                }
                StepKind::End => {
                    self.pass(id, Json::Null, None);
                    self.end();
                }
                StepKind::If {
                    condition,
                    on_true,
                    on_false,
                } => {
                    self.branch(id, step, condition, on_true, on_false.as_deref());
                }
                StepKind::Action(_) => match self.work(id, step) {
                    Ok(work) => return Next::Perform(Box::new(work)),
                    Err(error) => {
                        self.pass(id, Json::Null, Some(error.to_string()));
                        match error {
                            WorkError::Variable(error) => self.fail_step(step, error.to_string()),
                            WorkError::NoComponent(_) => self.fail_run(error.to_string()),
                        }
                    }
                },
                kind @ (StepKind::PlaybookAction { .. }
                | StepKind::Parallel { .. }
                | StepKind::While { .. }
                | StepKind::Switch { .. }) => {
                    let error = format!("steps of type `{}` cannot run yet", kind.name());
                    self.pass(id, Json::Null, Some(error.clone()));
                    self.fail_run(error);
                }
            }
        }
        self.fail_run("the steps form a loop".to_owned());
        Next::Finished(self.run.state)
    }

    fn branch(&mut self, id: &str, step: &Step, condition: &str, on_true: &str, on_false: Option<&str>) {
        let decided = Condition::parse(condition)
            .map_err(|error| error.to_string())
            .and_then(|c| c.evaluate(&self.run.variables).map_err(|error| error.to_string()));
        match decided {
            Ok(holds) => {
                self.pass(id, serde_json::json!({ "condition": holds }), None);
                self.go(if holds { Some(on_true) } else { on_false });
            }
            Err(error) => {
                self.pass(id, Json::Null, Some(error.clone()));
                self.fail_step(step, error);
            }
        }
    }

    fn work(&self, id: &str, step: &Step) -> Result<StepWork, WorkError> {
        let ours = step.extension.as_ref();
        let named = ours.and_then(|e| Some((e, e.component.clone()?, e.system.clone()?)));
        let (ours, component, system) = named.ok_or_else(|| WorkError::NoComponent(id.to_owned()))?;
        let mut arguments = Map::new();
        for (name, text) in &ours.arguments {
            let value = variable::resolve(text, &self.run.variables)?;
            arguments.insert(name.clone(), Json::String(value));
        }
        let call = ComponentCall {
            component,
            system,
            arguments,
        };
        Ok(StepWork {
            step: id.to_owned(),
            idempotency_key: idempotency_key(self.run.id, id, &call),
            call,
            timeout: step.timeout.filter(|t| !t.is_zero()).unwrap_or(STEP_TIMEOUT),
        })
    }

    fn pass(&mut self, step: &str, output: Json, error: Option<String>) {
        self.passed.push(Passed {
            step: step.to_owned(),
            output,
            error,
        });
    }

    fn go(&mut self, step: Option<&str>) {
        match step {
            Some(step) => self.run.next_step = Some(step.to_owned()),
            None => self.fail_run("nothing follows the step, and it is not an `end`".to_owned()),
        }
    }

    /// To `on_failure`, else to `workflow_exception`, else the run fails; so it does within the exception branch,
    /// which the run's error marks.
    fn fail_step(&mut self, step: &Step, error: String) {
        match (&step.on_failure, &self.playbook.exception) {
            (Some(next), _) => self.go(Some(next)),
            (None, Some(exception)) if self.run.error.is_none() => {
                self.run.error = Some(error);
                self.go(Some(exception));
            }
            _ => self.fail_run(error),
        }
    }

    fn fail_run(&mut self, error: String) {
        self.run.error.get_or_insert(error);
        self.finish(RunState::Failed);
    }

    fn end(&mut self) {
        let state = if self.run.error.is_some() {
            RunState::Failed
        } else {
            RunState::Succeeded
        };
        self.finish(state);
    }

    fn finish(&mut self, state: RunState) {
        self.run.state = state;
        self.run.next_step = None;
        self.run.finished = Some(self.now);
    }
}

/// Why an action's work cannot be put together.
#[derive(Debug, thiserror::Error)]
enum WorkError {
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// Nothing else runs; it must fail the run, not be handled away.
    #[error("step `{0}` has no command that can run")]
    NoComponent(String),
}

fn idempotency_key(run: RunId, step: &str, call: &ComponentCall) -> String {
    let hash = ContentHash::new("step")
        .part(run.bits().to_be_bytes())
        .part(step)
        .part(&call.component)
        .part(&call.system)
        .part(Json::Object(call.arguments.clone()).to_string());
    format!("{:032x}", hash.finish())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::cacao::lint::tests::minimal;
    use model::EntityKind;
    use serde_json::json;

    fn playbook(change: impl Fn(&mut Json)) -> Playbook {
        let mut json = minimal();
        change(&mut json["workflow"]);
        Playbook::parse(&json.to_string()).unwrap()
    }

    fn begin(playbook: &Playbook, entity: &EntityKey) -> Run {
        let request = StartRequest {
            id: RunId::from_bits(1),
            tenant: TenantId::default(),
            version: 1,
            trigger: PolicySource::Custom,
            rule: None,
            event: None,
            entity: Some(entity.clone()),
            inputs: inputs(Some(entity), Some(20)),
            now: Time::from_secs(0),
            time_limit: Duration::from_secs(100),
        };
        start(playbook, request).unwrap()
    }

    fn ip() -> EntityKey {
        EntityKey::new(EntityKind::Ip, "203.0.113.7")
    }

    fn now() -> Time {
        Time::from_secs(1)
    }

    fn blocked() -> Outcome {
        Outcome::Succeeded(
            json!({"blocked": true, "policy": "pol_1"})
                .as_object()
                .cloned()
                .unwrap(),
        )
    }

    fn work(turn: &Turn) -> &StepWork {
        match &turn.next {
            Next::Perform(work) => work,
            Next::Finished(state) => panic!("finished as {state:?}: {:?}", turn.run.error),
        }
    }

    #[test]
    fn a_run_goes_from_start_to_end() {
        let playbook = playbook(|_| {});
        let turn = next(&playbook, &begin(&playbook, &ip()), None, now());
        let passed: Vec<&str> = turn.passed.iter().map(|p| p.step.as_str()).collect();
        assert_eq!(passed, ["start--1", "if-condition--1"]);
        assert_eq!(turn.passed[1].output, json!({"condition": true}));
        assert_eq!(work(&turn).call.component, "block_ip");
        assert_eq!(
            json!(work(&turn).call.arguments),
            json!({"ip": "203.0.113.7", "seconds": "20"})
        );
        let turn = next(&playbook, &turn.run, Some(&blocked()), now());
        assert_eq!(turn.next, Next::Finished(RunState::Succeeded));
        assert_eq!(turn.run.variables["__blocked__"], json!("true"));
        assert_eq!(turn.run.finished, Some(now()));
    }

    #[test]
    fn the_other_branch_does_nothing() {
        let playbook = playbook(|_| {});
        let domain = EntityKey::new(EntityKind::Domain, "evil.example");
        let turn = next(&playbook, &begin(&playbook, &domain), None, now());
        assert_eq!(turn.next, Next::Finished(RunState::Succeeded));
        assert_eq!(turn.run.variables["__blocked__"], json!("false"));
    }

    #[test]
    fn a_restart_asks_for_the_same_work_again() {
        let playbook = playbook(|_| {});
        let turn = next(&playbook, &begin(&playbook, &ip()), None, now());
        let again = next(&playbook, &turn.run, None, Time::from_secs(50));
        assert_eq!(again.next, turn.next);
        assert!(
            again.passed.is_empty(),
            "steps passed before the crash are not passed again"
        );
    }

    #[test]
    fn failures_go_where_the_playbook_says() {
        let check = |change: fn(&mut Json), expected: RunState, error: Option<&str>| {
            let playbook = playbook(change);
            let turn = next(&playbook, &begin(&playbook, &ip()), None, now());
            let failed = Outcome::Failed("the device refuses".into());
            let turn = next(&playbook, &turn.run, Some(&failed), now());
            assert_eq!(turn.next, Next::Finished(expected));
            assert_eq!(turn.run.error.as_deref(), error);
        };
        let reason = Some("the device refuses");
        check(|_| {}, RunState::Failed, reason);
        check(
            |w| w["action--1"]["on_failure"] = json!("end--1"),
            RunState::Succeeded,
            None,
        );
        // The exception branch itself fails: the first error stays.
        let mut json = minimal();
        json["workflow_exception"] = json!("action--1");
        let playbook = Playbook::parse(&json.to_string()).unwrap();
        let turn = next(&playbook, &begin(&playbook, &ip()), None, now());
        let turn = next(&playbook, &turn.run, Some(&Outcome::Failed("one".into())), now());
        assert_eq!(work(&turn).step, "action--1");
        let turn = next(&playbook, &turn.run, Some(&Outcome::Failed("two".into())), now());
        assert_eq!(turn.next, Next::Finished(RunState::Failed));
        assert_eq!(turn.run.error.as_deref(), Some("one"));
    }

    #[test]
    fn an_unsupported_step_fails_the_run_even_if_failures_are_handled() {
        let playbook = playbook(|w| {
            w["parallel--1"] =
                json!({"type": "parallel", "next_steps": ["end--1", "end--2"], "on_failure": "end--1"});
            w["if-condition--1"]["on_true"] = json!("parallel--1");
        });
        let turn = next(&playbook, &begin(&playbook, &ip()), None, now());
        assert_eq!(turn.next, Next::Finished(RunState::Failed));
        assert_eq!(
            turn.run.error.as_deref(),
            Some("steps of type `parallel` cannot run yet")
        );
    }

    #[test]
    fn a_run_never_hangs() {
        let looping = playbook(|w| w["if-condition--1"]["on_true"] = json!("start--1"));
        let turn = next(&looping, &begin(&looping, &ip()), None, now());
        assert_eq!(turn.run.error.as_deref(), Some("the steps form a loop"));
        let playbook = playbook(|_| {});
        let turn = next(&playbook, &begin(&playbook, &ip()), None, Time::from_secs(100));
        assert_eq!(turn.run.error.as_deref(), Some("the run took too long"));
        let again = next(&playbook, &turn.run, Some(&blocked()), now());
        assert_eq!(
            again.next,
            Next::Finished(RunState::Failed),
            "what is over stays over"
        );
    }

    #[test]
    fn outputs_that_do_not_fit_fail_the_step() {
        let playbook = playbook(|_| {});
        let turn = next(&playbook, &begin(&playbook, &ip()), None, now());
        let outcome = Outcome::Succeeded(json!({"blocked": "perhaps"}).as_object().cloned().unwrap());
        let turn = next(&playbook, &turn.run, Some(&outcome), now());
        let expected = "`perhaps` is not of the type `bool` of variable `__blocked__`";
        assert_eq!(turn.run.error.as_deref(), Some(expected));
    }

    #[test]
    fn inputs_are_checked_at_the_start() {
        let playbook = playbook(|_| {});
        let check = |inputs: Json, expected: &str| {
            let request = StartRequest {
                id: RunId::from_bits(1),
                tenant: TenantId::default(),
                version: 1,
                trigger: PolicySource::SoarManual,
                rule: None,
                event: None,
                entity: None,
                inputs: inputs.as_object().cloned().unwrap(),
                now: now(),
                time_limit: RUN_TIME_LIMIT,
            };
            assert_eq!(start(&playbook, request).unwrap_err().to_string(), expected);
        };
        check(
            json!({"__entity_type__": "ip"}),
            "variable `__entity__` has no value",
        );
        check(
            json!({"__entity__": "x", "__entity_type__": "ip", "__block_seconds__": "soon"}),
            "`soon` is not of the type `integer` of variable `__block_seconds__`",
        );
    }
}
