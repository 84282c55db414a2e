//! A leaked AccessKey: enumeration → a user and key of the attacker's own → data out.

use crate::scenario::{
    estate::User,
    signal::Signal::{
        AdminGranted, BucketPublic, CallsByTool, DatabaseCopied, ImageShared, KeyCreated, KeyDenied,
        KeyLeaked, KeyProbing, KeySettles, UserCreated,
    },
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let owner = estate.person(&mut story.random).clone();
    let from = story.random.public_ip();
    if story.takes() {
        story.see(KeyLeaked, "leak", estate.call(&owner, &from));
        story.wait(600, 7_200);
    }
    let calls = (0..12).map(|_| estate.call(&owner, &from)).collect();
    story.see_all(KeyProbing, "enumeration", calls, 200);
    story.wait(30, 600);
    if story.takes() {
        story.see(CallsByTool, "enumeration", estate.call(&owner, &from));
        story.wait(30, 600);
    }
    if story.takes() {
        let calls = (0..12).map(|_| estate.call(&owner, &from)).collect();
        story.see_all(KeyDenied, "enumeration", calls, 400);
        story.wait(60, 1_800);
    }
    story.see(UserCreated, "persistence", estate.call(&owner, &from));
    story.wait(20, 120);
    story.see(KeyCreated, "persistence", estate.call(&owner, &from));
    story.see_all(
        KeySettles,
        "persistence",
        vec![estate.call(&owner, &from), estate.call(&owner, &from)],
        900,
    );
    story.wait(20, 300);
    story.see(AdminGranted, "privileges", estate.call(&owner, &from));
    story.wait(300, 7_200);
    // From here on the attacker uses a key that nobody has seen before; the address tells who it is, mostly.
    let own = User {
        name: format!("svc-{}", story.random.hex(4)),
        key: format!("LTAI{}", story.random.hex(20)),
        office_ip: from.clone(),
    };
    let bucket = estate.buckets[story.random.place(estate.buckets.len())].clone();
    for _ in 0..story.random.between(1, 4) {
        let signal = *story.random.one(&[BucketPublic, DatabaseCopied, ImageShared]);
        let call = estate.call(&own, &from).with("resources.name", &bucket);
        story.see(signal, "data out", call);
        story.wait(300, 3_600);
    }
    stage.close(story);
}
