//! What a handler is given besides the request: facts, accounts, and no secrets.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use stead_authorizer::{RequestFacts, SupposedCaller, Transport};
use stead_directory::Snapshot;
use stead_directory::organization::Memberships;
use stead_federation::oidc::PROVIDER_CLAIMS;
use stead_policy::ContextBuilder;
use stead_service::{
    Accounts, AssertionUse, Call, CodeAttempts, IssuerBase, LoopbackIssuers, Simulator,
};
use stead_session::vault::{SecretName, SecretVault, VaultError, WrappedSecret};
use stead_types::{Arn, Entropy, Secret, Timestamp};

use crate::attempt::{Attempt, Operation};
use crate::world::World;

/// The region of a call of which nothing is said.
pub(super) const REGION: &str = "us-east-1";

/// When GitHub's claims and those of a few others became condition keys.
///
/// Spec: aws.amazon.com/about-aws/whats-new/2026/01, "AWS STS now supports validation of
/// select identity provider specific claims": 2026-01-31T00:00:00Z.
const PROVIDER_CLAIMS_SINCE: Timestamp = Timestamp::from_epoch_seconds(1_769_817_600);

/// The ground a call stands on.
pub(super) struct Ground {
    home: Arc<Snapshot>,
    others: Accounts,
    facts: RequestFacts,
}

impl Ground {
    pub(super) fn new(world: &World, attempt: &Attempt, home: &Arc<Snapshot>) -> Self {
        let caller = attempt.caller.as_ref();
        let region = attempt.environment.sts_region.as_deref().unwrap_or(REGION);
        Self {
            home: home.clone(),
            others: world.accounts().map(|account| account.snapshot.clone()).collect(),
            facts: RequestFacts {
                now: attempt.time,
                source_ip: caller
                    .and_then(|caller| caller.source_ip)
                    .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
                transport: Transport::Tls,
                requested_region: region.to_owned(),
                user_agent: None,
                referer: None,
            },
        }
    }

    pub(super) fn call<'a>(&'a self, caller: &'a SupposedCaller) -> Call<'a> {
        Call {
            caller,
            account: &self.home,
            others: &self.others,
            memberships: &UNKNOWN,
            facts: &self.facts,
            vault: &Sealed,
            code_attempts: &Sealed,
            loopback_issuers: LoopbackIssuers::Refused,
            assertion_use: AssertionUse::Repeated,
            simulator: Simulator::AsCalls,
            issuer_base: &NOWHERE,
        }
    }
}

/// Policies of organizations are given apart, as far as they were exported.
static UNKNOWN: LazyLock<Memberships> = LazyLock::new(Memberships::default);

/// A call that is asked about and not made issues no tokens.
static NOWHERE: LazyLock<IssuerBase> = LazyLock::new(|| IssuerBase::new(""));

/// Nothing secret is exported, so nothing is opened.
struct Sealed;

impl SecretVault for Sealed {
    fn wrap(
        &self,
        _: SecretName<'_>,
        _: &Secret<Vec<u8>>,
        _: &mut dyn Entropy,
    ) -> Result<WrappedSecret, VaultError> {
        Err(VaultError::Malformed)
    }

    fn unwrap(&self, _: SecretName<'_>, _: &WrappedSecret) -> Result<Secret<Vec<u8>>, VaultError> {
        Err(VaultError::Malformed)
    }
}

impl CodeAttempts for Sealed {
    fn begin(&self, _: &Arn) -> bool {
        false
    }

    fn right(&self, _: &Arn) {}
}

/// The parameters as a client would send them; of tokens only that there is one, since
/// what they say is given apart.
pub(super) fn form(attempt: &Attempt) -> String {
    let mut form = format!("Action={}&Version=2011-06-15", attempt.operation.name());
    let code = ["SerialNumber", "TokenCode"];
    let ours = ["WebIdentityToken", "SAMLAssertion"];
    for (name, value) in &attempt.parameters {
        if !code.contains(&name.as_str()) && !ours.contains(&name.as_str()) {
            push(&mut form, name, value);
        }
    }
    match attempt.operation {
        Operation::AssumeRole => {}
        Operation::AssumeRoleWithWebIdentity => form.push_str("&WebIdentityToken=supposed"),
        Operation::AssumeRoleWithSAML => form.push_str("&SAMLAssertion=supposed"),
    }
    form
}

/// Spec: AWS's Query protocol: members of lists are `Name.member.N`, from 1.
fn push(form: &mut String, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(elements) => {
            for (element, number) in elements.iter().zip(1..) {
                push(form, &format!("{name}.member.{number}"), element);
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                push(form, &format!("{name}.{member}"), value);
            }
        }
        Value::String(text) => pair(form, name, text),
        Value::Bool(_) | Value::Number(_) => pair(form, name, &value.to_string()),
    }
}

fn pair(form: &mut String, name: &str, text: &str) {
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    form.push('&');
    form.push_str(&encoded(name));
    form.push('=');
    form.push_str(&encoded(text));
}

/// A condition key of a case.
pub(super) fn with_value(keys: ContextBuilder, key: &str, value: &Value) -> ContextBuilder {
    match value {
        Value::Null => keys.absent(key),
        Value::Array(values) => keys.multi(key, values.iter().map(text_of)),
        value => keys.single(key, text_of(value)),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Claims that were no condition keys when the call was made.
pub(super) fn unavailable_claims(mut keys: ContextBuilder, attempt: &Attempt) -> ContextBuilder {
    let issuer = attempt.token.as_ref().and_then(|token| token.claims.get("iss")?.as_str());
    let Some(issuer) = issuer.filter(|_| attempt.time < PROVIDER_CLAIMS_SINCE) else { return keys };
    let provider = issuer.strip_prefix("https://").unwrap_or(issuer);
    for claim in PROVIDER_CLAIMS.iter().flat_map(|table| table.claims) {
        keys = keys.absent(&format!("{provider}:{claim}"));
    }
    keys
}
