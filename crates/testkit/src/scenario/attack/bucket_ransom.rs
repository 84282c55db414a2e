//! Ransom on object storage: no way back is left, then everything is taken or encrypted.

use crate::scenario::{
    signal::Signal::{
        BucketEncryption, BucketHistoryRemoved, BucketPublic, KeyDeletion, KeyProbing, ObjectsDeleted,
        SnapshotsDeleted,
    },
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let owner = estate.person(&mut story.random).clone();
    let from = story.random.public_ip();
    if story.takes() {
        let calls = (0..10).map(|_| estate.call(&owner, &from)).collect();
        story.see_all(KeyProbing, "enumeration", calls, 200);
        story.wait(120, 3_600);
    }
    for bucket in &estate.buckets[..story.random.between(2, 6) as usize] {
        let call = || estate.call(&owner, &from).with("resources.name", bucket);
        if story.takes() {
            story.see(BucketHistoryRemoved, "no way back", call());
            story.wait(30, 400);
        }
        if story.takes() {
            story.see(BucketPublic, "data out", call());
            story.wait(60, 900);
        }
        story.see(BucketEncryption, "ransom", call());
        story.wait(60, 700);
        let calls = (0..20).map(|_| call()).collect();
        story.see_all(ObjectsDeleted, "ransom", calls, 250);
        story.wait(60, 900);
    }
    if story.takes() {
        let calls = (0..5).map(|_| estate.call(&owner, &from)).collect();
        story.see_all(SnapshotsDeleted, "no way back", calls, 300);
        story.wait(60, 600);
    }
    story.see(KeyDeletion, "ransom", estate.call(&owner, &from));
    stage.close(story);
}
