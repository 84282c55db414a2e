//! Jobs that fire the same rules on the same hosts every night: backups that leave, tables that are copied.

use crate::scenario::{
    shell::Shell,
    signal::Signal::{DatabaseCopied, FirewallUpload, HostUpload},
    story::{DAY, HOUR, MINUTE, Stage},
};

pub fn tell(stage: &mut Stage<'_>) {
    let days = (stage.ends - stage.begins) / DAY;
    let begins = stage.begins;
    let mut story = stage.open();
    let estate = story.estate;
    let target = story.random.public_ip();
    let places = story.random.places(estate.hosts.len(), 4);
    for day in 0..days {
        for (turn, place) in places.iter().enumerate() {
            let host = &estate.hosts[*place];
            story.now = begins + day * DAY + 2 * HOUR + turn as i64 * 7 * MINUTE;
            story.wait(0, 60);
            let job = Shell::new(host, "backup", story.now, &mut story.random);
            let upload = job.runs(estate, "/usr/bin/rclone", story.now, &mut story.random);
            story.see(HostUpload, "backup", upload);
            story.wait(60, 300);
            story.see(FirewallUpload, "backup", estate.outbound(host, &target));
        }
        story.see(
            DatabaseCopied,
            "backup",
            estate.call(estate.builder(), &estate.origin_ip),
        );
    }
    stage.close(story);
}
