//! Random sequences of commands. Names are few, so that they meet and part.

use std::collections::BTreeMap;

use proptest::prelude::*;
use stead_types::{AccessKeyId, Arn, ClientId, IssuerUrl, Path, SamlId, TagKey, Thumbprint};

use super::dump;
use crate::commands::boundary::BoundaryHolder;
use crate::commands::instance_profile::NewInstanceProfile;
use crate::commands::managed_policy::NewVersion;
use crate::commands::mfa_device::{ConsecutiveCodes, NewMfaDevice};
use crate::commands::oidc_provider::NewOidcProvider;
use crate::commands::outbound_federation::Beginning;
use crate::commands::saml_provider::{NewPrivateKey, SamlProviderChange};
use crate::commands::tags::Taggable;
use crate::commands::{
    PolicyHolder, access_key, account_alias, attachment, boundary, group, inline_policy,
    instance_profile, login_profile, managed_policy, mfa_device, oidc_provider,
    outbound_federation, role, saml_provider, server_certificate, tags, user,
};
use crate::entity::{AssertionEncryption, KeyOwner, KeyStatus, MaxSessionDuration, VersionId};
use crate::testing::{
    ALLOW, DENY, Fixture, account, arn, name, now, saml_metadata, secret, tag, token_keys, trust_of,
};
use crate::{DirectoryError, EncodedRecord, Snapshot};

/// One command: which, and on what. Numbers pick from a few names.
type Step = (u8, u8, u8);

const NAMES: [&str; 4] = ["a", "B", "c", "A"];
const PATHS: [&str; 3] = ["/", "/p/", "/p/q/"];

fn pick<'a>(from: &[&'a str], index: u8) -> &'a str {
    from[usize::from(index) % from.len()]
}

fn run(fixture: &mut Fixture, (which, first, second): Step) -> Result<(), DirectoryError> {
    let (one, two) = (pick(&NAMES, first), pick(&NAMES, second));
    match which % 7 {
        0 => run_principal(fixture, which / 7, one, two, second),
        1 => run_policy(fixture, which / 7, one, two, second),
        2 => run_credential(fixture, which / 7, one, two),
        3 => run_oidc_provider(fixture, which / 7, one, two),
        4 => run_saml_provider(fixture, which / 7, one, second),
        5 if which % 5 == 1 => run_outbound_federation(fixture, which / 7),
        5 if which % 5 == 3 => run_login_profile(fixture, which / 7, one, first),
        5 if which % 5 == 2 => run_server_certificate(fixture, which / 7, one, two, second),
        5 if which % 5 == 4 => run_alias(fixture, which / 7, first),
        5 => run_instance_profile(fixture, which / 7, one, two),
        _ => run_tags(fixture, which / 7, one, two),
    }
}

fn run_principal(
    fixture: &mut Fixture,
    which: u8,
    one: &str,
    two: &str,
    number: u8,
) -> Result<(), DirectoryError> {
    let path = || Some(name::<Path>(pick(&PATHS, number)));
    let principals = fixture.snapshot().clone();
    match which % 11 {
        0 | 1 => fixture.try_user(one).map(drop),
        2 => user::update(&mut fixture.draft, &name(one), Some(name(two)), path()).map(drop),
        3 => user::delete(&mut fixture.draft, &name(one)),
        4 => {
            group::create(&mut fixture.draft, name(one), Path::root(), now(), &mut fixture.entropy)
                .map(drop)
        }
        5 => group::update(&mut fixture.draft, &name(one), Some(name(two)), path()).map(drop),
        6 => group::delete(&mut fixture.draft, &name(one)),
        7 => group::add_user(&mut fixture.draft, &name(one), &name(two)),
        8 => group::remove_user(&mut fixture.draft, &name(one), &name(two)),
        9 => fixture
            .try_role(one, &format!("arn:aws:iam::111122223333:user/{two}"))
            .or_else(|_| fixture.try_role(one, "*"))
            .map(drop),
        _ if number.is_multiple_of(3) => role::delete(&mut fixture.draft, &name(one)),
        _ if number % 3 == 1 => {
            let longest = MaxSessionDuration::from_seconds(3_600 + u32::from(number));
            role::update(&mut fixture.draft, &name(one), Some(two.into()), longest).map(drop)
        }
        _ => {
            let trust = trust_of(&format!("arn:aws:iam::111122223333:role/{two}"));
            role::update_trust(&mut fixture.draft, &name(one), &trust, &principals).map(drop)
        }
    }
}

