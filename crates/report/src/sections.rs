//! What a report for readers says, section by section.

use crate::{
    outline::{Block, Document, Section},
    story::Story,
    words::{self, pick, time},
};
use model::{Alert, AlertId, Language, Membership};
use std::collections::BTreeMap;

/// Rows of a table; an event may have ten thousand alerts, a reader has not.
const ROWS: usize = 1_000;

/// A story being told in one language.
struct Teller<'a> {
    story: &'a Story<'a>,
    language: Language,
    alerts: BTreeMap<AlertId, (&'a Alert, &'a Membership)>,
}

/// The report of an event.
pub fn document(story: &Story<'_>, language: Language) -> Document {
    let teller = Teller {
        story,
        language,
        alerts: story.alerts(),
    };
    let t = |en: &str, zh: &str| pick(language, en, zh).to_owned();
    let section = |title: String, blocks: Vec<Block>| Section { title, blocks };
    Document {
        language,
        title: story.event.title.get(language).to_owned(),
        sections: vec![
            section(t("What happened", "事件概述"), teller.overview()),
            section(t("Level and why", "风险等级与依据"), teller.level()),
            section(t("Entry point", "攻击入口"), teller.entry()),
            section(t("Timeline", "时间线"), teller.timeline()),
            section(t("Attack chain by tactic", "按战术划分的攻击链"), teller.lanes()),
            section(t("What led to what", "因果关系"), teller.edges()),
            section(t("Entities", "实体"), teller.entities()),
            section(t("Why each alert belongs", "告警归入依据"), teller.reasons()),
            section(t("Related events", "关联事件"), teller.related()),
            section(t("Actions taken", "已采取的处置"), teller.actions()),
            section(t("Activity and comments", "活动与备注"), teller.notes()),
        ],
        foot: match language {
            Language::En => format!(
                "Event {}, written by OpenCTDR on {}. Tactics and techniques: MITRE ATT&CK v{}, (c) The MITRE Corporation.",
                story.event.id,
                time(story.now),
                story.matrix.version
            ),
            Language::Zh => format!(
                "事件 {}，由 OpenCTDR 生成于 {}。战术与技术引自 MITRE ATT&CK v{}，(c) The MITRE Corporation。",
                story.event.id,
                time(story.now),
                story.matrix.version
            ),
        },
    }
}

