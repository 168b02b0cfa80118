//! The scenario, step by step: each says what is done, what came back, and fails
//! when that is not what should.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use stead_server::clock::{AdjustableClock, Clock as _};
use stead_types::{Secret, Timestamp};

use super::explain::{Names, explain};
use crate::client::{Answer, Caller, Client, Credentials, Service};
use crate::exit::Failure;

const USER: &str = "alice";
const OTHER_USER: &str = "ci";
const ROLE: &str = "deploy";
const SESSION: &str = "my-session";

/// How far the clock is moved: past the session's 3600 seconds.
const AN_HOUR_AND_A_BIT: Duration = Duration::from_secs(3660);

pub(super) struct Story {
    client: Client,
    clock: Arc<AdjustableClock>,
    account: String,
    root: Credentials,
    names: Names,
    steps: u32,
}

impl Story {
    pub(super) fn new(
        client: Client,
        clock: Arc<AdjustableClock>,
        account: String,
        root: Credentials,
    ) -> Self {
        Self { client, clock, account, root, names: Names::new(), steps: 0 }
    }

    /// Plays the whole scenario.
    pub(super) async fn tell(mut self) -> Result<(), Failure> {
        let user = self.set_the_stage().await?;
        self.denied_at_first(&user).await?;
        let session = self.fixed_and_assumed(&user).await?;
        self.limited(&session).await?;
        self.recreated_user_is_denied().await?;
        self.expired(&session).await?;
        self.play_web_identity().await?;
        say("\nEvery step ended as it should.")
    }

    async fn set_the_stage(&mut self) -> Result<Credentials, Failure> {
        let account = self.account.clone();
        self.step(&format!(
            "Account {account} has a user `{USER}` who may call every operation of STS"
        ))?;
        let other = self.iam("CreateUser", &[("UserName", OTHER_USER)]).await?;
        self.names.insert(other.text("UserId")?.to_owned(), format!("user `{OTHER_USER}`"));
        let user = self.create_user("the first").await?;
        let other = self.user_arn(OTHER_USER);
        self.step(&format!("and a role `{ROLE}` that may list roles and trusts {other} only"))?;
        let trust = trust(&other);
        self.iam("CreateRole", &[("RoleName", ROLE), ("AssumeRolePolicyDocument", &trust)]).await?;
        let policy = allow("iam:ListRoles");
        let put = [("RoleName", ROLE), ("PolicyName", "list"), ("PolicyDocument", &*policy)];
        self.iam("PutRolePolicy", &put).await?;
        Ok(user)
    }

    async fn denied_at_first(&mut self, user: &Credentials) -> Result<(), Failure> {
        self.step(&format!("`{USER}` calls AssumeRole"))?;
        let answer = self.assume(user).await?;
        self.show_denial(user, &answer).await
    }

    async fn fixed_and_assumed(&mut self, user: &Credentials) -> Result<Credentials, Failure> {
        let arn = self.user_arn(USER);
        self.step(&format!("The trust policy is changed to name {arn}"))?;
        self.update_trust(&arn).await?;
        self.step(&format!("`{USER}` calls AssumeRole again, for 3600 seconds as `{SESSION}`"))?;
        let answer = expect(self.assume(user).await?, 200)?;
        let session = session_of(&answer)?;
        let token = answer.text("SessionToken")?;
        say(&format!("   AccessKeyId      {}", session.access_key_id))?;
        say(&format!("   SecretAccessKey  {}", session.secret_access_key.expose()))?;
        say(&format!("   SessionToken     {token}"))?;
        say(&format!("   Expiration       {}", answer.text("Expiration")?))?;
        Ok(session)
    }

    async fn limited(&mut self, session: &Credentials) -> Result<(), Failure> {
        self.step("GetCallerIdentity with these credentials")?;
        let answer = self.call(session, Service::Sts, "GetCallerIdentity", &[]).await?;
        let answer = expect(answer, 200)?;
        let expected = format!("arn:aws:sts::{}:assumed-role/{ROLE}/{SESSION}", self.account);
        let arn = answer.text("Arn")?;
        say(&format!("   {arn}"))?;
        if arn != expected {
            return Err(Failure::new(format!("expected the ARN `{expected}`")));
        }
        self.step("They may do what the role's policy allows: ListRoles")?;
        expect(self.call(session, Service::Iam, "ListRoles", &[]).await?, 200)?;
        say("   allowed")?;
        self.step("and nothing else: ListUsers")?;
        let answer = self.call(session, Service::Iam, "ListUsers", &[]).await?;
        let root = self.root.clone();
        self.show_denial(&root, &answer).await
    }

    async fn recreated_user_is_denied(&mut self) -> Result<(), Failure> {
        self.step(&format!("`{USER}` is deleted, and a user of the same name is created"))?;
        self.delete_user().await?;
        let user = self.create_user("the second").await?;
        let role = self.iam("GetRole", &[("RoleName", ROLE)]).await?;
        let trust = decode(role.text("AssumeRolePolicyDocument")?);
        say(&format!("   the trust policy now shows whom it meant: {trust}"))?;
        self.step(&format!("The new `{USER}` calls AssumeRole"))?;
        let answer = self.assume(&user).await?;
        self.show_denial(&user, &answer).await
    }

    async fn expired(&mut self, session: &Credentials) -> Result<(), Failure> {
        self.step("An hour later, the session is used once more")?;
        say("   (the clock of this server and its client was moved ahead for this step)")?;
        self.clock.set_ahead(AN_HOUR_AND_A_BIT);
        let answer = self.call(session, Service::Sts, "GetCallerIdentity", &[]).await;
        self.clock.set_ahead(Duration::ZERO);
        let answer = expect(answer?, 403)?;
        show_error(&answer)?;
        match answer.text("Code")? {
            "ExpiredToken" => Ok(()),
            other => Err(Failure::new(format!("expected ExpiredToken, not {other}"))),
        }
    }

