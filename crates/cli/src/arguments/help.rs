use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  source <(stead completions bash)             in this shell
  stead completions bash > ~/.local/share/bash-completion/completions/stead
  stead completions zsh > ~/.zfunc/_stead      with ~/.zfunc in fpath
  stead completions fish > ~/.config/fish/completions/stead.fish";

/// Which shell is to complete.
#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(crate) struct CompletionsFlags {
    /// The shell.
    pub(crate) shell: Shell,
}

const MAN_EXAMPLES: &str = "\
Examples:
  stead man ~/.local/share/man/man1            then: man stead-explain
  stead man /tmp/pages && man -l /tmp/pages/stead.1";

/// Where manual pages go.
#[derive(Debug, Args)]
#[command(after_help = MAN_EXAMPLES)]
pub(crate) struct ManFlags {
    /// The directory, which is made if it is missing. Pages of the same names in it are
    /// replaced.
    pub(crate) directory: PathBuf,
}
