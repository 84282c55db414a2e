//! Slow and low: one attacker over two weeks, a step every half day, always with something of the day before.

use super::steps::{attack_site, commands, drop_web_shell};
use crate::scenario::{
    signal::Signal::{
        CredentialSearch, FirewallControl, FirewallUpload, MaliciousFile, TemporaryProgram, WebShellCalled,
    },
    story::{DAY, HOUR, Stage},
};

pub fn tell(stage: &mut Stage<'_>) {
    // Two weeks have to fit.
    let begins = stage.begins.min(stage.ends - 15 * DAY).max(stage.ends - 21 * DAY);
    let mut story = stage.open();
    story.now = begins;
    story.tempo = 100;
    let estate = story.estate;
    let (from, server) = (story.random.public_ip(), story.random.public_ip());
    let number = story.random.place(estate.sites.len());
    let hash = story.random.hex(32);
    attack_site(&mut story, &from, &estate.sites[number]);
    let shell = drop_web_shell(&mut story, &from, &estate.sites[number], &estate.hosts[number]);
    let end = begins + 14 * DAY;
    while story.now < end {
        story.now += story.random.between(6 * HOUR, 20 * HOUR);
        match story.random.place(5) {
            0 => commands(&mut story, &shell, "work", &[(CredentialSearch, "/usr/bin/grep")]),
            1 => commands(&mut story, &shell, "work", &[(TemporaryProgram, "/dev/shm/.d")]),
            2 => {
                let seen = estate.outbound(&estate.hosts[number], &server);
                story.see(FirewallControl, "control", seen);
            }
            3 => {
                let file = shell
                    .runs(estate, "/dev/shm/.d", story.now, &mut story.random)
                    .with("file.hashes.md5", &hash)
                    .with("dst_endpoint.ip", &server);
                story.see_as(MaliciousFile, "work", file, model::Level::Medium);
            }
            _ => {
                let site = &estate.sites[number];
                story.see(WebShellCalled, "control", estate.web(&from, site));
            }
        }
    }
    let seen = estate.outbound(&estate.hosts[number], &server);
    story.see(FirewallUpload, "data out", seen);
    stage.close(story);
}
