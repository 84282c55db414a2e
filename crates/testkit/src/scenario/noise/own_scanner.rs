//! The tenant's own vulnerability scanner, which attacks everything there is once a week.

use crate::scenario::{
    signal::Signal::{CodeExecution, FirewallPortScan, Guessing, SqlInjection, WebAttackPassed, WebScan},
    story::{DAY, HOUR, Stage},
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let from = "10.0.250.5";
    let (begins, ends) = (stage.begins, stage.ends);
    let mut night = begins + 3 * DAY + 2 * HOUR;
    while night < ends {
        story.now = night;
        for host in &estate.hosts {
            story.see(Guessing, "its own", estate.login(host, from, "root"));
            if story.random.chance(300) {
                story.see(FirewallPortScan, "its own", estate.inbound(from, host));
            }
            story.wait(10, 90);
        }
        for site in &estate.sites {
            for signal in [WebScan, SqlInjection, CodeExecution, WebAttackPassed] {
                story.see(signal, "its own", estate.web(from, site));
                story.wait(10, 90);
            }
        }
        night += 7 * DAY;
    }
    stage.close(story);
}
