//! An insider: a known user with the user's own key, from the usual address, who takes what is not theirs.

use crate::scenario::{
    signal::Signal::{BucketPublic, DatabaseCopied, GroupOpened, ImageShared, KeyDenied, TrailStopped},
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let actor = estate.person(&mut story.random).clone();
    let from = actor.office_ip.clone();
    let bucket = estate.buckets[story.random.place(estate.buckets.len())].clone();
    if story.takes() {
        let calls = (0..10).map(|_| estate.call(&actor, &from)).collect();
        story.see_all(KeyDenied, "looking around", calls, 500);
        story.wait(600, 7_200);
    }
    if story.takes() {
        story.see(GroupOpened, "preparation", estate.call(&actor, &from));
        story.wait(600, 3_600);
    }
    for _ in 0..story.random.between(2, 6) {
        let signal = *story.random.one(&[BucketPublic, DatabaseCopied, ImageShared]);
        let call = estate.call(&actor, &from).with("resources.name", &bucket);
        story.see(signal, "data out", call);
        story.wait(600, 7_200);
    }
    if story.takes() {
        story.see(TrailStopped, "traces", estate.call(&actor, &from));
    }
    stage.close(story);
}
