//! A worm: one hash, from host to host, each guessing at the next.

use crate::scenario::{
    shell::Shell,
    signal::Signal::{DownloadRun, FirewallInnerSweep, GuessedIn, Guessing, InnerScan, MaliciousFile, Miner},
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
    let mut from = story.random.public_ip();
    let count = story.random.between(4, 16) as usize;
    for place in story.random.places(estate.hosts.len(), count) {
        let host = &estate.hosts[place];
        let login = estate.login(host, &from, "root");
        if story.takes() {
            story.see(Guessing, "spreading", login.clone());
            story.wait(10, 120);
        }
        if story.takes() {
            story.see_all(GuessedIn, "spreading", vec![login.clone(), login], 120);
            story.wait(5, 60);
        }
        let shell = Shell::new(host, "root", story.now, &mut story.random);
        let file = shell
            .runs(estate, "/tmp/.w/kinsing", story.now, &mut story.random)
            .with("file.hashes.md5", &md5)
            .with("file.hashes.sha256", &sha256)
            .with("dst_endpoint.ip", &server);
        if story.takes() {
            story.see(DownloadRun, "infection", file.clone());
            story.wait(2, 20);
        }
        story.see_as(MaliciousFile, "infection", file.clone(), model::Level::High);
        story.see_as(Miner, "infection", file.clone(), model::Level::High);
        if story.takes() {
            story.wait(5, 60);
            story.see(InnerScan, "spreading", file);
            story.see(FirewallInnerSweep, "spreading", estate.outbound(host, &server));
        }
        from.clone_from(&host.private_ip);
        story.wait(20, 400);
    }
    stage.close(story);
}
