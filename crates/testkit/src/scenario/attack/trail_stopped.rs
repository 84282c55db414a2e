//! The log trail is stopped first; then anything by the same actor, from a host as well.

use crate::scenario::{
    signal::Signal::{
        AdminGranted, AgentRemoved, CommandOnInstances, GroupOpened, ImageShared, InstancesCreated,
        InstancesReleased, LogStoreDeleted, RightsThenSilence, SnapshotsDeleted, TrailStopped,
    },
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let actor = estate.person(&mut story.random).clone();
    let from = story.random.public_ip();
    if story.takes() {
        story.see(AdminGranted, "privileges", estate.call(&actor, &from));
        story.wait(60, 1_800);
    }
    story.see(TrailStopped, "silence", estate.call(&actor, &from));
    story.wait(5, 60);
    if story.takes() {
        let calls = vec![estate.call(&actor, &from), estate.call(&actor, &from)];
        story.see_all(RightsThenSilence, "silence", calls, 900);
    }
    if story.takes() {
        story.see(LogStoreDeleted, "silence", estate.call(&actor, &from));
        story.wait(60, 900);
    }
    if story.takes() {
        story.see(AgentRemoved, "silence", estate.call(&actor, &from));
        story.wait(60, 900);
    }
    for _ in 0..story.random.between(2, 6) {
        let signal = *story.random.one(&[
            InstancesCreated,
            GroupOpened,
            CommandOnInstances,
            ImageShared,
            InstancesReleased,
            SnapshotsDeleted,
        ]);
        story.see(signal, "anything", estate.call(&actor, &from));
        story.wait(300, 5_400);
    }
    stage.close(story);
}
