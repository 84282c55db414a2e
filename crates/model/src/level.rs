//! The five risk levels and what each asks the reader to do.

use crate::text::LocalText;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Risk level, ordered: `Reminder < Low < Medium < High < Serious`. Serialised as 1 … 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// 1: job automation ran or reached a milestone.
    Reminder = 1,
    /// 2: possibility of an intrusion, or continuous external probing.
    Low = 2,
    /// 3: suspected; may be unusual operations such as an abnormal logon.
    Medium = 3,
    /// 4: confirmed malicious behaviour or entity, very likely a successful intrusion.
    High = 4,
    /// 5: service interrupted, or a confirmed intrusion over several servers.
    Serious = 5,
}

/// The number is not a level.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a level: expected 1 (reminder) to 5 (serious)")]
pub struct LevelError(pub i64);

impl Level {
    /// All levels, highest first, as lists show them.
    pub const ALL: [Self; 5] = [Self::Serious, Self::High, Self::Medium, Self::Low, Self::Reminder];

    /// 1 … 5.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The name of the level.
    pub fn name(self) -> LocalText {
        match self {
            Self::Serious => LocalText::new("Serious", "严重"),
            Self::High => LocalText::new("High", "高危"),
            Self::Medium => LocalText::new("Medium", "中危"),
            Self::Low => LocalText::new("Low", "低危"),
            Self::Reminder => LocalText::new("Reminder", "提醒"),
        }
    }

    /// What to do about an event of this level.
    pub fn handling_instruction(self) -> LocalText {
        match self {
            Self::Serious => LocalText::new(
                "Service is interrupted or an intrusion over several servers is confirmed. Review and handle at once.",
                "业务中断或关键功能不可用，或已确认多台服务器被入侵。请立即查看并处置。",
            ),
            Self::High => LocalText::new(
                "Malicious behaviour is confirmed; a successful intrusion is very likely. Review and handle at once.",
                "已确认恶意行为或恶意实体，极可能已被成功入侵。请立即查看并处置。",
            ),
            Self::Medium => LocalText::new(
                "Suspicious activity that may be an unusual operation. Review the details to decide.",
                "可疑行为，也可能是异常操作（如异常登录）。请查看详情后判断。",
            ),
            Self::Low => LocalText::new(
                "An intrusion is possible, or someone keeps probing from outside. Follow it if your security requirements are high.",
                "存在入侵可能，或遭受持续的外部探测。安全要求较高时请关注。",
            ),
            Self::Reminder => LocalText::new(
                "An automated job ran or reached a milestone. It can be ignored.",
                "自动化任务已运行或到达里程碑，可忽略。",
            ),
        }
    }
}

impl TryFrom<i64> for Level {
    type Error = LevelError;

    fn try_from(number: i64) -> Result<Self, LevelError> {
        Self::ALL
            .into_iter()
            .find(|l| i64::from(l.number()) == number)
            .ok_or(LevelError(number))
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.number())
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(i64::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_the_numbers_one_to_five() {
        assert!(Level::Serious > Level::High && Level::Low > Level::Reminder);
        for level in Level::ALL {
            assert_eq!(Level::try_from(i64::from(level.number())).unwrap(), level);
            assert!(!level.handling_instruction().zh.is_empty());
        }
        assert!(Level::try_from(0).is_err() && Level::try_from(6).is_err());
    }
}
