//! The stored format, byte for byte. A difference here is a change of what is on
//! disk: it needs a new format number and a way to read the old one.

use std::collections::BTreeMap;

use stead_types::Timestamp;

use super::*;
use crate::StoredPolicy;
use crate::entity::{
    AccessKey, AccountRoot, Alias, Approver, ApproverIdentity, AssertionEncryption,
    AttachedPolicies, CharacterKind, CredentialService, Delegation, DelegationRequest,
    DelegationState, Group, InlinePolicies, InstanceProfile, KeyOwner, KeyStatus, LoginProfile,
    ManagedPolicy, MaxSessionDuration, MfaAssignment, MfaDevice, OidcProvider, OutboundFederation,
    PasswordPolicy, PermissionsBoundary, PolicyVersion, ResourceTags, Role, SamlPrivateKey,
    SamlProvider, ServerCertificate, ServiceCredential, SigningCertificate, SshPublicKey,
    TemplateParameter, TemplateValue, TokenIssuer, TokenKey, TokenPreferences, TokenSender,
    TokenVersion, User, Vending, VersionId,
};
use crate::testing::{ALLOW, DENY, account, arn, name, now, saml_metadata, secret, tag, trust_of};
use crate::trust::TrustPolicy;
use std::sync::Arc;
use stead_policy::DocumentKind;
use stead_types::{P384Point, Path, PublicTokenKey, RsaNumbers, TagSet};

fn inline(owner: &str) -> InlinePolicies {
    let mut inline = InlinePolicies::default();
    inline.put(&arn(owner), name("deny"), DENY.into());
    inline
}

fn attached(owner: &str) -> AttachedPolicies {
    AttachedPolicies::new(&arn(owner), [arn("policy/p/P")])
}

fn entities() -> Vec<Entity> {
    [
        principals_and_credentials(),
        providers(),
        vec![instance_profile(), server_certificate(), alias()],
        passwords(),
        user_credentials(),
        outbound_federation(),
        delegation(),
    ]
    .concat()
}

fn principals_and_credentials() -> Vec<Entity> {
    vec![
        Entity::Account(Arc::new(AccountRoot {
            id: account(),
            created_at: now(),
            data_key: secret(),
            login_profile: None,
        })),
        Entity::User(Arc::new(User {
            id: name("AIDAIOSFODNN7EXAMPLE1"),
            name: name("Alice"),
            path: name("/a/"),
            created_at: now(),
            tags: TagSet::new([tag("Team", "ü")]).unwrap(),
            boundary: Some(PermissionsBoundary::new(arn("policy/B"))),
            inline: inline("user/a/Alice"),
            attached: attached("user/a/Alice"),
            groups: [name("AGPAIOSFODNN7EXAMPLE1")].into(),
        })),
        Entity::Group(Arc::new(Group {
            id: name("AGPAIOSFODNN7EXAMPLE1"),
            name: name("Staff"),
            path: Path::root(),
            created_at: now(),
            inline: inline("group/Staff"),
            attached: attached("group/Staff"),
        })),
        Entity::Role(Arc::new(Role {
            id: name("AROAIOSFODNN7EXAMPLE1"),
            name: name("Deploy"),
            path: Path::root(),
            created_at: now(),
            description: Some("ships \"it\"".into()),
            trust: TrustPolicy::from_stored(
                trust_of("AIDAIOSFODNN7EXAMPLE1"),
                std::collections::BTreeSet::new(),
                &arn("role/Deploy"),
            ),
            max_session_duration: MaxSessionDuration::DEFAULT,
            tags: TagSet::default(),
            boundary: None,
            inline: InlinePolicies::default(),
            attached: AttachedPolicies::default(),
        })),
        Entity::ManagedPolicy(Arc::new(managed_policy())),
        Entity::AccessKey(Arc::new(AccessKey {
            id: name("AKIAIOSFODNN7EXAMPLE"),
            owner: KeyOwner::Root,
            status: KeyStatus::Inactive,
            created_at: now(),
            secret: secret(),
        })),
        Entity::MfaDevice(Arc::new(MfaDevice {
            serial: arn("mfa/phone"),
            created_at: now(),
            seed: secret(),
            assigned: Some(MfaAssignment {
                owner: KeyOwner::User(name("AIDAIOSFODNN7EXAMPLE1")),
                enabled_at: now(),
            }),
            tags: ResourceTags::default(),
        })),
    ]
}

