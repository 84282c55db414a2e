//! What is put through: one tenant's weeks of attacks and noise, and one flood, with a log line in each alert as rules
//! raise them.

use model::{Alert, Evidence, Time};
use testkit::scenario::{Catalogue, Delivery, Plan};

/// Bytes of the log line in an alert: what the nginx and WAF samples have on average.
const LINE: usize = 600;

/// Alerts of one tenant in the order of their arrival.
pub struct Input {
    /// What they are.
    pub name: &'static str,
    /// Each with the time it arrives.
    pub alerts: Vec<(Alert, Time)>,
}

/// Both inputs, with at most so many alerts each.
pub fn all(catalogue: &Catalogue, most: usize) -> anyhow::Result<Vec<Input>> {
    // A host raises some hundred alerts in four weeks.
    let hosts = (most / 250).clamp(60, 2_000);
    let mix = Plan {
        tenants: 1,
        hosts,
        each: (most / 5_000).clamp(1, 50),
        ..Plan::default()
    };
    let flood = Plan {
        tenants: 1,
        only: Some("flood".to_owned()),
        noise: false,
        flood: most / 2,
        ..Plan::default()
    };
    Ok(vec![
        Input::new("the generated mix", &mix, catalogue, most)?,
        Input::new("a flood", &flood, catalogue, most)?,
    ])
}

impl Input {
    fn new(name: &'static str, plan: &Plan, catalogue: &Catalogue, most: usize) -> anyhow::Result<Self> {
        let deliveries = plan.generate(catalogue)?.deliveries;
        let alerts = deliveries.into_iter().take(most).map(with_line).collect();
        Ok(Self { name, alerts })
    }
}

fn with_line(Delivery { mut alert, arrives }: Delivery) -> (Alert, Time) {
    let mut raw = format!(
        "{{\"rule\":\"{}\",\"alert\":\"{}\",\"fill\":\"",
        alert.rule.id, alert.id
    );
    raw.extend(std::iter::repeat_n('x', LINE.saturating_sub(raw.len())));
    let product = alert.products.iter().next().cloned();
    let record = alert.records.first().copied();
    if let (Some(product), Some(record)) = (product, record) {
        alert.evidence = vec![Evidence {
            record,
            time: alert.time,
            product,
            raw,
            matched: Vec::new(),
        }];
    }
    (alert, arrives)
}
