//! How long the fuzz harnesses run: `CTDR_FUZZ_SECONDS`, a fraction of one in plain tests.

use proptest::{
    strategy::Strategy,
    test_runner::{Config, TestCaseError, TestRunner},
};
use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

/// Checks random inputs until the time is over, and shows the smallest that fails.
pub fn fuzz<S: Strategy<Value: Debug>>(strategy: &S, check: impl Fn(S::Value)) {
    let seconds = std::env::var("CTDR_FUZZ_SECONDS").ok();
    let seconds = seconds.map_or(0.3, |seconds| {
        seconds.parse().expect("`CTDR_FUZZ_SECONDS` is a number")
    });
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::default()
    });
    let mut checked = 0;
    while checked < 20 || Instant::now() < end {
        let input = strategy.new_tree(&mut runner).expect("an input");
        let outcome = runner.run_one(input, |input| {
            check(input);
            Ok::<(), TestCaseError>(())
        });
        if let Err(error) = outcome {
            panic!("input {checked}: {error}");
        }
        checked += 1;
    }
}
