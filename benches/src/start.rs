//! How soon a server answers that has much in its directory, and what it holds in memory.
//!
//! Two directories: one account with all roles, each with a trust policy of its own of a
//! kibibyte, an inline policy of two and two of the managed policies; and as many accounts
//! as there are, each with its share of such roles, of which some are used.

mod details;
mod directory;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::time::sleep;

pub(crate) use self::details::{Details, GROWTH_MAX};
use self::directory::{Account, Directory};
use crate::child::Server;
use crate::process::resident;
use crate::world::Caller;
use crate::{Addresses, clock};

/// How soon the first call must be answered.
pub(crate) const FIRST_ANSWER_MAX: Duration = Duration::from_millis(500);

/// What the server may hold then, in mebibytes.
pub(crate) const RESIDENT_MAX: u64 = 150;

/// How large the directories are.
pub(crate) struct Plan {
    pub(crate) roles: u32,
    pub(crate) managed_policies: u32,
    pub(crate) accounts: u32,
    pub(crate) roles_of_account: u32,
    /// Starts that are timed; the median one counts.
    pub(crate) starts: u8,
}

impl Plan {
    pub(crate) const FULL: Self = Self {
        roles: 10_000,
        managed_policies: 500,
        accounts: 1_000,
        roles_of_account: 100,
        starts: 5,
    };
    pub(crate) const SMOKE: Self =
        Self { roles: 50, managed_policies: 4, accounts: 5, roles_of_account: 4, starts: 1 };
}

/// What was seen.
pub(crate) struct Start {
    pub(crate) roles: u32,
    /// From the start of the process to the first answer.
    pub(crate) first_answer: Duration,
    /// Resident bytes then, and once every role was assumed.
    pub(crate) resident: u64,
    pub(crate) resident_all_used: u64,
    /// What reading all of the account took.
    pub(crate) details: Details,
    /// Resident bytes by how many of the accounts were used.
    pub(crate) by_accounts: Vec<(u32, u64)>,
}

/// Makes the directories and starts servers on them.
pub(crate) async fn measure(binary: &Path, folder: &Path, plan: &Plan) -> Result<Start> {
    let place = |name: &str| -> Result<PathBuf> {
        let place = folder.join(name);
        std::fs::create_dir(&place)?;
        Ok(place)
    };
    let one = directory::one_account(binary, place("start")?, plan).await?;
    let mut seen = Vec::new();
    for _ in 0..plan.starts {
        seen.push(first_answer(binary, &one).await?);
    }
    seen.sort_unstable();
    let (first_answer, resident) = *seen.get(seen.len() / 2).context("there is a start")?;
    let resident_all_used = use_all_roles(binary, &one, plan.roles).await?;
    let details = details::read(binary, &one, &folder.join("start"), plan.roles).await?;
    let (many, accounts) = directory::many_accounts(binary, place("accounts")?, plan).await?;
    let by_accounts = use_accounts(binary, &many, &accounts).await?;
    Ok(Start { roles: plan.roles, first_answer, resident, resident_all_used, details, by_accounts })
}

/// Starts a server and has a role assumed as soon as anybody answers.
async fn first_answer(binary: &Path, directory: &Directory) -> Result<(Duration, u64)> {
    let began = clock::instant();
    let server = directory.serve(binary)?;
    let address = ready(&server).await?;
    directory.user(address).assume(&directory.role_arn(0)).await?;
    let took = began.elapsed();
    Ok((took, resident(server.id())?))
}

/// Looks more often than [`Server::ready`], whose steps would show.
async fn ready(server: &Server) -> Result<Addresses> {
    let began = clock::instant();
    while began.elapsed() < Duration::from_secs(60) {
        if let Some(stead) = server.is_ready()? {
            return Ok(Addresses { stead, constant: stead });
        }
        sleep(Duration::from_millis(1)).await;
    }
    anyhow::bail!("no server answered")
}

async fn use_all_roles(binary: &Path, directory: &Directory, roles: u32) -> Result<u64> {
    let server = directory.serve(binary)?;
    let user = directory.user(ready(&server).await?);
    for number in 0..roles {
        user.assume(&directory.role_arn(number)).await?;
    }
    resident(server.id())
}

/// Uses more and more of the accounts.
async fn use_accounts(
    binary: &Path,
    directory: &Directory,
    accounts: &[Account],
) -> Result<Vec<(u32, u64)>> {
    let server = directory.serve(binary)?;
    let addresses = ready(&server).await?;
    let mut seen = vec![(0, resident(server.id())?)];
    for (used, account) in (1_u32..).zip(accounts) {
        let root = Caller::new(account.keys(), addresses.stead);
        let role = root.iam("GetRole", &[("RoleName", &directory::role_name(0))]).await?;
        ensure!(role.contains(&account.number), "the role is that of the account");
        if accounts.len() < 10 || [10, 100, 1000].contains(&used) {
            seen.push((used, resident(server.id())?));
        }
    }
    Ok(seen)
}
