//! AssumeRoleWithWebIdentity: how near it comes to the best this machine could do, and
//! what tokens of unknown keys do to it.
//!
//! The best is a server that does nothing but read the request, verify one signature and
//! write the answer: the constant answer's time, and beside it one verification by the
//! same library spread over the cores. Every token is sent once.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use aws_lc_rs::signature::ParsedPublicKey;
use data_encoding::BASE64URL_NOPAD;
use http::Request;
use http_body_util::Full;
use hyper::body::Bytes;

use crate::flood::{self, Flood};
use crate::issuer::{AUDIENCE, Issuer, SUBJECT, Signature};
use crate::load::{Connection, spend};
use crate::report::Rate;
use crate::request::{form, unsigned};
use crate::world::Caller;
use crate::{Addresses, clock};

/// How much is sent.
pub(crate) struct Plan {
    /// Connections, each with one request after the other.
    pub(crate) connections: u16,
    /// Tokens of one round.
    pub(crate) tokens: usize,
    /// Rounds; the median one counts.
    pub(crate) rounds: u8,
    /// How long the library verifies alone, each round.
    pub(crate) alone: Duration,
}

/// One algorithm beside its limit: the round whose share of the limit is in the middle.
pub(crate) struct Limited {
    pub(crate) name: &'static str,
    pub(crate) round: Round,
    pub(crate) cores: usize,
}

/// What was measured within a moment, so that the machine was the same for all of it.
#[derive(Clone, Copy)]
pub(crate) struct Round {
    pub(crate) rate: Rate,
    pub(crate) baseline: Rate,
    /// Of one verification, with all cores at work.
    pub(crate) verification: Duration,
}

impl Round {
    /// Requests a second that a server of nothing but HTTP and the verification would
    /// answer.
    pub(crate) fn limit(&self) -> f64 {
        1.0 / (1.0 / self.baseline.per_second() + self.verification.as_secs_f64())
    }

    pub(crate) fn over_limit(&self) -> f64 {
        self.rate.per_second() / self.limit()
    }
}

/// The role and who vouches for those who assume it.
pub(crate) struct Federated {
    issuer: Issuer,
    role_arn: String,
    addresses: Addresses,
}

impl Federated {
    /// Registers the issuer and makes a role for its subject.
    pub(crate) async fn prepare(administrator: &Caller, addresses: Addresses) -> Result<Self> {
        let issuer = Issuer::start().await?;
        let provider = administrator
            .iam(
                "CreateOpenIDConnectProvider",
                &[("Url", issuer.url()), ("ClientIDList.member.1", AUDIENCE)],
            )
            .await?;
        let provider = crate::world::element(&provider, "OpenIDConnectProviderArn")?;
        let host = issuer.url().trim_start_matches("http://");
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"Federated":"{provider}"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{{"StringEquals":{{"{host}:aud":"{AUDIENCE}","{host}:sub":"{SUBJECT}"}}}}}}}}"#
        );
        let role = administrator
            .iam("CreateRole", &[("RoleName", "federated"), ("AssumeRolePolicyDocument", &trust)])
            .await?;
        Ok(Self { issuer, role_arn: crate::world::element(&role, "Arn")?, addresses })
    }

    pub(crate) const fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    pub(crate) const fn server(&self) -> SocketAddr {
        self.addresses.stead
    }

    /// The request with a token.
    pub(crate) fn request(
        &self,
        host: SocketAddr,
        path: &str,
        token: &str,
    ) -> Result<Request<Full<Bytes>>> {
        let parameters = [
            ("RoleArn", self.role_arn.as_str()),
            ("RoleSessionName", "ledger"),
            ("WebIdentityToken", token),
        ];
        unsigned(host, path, &form("AssumeRoleWithWebIdentity", "2011-06-15", &parameters))
    }

    /// New tokens, each unlike every other.
    pub(crate) fn tokens(
        &self,
        signature: Signature,
        numbers: std::ops::Range<usize>,
    ) -> Result<Vec<String>> {
        let now = clock::now()?;
        numbers.map(|number| self.issuer.token(signature, now, number)).collect()
    }

    /// The server's requests with these tokens.
    pub(crate) fn requests(&self, tokens: &[String]) -> Result<Vec<Request<Full<Bytes>>>> {
        tokens.iter().map(|token| self.request(self.addresses.stead, "/", token)).collect()
    }
}

