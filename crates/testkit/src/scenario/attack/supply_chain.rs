//! A file of a supplier turns out bad: the same hash on many hosts within hours, and it calls home.

use crate::scenario::{
    shell::Shell,
    signal::Signal::{Behaviour, FirewallControl, MaliciousFile},
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let (md5, sha256, server) = (
        story.random.hex(32),
        story.random.hex(64),
        story.random.public_ip(),
    );
    let count = story.random.between(5, 25) as usize;
    for place in story.random.places(estate.hosts.len(), count) {
        let shell = Shell::new(&estate.hosts[place], "root", story.now, &mut story.random);
        let file = shell
            .runs(estate, "/opt/agent/lib/update.so", story.now, &mut story.random)
            .with("file.hashes.md5", &md5)
            .with("file.hashes.sha256", &sha256)
            .with("dst_endpoint.ip", &server);
        story.see_as(MaliciousFile, "file", file.clone(), model::Level::High);
        if story.takes() {
            story.wait(5, 200);
            story.see_as(Behaviour, "calls home", file, model::Level::High);
        }
        if story.takes() {
            story.wait(5, 200);
            let seen = estate.outbound(&estate.hosts[place], &server);
            story.see(FirewallControl, "calls home", seen);
        }
        story.wait(30, 1_500);
    }
    stage.close(story);
}
