//! The `stead` binary: what was typed, what it means, and how the process ends.
//!
//! Every command returns an [`Exit`] or a [`Failure`];
//! `main` is the one place that turns them into an exit code.

mod access;
mod account;
mod administration;
mod arguments;
mod audit;
mod backup;
mod client;
mod configuration;
mod credentials;
mod demo;
mod environment;
mod excerpt;
mod exec;
mod exit;
mod explain;
mod help;
mod import;
mod keys;
mod lint;
mod log;
mod loopback;
mod print;
mod profile;
mod report;
mod running;
mod sarif;
mod serve;
mod service;
mod sessions;
mod simulate;
mod token;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command};
use crate::exit::{Exit, Failure};

/// A request allocates some three hundred small things and frees them on whichever thread
/// it ends; the allocator of the C library takes a tenth of the server's time for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Help and version end well, everything else is a wrong use; clap writes
        // to the right stream and knows the code.
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Success };
            let _ = error.print();
            return exit.into();
        }
    };
    match run(arguments.command) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report().into(),
    }
}

fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Serve(flags) => on_runtime(serve::serve(flags)),
        Command::Demo(flags) => on_runtime(demo::demo(flags)),
        Command::Account(command) => on_runtime(account::run(command)),
        Command::Keys(command) => on_runtime(keys::run(command)),
        Command::Audit(flags) => audit::run(&flags),
        Command::Backup(flags) => on_runtime(backup::back_up(&flags)),
        Command::Restore(flags) => on_runtime(backup::put_back(&flags)),
        Command::Can(flags) => access::can(&flags),
        Command::Completions(flags) => help::completions(&flags),
        Command::Config(command) => on_runtime(configuration::run(command)),
        Command::Credentials(command) => on_runtime(credentials::run(command)),
        Command::Exec(flags) => on_runtime(exec::run(*flags)),
        Command::Explain(flags) => explain::run(&flags),
        Command::Import(flags) => on_runtime(import::run(&flags)),
        Command::Lint(flags) => lint::run(&flags),
        Command::Log(command) => on_runtime(log::run(command)),
        Command::Man(flags) => help::man(&flags),
        Command::Service(command) => on_runtime(service::run(command)),
        Command::Sessions(command) => on_runtime(sessions::run(command)),
        Command::Simulate(flags) => simulate::run(&flags),
        Command::Token(command) => token::run(command),
        Command::Version(flags) => print::version(flags.json),
        Command::WhoCan(flags) => access::who_can(&flags),
    }
}

fn on_runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = stead_server::runtime()
        .map_err(|error| Failure::new(format!("cannot start threads: {error}")))?;
    runtime.block_on(work)
}
