//! Errors → exit codes, and the message people see.

use std::process::ExitCode;

/// A failure of a command. Usage errors are `clap`'s and exit with 2.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    /// What is said of it; none if all has been said.
    error: Option<anyhow::Error>,
}

impl Failure {
    /// A configuration or argument that makes no sense: exit code 2.
    pub fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self {
            code: 2,
            error: Some(error.into()),
        }
    }

    /// What was checked is not as it should be: exit code 3.
    pub fn check(error: impl Into<anyhow::Error>) -> Self {
        Self {
            code: 3,
            error: Some(error.into()),
        }
    }

    /// What would be made is there already: exit code 6.
    pub fn conflict(error: impl Into<anyhow::Error>) -> Self {
        Self {
            code: 6,
            error: Some(error.into()),
        }
    }

    /// Something named does not exist: exit code 4.
    pub fn not_found(error: impl Into<anyhow::Error>) -> Self {
        Self {
            code: 4,
            error: Some(error.into()),
        }
    }

    /// Who asks is not known, or may not: exit code 5.
    pub fn refused(error: impl Into<anyhow::Error>) -> Self {
        Self {
            code: 5,
            error: Some(error.into()),
        }
    }

    /// The server does not answer: exit code 7.
    pub fn unreachable(error: impl Into<anyhow::Error>) -> Self {
        Self {
            code: 7,
            error: Some(error.into()),
        }
    }

    /// Some of what was asked for is done, and people have been told what is not: exit code 8.
    pub const fn partial() -> Self {
        Self { code: 8, error: None }
    }

    /// The error, for something that goes on after it.
    pub const fn error(&self) -> Option<&anyhow::Error> {
        self.error.as_ref()
    }

    /// A failure that people have been told of: exit code 1.
    pub const fn told() -> Self {
        Self { code: 1, error: None }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self {
            code: 1,
            error: Some(error.into()),
        }
    }
}

/// Prints the error, with its causes, and gives its code.
#[allow(clippy::print_stderr, reason = "the last word of a command-line program")]
pub fn code(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, error }) => {
            if let Some(error) = error {
                eprintln!("ctdr: {error:#}");
            }
            ExitCode::from(code)
        }
    }
}
