//! Everything an account has, read page by page, and what that takes of the server's memory.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::directory::Directory;
use super::ready;
use crate::clock;
use crate::process::{peak_resident, resident};
use crate::world::Caller;

/// How much the server may hold at the most beside what it held before, in mebibytes.
pub(crate) const GROWTH_MAX: u64 = 64;

/// What was seen.
pub(crate) struct Details {
    pub(crate) pages: u32,
    pub(crate) took: Duration,
    /// Bytes of the longest page.
    pub(crate) longest: usize,
    /// Resident bytes before the first page, and the most there ever were.
    pub(crate) before: u64,
    pub(crate) highest: u64,
}

/// Reads the details of all of an account, in pages as long as a page may be.
pub(super) async fn read(
    binary: &Path,
    directory: &Directory,
    folder: &Path,
    roles: u32,
) -> Result<Details> {
    let server = directory.serve(binary)?;
    let addresses = ready(&server).await?;
    let root = Caller::root(addresses, folder)?;
    // The account is in memory before it is counted.
    root.iam("GetUser", &[("UserName", "bencher")]).await?;
    let before = resident(server.id())?;
    let began = clock::instant();
    let (mut pages, mut longest, mut seen) = (0, 0, 0);
    let look = |page: &str| {
        seen += page.matches("<AssumeRolePolicyDocument>").count();
        (pages, longest) = (pages + 1, longest.max(page.len()));
    };
    root.each_page("GetAccountAuthorizationDetails", &[], look).await?;
    let took = began.elapsed();
    ensure!(seen >= usize::try_from(roles)?, "{seen} roles instead of {roles}");
    let highest = peak_resident(server.id())?;
    Ok(Details { pages, took, longest, before, highest })
}
