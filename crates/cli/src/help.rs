//! What is made of the definition of the commands: completions and manual pages.

use std::fs;
use std::io::Write as _;

use clap::CommandFactory as _;

use crate::arguments::{Arguments, CompletionsFlags, ManFlags};
use crate::exit::{Exit, Failure};

/// Prints the script that completes commands and flags.
pub(crate) fn completions(flags: &CompletionsFlags) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(flags.shell, &mut Arguments::command(), "stead", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(Exit::Success)
}

/// Writes a page for `stead` and for each of its commands, `stead-explain.1`.
pub(crate) fn man(flags: &ManFlags) -> Result<Exit, Failure> {
    let directory = flags.directory.as_path();
    fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), directory))
        .map_err(|error| {
            Failure::new(format!("{}: {error}", directory.display()))
                .with_help("name a directory in which you may write")
        })?;
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use clap::{Command, ValueEnum as _};
    use clap_complete::Shell;

    use super::*;

    /// The names of the pages of a command and of all below it.
    fn pages(prefix: &str, command: &Command, names: &mut Vec<String>) {
        let name = match prefix {
            "" => command.get_name().to_owned(),
            prefix => format!("{prefix}-{}", command.get_name()),
        };
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            pages(&name, below, names);
        }
        names.push(name);
    }

    #[test]
    fn every_command_has_a_page_that_says_what_it_does() {
        let name = format!("stead-man-{}", std::process::id());
        let directory = std::env::temp_dir().join(name).join("man1");
        let flags = ManFlags { directory: directory.clone() };
        man(&flags).unwrap();
        man(&flags).unwrap();
        let mut names = Vec::new();
        pages("", &Arguments::command(), &mut names);
        assert!(names.len() > 30, "{names:?}");
        for name in names {
            let page = fs::read_to_string(directory.join(format!("{name}.1"))).unwrap();
            assert!(page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"), "{name}");
        }
        let page = fs::read_to_string(directory.join("stead-explain.1")).unwrap();
        assert!(page.contains("Examples:"), "{page}");
        fs::remove_dir_all(directory.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_told() {
        let file = std::env::current_exe().unwrap();
        let failure = man(&ManFlags { directory: file.join("man1") }).unwrap_err();
        assert!(failure.message().contains("man1"), "{failure:?}");
    }

    #[test]
    fn every_shell_completes_every_command() {
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "stead", &mut script);
            let script = String::from_utf8(script).unwrap();
            for command in Arguments::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell}: {command}");
            }
        }
    }
}
