//! Events to policies: which response rules apply, what their playbooks do step by step, which blocks a device must
//! hold, and what to call to get there.
//!
//! Everything here decides and nothing acts: rules give [`PlannedAction`]s, the [`cacao`] machine gives the next
//! step, [`plan_block`] gives rows, [`decide`] gives calls and [`settle()`] what their outcomes mean. Time is a
//! parameter. The one thing that touches the world, an [`Actuator`], is a trait that connectors implement.
//!
//! ```text
//! event ─ evaluate ─► planned action ─ cacao::start ─► run ─ cacao::next ─► step
//!                                                                             │ plan_block
//!        device ◄─ Actuator ◄─ decide (table, listing) ◄─ lease, task, policy ◄┘
//! ```

pub mod actuator;
pub mod block;
pub mod breaker;
pub mod cacao;
pub mod component;
pub mod evaluate;
pub mod facts;
pub mod never_block;
pub mod recommend;
pub mod reconcile;
pub mod rule;
pub mod settle;
pub mod task;

#[cfg(test)]
mod testing;

pub use actuator::{Actuator, ActuatorError, RemoteObject};
pub use block::{BlockError, BlockPlan, BlockRequest, plan_block};
pub use breaker::{Admission, Breaker};
pub use evaluate::{Evaluation, History, Occurrence, PlannedAction, Subject, evaluate};
pub use facts::EventContext;
pub use never_block::{NeverBlock, NeverBlockEntry, Refusal};
pub use recommend::{Recommendation, recommend};
pub use reconcile::{LeaseAction, decide};
pub use rule::{ResponseRule, RuleAction, Trigger};
pub use settle::{settle, settle_unlisted};
