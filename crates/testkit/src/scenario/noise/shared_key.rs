//! The build servers' AccessKey: one key, many addresses, all day long.

use crate::scenario::{
    signal::Signal::{
        CommandOnInstances, GroupOpened, InstancesCreated, InstancesReleased, KeyManyAddresses,
    },
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let runners: Vec<String> = (0..30).map(|_| story.random.public_ip()).collect();
    while story.now < stage.ends {
        let from = story.random.one(&runners).clone();
        match story.random.place(5) {
            0 => {
                let calls = (0..6)
                    .map(|_| estate.call(estate.builder(), story.random.one::<String>(&runners)))
                    .collect();
                story.see_all(KeyManyAddresses, "build", calls, 3_000);
            }
            1 => story.see(CommandOnInstances, "build", estate.call(estate.builder(), &from)),
            2 => story.see(InstancesCreated, "build", estate.call(estate.builder(), &from)),
            3 => {
                let calls = (0..6).map(|_| estate.call(estate.builder(), &from)).collect();
                story.see_all(InstancesReleased, "build", calls, 400);
            }
            _ => story.see(GroupOpened, "build", estate.call(estate.builder(), &from)),
        }
        story.wait(3_600, 18_000);
    }
    stage.close(story);
}
