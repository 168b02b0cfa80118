//! `cargo xtask test`: every test there is, and what they need. The Rust tests
//! need nothing but cargo; the clients install themselves (see tests/sdk/run).

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::build::{self, Profile};
use crate::clients;
use crate::managed;
use crate::packages;
use crate::peers;

/// What can be given on the command line.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run these suites only (may be repeated)
    #[arg(long, value_enum)]
    only: Vec<Suite>,
    /// For the SDK suite: the clients to run, all of them when none is named
    #[arg(last = true)]
    clients: Vec<String>,
}

/// The suites, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Suite {
    /// Unit, integration and system tests of the workspace
    Rust,
    /// The examples in the documentation
    Doc,
    /// The fuzz targets' corpora and some mutations of them
    Fuzz,
    /// The policy language and the linter on every managed policy of AWS, and the linter
    /// beside parliament there
    Managed,
    /// The policy engine beside independent ones
    Peers,
    /// Signatures of SAML responses, beside xmlsec1
    Saml,
    /// The built server, driven by real AWS clients
    Sdk,
    /// Traces, which a usual build does not have
    Traces,
}

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
}

/// Runs the chosen suites, all of them even when one fails, and ends with a
/// line that counts.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let chosen = |suite| arguments.only.is_empty() || arguments.only.contains(&suite);
    let mut total = Tally::default();
    // The system tests and the clients drive the binary.
    let stead = build::binary(root, Profile::Ci, "stead")?;
    if chosen(Suite::Rust) {
        packages::install_program("strace", "strace")?;
        let mut cargo = build::cargo(root, Profile::Ci, "test");
        cargo.args(["--workspace", "--all-targets", "--no-fail-fast"]);
        total.add(count(&mut cargo, rust_tally)?);
    }
    if chosen(Suite::Doc) {
        let mut cargo = build::cargo(root, Profile::Ci, "test");
        cargo.args(["--workspace", "--doc", "--no-fail-fast"]);
        total.add(count(&mut cargo, rust_tally)?);
    }
    if chosen(Suite::Fuzz) {
        let mut cargo = build::cargo(root, Profile::Ci, "test");
        cargo.arg("--manifest-path").arg(root.join("fuzz/Cargo.toml"));
        // The same directory: the dependencies lie there, compiled alike.
        cargo.arg("--target-dir").arg(build::target_directory(&stead)?);
        total.add(count(&mut cargo, rust_tally)?);
    }
    if chosen(Suite::Managed) {
        let policies = managed::install(root, build::target_directory(&stead)?)?;
        let mut cargo = build::cargo(root, Profile::Ci, "test");
        cargo.args(["--package", "stead-policy", "--package", "stead-lint", "--test", "it", "--"]);
        cargo.args(["--ignored", "managed::"]).env("STEAD_MANAGED_POLICIES", &policies);
        total.add(count(&mut cargo, rust_tally)?);
        let mut beside = managed::beside_parliament(root, &stead, &policies)?;
        total.add(count(&mut beside, driver_tally)?);
    }
    if chosen(Suite::Peers) {
        let target = build::target_directory(&stead)?;
        let mut cargo = peers::cargo(root, target, Profile::Ci, "test")?;
        // The bench has a smoke run of its own.
        cargo.args(["--lib", "--bins", "--test", "it", "--no-fail-fast"]);
        cargo.env("STEAD_MANAGED_POLICIES", managed::install(root, target)?);
        total.add(count(&mut cargo, rust_tally)?);
    }
    if chosen(Suite::Saml) {
        packages::install_program("xmlsec1", "xmlsec1")?;
        let mut cargo = build::cargo(root, Profile::Ci, "test");
        cargo.args(["--package", "stead-federation", "--test", "it", "--", "--ignored"]);
        cargo.arg("saml_xmlsec::");
        total.add(count(&mut cargo, rust_tally)?);
    }
    if chosen(Suite::Sdk) {
        let mut driver = clients::driver(root, &stead, &arguments.clients);
        total.add(count(&mut driver, driver_tally)?);
        clients::document(root)?;
    }
    // The last one: it builds another binary where the others' was.
    if chosen(Suite::Traces) {
        let mut cargo = build::cargo(root, Profile::Ci, "test");
        cargo.args(["--package", "stead", "--features", "opentelemetry", "--test", "it", "traces"]);
        total.add(count(&mut cargo, rust_tally)?);
    }
    report(total)
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

#[expect(clippy::print_stdout, reason = "the closing line is this task's result")]
fn report(total: Tally) -> Result<()> {
    println!("{} passed, {} failed", total.passed, total.failed);
    ensure!(total.failed == 0, "{} tests failed", total.failed);
    ensure!(total.passed > 0, "no test ran");
    Ok(())
}

/// Runs a command, passes its output on line by line, and adds up what `tally`
/// reads in the lines. A command that fails without saying which test did (it
/// may not have compiled) counts as one failed test.
#[expect(clippy::print_stdout, reason = "the suites' output is passed on")]
fn count(command: &mut Command, tally: fn(&str) -> Option<Tally>) -> Result<Tally> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot run {name}"))?;
    let Some(output) = child.stdout.take() else { bail!("{name} has no output") };
    let mut total = Tally::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        if let Some(read) = tally(&line) {
            total.add(read);
        }
    }
    if !child.wait()?.success() && total.failed == 0 {
        total.failed = 1;
    }
    Ok(total)
}

/// Reads `test result: ok. 12 passed; 0 failed; ...`.
fn rust_tally(line: &str) -> Option<Tally> {
    let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let mut counts = counts.split("; ");
    Some(Tally {
        passed: counts.next()?.strip_suffix(" passed")?.parse().ok()?,
        failed: counts.next()?.strip_suffix(" failed")?.parse().ok()?,
    })
}

/// Reads `12 passed, 0 failed`.
fn driver_tally(line: &str) -> Option<Tally> {
    let (passed, failed) = line.split_once(", ")?;
    Some(Tally {
        passed: passed.strip_suffix(" passed")?.parse().ok()?,
        failed: failed.strip_suffix(" failed")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Tally, driver_tally, rust_tally};

    #[test]
    fn result_lines_are_counted() {
        let line = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(rust_tally(line), Some(Tally { passed: 12, failed: 0 }));
        let line = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured";
        assert_eq!(rust_tally(line), Some(Tally { passed: 3, failed: 2 }));
        assert_eq!(driver_tally("5 passed, 1 failed"), Some(Tally { passed: 5, failed: 1 }));
    }

    #[test]
    fn other_lines_are_not() {
        for line in
            ["", "running 3 tests", "test a ... ok", "test result: ok", "1 passed", "ok, 1 failed"]
        {
            assert_eq!(rust_tally(line), None, "{line}");
            assert_eq!(driver_tally(line), None, "{line}");
        }
    }
}
