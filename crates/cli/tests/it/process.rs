//! Processes of the built binary.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a process may take to become ready or to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A directory that is gone when the test is.
pub(crate) struct Scratch(PathBuf);

/// A server process, killed when it is dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) base_url: String,
}

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("stead-cli-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// With an exported account below `accounts`.
    pub(crate) fn with_account(name: &str, details: &str) -> Self {
        let scratch = Self::new(name);
        std::fs::create_dir(scratch.path().join("accounts")).unwrap();
        std::fs::write(scratch.path().join("accounts/111122223333.json"), details).unwrap();
        scratch
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The binary in a directory, without the settings of whoever runs the tests.
pub(crate) fn stead(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stead"));
    command.current_dir(directory).args(arguments).stdin(Stdio::null());
    // Nor their home, with profiles and a cache.
    command.env("HOME", directory.join("home"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["STEAD_", "AWS_", "XDG_", "OTEL_", "GITHUB_"].iter().any(|kind| text.starts_with(kind))
        {
            command.env_remove(name);
        }
    }
    command
}

pub(crate) fn run(directory: &Path, arguments: &[&str]) -> Output {
    stead(directory, arguments).output().unwrap()
}

/// Runs and gives exit code, standard output and standard error.
pub(crate) fn ending(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    read(run(directory, arguments))
}

/// Exit code, standard output and standard error of a command that ended.
pub(crate) fn read(output: Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

impl Served {
    /// Starts a server on `data` below the directory and waits until it is ready.
    pub(crate) fn start(directory: &Path) -> Self {
        Self::start_with(directory, |_| {})
    }

    /// The same, with what is added to the command.
    pub(crate) fn start_with(directory: &Path, add: impl FnOnce(&mut Command)) -> Self {
        let ready = directory.join("ready");
        let _ = std::fs::remove_file(&ready);
        let arguments =
            ["serve", "--data", "data", "--listen", "127.0.0.1:0", "--ready-file", "ready"];
        let mut command = stead(directory, &arguments);
        add(command.stdout(Stdio::null()).stderr(Stdio::null()));
        let mut child = command.spawn().unwrap();
        let base_url = wait_for(|| {
            assert!(child.try_wait().unwrap().is_none(), "the server ended");
            std::fs::read_to_string(&ready).ok()
        });
        Self { child, base_url: base_url.trim_end().to_owned() }
    }

    /// The number of its process.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: nothing of the process runs any more.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and how the process ends.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        terminate(&mut self.child)
    }
}

/// SIGTERM, and how the process ends.
pub(crate) fn terminate(child: &mut Child) -> Option<i32> {
    signal(child, "TERM");
    wait_for(|| child.try_wait().unwrap()).code()
}

/// Sends a signal, by its name without `SIG`.
pub(crate) fn signal(child: &Child, name: &str) {
    let mut kill = Command::new("kill");
    let status = kill.args(["-s", name]).arg(child.id().to_string()).status().unwrap();
    assert!(status.success());
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is there.
pub(crate) fn wait_for<T>(mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = found() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited too long");
        std::thread::sleep(Duration::from_millis(10));
    }
}
