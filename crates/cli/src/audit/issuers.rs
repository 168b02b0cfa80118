//! The issuers of identity providers, asked for their keys as a server would ask them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use stead_analysis::{IssuerAnswer, IssuerState, World};
use stead_server::clock::{Clock as _, SystemClock};
use stead_server::config::Issuers;
use stead_server::issuer_keys::{Cause, IssuerKeys, KeyFault, Thumbprint};
use tokio::task::JoinSet;

use crate::arguments::AuditFlags;
use crate::exit::Failure;

/// Issuers that are asked. Choice: an account may have a hundred providers, and each may take
/// seconds; of more than so many it is said that they were not asked.
const ISSUERS_MAX: usize = 1_000;

/// Issuers that are asked at a time.
const AT_A_TIME: usize = 16;

/// Asks the issuer of every provider. Which addresses may be contacted, how long is waited
/// and how much is read are the rules of the server; neither proxies nor credentials of the
/// environment are used.
pub(super) async fn ask(world: &World, flags: &AuditFlags) -> Result<Vec<IssuerAnswer>, Failure> {
    let rules = Issuers {
        allow_loopback: flags.dangerous_allow_loopback_issuers,
        check_at_creation: true,
        outage_max: Duration::ZERO,
        proxy: None,
        named: BTreeMap::new(),
    };
    let keys = IssuerKeys::new(&rules, AT_A_TIME)
        .map_err(|error| Failure::new(format!("cannot ask issuers: {error}")))?;
    let keys = Arc::new(keys);
    let mut waiting = issuers(world).into_iter();
    let (mut asking, mut answers) = (JoinSet::new(), Vec::new());
    loop {
        while asking.len() < AT_A_TIME && answers.len() + asking.len() < ISSUERS_MAX {
            let Some((issuer, thumbprints)) = waiting.next() else { break };
            asking.spawn(answer(Arc::clone(&keys), issuer, thumbprints));
        }
        match asking.join_next().await {
            Some(Ok(answer)) => answers.push(answer),
            Some(Err(error)) => return Err(Failure::new(format!("cannot ask issuers: {error}"))),
            None => break,
        }
    }
    let why = format!("{ISSUERS_MAX} others were asked, and no more are");
    answers.extend(
        waiting
            .map(|(issuer, _)| IssuerAnswer { issuer, state: IssuerState::NotKnown(why.clone()) }),
    );
    answers.sort_by(|one, other| one.issuer.cmp(&other.issuer));
    Ok(answers)
}

/// The issuers of all accounts, each once, with the thumbprints that any of them lists.
fn issuers(world: &World) -> BTreeMap<String, Vec<Thumbprint>> {
    let mut issuers: BTreeMap<String, Vec<Thumbprint>> = BTreeMap::new();
    for provider in world.accounts().flat_map(|account| account.snapshot.oidc_providers()) {
        let listed = issuers.entry(provider.issuer.as_str().to_owned()).or_default();
        listed.extend(
            provider.thumbprints.iter().filter_map(|it| it.as_str().parse::<Thumbprint>().ok()),
        );
    }
    issuers
}

async fn answer(keys: Arc<IssuerKeys>, issuer: String, listed: Vec<Thumbprint>) -> IssuerAnswer {
    let state = match keys.get(&issuer, None, &listed, SystemClock.now()).await {
        Ok(_) => IssuerState::Alive,
        Err(fault) => state(&fault),
    };
    IssuerAnswer { issuer, state }
}

/// What could not be asked from here says nothing of the issuer.
fn state(fault: &KeyFault) -> IssuerState {
    match fault.cause {
        Cause::ForbiddenAddress(_) | Cause::PlainHttp | Cause::Busy | Cause::Proxy(_) => {
            IssuerState::NotKnown(fault.to_string())
        }
        _ => IssuerState::Dead(fault.to_string()),
    }
}
