//! A root key that a command writes, such as the tool of a key service or of a device
//! that keeps keys.

use std::process::Stdio;
use std::time::Duration;

use stead_types::Secret;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{DIGITS, RootKeyError, VARIABLE, parse_line};

/// Runs the command and reads the key it writes to standard output.
///
/// The program is run as it is named, with its arguments and without a shell, so that
/// nothing in them has a second meaning. What it writes is never logged; what it says on
/// standard error is for the operator and goes where the server's own goes.
pub(super) async fn run(
    command: &[String],
    wait_max: Duration,
) -> Result<Secret<[u8; 32]>, RootKeyError> {
    let (program, arguments) = command.split_first().ok_or_else(|| RootKeyError::NotRun {
        program: String::new(),
        error: std::io::ErrorKind::NotFound.into(),
    })?;
    let not_run = |error| RootKeyError::NotRun { program: program.clone(), error };
    let mut child = Command::new(program)
        .args(arguments)
        // It may need the environment to reach its service, but none of our secrets.
        .env_remove(VARIABLE)
        .env_remove("STEAD_FIXTURE_KEYS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(not_run)?;
    let output =
        child.stdout.take().ok_or_else(|| not_run(std::io::ErrorKind::BrokenPipe.into()))?;
    let finished = timeout(wait_max, async {
        let text = read(output).await?;
        Ok((text, child.wait().await?))
    });
    let Ok(finished) = finished.await else {
        return Err(RootKeyError::Slow { program: program.clone() });
    };
    let (text, status) = finished.map_err(not_run)?;
    if !status.success() {
        return Err(RootKeyError::Failed { program: program.clone(), status });
    }
    let key = std::str::from_utf8(&text).ok().and_then(parse_line);
    key.ok_or_else(|| RootKeyError::Output { program: program.clone() })
}

/// At most one byte more than a key and its line end have: that is enough to refuse it.
/// The pipe is closed after that, so that a command which writes on ends.
async fn read(output: impl AsyncRead + Unpin) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let limit = DIGITS + 2;
    let mut text = Zeroizing::new(Vec::with_capacity(limit));
    output.take(u64::try_from(limit).unwrap_or(u64::MAX)).read_to_end(&mut text).await?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn output_of(script: &str) -> Result<Secret<[u8; 32]>, RootKeyError> {
        let command = ["sh", "-c", script].map(str::to_owned);
        run(&command, Duration::from_secs(20)).await
    }

    #[tokio::test]
    async fn a_command_writes_the_key() {
        let digits = "0f".repeat(32);
        for script in [format!("echo {digits}"), format!("printf {digits}; echo said >&2")] {
            assert!(output_of(&script).await.unwrap() == Secret::new([0x0f; 32]), "{script}");
        }
    }

    #[tokio::test]
    async fn a_command_that_fails_or_writes_something_else_is_refused() {
        let digits = "0f".repeat(32);
        for (script, expected) in [
            (format!("echo {digits}; exit 3"), "exit status: 3"),
            (format!("echo {digits}0"), "did not write"),
            (format!("echo {digits}; echo"), "did not write"),
            (format!("echo '{digits} '"), "did not write"),
            ("true".to_owned(), "did not write"),
            // Ends because nobody reads on, by the signal that tells it so.
            ("exec yes".to_owned(), "SIGPIPE"),
            ("printf '\\377'".to_owned(), "did not write"),
        ] {
            let error = output_of(&script).await.unwrap_err().to_string();
            assert!(error.contains(expected), "{script}: {error}");
            assert!(!error.contains("0f0f"), "{error}");
        }
    }

    #[tokio::test]
    async fn arguments_have_no_second_meaning() {
        let command = ["echo", "$(echo x)", "`y`"].map(str::to_owned);
        let error = run(&command, Duration::from_secs(20)).await.unwrap_err();
        assert!(matches!(error, RootKeyError::Output { .. }), "{error}");
        for command in [vec![], vec!["/nonexistent/program".to_owned()]] {
            let error = run(&command, Duration::from_secs(20)).await.unwrap_err();
            assert!(matches!(error, RootKeyError::NotRun { .. }), "{error}");
        }
    }

    #[tokio::test]
    async fn a_command_that_does_not_end_is_given_up() {
        for script in ["exec sleep 600", "exec 1>&-; exec sleep 600"] {
            let command = ["sh", "-c", script].map(str::to_owned);
            let error = run(&command, Duration::from_millis(100)).await.unwrap_err();
            assert!(matches!(error, RootKeyError::Slow { .. }), "{error}");
        }
    }
}