fn providers() -> Vec<Entity> {
    vec![
        Entity::OidcProvider(Arc::new(OidcProvider {
            arn: arn("oidc-provider/Idp.example.com:8443/a/"),
            issuer: name("https://Idp.example.com:8443/a/"),
            created_at: now(),
            client_ids: ["sts.amazonaws.com", "ü \""].map(name).to_vec(),
            thumbprints: vec![name("6ef423e5272b2347200970d1cd9d1a72beabc592")],
            tags: ResourceTags::new([tag("a", "1"), tag("A", "2")]).unwrap(),
        })),
        Entity::SamlProvider(Arc::new(SamlProvider {
            arn: arn("saml-provider/Corp"),
            uuid: name("AEAQCAIBAEAQCAIBAEAQCAIBAE"),
            created_at: now(),
            metadata: saml_metadata("https://idp.example.com/\"ü\""),
            encryption: AssertionEncryption::Required,
            private_keys: vec![SamlPrivateKey {
                id: name("BEAQCAIBAEAQCAIBAEAQCAIBAE"),
                added_at: now(),
                key: secret(),
            }],
            tags: ResourceTags::new([tag("a", "1")]).unwrap(),
        })),
    ]
}

fn instance_profile() -> Entity {
    Entity::InstanceProfile(Arc::new(InstanceProfile {
        id: name("AIPAIOSFODNN7EXAMPLE1"),
        name: name("Web"),
        path: name("/p/"),
        created_at: now(),
        role: Some(name("AROAIOSFODNN7EXAMPLE1")),
        tags: ResourceTags::new([tag("a", "1")]).unwrap(),
    }))
}

fn server_certificate() -> Entity {
    Entity::ServerCertificate(Arc::new(ServerCertificate {
        id: name("ASCAIOSFODNN7EXAMPLE1"),
        name: name("Site"),
        path: name("/cloudfront/"),
        uploaded_at: now(),
        expires_at: "2036-03-01T12:00:00Z".parse().unwrap(),
        body: "pem".into(),
        chain: Some("pem\npem".into()),
        private_key: secret(),
        tags: ResourceTags::new([tag("a", "1")]).unwrap(),
    }))
}

