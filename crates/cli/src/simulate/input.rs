//! Of what is asked: exported accounts, or policies of somebody who is made up.

use serde_json::Map;
use stead_analysis::{Case, Export, ExportFile, Simulation};
use stead_policy::{DOCUMENT_BYTES_MAX, DocumentKind, parse};

use super::requests::{Asked, supposed_accounts};
use crate::arguments::{AccountsFlags, SimulateFlags};
use crate::exit::Failure;
use crate::explain::{accounts, faults};

/// The accounts with the files that they were read from.
pub(super) struct Input {
    pub(super) simulation: Simulation,
    pub(super) source: Source,
}

pub(super) enum Source {
    Export {
        directory: String,
        files: Vec<ExportFile>,
        export: Box<Export>,
        case: Case,
    },
    /// Name and text of each policy.
    Policies(Vec<(String, String)>),
}

impl Input {
    pub(super) fn read(flags: &SimulateFlags, asked: &[Asked]) -> Result<Self, Failure> {
        if flags.policy.is_empty() {
            Self::of_accounts(&flags.of)
        } else {
            Self::of_policies(flags, asked)
        }
    }

    fn of_accounts(flags: &AccountsFlags) -> Result<Self, Failure> {
        let (directory, files) = accounts::read(flags)?;
        let export =
            Export::read(&files).map_err(|error| faults::export(&error, &directory, &files))?;
        let case = export.case(Map::new());
        let world = case.world().map_err(|error| {
            Failure::new(format!("`{directory}`: {error}"))
                .with_help("save what the AWS CLI prints, unchanged")
        })?;
        let source = Source::Export { directory, files, export: Box::new(export), case };
        Ok(Self { simulation: Simulation::new(world), source })
    }

    fn of_policies(flags: &SimulateFlags, asked: &[Asked]) -> Result<Self, Failure> {
        let mut named = Vec::new();
        for (path, number) in flags.policy.iter().zip(1..) {
            let text = accounts::text(path, DOCUMENT_BYTES_MAX)?;
            let name = path.display().to_string();
            let parsed = parse(&text, DocumentKind::Identity);
            if let Some(error) = parsed.errors().next() {
                let message = format!("`{name}` is no identity policy: {}", error.message);
                return Err(faults::shown(&message, Some(error.span), &name, &text)
                    .with_help("`stead lint FILE` says all that is wrong with it"));
            }
            // Names of files may not be names of policies.
            named.push((format!("policy-{number}"), name, text));
        }
        let policies: Vec<(String, String)> =
            named.iter().map(|(name, _, text)| (name.clone(), text.clone())).collect();
        let simulation = Simulation::of_policies(&policies, &supposed_accounts(asked));
        let simulation = simulation.map_err(|error| Failure::new(error.to_string()))?;
        let files = named.into_iter().map(|(_, file, text)| (file, text)).collect();
        Ok(Self { simulation, source: Source::Policies(files) })
    }
}
