//! Harmless visitors: several clients that browse, search and mistype, and must never be refused.

use super::{
    browser::{Browser, Errand, Outcome},
    worker::{Inside, Worker},
};
use connectors::egress::EgressError;
use serde::Serialize;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

const BROWSERS: [&str; 3] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
];

/// Where they go. The searches hold what careless rules take for attacks.
const PAGES: [(&str, &str, &str); 12] = [
    ("GET", "/", ""),
    ("GET", "/products", ""),
    ("GET", "/product?id=1", ""),
    ("GET", "/search?q=O%27Brien%27s+guide", ""),
    ("GET", "/product?id=3", ""),
    ("GET", "/search?q=rock+%27n%27+roll+%26+jazz", ""),
    ("GET", "/about", ""),
    ("GET", "/search?q=select+a+rain+coat+--+or+two", ""),
    ("GET", "/product?id=4", ""),
    ("GET", "/search?q=union+jack+tea+pot", ""),
    ("GET", "/login", ""),
    ("POST", "/login", "user=d%27Artagnan&password=one+for+all"),
];

/// How they visit.
#[derive(Clone, Copy, Debug)]
pub struct VisitPlan {
    /// The web site.
    pub site: SocketAddr,
    /// How many visitors, at most 200, from 198.51.100.11 on.
    pub visitors: u8,
    /// Between two requests of all of them.
    pub pause: Duration,
    /// Requests at most.
    pub requests: u64,
    /// Time at most.
    pub limit: Duration,
}

impl VisitPlan {
    /// Five visitors for up to five minutes.
    pub fn on(site: SocketAddr) -> Self {
        Self {
            site,
            visitors: 5,
            pause: Duration::from_millis(100),
            requests: 10_000,
            limit: Duration::from_mins(5),
        }
    }
}

/// How the visits went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VisitProgress {
    /// Requests made.
    pub requests: u64,
    /// Requests the firewall refused: none, if all is well.
    pub refusals: u64,
    /// Not answered.
    pub failed: u64,
    /// The last refusal: who wanted what.
    pub last_refusal: Option<String>,
}

/// Running visitors.
#[derive(Debug)]
pub struct Visitors(Worker<VisitProgress>);

impl Visitors {
    /// Sets them off.
    pub fn start(plan: VisitPlan) -> Result<Self, EgressError> {
        let browser = Browser::new(plan.site)?;
        Ok(Self(Worker::start(plan.limit, move |inside| {
            visit(plan, browser, inside)
        })))
    }

    /// How the visits went so far.
    pub fn progress(&self) -> VisitProgress {
        self.0.progress()
    }

    /// Waits until so many requests were made.
    pub async fn made(&self, requests: u64, within: Duration) -> Option<VisitProgress> {
        self.0
            .until(within, |progress| progress.requests >= requests)
            .await
    }

    /// Pauses them, or lets them go on.
    pub fn pause(&self, pause: bool) {
        self.0.pause(pause);
    }

    /// Stops them.
    pub async fn stop(self) -> VisitProgress {
        self.0.stop().await
    }
}

async fn visit(plan: VisitPlan, browser: Browser, mut inside: Inside<VisitProgress>) {
    let visitors = u64::from(plan.visitors.clamp(1, 200));
    for number in 0..plan.requests {
        let client = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 11 + (number % visitors) as u8));
        // Each visitor goes through all pages, and no two walk in step.
        let (method, target, body) = PAGES[((number / visitors + number) % PAGES.len() as u64) as usize];
        let errand = Errand {
            method,
            target,
            body,
            user_agent: BROWSERS[(number % visitors) as usize % BROWSERS.len()],
        };
        let outcome = browser.go(client, errand).await;
        inside.report(|progress| count(progress, &outcome, client, errand));
        if !inside.may_go_on(plan.pause).await {
            return;
        }
    }
}

fn count(progress: &mut VisitProgress, outcome: &Outcome, client: IpAddr, errand: Errand) {
    progress.requests += 1;
    match outcome {
        Outcome::Passed(_) => {}
        Outcome::RefusedByRule | Outcome::RefusedBySignature => {
            progress.refusals += 1;
            progress.last_refusal = Some(format!(
                "{client} {} {} {}",
                errand.method, errand.target, errand.body
            ));
        }
        Outcome::Failed => progress.failed += 1,
    }
}
