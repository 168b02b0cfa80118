//! Where the time of one AssumeRole goes: its stages alone, in this process, on
//! one thread, without HTTP.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Result, anyhow};
use stead_api::sts::{AssumeRole, AssumeRoleRequest};
use stead_query::{Form, Format, decode, encode};
use stead_session::{
    Chaining, Claims, Keyring, MfaState, SessionPolicies, SessionPrincipal, SessionTags, issue,
    open,
};
use stead_sigv4::{
    BodyDigest, Claim, Expect, Expectations, Payload, RequestHead, Settings, Signer, SigningKey,
    TokenPlacement,
};
use stead_sts::Sts;
use stead_world::{BEGINNING, Counted, Credentials, Failure, World};

use crate::clock;
use crate::request::{FORM_TYPE, form};

/// How long each stage is repeated.
const STAGE_TIME: Duration = Duration::from_millis(200);
const ACCOUNT: &str = "111122223333";

/// What a stage does and how long it takes, on average.
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) time: Duration,
}

/// Times every stage.
pub(crate) fn measure() -> Result<Vec<Stage>> {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let allow = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}"#;
    let user = world.create_user(account, "bencher", allow);
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:user/bencher"}},"Action":"sts:AssumeRole"}}}}"#
    );
    world.create_role(account, "benched", &trust, "");

    let role_arn = format!("arn:aws:iam::{ACCOUNT}:role/benched");
    let body =
        form("AssumeRole", "2011-06-15", &[("RoleArn", &role_arn), ("RoleSessionName", "session")]);
    let input = read(&body)?;
    let answer = world.call::<Sts, AssumeRole>(&user, input.clone()).map_err(failed)?;
    let decoding = timed("decode the form", || read(&body).map(drop))?;
    let verifying = verification(&user, &body)?;
    let identifying = timed("sign and verify", || world.identify(&user).map(drop).map_err(failed))?;
    let calling = timed("the whole call", || {
        world.call::<Sts, AssumeRole>(&user, input.clone()).map(drop).map_err(failed)
    })?;
    let [sealing, opening] = session_token()?;
    let encoding = timed("encode the answer", || {
        black_box(encode::<AssumeRole>(
            &answer,
            "0b7c2b0e-2b32-4cf4-8a3b-6d2f0f1d9f55",
            Format::Xml,
        ));
        Ok(())
    })?;
    // What is left of a call in memory without its caller's signature and the seal.
    let rest = calling.time.saturating_sub(identifying.time).saturating_sub(sealing.time);
    let deciding = Stage { name: "collect policies and decide", time: rest };
    Ok(vec![decoding, verifying, opening, deciding, sealing, encoding])
}

fn read(body: &str) -> Result<AssumeRoleRequest> {
    let form = Form::parse(None, Some(FORM_TYPE), body.as_bytes())
        .map_err(|error| anyhow!("{error:?}"))?;
    decode::<AssumeRole>(&form).map_err(|error| anyhow!("{error:?}"))
}

fn failed(failure: Failure) -> anyhow::Error {
    anyhow!("{failure:?}")
}

/// Reading and verifying the signature of a request, with a key that was derived before.
fn verification(user: &Credentials, body: &str) -> Result<Stage> {
    let settings = Settings::query_services();
    let plain: [(&str, &[u8]); 2] =
        [("host", b"127.0.0.1:4566"), ("content-type", FORM_TYPE.as_bytes())];
    let head = RequestHead { method: "POST", path: "/", query: "", headers: &plain };
    let signer = Signer {
        access_key_id: &user.access_key_id,
        secret: &user.secret,
        security_token: None,
        token_placement: TokenPlacement::Signed,
        region: "us-east-1",
        service: "sts",
        settings,
    };
    let added = signer.sign_headers(&head, Payload::of(body.as_bytes()), BEGINNING)?;
    let added = added.iter().map(|header| (header.name, header.value.as_bytes()));
    let headers: Vec<(&str, &[u8])> = plain.into_iter().chain(added).collect();
    let head = RequestHead { headers: &headers, ..head };
    let key = SigningKey::derive(&user.secret, Claim::parse(&head, &settings)?.scope());
    let expectations = Expectations::new(Expect::OneOf(&["sts"]), Expect::Any);
    timed("verify the signature", || {
        let claim = Claim::parse(&head, &settings)?;
        let _ = claim.verify(&key, BodyDigest::of(body.as_bytes()), BEGINNING, &expectations)?;
        Ok(())
    })
}

/// Sealing a session, and opening it.
fn session_token() -> Result<[Stage; 2]> {
    let mut entropy = Counted::default();
    let keyring = Keyring::new(BEGINNING, &mut entropy);
    let claims = claims()?;
    let issued = issue(&keyring, &claims, &mut entropy)?;
    let sealing = timed("seal the session", || {
        issue(&keyring, &claims, &mut entropy).map(drop).map_err(anyhow::Error::from)
    })?;
    let opening = timed("open a session (its caller only)", || {
        open(&keyring, &issued.access_key_id, issued.session_token.expose(), BEGINNING)
            .map(drop)
            .map_err(anyhow::Error::from)
    })?;
    Ok([sealing, opening])
}

/// A plain session of an hour.
fn claims() -> Result<Claims> {
    Ok(Claims {
        account: ACCOUNT.parse()?,
        principal: SessionPrincipal::AssumedRole {
            role_id: "AROAQNZGKIQY56JQ7WMLA".parse()?,
            role_name: "benched".parse()?,
            session_name: "session".parse()?,
            chaining: Chaining::Direct,
        },
        issued_at: BEGINNING,
        expires_at: BEGINNING.plus(Duration::from_secs(3600)),
        policies: SessionPolicies::default(),
        tags: SessionTags::default(),
        source_identity: None,
        mfa: MfaState::Absent,
        federation: None,
    })
}

/// Repeats a stage for a while, and divides.
fn timed(name: &'static str, mut stage: impl FnMut() -> Result<()>) -> Result<Stage> {
    // The first calls fill caches and are not counted.
    for _ in 0..100 {
        stage()?;
    }
    let (began, mut count) = (clock::instant(), 0_u32);
    while began.elapsed() < STAGE_TIME {
        for _ in 0..10 {
            stage()?;
        }
        count += 10;
    }
    Ok(Stage { name, time: began.elapsed() / count })
}
