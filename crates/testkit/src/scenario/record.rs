//! What a product saw, by the OCSF names our rules read: the record behind an alert, before the rule looked at it.

use super::{
    catalogue::{EntitySpec, Rule},
    truth::Label,
};
use model::{
    Alert, AlertId, Entity, EntityKind, Level, LocalText, ProductId, RecordId, RuleRef, Side, SourceId,
    TenantId, Time,
};
use std::{collections::BTreeMap, net::IpAddr};

/// One record: the product that wrote it and its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Such as `alibaba/waf`.
    pub product: &'static str,
    /// The cloud account, if the product's log has it.
    pub account: Option<String>,
    fields: BTreeMap<&'static str, String>,
}

impl Record {
    /// A record without fields.
    pub fn of(product: &'static str) -> Self {
        Self {
            product,
            ..Self::default()
        }
    }

    /// Sets a field.
    pub fn with(mut self, field: &'static str, value: impl Into<String>) -> Self {
        self.fields.insert(field, value.into());
        self
    }

    /// Sets the account as the field and as the record's own.
    pub fn in_account(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self.with("cloud.account.uid", account)
    }

    /// A field as the product of this record left it empty.
    pub fn without(mut self, field: &str) -> Self {
        self.fields.remove(field);
        self
    }

    pub(super) fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.fields.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// Host agents stand on the host, everything else on the network.
    pub(super) fn side(&self) -> Side {
        const AGENTS: [&str; 5] = [
            "alibaba/security_center",
            "tencent/cwp",
            "huawei/hss",
            "self_hosted/auditd",
            "self_hosted/sshd",
        ];
        if AGENTS.contains(&self.product) {
            Side::Host
        } else {
            Side::Network
        }
    }

    fn entity(&self, spec: &EntitySpec) -> Option<Entity> {
        let value = self.get(&spec.field)?;
        let mut local = String::new();
        for field in &spec.scope {
            // What an entity is local to has to be known, or equal values of two hosts would be one entity.
            local.push_str(self.get(field)?);
            local.push('/');
        }
        if spec.kind == EntityKind::Ip && local.is_empty() && is_private(value) {
            local = self
                .account
                .as_ref()
                .map(|account| format!("{account}/"))
                .unwrap_or_default();
        }
        Some(Entity::new(
            spec.kind,
            &format!("{local}{value}"),
            spec.role,
            spec.malicious,
        ))
    }
}

fn is_private(value: &str) -> bool {
    match value.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_private() || address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
        Err(_) => false,
    }
}

/// What a product's rule fires on: one record, or those of a counting rule or a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Whose estate it is in.
    pub tenant: usize,
    /// When the last of the records happened, in milliseconds since the epoch.
    pub at: i64,
    /// How long before that the first one happened, in milliseconds.
    pub lasted: i64,
    /// How far the clock is off that dated the records, in milliseconds.
    pub stray: i64,
    /// The rule, by folder and file.
    pub rule: &'static str,
    /// The records.
    pub records: Vec<Record>,
    /// The level the vendor's product gave, for imported alerts.
    pub level: Option<Level>,
    /// What is true of it.
    pub label: Label,
}

impl Sighting {
    /// The alert of the rule. `number` tells sightings apart that are equal in all else.
    pub fn alert(&self, rule: &Rule, tenant: &TenantId, number: u64) -> anyhow::Result<Alert> {
        let record = |place: usize| {
            let native = [number.to_be_bytes(), (place as u64).to_be_bytes()].concat();
            RecordId::derive(tenant, SourceId::from_bits(1), &native)
        };
        let records: Vec<RecordId> = (0..self.records.len().min(Alert::RECORDS_KEPT))
            .map(record)
            .collect();
        let products = self
            .records
            .iter()
            .map(|record| record.product.parse::<ProductId>());
        Ok(Alert {
            id: AlertId::derive(tenant, &rule.id, &records).at(Time::from_millis(self.at + self.stray)),
            tenant: tenant.clone(),
            time: Time::from_millis(self.at + self.stray),
            first_time: Time::from_millis(self.at + self.stray - self.lasted),
            rule: RuleRef {
                id: rule.id.clone(),
                version: "1".to_owned(),
            },
            title: self.title(rule),
            origin: rule.origin,
            testing: false,
            side: self
                .records
                .iter()
                .map(Record::side)
                .max()
                .unwrap_or(Side::Network),
            level: self.level.unwrap_or(rule.level),
            aggregation: rule.aggregation,
            window: None,
            category: rule.category.clone(),
            tactics: rule.tactics.clone(),
            techniques: rule.techniques.clone(),
            products: products.collect::<Result<_, _>>()?,
            accounts: self
                .records
                .iter()
                .filter_map(|record| record.account.clone())
                .collect(),
            entities: self.entities(rule),
            records,
            evidence: Vec::new(),
            threshold: None,
            defended: None,
            suppressed: 0,
        })
    }

    /// Sorted, one of each key and role: the malicious one if there is one.
    fn entities(&self, rule: &Rule) -> Vec<Entity> {
        let each = |record: &Record| -> Vec<Entity> {
            rule.entities
                .iter()
                .filter_map(|spec| record.entity(spec))
                .collect()
        };
        let mut entities: Vec<Entity> = self.records.iter().flat_map(each).collect();
        entities.sort_by(|a, b| (&a.key, a.role, !a.malicious).cmp(&(&b.key, b.role, !b.malicious)));
        entities.dedup_by(|b, a| a.key == b.key && a.role == b.role);
        entities
    }

    fn title(&self, rule: &Rule) -> LocalText {
        let mut title = rule.title.clone();
        for (field, value) in self.records.iter().flat_map(Record::fields) {
            let place = format!("${field}$");
            title.en = title.en.replace(&place, value);
            title.zh = title.zh.replace(&place, value);
        }
        title
    }

    /// What repeats of it are equal in, if the rule leaves repeats out.
    pub(super) fn repeat_key(&self, by: &[String]) -> (usize, &'static str, Vec<Option<String>>) {
        let value = |field: &String| {
            let mut last = self.records.iter().rev();
            last.find_map(|record| record.get(field)).map(str::to_owned)
        };
        (self.tenant, self.rule, by.iter().map(value).collect())
    }
}
