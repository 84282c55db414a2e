//! The binary as a command: arguments in, exit code and words out.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

/// Longer than a server takes to say that it cannot start.
const PATIENCE: Duration = Duration::from_secs(30);

/// The binary under test.
pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_ctdr"))
}

/// What a command ended with.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub output: String,
    pub errors: String,
}

impl Ended {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code(),
            output: text(&output.stdout),
            errors: text(&output.stderr),
        }
    }

    /// Fails unless the command ended with `code` and said all of `words` on standard error.
    #[track_caller]
    pub fn expect(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.errors);
        for word in words {
            assert!(
                self.errors.contains(word),
                "`{word}` is missing in: {}",
                self.errors
            );
        }
        assert!(!self.errors.contains("panicked"), "{}", self.errors);
    }
}

/// Runs the binary to its end, without any configuration of whoever runs the tests.
pub fn ctdr<S: AsRef<OsStr>>(arguments: &[S]) -> Ended {
    ctdr_in(&[], arguments)
}

/// The same with variables of the environment.
pub fn ctdr_in<S: AsRef<OsStr>>(environment: &[(&str, &str)], arguments: &[S]) -> Ended {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CTDR_")) {
        command.env_remove(name);
    }
    for locale in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        command.env_remove(locale);
    }
    command.envs(environment.iter().copied());
    let output = command.args(arguments).stdin(Stdio::null()).output();
    Ended::of(&output.expect("the binary starts"))
}

/// The same for a server that is expected to refuse to start; one that starts is ended after a while.
pub async fn refused(arguments: &[&str]) -> Ended {
    let mut command = tokio::process::Command::new(binary());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CTDR_")) {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output())
        .await
        .expect("the server refuses to start");
    Ended::of(&output.expect("the binary starts"))
}

/// The folder of recorded data, if whoever runs the tests has it; says so where not.
pub fn recorded(folder: &str) -> Option<PathBuf> {
    let Some(data) = std::env::var_os("CTDR_TEST_DATA") else {
        eprintln!("skipped: CTDR_TEST_DATA is not set");
        return None;
    };
    Some(Path::new(&data).join(folder))
}