fn user_credentials() -> Vec<Entity> {
    vec![
        Entity::ServiceCredential(Arc::new(ServiceCredential {
            id: name("ACCAIOSFODNN7EXAMPLE1"),
            user: name("AIDAIOSFODNN7EXAMPLE1"),
            service: CredentialService::Bedrock,
            alias: "ann-at-111122223333".into(),
            status: KeyStatus::Inactive,
            created_at: now(),
            expires_at: Some(now()),
            secret: secret(),
        })),
        Entity::SigningCertificate(Arc::new(SigningCertificate {
            id: name("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
            user: name("AIDAIOSFODNN7EXAMPLE1"),
            body: "pem\n".into(),
            der: [1, 2, 3].into(),
            status: KeyStatus::Active,
            uploaded_at: now(),
        })),
        Entity::TokenPreferences(TokenPreferences { global_endpoint: TokenVersion::V2 }),
        Entity::SshPublicKey(Arc::new(SshPublicKey {
            id: name("APKAIOSFODNN7EXAMPLE"),
            user: name("AIDAIOSFODNN7EXAMPLE1"),
            blob: [1, 2, 3].into(),
            status: KeyStatus::Active,
            uploaded_at: now(),
        })),
    ]
}

fn passwords() -> Vec<Entity> {
    vec![
        Entity::PasswordPolicy(Arc::new(PasswordPolicy {
            minimum_length: 14,
            required: [CharacterKind::Symbol, CharacterKind::Lowercase].into(),
            users_may_change: true,
            max_age_days: Some(90),
            reuse_prevention: Some(24),
            hard_expiry: Some(false),
        })),
        Entity::LoginProfile(Arc::new(LoginProfile {
            user: name("AIDAIOSFODNN7EXAMPLE1"),
            created_at: now(),
            changed_at: now(),
            reset_required: true,
            password: secret(),
            previous: vec![secret()],
        })),
    ]
}

fn outbound_federation() -> Vec<Entity> {
    let rsa = RsaNumbers::new(vec![0x80; 256], [1, 0, 1]).unwrap();
    let point = P384Point::new(&[1; 48], &[2; 48]).unwrap();
    let key = |public, replaced_at| TokenKey {
        number: 7,
        public,
        private: secret(),
        created_at: now(),
        replaced_at,
    };
    vec![
        Entity::TokenIssuer(Arc::new(TokenIssuer {
            id: name("f47ac10b-58cc-4372-a567-0e02b2c3d479"),
            created_at: now(),
        })),
        Entity::OutboundFederation(Arc::new(OutboundFederation {
            vending: Vending::Enabled,
            keys: vec![
                key(PublicTokenKey::Rsa(rsa), Some(now())),
                key(PublicTokenKey::P384(point), None),
            ],
        })),
    ]
}

fn delegation() -> Vec<Entity> {
    let request = |requestor: &str, owner_account, sender| DelegationRequest {
        id: name("f47ac10b-58cc-4372-a567-0e02b2c3d479"),
        requestor: name(requestor),
        owner_account,
        description: "ü".to_owned(),
        message: None,
        workflow_id: "workflow".to_owned(),
        redirect_url: Some("https://example.com".to_owned()),
        notification_channel: "arn:aws:sns:us-east-1:111122223333:t".to_owned(),
        session_seconds: 3_600,
        sender,
        template: arn("policy/P"),
        parameters: vec![
            TemplateParameter { name: "one".into(), value: TemplateValue::One("1".into()) },
            TemplateParameter { name: "list".into(), value: TemplateValue::List(vec!["2".into()]) },
        ],
        policy: ALLOW.into(),
        created_at: now(),
    };
    let identity = ApproverIdentity::RoleSession {
        role: name("AROAIOSFODNN7EXAMPLE1"),
        session_name: name("session"),
        tags: TagSet::new([tag("Team", "a"), tag("Stage", "b")]).unwrap(),
        transitive: vec![name("Team")],
        source_identity: Some(name("Alice")),
    };
    let own = account().to_string();
    vec![
        Entity::DelegationRequest(Arc::new(request(&own, None, TokenSender::Anyone))),
        Entity::Delegation(Arc::new(Delegation {
            request: request("444455556666", Some(account()), TokenSender::OwnerOnly).into(),
            owner: arn("user/Alice"),
            state: DelegationState::Accepted,
            since: now(),
            updated_at: now(),
            notes: Some("notes".to_owned()),
            rejection_reason: None,
            approver: Some(Approver { arn: arn("role/R"), identity }),
        })),
    ]
}

fn alias() -> Entity {
    Entity::Alias(Arc::new(Alias { name: name("my-company"), created_at: now() }))
}

fn managed_policy() -> ManagedPolicy {
    let version =
        |text: &str, created_at: Timestamp| PolicyVersion { text: text.into(), created_at };
    let id = |number| VersionId::from_number(number).unwrap();
    ManagedPolicy {
        id: name("ANPAIOSFODNN7EXAMPLE1"),
        name: name("P"),
        path: name("/p/"),
        arn: arn("policy/p/P"),
        created_at: now(),
        updated_at: now(),
        description: None,
        tags: ResourceTags::new([tag("a", "1"), tag("A", "2")]).unwrap(),
        default_version: id(3),
        versions: BTreeMap::from([(id(1), version(ALLOW, now())), (id(3), version(DENY, now()))]),
        next_version: id(4),
        stored: StoredPolicy::new(DENY.into(), DocumentKind::Identity),
    }
}

/// Key and file of the record of each entity.
const GOLDEN: [(&str, &str); 22] = [
    ("account", include_str!("tests/golden/account.json")),
    ("user/AIDAIOSFODNN7EXAMPLE1", include_str!("tests/golden/user.json")),
    ("group/AGPAIOSFODNN7EXAMPLE1", include_str!("tests/golden/group.json")),
    ("role/AROAIOSFODNN7EXAMPLE1", include_str!("tests/golden/role.json")),
    ("policy/ANPAIOSFODNN7EXAMPLE1", include_str!("tests/golden/policy.json")),
    ("access-key/AKIAIOSFODNN7EXAMPLE", include_str!("tests/golden/access-key.json")),
    (
        "mfa-device/ed7f4395a3ab8cceaf929b6093b5b098697df4ef702c65c31c3039d4b1fb022e",
        include_str!("tests/golden/mfa-device.json"),
    ),
    (
        "oidc-provider/287691fa0415947cb580d005926871c76408adc216c6e6bb2b524cbb67862e82",
        include_str!("tests/golden/oidc-provider.json"),
    ),
    (
        "saml-provider/80983fee1db571574b8737b3b94b323cf902ed6cc21dc2b075559e8e57ac2633",
        include_str!("tests/golden/saml-provider.json"),
    ),
    ("instance-profile/AIPAIOSFODNN7EXAMPLE1", include_str!("tests/golden/instance-profile.json")),
    (
        "server-certificate/ASCAIOSFODNN7EXAMPLE1",
        include_str!("tests/golden/server-certificate.json"),
    ),
    ("alias/my-company", include_str!("tests/golden/alias.json")),
    ("password-policy", include_str!("tests/golden/password-policy.json")),
    ("login-profile/AIDAIOSFODNN7EXAMPLE1", include_str!("tests/golden/login-profile.json")),
    (
        "service-credential/ACCAIOSFODNN7EXAMPLE1",
        include_str!("tests/golden/service-credential.json"),
    ),
    (
        "signing-certificate/ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        include_str!("tests/golden/signing-certificate.json"),
    ),
    ("token-preferences", include_str!("tests/golden/token-preferences.json")),
    ("ssh-public-key/APKAIOSFODNN7EXAMPLE", include_str!("tests/golden/ssh-public-key.json")),
    ("token-issuer", include_str!("tests/golden/token-issuer.json")),
    ("outbound-federation", include_str!("tests/golden/outbound-federation.json")),
    (
        "delegation-request/f47ac10b-58cc-4372-a567-0e02b2c3d479",
        include_str!("tests/golden/delegation-request.json"),
    ),
    (
        "delegation/f47ac10b-58cc-4372-a567-0e02b2c3d479",
        include_str!("tests/golden/delegation.json"),
    ),
];

#[test]
fn records_are_written_as_ever_and_read_back() {
    for (entity, (key, body)) in entities().iter().zip(GOLDEN) {
        let record = encode(entity);
        assert_eq!((entity.key().text().as_str(), record.format), (key, 1));
        assert_eq!(record.body, body, "{key}");
        let again = decode(account(), key, 1, body).unwrap();
        assert_eq!(encode(&again), record, "{key}");
    }
}

fn refused(key: &str, format: u16, body: &str) -> LoadReason {
    decode(account(), key, format, body).expect_err(body)
}

fn golden(kind: &str) -> (&'static str, &'static str) {
    GOLDEN.into_iter().find(|(key, _)| key.starts_with(kind)).unwrap()
}

#[test]
fn other_formats_keys_and_shapes_are_refused() {
    let (key, body) = golden("user/");
    assert_eq!(refused(key, 0, body), LoadReason::UnknownFormat { found: 0 });
    assert_eq!(refused(key, 2, body), LoadReason::UnknownFormat { found: 2 });
    for unknown in ["", "users/AIDAIOSFODNN7EXAMPLE1", "User/AIDAIOSFODNN7EXAMPLE1"] {
        assert_eq!(refused(unknown, 1, body), LoadReason::UnknownKind, "{unknown}");
    }
    for misplaced in ["user", "user/", "user/AIDAIOSFODNN7EXAMPLE2", "user/AIDAIOSFODNN7EXAMPLE1/"]
    {
        assert_eq!(refused(misplaced, 1, body), LoadReason::Misplaced, "{misplaced}");
    }
    for (key, body) in GOLDEN {
        let unknown_field = body.replacen('{', r#"{"unknown":1,"#, 1);
        let truncated = body.trim_end().strip_suffix('}').unwrap();
        for bad in ["", "null", "[]", "{}", &unknown_field, truncated, &format!("{body} {{}}")] {
            assert!(matches!(refused(key, 1, bad), LoadReason::Shape { .. }), "{key} {bad}");
        }
    }
    let (_, user) = golden("user/");
    assert!(matches!(refused("role/AROAIOSFODNN7EXAMPLE1", 1, user), LoadReason::Shape { .. }));
    let long = " ".repeat(RECORD_BODY_BYTES_MAX + 1);
    assert_eq!(refused(key, 1, &long), LoadReason::TooLong);
}

#[test]
fn fields_with_other_values_are_refused() {
    for (kind, from, to, field) in [
        ("user/", "AIDAIOSFODNN7EXAMPLE1", "AROAIOSFODNN7EXAMPLE1", "id"),
        ("user/", "Alice", "Al ice", "name"),
        ("user/", "/a/", "/a", "path"),
        ("user/", "2026-03-01T12:00:00Z", "2026-03-01", "created_at"),
        ("user/", "Team", "aws:Team", "tags"),
        ("user/", "AGPAIOSFODNN7EXAMPLE1", "AGPA", "groups"),
        ("user/", "arn:aws:iam::111122223333:policy/B", "B", "boundary"),
        ("user/", r#""attached":[""#, r#""attached":["x",""#, "attached"),
        ("user/", r#""name":"deny""#, r#""name":"""#, "inline"),
        ("role/", "3600", "3599", "max_session_duration_seconds"),
        ("policy/", r#""default_version":3"#, r#""default_version":2"#, "default_version"),
        ("policy/", r#""default_version":3"#, r#""default_version":0"#, "default_version"),
        ("policy/", r#""next_version":4"#, r#""next_version":3"#, "versions"),
        ("policy/", r#""version":1"#, r#""version":3"#, "versions"),
        ("access-key/", "root", "AROAIOSFODNN7EXAMPLE1", "owner"),
        ("access-key/", "AQID", "A*", "secret"),
        ("account", "AQID", "AQI", "data_key"),
        ("oidc-provider/", "https:", "ftp:", "issuer"),
        ("oidc-provider/", r#""sts.amazonaws.com""#, r#""""#, "client_ids"),
        ("oidc-provider/", r#""sts.amazonaws.com""#, r#""a","a""#, "client_ids"),
        ("oidc-provider/", "6ef423e5", "6ef423eg", "thumbprints"),
        ("oidc-provider/", "Z", "", "created_at"),
        ("saml-provider/", r#""Corp""#, r#""Co/rp""#, "name"),
        ("saml-provider/", "AEAQ", "aEAQ", "uuid"),
        ("saml-provider/", "2126-02-28", "2126-02-29", "valid_until"),
        ("saml-provider/", r#"["MAMCAQE="]"#, "[]", "signing_certificates"),
        ("saml-provider/", "MAMCAQE=", "MAMCAQE", "signing_certificates"),
        ("saml-provider/", "BEAQ", "bEAQ", "private_keys"),
        ("saml-provider/", "AQID", "AQI", "private_keys"),
        ("instance-profile/", "AIPA", "AROA", "id"),
        ("instance-profile/", "AROA", "AIDA", "role"),
        ("instance-profile/", "Web", "W/b", "name"),
        ("server-certificate/", "ASCA", "AIPA", "id"),
        ("server-certificate/", "Site", "Si/te", "name"),
        ("server-certificate/", "/cloudfront/", "cloudfront/", "path"),
        ("server-certificate/", "2036-03-01", "2036-03", "expires_at"),
        ("server-certificate/", "AQID", "AQI", "private_key"),
        ("alias/", "my-", "my--", "name"),
        ("alias/", "Z", "", "created_at"),
        ("password-policy", "14", "129", "minimum_length"),
        ("login-profile/", "AIDA", "AROA", "id"),
        ("service-credential/", "ACCA", "acca", "id"),
        ("service-credential/", "AIDA", "AROA", "user"),
        ("service-credential/", "bedrock", "sqs", "service"),
        ("service-credential/", "AQID", "AQI", "secret"),
        ("ssh-public-key/", "APKA", "apka", "id"),
        ("signing-certificate/", "ABCD", "abcd", "id"),
        ("signing-certificate/", "AIDA", "AROA", "user"),
        ("signing-certificate/", "AQID", "AQI", "der"),
        ("ssh-public-key/", "AIDA", "AROA", "user"),
        ("ssh-public-key/", "AQID", "AQI", "blob"),
        ("token-issuer", "f47a", "F47A", "id"),
        ("token-issuer", "Z", "", "created_at"),
        ("outbound-federation", "AQAB", "AAAB", "public"),
        ("outbound-federation", "AQEB", "AQE", "public"),
        ("outbound-federation", "AQID", "AQI", "private"),
        ("outbound-federation", r#""replaced_at":"2026"#, r#""replaced_at":"x2026"#, "replaced_at"),
        ("login-profile/", "AQID", "AQI", "password"),
        ("login-profile/", r#"["AQID"]"#, r#"["AQI"]"#, "previous"),
    ] {
        assert_field_is_refused(kind, from, to, field);
    }
}

#[test]
fn fields_of_delegations_with_other_values_are_refused() {
    for (kind, from, to, field) in [
        ("delegation-request/", "f47ac10b", "F47AC10B", "id"),
        ("delegation-request/", "Z", "", "created_at"),
        ("delegation-request/", "arn:aws:iam::111122223333:policy/P", "P", "template"),
        ("delegation/", "arn:aws:iam::111122223333:role/R", "R", "arn"),
        ("delegation/", "AROA", "AIDA", "id"),
        ("delegation/", r#"["Team"]"#, r#"["Other"]"#, "transitive"),
        ("delegation/", "444455556666", "4444", "requestor"),
    ] {
        assert_field_is_refused(kind, from, to, field);
    }
}

fn assert_field_is_refused(kind: &str, from: &str, to: &str, field: &'static str) {
    let (key, body) = golden(kind);
    assert!(body.contains(from), "{kind} {from}");
    let reason = refused(key, 1, &body.replacen(from, to, 1));
    assert_eq!(reason, LoadReason::Field { field }, "{kind} {from} -> {to}");
}

#[test]
fn records_of_another_account_are_refused() {
    for kind in [
        "account",
        "mfa-device/",
        "oidc-provider/",
        "saml-provider/",
        "delegation-request/",
        "delegation/",
    ] {
        let (key, body) = golden(kind);
        let other = "444455556666".parse().unwrap();
        assert_eq!(decode(other, key, 1, body).unwrap_err(), LoadReason::Misplaced);
    }
}

#[test]
fn reasons_do_not_show_what_a_record_holds() {
    let (key, body) = golden("access-key/");
    let reason = refused(key, 1, &body.replacen("inactive", "sleeping", 1));
    assert!(!format!("{reason} {reason:?}").contains("sleeping"));
}