impl Teller<'_> {
    fn t(&self, en: &str, zh: &str) -> String {
        pick(self.language, en, zh).to_owned()
    }

    fn list(&self, items: impl IntoIterator<Item = String>) -> String {
        let items: Vec<String> = items.into_iter().collect();
        if items.is_empty() {
            return "–".to_owned();
        }
        items.join(pick(self.language, ", ", "、"))
    }

    fn overview(&self) -> Vec<Block> {
        let (story, event, language) = (self.story, self.story.event, self.language);
        let tactics = story
            .chain
            .lanes
            .iter()
            .filter(|lane| !lane.alerts.is_empty())
            .filter_map(|lane| lane.tactic.as_ref());
        let facts = vec![
            (self.t("Event", "事件 ID"), event.id.to_string()),
            (
                self.t("Level", "风险等级"),
                event.level.name().get(language).to_owned(),
            ),
            (
                self.t("Status", "处置状态"),
                words::status(language, story.status).to_owned(),
            ),
            (self.t("Owner", "负责人"), story.owner.unwrap_or("–").to_owned()),
            (self.t("First seen", "首次发生"), time(event.first_time)),
            (self.t("Last seen", "最近发生"), time(event.last_time)),
            (
                self.t("Alerts", "告警数"),
                match language {
                    Language::En => {
                        format!("{} ({} before folding)", event.alert_count, event.raw_alert_count)
                    }
                    Language::Zh => format!("{}（归并前 {}）", event.alert_count, event.raw_alert_count),
                },
            ),
            (
                self.t("Seen by", "检测侧"),
                words::side(language, event.side).to_owned(),
            ),
            (
                self.t("Put together by", "生成方式"),
                words::method(language, event.method).to_owned(),
            ),
            (
                self.t("Tactics", "战术"),
                self.list(tactics.map(|tactic| story.matrix.tactic(tactic).get(language).to_owned())),
            ),
            (
                self.t("Techniques", "技术"),
                self.list(event.techniques.iter().map(|id| story.matrix.technique(id))),
            ),
            (
                self.t("Products", "产品"),
                self.list(event.products.iter().map(ToString::to_string)),
            ),
            (
                self.t("Accounts", "云账号"),
                self.list(event.accounts.iter().cloned()),
            ),
        ];
        vec![
            Block::Text(event.description.get(language).to_owned()),
            Block::Facts(facts),
        ]
    }

    fn level(&self) -> Vec<Block> {
        let event = self.story.event;
        let mut reasons: Vec<String> = event
            .level_reasons
            .iter()
            .map(|reason| reason.get(self.language).to_owned())
            .collect();
        if self.story.level_chosen {
            reasons.insert(0, self.t("An analyst chose the level.", "等级由分析人员选定。"));
        }
        vec![
            Block::Text(event.level.name().get(self.language).to_owned()),
            Block::List(reasons),
            Block::Text(event.level.handling_instruction().get(self.language).to_owned()),
        ]
    }

    fn title(&self, alert: AlertId) -> String {
        self.alerts.get(&alert).map_or_else(
            || alert.to_string(),
            |(alert, _)| alert.title.get(self.language).to_owned(),
        )
    }

    fn entry(&self) -> Vec<Block> {
        let Some(entry) = &self.story.chain.entry else {
            return vec![Block::Text(self.t("There are no alerts.", "没有告警。"))];
        };
        let at = self
            .story
            .chain
            .nodes
            .iter()
            .find(|node| node.alert == entry.alert);
        vec![
            Block::Facts(vec![
                (self.t("Alert", "告警"), self.title(entry.alert)),
                (
                    self.t("Time", "时间"),
                    at.map(|node| time(node.time)).unwrap_or_default(),
                ),
            ]),
            Block::Text(entry.reason.get(self.language).to_owned()),
        ]
    }

    /// A table of at most [`ROWS`] rows, and a line that says what is left out.
    fn table(&self, head: &[(&str, &str)], rows: impl Iterator<Item = Vec<String>>) -> Vec<Block> {
        let mut rows: Vec<Vec<String>> = rows.collect();
        if rows.is_empty() {
            return vec![Block::Text(self.t("None.", "无。"))];
        }
        let all = rows.len();
        rows.truncate(ROWS);
        let head = head.iter().map(|(en, zh)| self.t(en, zh)).collect();
        let mut blocks = vec![Block::Table { head, rows }];
        if all > ROWS {
            blocks.push(Block::Text(match self.language {
                Language::En => format!("The first {ROWS} of {all}."),
                Language::Zh => format!("共 {all} 条，此处为前 {ROWS} 条。"),
            }));
        }
        blocks
    }

    fn timeline(&self) -> Vec<Block> {
        let row = |node: &correlate::Node| {
            let tactics = node.tactics.iter().map(|tactic| {
                let name = self.story.matrix.tactic(tactic);
                name.get(self.language).to_owned()
            });
            let techniques = self.alerts.get(&node.alert).map(|(alert, _)| &alert.techniques);
            let note = if node.attempt {
                self.t(" (attempt)", "（尝试）")
            } else {
                String::new()
            };
            vec![
                time(node.time),
                node.level.name().get(self.language).to_owned(),
                format!("{}{note}", self.title(node.alert)),
                node.count.to_string(),
                self.list(tactics),
                self.list(techniques.into_iter().flatten().cloned()),
            ]
        };
        let head = [
            ("Time", "时间"),
            ("Level", "等级"),
            ("Alert", "告警"),
            ("Times", "次数"),
            ("Tactics", "战术"),
            ("Techniques", "技术"),
        ];
        self.table(&head, self.story.chain.nodes.iter().map(row))
    }

    fn lanes(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for lane in &self.story.chain.lanes {
            let title = match &lane.tactic {
                Some(tactic) => self.story.matrix.tactic(tactic).get(self.language).to_owned(),
                None => self.t("Without a tactic", "无战术"),
            };
            blocks.push(Block::Heading(title));
            if lane.alerts.is_empty() {
                let gap = self.t(
                    "Nothing seen: a gap in what was seen, not necessarily in what was done.",
                    "未见告警：这是可见性的缺口，不代表攻击者未执行该步骤。",
                );
                blocks.push(Block::Text(gap));
                continue;
            }
            // The timeline holds them all; here, kinds of alert are enough.
            let mut kinds: Vec<(String, u64)> = Vec::new();
            for alert in &lane.alerts {
                let title = self.title(*alert);
                match kinds.iter_mut().find(|(kind, _)| *kind == title) {
                    Some((_, count)) => *count += 1,
                    None => kinds.push((title, 1)),
                }
            }
            let item = |(title, count): (String, u64)| match count {
                1 => title,
                count => format!("{title} × {count}"),
            };
            blocks.push(Block::List(kinds.into_iter().map(item).collect()));
        }
        blocks
    }

    fn edges(&self) -> Vec<Block> {
        let row = |edge: &correlate::Edge| {
            let strength = if edge.causal {
                self.t("Cause", "因果")
            } else {
                self.t("Order in time", "时间先后")
            };
            let text = edge.text.get(self.language).to_owned();
            vec![self.title(edge.from), self.title(edge.to), strength, text]
        };
        let head = [("From", "起"), ("To", "止"), ("Kind", "类型"), ("Why", "依据")];
        self.table(&head, self.story.chain.edges.iter().map(row))
    }

    fn entities(&self) -> Vec<Block> {
        let row = |(entity, count): &(model::Entity, u64)| {
            vec![
                entity.key.kind.name().get(self.language).to_owned(),
                entity.key.value.clone(),
                words::role(self.language, entity.role).to_owned(),
                if entity.malicious {
                    self.t("Malicious", "恶意")
                } else {
                    "–".to_owned()
                },
                count.to_string(),
            ]
        };
        let head = [
            ("Type", "类型"),
            ("Value", "值"),
            ("Part", "角色"),
            ("Verdict", "判定"),
            ("Alerts", "告警数"),
        ];
        self.table(&head, self.story.entities.iter().map(row))
    }

    fn reasons(&self) -> Vec<Block> {
        let row = |node: &correlate::Node| {
            let reason = self.alerts.get(&node.alert).map(|(_, membership)| {
                let sentence = membership.reason.sentence();
                sentence.get(self.language).to_owned()
            });
            vec![
                node.alert.to_string(),
                self.title(node.alert),
                reason.unwrap_or_default(),
            ]
        };
        let head = [
            ("Alert", "告警 ID"),
            ("Title", "告警"),
            ("Why it is here", "归入依据"),
        ];
        self.table(&head, self.story.chain.nodes.iter().map(row))
    }

    fn related(&self) -> Vec<Block> {
        let row = |near: &crate::Neighbour| {
            vec![
                near.event.id.to_string(),
                near.event.title.get(self.language).to_owned(),
                near.event.level.name().get(self.language).to_owned(),
                time(near.at),
                near.reason.get(self.language).to_owned(),
            ]
        };
        let head = [
            ("Event", "事件 ID"),
            ("Title", "事件"),
            ("Level", "等级"),
            ("Since", "关联时间"),
            ("Why", "依据"),
        ];
        self.table(&head, self.story.related.iter().map(row))
    }

    fn actions(&self) -> Vec<Block> {
        let row = |action: &crate::Action| {
            let tasks = action.tasks.iter().map(|task| {
                let (status, detail) = (task.status.get(self.language), task.detail.get(self.language));
                if detail.is_empty() {
                    format!("{}: {status}", task.place)
                } else {
                    format!("{}: {status} ({detail})", task.place)
                }
            });
            vec![
                action.operation.get(self.language).to_owned(),
                action.entity.value.clone(),
                action.playbook.get(self.language).to_owned(),
                action.status.get(self.language).to_owned(),
                time(action.from),
                time(action.until),
                self.list(tasks),
            ]
        };
        let head = [
            ("What", "操作"),
            ("Entity", "实体"),
            ("Playbook", "剧本"),
            ("Status", "状态"),
            ("From", "开始"),
            ("Until", "截止"),
            ("Where", "位置"),
        ];
        self.table(&head, self.story.actions.iter().map(row))
    }

    fn notes(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for note in self.story.notes {
            let line = format!(
                "{} {}: {}",
                time(note.at),
                note.actor,
                note.text.get(self.language)
            );
            blocks.push(Block::Text(line));
            blocks.extend(note.comment.clone().map(Block::Quote));
        }
        if blocks.is_empty() {
            blocks.push(Block::Text(self.t("None.", "无。")));
        }
        blocks
    }
}