fn run_policy(
    fixture: &mut Fixture,
    which: u8,
    one: &str,
    two: &str,
    number: u8,
) -> Result<(), DirectoryError> {
    let (user, group, role) = (name(one), name(one), name(one));
    let holder = match number % 3 {
        0 => PolicyHolder::User(&user),
        1 => PolicyHolder::Group(&group),
        _ => PolicyHolder::Role(&role),
    };
    let bounded = if number.is_multiple_of(2) {
        BoundaryHolder::User(&user)
    } else {
        BoundaryHolder::Role(&role)
    };
    let policy = arn(&format!("policy/{two}"));
    let version = VersionId::from_number(u32::from(number % 6) + 1).unwrap();
    let draft = &mut fixture.draft;
    match which % 11 {
        0 => fixture.try_policy(one, ALLOW.into()).map(drop),
        1 => {
            managed_policy::create_version(draft, &policy, DENY.into(), NewVersion::Default, now())
                .map(drop)
        }
        2 => managed_policy::create_version(draft, &policy, ALLOW.into(), NewVersion::Kept, now())
            .map(drop),
        3 => managed_policy::set_default_version(draft, &policy, version),
        4 => managed_policy::delete_version(draft, &policy, version),
        5 => managed_policy::delete(draft, &policy),
        6 => attachment::attach(draft, holder, &policy),
        7 => attachment::detach(draft, holder, &policy),
        8 => inline_policy::put(draft, holder, name(two), DENY.into()),
        9 => inline_policy::delete(draft, holder, &name(two)),
        _ if number.is_multiple_of(3) => boundary::delete(draft, bounded),
        _ => boundary::put(draft, bounded, &policy),
    }
}

fn run_credential(
    fixture: &mut Fixture,
    which: u8,
    one: &str,
    two: &str,
) -> Result<(), DirectoryError> {
    let user = fixture.snapshot().user_by_name(one).map(|user| user.id.clone());
    let owner = user.map_or(KeyOwner::Root, KeyOwner::User);
    let key: Option<AccessKeyId> =
        fixture.snapshot().keys_of(&owner).next().map(|key| key.id.clone());
    let key = key.unwrap_or_else(|| name("AKIAIOSFODNN7EXAMPLE"));
    let serial: Arn = arn(&format!("mfa/{two}"));
    let draft = &mut fixture.draft;
    match which % 8 {
        0 | 1 => {
            let id = access_key::new_id(draft.snapshot(), &mut fixture.entropy);
            access_key::create(draft, owner, id, secret(), now()).map(drop)
        }
        2 => access_key::set_status(draft, &owner, &key, KeyStatus::Inactive),
        3 => access_key::delete(draft, &owner, &key),
        4 => {
            let new =
                NewMfaDevice { name: name(two), path: Path::root(), seed: secret(), tags: vec![] };
            mfa_device::create(draft, new, now()).map(drop)
        }
        5 => mfa_device::enable(draft, owner, &serial, ConsecutiveCodes::Right, now()),
        6 => mfa_device::deactivate(draft, &owner, &serial),
        _ => mfa_device::delete(draft, &serial),
    }
}

fn run_oidc_provider(
    fixture: &mut Fixture,
    which: u8,
    one: &str,
    two: &str,
) -> Result<(), DirectoryError> {
    // Case tells providers apart, the scheme does not.
    let issuer: IssuerUrl = match which.is_multiple_of(2) {
        true => name(&format!("https://localhost/{one}")),
        false => name(&format!("http://localhost/{one}")),
    };
    let arn = arn(&format!("oidc-provider/localhost/{one}"));
    let client_id: ClientId = name(two);
    let draft = &mut fixture.draft;
    match which % 7 {
        0 | 1 => {
            let client_ids = vec![client_id];
            let new = NewOidcProvider { issuer, client_ids, thumbprints: vec![], tags: vec![] };
            oidc_provider::create(draft, new, now()).map(drop)
        }
        2 | 3 => oidc_provider::add_client_id(draft, &arn, client_id),
        4 => oidc_provider::remove_client_id(draft, &arn, &client_id),
        5 => {
            let thumbprint: Thumbprint = name(&two.repeat(40));
            oidc_provider::set_thumbprints(draft, &arn, vec![thumbprint])
        }
        _ => oidc_provider::delete(draft, &arn),
    }
}

fn run_saml_provider(
    fixture: &mut Fixture,
    which: u8,
    one: &str,
    number: u8,
) -> Result<(), DirectoryError> {
    let arn = arn(&format!("saml-provider/{one}"));
    let id: SamlId = name(&pick(&NAMES, number).to_uppercase().repeat(22));
    let change = match which % 6 {
        0 | 1 => return fixture.try_saml_provider(one).map(drop),
        2 => SamlProviderChange { metadata: Some(saml_metadata(one)), ..Default::default() },
        3 => SamlProviderChange {
            add_private_key: Some(NewPrivateKey { id, key: secret() }),
            ..Default::default()
        },
        4 => SamlProviderChange {
            encryption: Some(AssertionEncryption::Required),
            remove_private_key: Some(id),
            ..Default::default()
        },
        _ => return saml_provider::delete(&mut fixture.draft, &arn),
    };
    saml_provider::update(&mut fixture.draft, &arn, change, now())
}

fn run_login_profile(
    fixture: &mut Fixture,
    which: u8,
    one: &str,
    number: u8,
) -> Result<(), DirectoryError> {
    let draft = &mut fixture.draft;
    match which % 4 {
        0 | 1 => login_profile::create(draft, &name(one), secret(), true, now()).map(drop),
        2 => {
            let password = number.is_multiple_of(2).then(secret);
            login_profile::update(draft, &name(one), password, Some(false), now())
        }
        _ => login_profile::delete(draft, &name(one)),
    }
}

