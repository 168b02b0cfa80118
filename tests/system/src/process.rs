use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, bail, ensure};
use stead_server::clock::SystemClock;

use crate::{Client, Credentials};

/// The `stead` binary.
#[derive(Clone, Debug)]
pub struct Built(PathBuf);

/// A server in a process of its own. It is killed when it is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    url: String,
    said: Arc<Mutex<String>>,
}

impl Built {
    /// Builds the binary, in the profile of the running test. `STEAD_BINARY` names one that
    /// is there instead.
    ///
    /// Cargo gives the path of a binary only to tests of its own package. One that
    /// lies beside the test may be older than the code, so it is always asked for.
    ///
    /// # Errors
    /// A binary that does not build.
    pub fn find() -> Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "a test is told what to test")]
        if let Some(binary) = std::env::var_os("STEAD_BINARY") {
            return Ok(Self(binary.into()));
        }
        let test = std::env::current_exe()?;
        // TARGET/PROFILE/deps/it-0123456789abcdef
        let directory = test.ancestors().nth(2).context("a test outside a target directory")?;
        let profile = match directory.file_name().and_then(|name| name.to_str()) {
            Some("debug") => "dev",
            Some(name) => name,
            None => bail!("a target directory without a name"),
        };
        let target = directory.parent().context("a profile outside a target directory")?;
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "stead", "--profile", profile])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CARGO_TARGET_DIR", target)
            .status()?;
        ensure!(built.success(), "the binary does not build");
        Ok(Self(directory.join("stead")))
    }

    /// A command with nothing of this process's environment.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.0);
        command.env_clear().stdin(Stdio::null());
        command
    }

    /// Starts `stead serve` on a free port and waits until it answers.
    ///
    /// # Errors
    /// A server that ends instead; the error holds what it wrote.
    pub fn serve(&self, data: &Path, flags: &[&str]) -> Result<Process> {
        serve(self.command(), data, data, flags)
    }

    /// Starts it under another program, such as a tracer, which is given the server's
    /// command line behind its own. `seen` is where `data` is for this process.
    ///
    /// # Errors
    /// As [`Built::serve`].
    pub fn serve_under(
        &self,
        mut program: Command,
        data: &Path,
        seen: &Path,
        flags: &[&str],
    ) -> Result<Process> {
        program.arg(&self.0).stdin(Stdio::null());
        serve(program, data, seen, flags)
    }
}

fn serve(mut command: Command, data: &Path, seen: &Path, flags: &[&str]) -> Result<Process> {
    command.args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"]);
    command.arg("--data").arg(data).arg("--ready-file").arg(data.join("ready")).args(flags);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let stderr = child.stderr.take().context("no stderr")?;
    let said = match wait_until_ready(stderr) {
        Ok(said) => said,
        Err(said) => {
            let _ = child.kill();
            let status = child.wait()?;
            bail!("the server ended with {status}: {said}");
        }
    };
    let url = std::fs::read_to_string(seen.join("ready")).context("the ready file")?;
    Ok(Process { child, url: url.trim().to_owned(), said })
}

impl Process {
    /// A client with the machine's clock.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.url, Arc::new(SystemClock))
    }

    /// What it has written to standard error so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of the process that was started.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the process has ended by itself.
    ///
    /// # Errors
    /// Those of the system.
    pub fn ended(mut self) -> Result<()> {
        self.child.wait()?;
        Ok(())
    }

    /// Ends the process as a loss of power would: it cannot put anything in order.
    ///
    /// # Errors
    /// A process that is gone already.
    pub fn kill(mut self) -> Result<()> {
        ensure!(self.child.try_wait()?.is_none(), "the server had ended before");
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Tells the process to stop, as service managers do, and waits until it has ended.
    ///
    /// # Errors
    /// A process that cannot be told.
    pub fn terminate(mut self) -> Result<ExitStatus> {
        let told = Command::new("kill").arg(self.child.id().to_string()).status()?;
        ensure!(told.success(), "the server cannot be told");
        Ok(self.child.wait()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Credentials {
    /// The root key that a server wrote into its directory.
    ///
    /// # Errors
    /// A file that is missing or holds no key.
    pub fn of_directory(data: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(data.join("aws/credentials"))?;
        let value = |name: &str| {
            let mut pairs = text.lines().filter_map(|line| line.split_once('='));
            let found = pairs.find(|(key, _)| key.trim() == name);
            found.map(|(_, value)| value.trim()).with_context(|| format!("no {name}"))
        };
        Ok(Self::long_term(value("aws_access_key_id")?, value("aws_secret_access_key")?))
    }
}

/// Reads the log up to the line that says it answers, and the rest of it on a
/// thread of its own, so that the server never waits for a reader.
fn wait_until_ready(stderr: ChildStderr) -> Result<Arc<Mutex<String>>, String> {
    let mut log = BufReader::new(stderr);
    let mut said = String::new();
    loop {
        let before = said.len();
        match log.read_line(&mut said) {
            Ok(0) | Err(_) => return Err(said),
            Ok(_) if said.get(before..).is_some_and(|line| line.contains("\"ready\"")) => break,
            Ok(_) => {}
        }
    }
    let said = Arc::new(Mutex::new(said));
    let heard = Arc::clone(&said);
    std::thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            let mut said = heard.lock().unwrap_or_else(PoisonError::into_inner);
            said.push_str(&line);
            said.push('\n');
        }
    });
    Ok(said)
}
