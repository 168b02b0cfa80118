//! The second act: a job that has no key at all, only a token of its CI system.

use serde_json::json;

use super::issuer::Issuer;
use super::story::{Story, allow, expect, say, session_of};
use crate::client::{Answer, Caller, Service};
use crate::exit::Failure;

const ROLE: &str = "publish";
const SESSION: &str = "build-42";
const AUDIENCE: &str = "sts.example.com";

/// Whom the issuer vouches for, and whom the trust policy means at first.
const SUBJECT: &str = "repo:acme/shop:ref:refs/heads/main";
const OTHER_SUBJECT: &str = "repo:acme/web:ref:refs/heads/main";

impl Story {
    pub(super) async fn play_web_identity(&mut self) -> Result<(), Failure> {
        say("\nThe same without any key: a build job has a token of its CI system.")?;
        let issuer = Issuer::start().await?;
        self.register(&issuer).await?;
        let token = issuer.token(SUBJECT, AUDIENCE, self.now())?;
        self.step("The job calls AssumeRoleWithWebIdentity with its token, signing nothing")?;
        say(&format!("   the token says: iss {}, aud {AUDIENCE}", issuer.url()))?;
        say(&format!("                   sub {SUBJECT}"))?;
        let answer = self.assume_by(token.expose()).await?;
        let root = self.root().clone();
        self.show_denial(&root, &answer).await?;

        self.step(&format!("The trust policy is changed to name {SUBJECT}, and nobody else"))?;
        let trust = trust(&issuer, &self.provider(&issuer), SUBJECT);
        let update = [("RoleName", ROLE), ("PolicyDocument", &*trust)];
        self.iam("UpdateAssumeRolePolicy", &update).await?;
        self.step("The job calls again")?;
        let answer = expect(self.assume_by(token.expose()).await?, 200)?;
        say(&format!(
            "   SubjectFromWebIdentityToken  {}",
            answer.text("SubjectFromWebIdentityToken")?
        ))?;
        say(&format!("   AccessKeyId                  {}", answer.text("AccessKeyId")?))?;
        say(&format!("   Expiration                   {}", answer.text("Expiration")?))?;
        let session = session_of(&answer)?;
        self.step("and uses the credentials: GetCallerIdentity, ListRoles")?;
        let who = self.call(&session, Service::Sts, "GetCallerIdentity", &[]).await?;
        say(&format!("   {}", expect(who, 200)?.text("Arn")?))?;
        expect(self.call(&session, Service::Iam, "ListRoles", &[]).await?, 200)?;
        say("   allowed")
    }

    /// Makes the provider, and a role that trusts another subject of it.
    async fn register(&mut self, issuer: &Issuer) -> Result<(), Failure> {
        self.step(&format!("The issuer {} is registered", issuer.url()))?;
        let parameters = [("Url", issuer.url()), ("ClientIDList.member.1", AUDIENCE)];
        let made = self.iam("CreateOpenIDConnectProvider", &parameters).await?;
        say(&format!("   {}", made.text("OpenIDConnectProviderArn")?))?;
        self.step(&format!("and a role `{ROLE}` trusts its subject {OTHER_SUBJECT}"))?;
        let trust = trust(issuer, &self.provider(issuer), OTHER_SUBJECT);
        self.iam("CreateRole", &[("RoleName", ROLE), ("AssumeRolePolicyDocument", &trust)]).await?;
        let policy = allow("iam:ListRoles");
        let put = [("RoleName", ROLE), ("PolicyName", "list"), ("PolicyDocument", &*policy)];
        self.iam("PutRolePolicy", &put).await.map(drop)
    }

    fn provider(&self, issuer: &Issuer) -> String {
        format!("arn:aws:iam::{}:oidc-provider/{}", self.account(), issuer.bare())
    }

    async fn assume_by(&self, token: &str) -> Result<Answer, Failure> {
        let role = format!("arn:aws:iam::{}:role/{ROLE}", self.account());
        let parameters =
            [("RoleArn", &*role), ("RoleSessionName", SESSION), ("WebIdentityToken", token)];
        let action = "AssumeRoleWithWebIdentity";
        self.client().call(Caller::Unsigned, Service::Sts, action, &parameters).await
    }
}

/// Trust in one subject of an issuer, and in its tokens for one audience.
fn trust(issuer: &Issuer, provider: &str, subject: &str) -> String {
    let (aud, sub) = (format!("{}:aud", issuer.bare()), format!("{}:sub", issuer.bare()));
    let statement = json!({
        "Effect": "Allow",
        "Principal": { "Federated": provider },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": { "StringEquals": { aud: AUDIENCE, sub: subject } },
    });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}
