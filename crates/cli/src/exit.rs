use std::io::{self, Write as _};
use std::process::ExitCode;

use stead_administration::Refusal;
use stead_server::config::ConfigError;
use stead_server::start::StartError;

/// How a command ends. The codes are documented in the help of `stead`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what was asked.
    Success,
    /// It could not.
    Failed,
    /// It was asked in a way that makes no sense.
    Usage,
    /// The answer is no: access was denied, or what was looked at would be refused.
    Denied,
    /// The answers are not those that were expected.
    Different,
    /// A command that ran in our place ended with this code.
    Command(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Denied => 3,
            Exit::Different => 4,
            Exit::Command(code) => code,
        })
    }
}

/// Why a command could not do what was asked, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
    exit: Exit,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, exit: Exit::Failed }
    }

    /// A wrong use that the parser of arguments cannot see.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::new(message) }
    }

    /// The same with another ending.
    pub(crate) fn ending(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Tells the person of something that does not end the command.
    pub(crate) fn warn(&self) {
        let mut stderr = io::stderr().lock();
        let _ = writeln!(stderr, "warning: {}", self.message);
        if let Some(help) = &self.help {
            let _ = writeln!(stderr, "  help: {help}");
        }
    }

    /// Tells the person and gives the exit code.
    pub(crate) fn report(self) -> Exit {
        if self.exit == Exit::Success {
            return Exit::Success;
        }
        let mut stderr = io::stderr().lock();
        // There is nobody left to tell when standard error is closed.
        let _ = writeln!(stderr, "error: {}", self.message);
        if let Some(help) = &self.help {
            let _ = writeln!(stderr, "  help: {help}");
        }
        self.exit
    }
}

/// Whoever reads the output may have read enough: `stead ... | head` is success.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let closed = error.kind() == io::ErrorKind::BrokenPipe;
        let exit = if closed { Exit::Success } else { Exit::Failed };
        Self { message: format!("cannot write the output: {error}"), help: None, exit }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self { message: error.to_string(), help: Some(error.help()), exit: Exit::Usage }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::new(error.to_string()).with_help(error.help())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.error).with_help(refusal.help)
    }
}
