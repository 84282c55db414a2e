//! The internet's background: addresses that look at everybody, each for some minutes. The same ones visit all tenants.

use crate::scenario::{
    random::Random,
    signal::Signal::{FirewallPortScan, FirewallSweep, Guessing, SqlInjection, WebScan},
    story::{DAY, Stage},
};

pub fn tell(stage: &mut Stage<'_>) {
    let days = (stage.ends - stage.begins) / DAY;
    for visit in 0..days * 15 {
        // By the number of the visit alone: every tenant meets the same address.
        let from = Random::new(visit as u64).fork("internet").public_ip();
        let mut story = stage.open();
        let estate = story.estate;
        story.now += story.random.between(0, stage.ends - stage.begins);
        let site = &estate.sites[story.random.place(estate.sites.len())];
        for _ in 0..story.random.between(1, 5) {
            let host = &estate.hosts[story.random.place(estate.hosts.len())];
            match story.random.place(6) {
                0 | 1 => story.see(WebScan, "scan", estate.web(&from, site)),
                2 => story.see(SqlInjection, "scan", estate.web(&from, site)),
                3 => story.see(FirewallPortScan, "scan", estate.inbound(&from, host)),
                4 => {
                    let records = estate.hosts[..20.min(estate.hosts.len())]
                        .iter()
                        .map(|host| estate.inbound(&from, host))
                        .collect();
                    story.see_all(FirewallSweep, "scan", records, 200);
                }
                _ => story.see(Guessing, "guessing", estate.login(host, &from, "root")),
            }
            story.wait(20, 300);
        }
        stage.close(story);
    }
}