/// Measures both algorithms, then the flood.
pub(crate) async fn measure(
    administrator: &Caller,
    addresses: Addresses,
    plan: &Plan,
) -> Result<(Vec<Limited>, Flood)> {
    let federated = Federated::prepare(administrator, addresses).await?;
    let mut numbers = 0..;
    let rs256 =
        limited("http.web_identity_rs256", Signature::Rs256, &federated, plan, &mut numbers);
    let rs256 = rs256.await?;
    let es256 =
        limited("http.web_identity_es256", Signature::Es256, &federated, plan, &mut numbers);
    let es256 = es256.await?;
    let flood = flood::measure(&federated, plan, &mut numbers).await?;
    Ok((vec![rs256, es256], flood))
}

/// The next tokens' numbers.
pub(crate) fn next(
    numbers: &mut std::ops::RangeFrom<usize>,
    count: usize,
) -> std::ops::Range<usize> {
    let first = numbers.start;
    *numbers = first + count..;
    first..first + count
}

async fn limited(
    name: &'static str,
    signature: Signature,
    federated: &Federated,
    plan: &Plan,
    numbers: &mut std::ops::RangeFrom<usize>,
) -> Result<Limited> {
    let key = federated.issuer.public_key(signature)?;
    let cores = std::thread::available_parallelism()?.get();
    let warm_up = federated.tokens(signature, next(numbers, plan.tokens.div_ceil(4)))?;
    let path = format!("/{}", answer_bytes(federated, &warm_up).await?);
    let constant = |tokens: &[String]| -> Result<Vec<_>> {
        let host = federated.addresses.constant;
        tokens.iter().map(|token| federated.request(host, &path, token)).collect()
    };
    spend(federated.addresses.constant, constant(&warm_up)?, plan.connections).await?;
    // The first token was sent for the length of its answer.
    let rest = warm_up.get(1..).unwrap_or_default();
    spend(federated.server(), federated.requests(rest)?, plan.connections).await?;
    let mut rounds = Vec::new();
    for _ in 0..plan.rounds {
        let tokens = federated.tokens(signature, next(numbers, plan.tokens))?;
        let (baseline, requests) = (constant(&tokens)?, federated.requests(&tokens)?);
        rounds.push(Round {
            baseline: spend(federated.addresses.constant, baseline, plan.connections).await?,
            rate: spend(federated.server(), requests, plan.connections).await?,
            verification: verification(&key, &tokens, cores, plan.alone)?,
        });
    }
    rounds.sort_by(|one, other| one.over_limit().total_cmp(&other.over_limit()));
    let round = rounds.get(rounds.len() / 2).copied().context("there is a round")?;
    tell(&format!("{name}: {:.3} of the limit", round.over_limit()));
    Ok(Limited { name, round, cores })
}

/// How far it is, while the rest is still being measured.
#[expect(clippy::print_stderr, reason = "a run takes minutes")]
fn tell(progress: &str) {
    eprintln!("{progress}");
}

async fn answer_bytes(federated: &Federated, tokens: &[String]) -> Result<usize> {
    let token = tokens.first().context("there are tokens")?;
    let request = federated.request(federated.server(), "/", token)?;
    let (status, body) = Connection::open(federated.server()).await?.exchange(request).await?;
    ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
    Ok(body.len())
}

/// What one verification by the library alone adds to each request when all cores share
/// the work: they verify at once, since cores are faster alone than beside each other.
fn verification(
    key: &ParsedPublicKey,
    tokens: &[String],
    cores: usize,
    time: Duration,
) -> Result<Duration> {
    let parts = tokens.iter().map(|token| {
        let (message, signature) = token.rsplit_once('.').context("a token has a signature")?;
        Ok((message.as_bytes(), BASE64URL_NOPAD.decode(signature.as_bytes())?))
    });
    let parts = parts.collect::<Result<Vec<_>>>()?;
    let began = clock::instant();
    let verify = || {
        let mut count = 0_u32;
        for (message, signature) in parts.iter().cycle() {
            black_box(key.verify_sig(message, signature))?;
            count += 1;
            if count.is_multiple_of(16) && began.elapsed() >= time {
                break;
            }
        }
        anyhow::Ok(count)
    };
    let count = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(verify)).collect();
        let counts = threads.into_iter().map(|thread| thread.join());
        counts.map(|count| count.map_err(|_| anyhow!("a thread failed"))?).sum::<Result<u32>>()
    });
    Ok(began.elapsed() / count?)
}
