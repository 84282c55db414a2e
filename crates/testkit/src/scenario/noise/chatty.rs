//! A rule that never stops talking on some hosts: a configuration manager that rewrites system files.

use crate::scenario::{shell::Shell, signal::Signal::SystemFileChanged, story::Stage};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let places = story.random.places(estate.hosts.len(), 5);
    while story.now < stage.ends {
        let host = &estate.hosts[*story.random.one(&places)];
        let tool = Shell::new(host, "root", story.now - 60_000, &mut story.random);
        let change = tool
            .runs(estate, "/usr/bin/puppet", story.now, &mut story.random)
            .with("file.path", "/etc/pam.d/common-auth");
        story.see_as(SystemFileChanged, "configuration", change, model::Level::Medium);
        story.wait(600, 3_000);
    }
    stage.close(story);
}
