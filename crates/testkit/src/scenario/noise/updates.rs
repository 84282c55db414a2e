//! Updates of the agent: one evening a week, one host after the other, the same alerts on each.

use crate::scenario::{
    shell::Shell,
    signal::Signal::{AgentStopped, SystemFileChanged},
    story::{DAY, HOUR, Stage},
};

pub fn tell(stage: &mut Stage<'_>) {
    let (begins, ends) = (stage.begins, stage.ends);
    let mut evening = begins + 2 * DAY + 20 * HOUR;
    while evening < ends {
        let mut story = stage.open();
        let estate = story.estate;
        story.now = evening;
        for host in &estate.hosts {
            let installer = Shell::new(host, "root", story.now, &mut story.random);
            let stop = installer.runs(estate, "/usr/bin/systemctl", story.now, &mut story.random);
            story.see(AgentStopped, "update", stop);
            story.wait(2, 20);
            let change = installer
                .runs(estate, "/usr/bin/dpkg", story.now, &mut story.random)
                .with("file.path", "/usr/local/aegis/libagent.so");
            story.see(SystemFileChanged, "update", change);
            story.wait(10, 120);
        }
        stage.close(story);
        evening += 7 * DAY;
    }
}
