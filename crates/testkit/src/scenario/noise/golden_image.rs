//! A file of the image that all hosts were made from, which the agent takes for a hacking tool on each of them.

use crate::scenario::{shell::Shell, signal::Signal::MaliciousFile, story::Stage};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let (md5, sha256) = (story.random.hex(32), story.random.hex(64));
    while story.now < stage.ends {
        let host = &estate.hosts[story.random.place(estate.hosts.len())];
        let file = Shell::new(host, "root", story.now, &mut story.random)
            .runs(estate, "/usr/local/bin/nc", story.now, &mut story.random)
            .with("file.hashes.md5", &md5)
            .with("file.hashes.sha256", &sha256);
        story.see_as(MaliciousFile, "image", file, model::Level::Low);
        story.wait(1_800, 14_400);
    }
    stage.close(story);
}