    /// Shows AWS's message and, by the id at its end, why it was denied.
    pub(super) async fn show_denial(
        &self,
        reader: &Credentials,
        answer: &Answer,
    ) -> Result<(), Failure> {
        if answer.status() != 403 || answer.find("Code") != Some("AccessDenied") {
            return Err(Failure::new(format!("expected AccessDenied, not {answer:?}")));
        }
        show_error(answer)?;
        let id =
            answer.text("Message")?.rsplit_once("(denial ").map(|(_, id)| id.trim_end_matches(')'));
        let id = id.ok_or_else(|| Failure::new("the message carries no denial id"))?;
        let message = [("EncodedMessage", id)];
        let decoded = self.call(reader, Service::Sts, "DecodeAuthorizationMessage", &message);
        let decoded = expect(decoded.await?, 200)?;
        let document: Value = serde_json::from_str(decoded.text("DecodedMessage")?)
            .map_err(|error| Failure::new(format!("the decoded message is not JSON: {error}")))?;
        let lines = explain(&document, &self.names);
        if lines.is_empty() {
            return Err(Failure::new("the denial explains nothing"));
        }
        say("   why (DecodeAuthorizationMessage):")?;
        lines.iter().try_for_each(|line| say(&format!("     {line}")))
    }

    async fn create_user(&mut self, which: &str) -> Result<Credentials, Failure> {
        let user = self.iam("CreateUser", &[("UserName", USER)]).await?;
        self.names.insert(user.text("UserId")?.to_owned(), format!("{which} user `{USER}`"));
        let policy = allow("sts:*");
        let put = [("UserName", USER), ("PolicyName", "sts"), ("PolicyDocument", &*policy)];
        self.iam("PutUserPolicy", &put).await?;
        let key = self.iam("CreateAccessKey", &[("UserName", USER)]).await?;
        Ok(Credentials {
            access_key_id: key.text("AccessKeyId")?.to_owned(),
            secret_access_key: Secret::new(key.text("SecretAccessKey")?.to_owned()),
            session_token: None,
        })
    }

    async fn delete_user(&self) -> Result<(), Failure> {
        let keys = self.iam("ListAccessKeys", &[("UserName", USER)]).await?;
        let key = [("UserName", USER), ("AccessKeyId", keys.text("AccessKeyId")?)];
        self.iam("DeleteAccessKey", &key).await?;
        self.iam("DeleteUserPolicy", &[("UserName", USER), ("PolicyName", "sts")]).await?;
        self.iam("DeleteUser", &[("UserName", USER)]).await.map(drop)
    }

    async fn update_trust(&self, arn: &str) -> Result<(), Failure> {
        let trust = trust(arn);
        let update = [("RoleName", ROLE), ("PolicyDocument", &*trust)];
        self.iam("UpdateAssumeRolePolicy", &update).await.map(drop)
    }

    async fn assume(&self, caller: &Credentials) -> Result<Answer, Failure> {
        let role = format!("arn:aws:iam::{}:role/{ROLE}", self.account);
        let parameters =
            [("RoleArn", &*role), ("RoleSessionName", SESSION), ("DurationSeconds", "3600")];
        self.call(caller, Service::Sts, "AssumeRole", &parameters).await
    }

    /// Calls IAM as root; this must succeed.
    pub(super) async fn iam(
        &self,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let answer = self.call(&self.root, Service::Iam, action, parameters).await?;
        expect(answer, 200)
    }

    pub(super) async fn call(
        &self,
        caller: &Credentials,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        self.client.call(Caller::Signed(caller), service, action, parameters).await
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn account(&self) -> &str {
        &self.account
    }

    pub(super) fn root(&self) -> &Credentials {
        &self.root
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn user_arn(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:user/{name}", self.account)
    }

    pub(super) fn step(&mut self, text: &str) -> Result<(), Failure> {
        self.steps += 1;
        say(&format!("\n{}. {text}", self.steps))
    }
}

/// The credentials in the answer to a call that assumes a role.
pub(super) fn session_of(answer: &Answer) -> Result<Credentials, Failure> {
    Ok(Credentials {
        access_key_id: answer.text("AccessKeyId")?.to_owned(),
        secret_access_key: Secret::new(answer.text("SecretAccessKey")?.to_owned()),
        session_token: Some(Secret::new(answer.text("SessionToken")?.to_owned())),
    })
}

fn trust(arn: &str) -> String {
    let statement =
        json!({ "Effect": "Allow", "Principal": { "AWS": arn }, "Action": "sts:AssumeRole" });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

pub(super) fn allow(action: &str) -> String {
    let statement = json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

pub(super) fn expect(answer: Answer, status: u16) -> Result<Answer, Failure> {
    if answer.status() == status {
        Ok(answer)
    } else {
        Err(Failure::new(format!("expected status {status}, not {answer:?}")))
    }
}

fn show_error(answer: &Answer) -> Result<(), Failure> {
    say(&format!("   {}: {}", answer.text("Code")?, answer.text("Message")?))
}

/// Policies come back percent-encoded, as AWS sends them.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let decoded = match byte {
            b'%' => digit().zip(digit()).and_then(|(high, low)| u8::try_from(high * 16 + low).ok()),
            other => Some(other),
        };
        bytes.extend(decoded);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) fn say(text: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}
