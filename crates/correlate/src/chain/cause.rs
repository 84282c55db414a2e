//! How one alert leads to another, and how that is said.

use model::{EntityKey, LocalText};
use serde::Serialize;

/// How one alert leads to another, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// The process of the first started that of the second.
    ProcessParent,
    /// One process did both.
    SameProcess,
    /// One process started those of both.
    SameParent,
    /// The same file, or another thing left behind.
    File,
    /// One access key was used.
    AccessKey,
    /// What was attacked first attacks now.
    LateralMovement,
    /// A host talks to the address or the domain of the attacker.
    Contact,
    /// One account of a host.
    HostAccount,
    /// One identity of a cloud account.
    CloudIdentity,
    /// One attacker.
    SameAttacker,
    /// One address was used, without being called an attacker.
    SameAddress,
    /// Weak: the same asset, later.
    SameAsset,
    /// Weak: what put the alert into the event.
    Linked,
}

impl EdgeKind {
    /// Whether an edge of this kind explains the later alert.
    pub const fn is_causal(self) -> bool {
        !matches!(self, Self::SameAsset | Self::Linked)
    }

    /// The name it is serialised by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProcessParent => "process_parent",
            Self::SameProcess => "same_process",
            Self::SameParent => "same_parent",
            Self::File => "file",
            Self::AccessKey => "access_key",
            Self::LateralMovement => "lateral_movement",
            Self::Contact => "contact",
            Self::HostAccount => "host_account",
            Self::CloudIdentity => "cloud_identity",
            Self::SameAttacker => "same_attacker",
            Self::SameAddress => "same_address",
            Self::SameAsset => "same_asset",
            Self::Linked => "linked",
        }
    }
}

/// One way in which an alert leads to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Cause {
    /// How.
    pub kind: EdgeKind,
    /// What both name.
    pub entity: EntityKey,
}

impl Cause {
    /// The cause as a phrase that goes on from "it leads to the next: …".
    pub fn phrase(&self) -> LocalText {
        let name = self.entity.kind.name();
        let (en, zh) = (
            format!("{} {}", name.en, self.entity.value),
            format!("{} {}", name.zh, self.entity.value),
        );
        match self.kind {
            EdgeKind::ProcessParent => LocalText::new(
                format!("{en} started the process of the next alert"),
                format!("{zh} 启动了后一告警的进程"),
            ),
            EdgeKind::SameProcess => LocalText::new(format!("{en} did both"), format!("两者均由 {zh} 所为")),
            EdgeKind::SameParent => LocalText::new(
                format!("{en} started the processes of both"),
                format!("两者的进程均由 {zh} 启动"),
            ),
            EdgeKind::File => LocalText::new(format!("{en} is in both"), format!("两者涉及同一 {zh}")),
            EdgeKind::AccessKey => {
                LocalText::new(format!("{en} was used for both"), format!("两者均使用 {zh}"))
            }
            EdgeKind::LateralMovement => LocalText::new(
                format!("{en} was attacked first and attacks now"),
                format!("{zh} 先被攻击，随后对外攻击"),
            ),
            EdgeKind::Contact => LocalText::new(
                format!("{en} is the attacker's, and a host is in contact with it"),
                format!("{zh} 属于攻击者，且有主机与其通信"),
            ),
            EdgeKind::HostAccount => {
                LocalText::new(format!("{en} acted in both"), format!("两者均由 {zh} 执行"))
            }
            EdgeKind::CloudIdentity => {
                LocalText::new(format!("{en} called both"), format!("两者均由 {zh} 调用"))
            }
            EdgeKind::SameAttacker => LocalText::new(
                format!("the attacker is the same, {en}"),
                format!("攻击者相同：{zh}"),
            ),
            EdgeKind::SameAddress => LocalText::new(format!("both involve {en}"), format!("两者均涉及 {zh}")),
            EdgeKind::SameAsset => LocalText::new(
                format!("it came later on the same {en}"),
                format!("其后发生于同一 {zh}"),
            ),
            EdgeKind::Linked => LocalText::new(
                format!("{en} put it into the event"),
                format!("因 {zh} 归入本事件"),
            ),
        }
    }
}
