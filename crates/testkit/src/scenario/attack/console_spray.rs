//! Console passwords are sprayed, or asked for by mail; one login works, and its owner becomes administrator.

use crate::scenario::{
    signal::Signal::{
        AdminGranted, ConsoleGuessing, ConsoleLogin, ConsoleSpraying, DatabaseCopied, GroupOpened,
        ImageShared, InstancesCreated, KeyCreated, LoginAfterFailures, MfaRemoved, UserCreated,
    },
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let victim = estate.person(&mut story.random).clone();
    let from = story.random.public_ip();
    // Phished, there is no spraying to see.
    if story.random.chance(650) {
        for _ in 0..story.random.between(1, 3) {
            let tries = estate
                .users
                .iter()
                .map(|user| estate.console(user, &from))
                .collect();
            story.see_all(ConsoleSpraying, "spraying", tries, 1_500);
            story.wait(1_800, 3_600);
        }
        if story.takes() {
            let tries = (0..6).map(|_| estate.console(&victim, &from)).collect();
            story.see_all(ConsoleGuessing, "spraying", tries, 500);
            story.wait(60, 600);
        }
    }
    let login = estate.console(&victim, &from);
    story.see_all(
        LoginAfterFailures,
        "login",
        vec![login.clone(), login.clone()],
        300,
    );
    story.see(ConsoleLogin, "login", login);
    story.wait(120, 3_600);
    // What is done in the console carries the user, and no key.
    for signal in [MfaRemoved, AdminGranted, UserCreated, KeyCreated] {
        if story.takes() {
            story.see(signal, "privileges", estate.console(&victim, &from));
            story.wait(60, 900);
        }
    }
    for _ in 0..story.random.between(1, 4) {
        let signal = *story
            .random
            .one(&[InstancesCreated, GroupOpened, DatabaseCopied, ImageShared]);
        story.see(signal, "impact", estate.console(&victim, &from));
        story.wait(300, 3_600);
    }
    stage.close(story);
}
