//! What our extension adds to a playbook and to a step.
//!
//! In `playbook_extensions`: `{"title": {"en", "zh"}, "summary": {"en", "zh"}}`. In `step_extensions` of any step:
//! `{"title": {"en", "zh"}}`; of an action, also
//! `{"component": "block_ip", "system": "alibaba/waf", "arguments": {"ip": "__entity__:value"}}`, the handling
//! component that the step's one command of type [`COMMAND_TYPE`] stands for. Arguments are text in which
//! `__name__:value` is replaced by the variable's value.

use model::LocalText;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The id of our extension's definition.
pub const EXTENSION: &str = "extension-definition--2f0a1c56-7d1b-4c0e-9f5e-6b8f3d7c4a10";
/// The type of a command that a handling component carries out.
pub const COMMAND_TYPE: &str = "x-ctdr-component";

/// Our members of a playbook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaybookExtension {
    /// The playbook's name in both languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<LocalText>,
    /// Its description in both languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<LocalText>,
}

/// Our members of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepExtension {
    /// The step's name in both languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<LocalText>,
    /// The component to carry out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// The product it acts on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Its arguments by parameter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, String>,
}