fn run_outbound_federation(fixture: &mut Fixture, which: u8) -> Result<(), DirectoryError> {
    let draft = &mut fixture.draft;
    match which % 4 {
        0 | 1 => {
            let issuer = name("f47ac10b-58cc-4372-a567-0e02b2c3d479");
            let beginning = || Beginning { issuer, keys: token_keys() };
            outbound_federation::enable(draft, beginning, now()).map(drop)
        }
        2 => outbound_federation::disable(draft),
        _ => outbound_federation::replace_keys(draft, token_keys(), now()),
    }
}

fn run_alias(fixture: &mut Fixture, which: u8, number: u8) -> Result<(), DirectoryError> {
    let alias = name(pick(&["one", "two", "three"], number));
    match which % 3 {
        0 | 1 => account_alias::create(&mut fixture.draft, alias, now()),
        _ => account_alias::delete(&mut fixture.draft, &alias),
    }
}

fn run_instance_profile(
    fixture: &mut Fixture,
    which: u8,
    one: &str,
    two: &str,
) -> Result<(), DirectoryError> {
    let draft = &mut fixture.draft;
    match which % 5 {
        0 | 1 => {
            let new = NewInstanceProfile { name: name(one), path: Path::root(), tags: vec![] };
            instance_profile::create(draft, new, now(), &mut fixture.entropy).map(drop)
        }
        2 => instance_profile::add_role(draft, &name(one), &name(two)),
        3 => instance_profile::remove_role(draft, &name(one), &name(two)),
        _ => instance_profile::delete(draft, &name(one)),
    }
}

fn run_server_certificate(
    fixture: &mut Fixture,
    which: u8,
    one: &str,
    two: &str,
    number: u8,
) -> Result<(), DirectoryError> {
    match which % 4 {
        0 | 1 => fixture.try_server_certificate(one).map(drop),
        2 => {
            let path = Some(name::<Path>(pick(&PATHS, number)));
            server_certificate::update(&mut fixture.draft, &name(one), Some(name(two)), path)
        }
        _ => server_certificate::delete(&mut fixture.draft, &name(one)),
    }
}

fn run_tags(fixture: &mut Fixture, which: u8, one: &str, two: &str) -> Result<(), DirectoryError> {
    let (user, role) = (name(one), name(one));
    let (policy, serial) = (arn(&format!("policy/{one}")), arn(&format!("mfa/{one}")));
    let provider = arn(&format!("oidc-provider/localhost/{one}"));
    let saml = arn(&format!("saml-provider/{one}"));
    let (profile, certificate) = (name(one), name(one));
    let resource = match which % 8 {
        0 => Taggable::User(&user),
        1 => Taggable::Role(&role),
        2 => Taggable::Policy(&policy),
        3 => Taggable::MfaDevice(&serial),
        4 => Taggable::OidcProvider(&provider),
        5 => Taggable::SamlProvider(&saml),
        6 => Taggable::InstanceProfile(&profile),
        _ => Taggable::ServerCertificate(&certificate),
    };
    if which % 16 < 9 {
        tags::tag(&mut fixture.draft, resource, vec![tag(two, one)])
    } else {
        tags::untag(&mut fixture.draft, resource, &[name::<TagKey>(two)])
    }
}

/// An account in which most commands find what they are about.
fn populated() -> Fixture {
    let mut fixture = Fixture::new();
    for one in ["a", "B"] {
        fixture.user(one);
        fixture.group(one);
        fixture.role(one, "*");
        fixture.policy(one);
    }
    fixture
}

/// What a store holds after each commit.
#[derive(Default)]
struct Store(BTreeMap<String, EncodedRecord>);

impl Store {
    fn load(&self) -> Snapshot {
        let records = self.0.iter().map(|(key, record)| (key, record.format, &record.body));
        let (snapshot, problems) = Snapshot::load(account(), records);
        assert_eq!(problems, []);
        snapshot
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn apply_equals_load(commits in prop::collection::vec(prop::collection::vec(any::<Step>(), 1..12), 1..10)) {
        let mut fixture = populated();
        let mut store = Store::default();
        let mut applied = Fixture::new().snapshot().clone();
        for steps in commits {
            for step in steps {
                // What is refused must leave no trace; the comparison shows it.
                let _ = run(&mut fixture, step);
            }
            let (drafted, changes) = fixture.draft.into_parts();
            for change in &changes {
                let encoded = change.encode();
                match encoded.value {
                    Some(record) => store.0.insert(encoded.key, record),
                    None => store.0.remove(&encoded.key),
                };
            }
            applied = applied.apply(&changes);
            let loaded = dump(&store.load());
            prop_assert_eq!(&dump(&drafted), &loaded);
            prop_assert_eq!(&dump(&applied), &loaded);
            fixture.draft = crate::Draft::new(&drafted).unwrap();
        }
    }
}
