//! What is asked of STS, and how a refusal is told.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use stead_types::Secret;

use super::session::Session;
use crate::client::{Answer, Caller, Client, Credentials, Service};
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::profile::Profile;

/// Bytes of a token file. Spec: a web identity token has at most 20,000 characters.
const TOKEN_BYTES_MAX: u64 = 20_000 + 2;

/// A role to be assumed, again and again.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) role_arn: String,
    pub(crate) session_name: String,
    /// Seconds, as typed; STS knows the bounds.
    pub(crate) duration: Option<u32>,
    pub(crate) policy: Option<String>,
    pub(crate) policy_arns: Vec<String>,
    pub(crate) identity: Identity,
}

/// By what the role is assumed.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    /// By a token in a file, which is read anew for every call.
    WebIdentity { token_file: PathBuf, provider_id: Option<String> },
    /// By other credentials, which are looked up anew for every call.
    Caller(CallerIdentity),
}

/// Credentials of environment or profile, and what goes with them.
#[derive(Clone, Debug)]
pub(crate) struct CallerIdentity {
    pub(crate) profile: Option<String>,
    pub(crate) environment: Environment,
    pub(crate) external_id: Option<String>,
    pub(crate) source_identity: Option<String>,
    /// Session tags, and which of their keys are transitive.
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) transitive: Vec<String>,
}

impl Ask {
    /// Calls STS.
    pub(crate) async fn call(&self, client: &Client) -> Result<Session, Failure> {
        let now = client.clock.now();
        let answer = match &self.identity {
            Identity::WebIdentity { token_file, provider_id } => {
                let token = read_token(token_file)?;
                let mut parameters = self.parameters();
                parameters.push(("WebIdentityToken".to_owned(), token.expose().clone()));
                let provider = provider_id.iter().map(|id| ("ProviderId".to_owned(), id.clone()));
                parameters.extend(provider);
                call(client, Caller::Unsigned, "AssumeRoleWithWebIdentity", &parameters).await?
            }
            Identity::Caller(caller) => {
                let credentials = caller.credentials()?;
                let mut parameters = self.parameters();
                parameters.extend(caller.parameters());
                call(client, Caller::Signed(&credentials), "AssumeRole", &parameters).await?
            }
        };
        if answer.status() == 200 {
            return Session::of_answer(&answer, now);
        }
        Err(self.refusal(&answer))
    }

    fn parameters(&self) -> Vec<(String, String)> {
        let mut parameters = vec![
            ("RoleArn".to_owned(), self.role_arn.clone()),
            ("RoleSessionName".to_owned(), self.session_name.clone()),
        ];
        let duration = self.duration.map(|seconds| seconds.to_string());
        parameters.extend(duration.map(|seconds| ("DurationSeconds".to_owned(), seconds)));
        parameters.extend(self.policy.clone().map(|policy| ("Policy".to_owned(), policy)));
        for (index, arn) in self.policy_arns.iter().enumerate() {
            parameters.push((format!("PolicyArns.member.{}.arn", index + 1), arn.clone()));
        }
        parameters
    }

    /// What STS said, and what to do about it.
    fn refusal(&self, answer: &Answer) -> Failure {
        let code = answer.find("Code").unwrap_or("-");
        let message = answer.find("Message").unwrap_or("-");
        let failure = Failure::new(format!("{code}: {message}"));
        let denial = message.rsplit_once("(denial ").map(|(_, id)| id.trim_end_matches(')'));
        let token = match &self.identity {
            Identity::WebIdentity { token_file, .. } => Some(token_file.display()),
            Identity::Caller(_) => None,
        };
        match (code, denial, token) {
            ("AccessDenied", Some(id), _) => failure.ending(Exit::Denied).with_help(format!(
                "who administers the account learns why by `aws sts \
                 decode-authorization-message --encoded-message {id}`"
            )),
            ("AccessDenied", None, _) => failure.ending(Exit::Denied).with_help(
                "see the trust policy of the role: it must allow this caller and its conditions",
            ),
            (
                "InvalidIdentityToken" | "ExpiredTokenException" | "IDPRejectedClaim",
                _,
                Some(file),
            ) => failure.with_help(format!("`stead token inspect @{file}` shows what it says")),
            ("ExpiredToken" | "InvalidClientTokenId" | "SignatureDoesNotMatch", ..) => failure
                .with_help(
                    "the credentials that assume the role are no good here: see the environment's \
                     AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN and the profile",
                ),
            _ => failure,
        }
    }
}

impl CallerIdentity {
    /// A profile that was asked for comes first, then the environment, then the profile
    /// that is used without asking.
    ///
    /// Spec: docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html: the
    /// environment before the shared files; an explicit `--profile` before both, as in the
    /// AWS CLI.
    pub(crate) fn credentials(&self) -> Result<Credentials, Failure> {
        credentials(self.profile.as_deref(), &self.environment)
    }

    fn parameters(&self) -> Vec<(String, String)> {
        let mut parameters = Vec::new();
        let named = [("ExternalId", &self.external_id), ("SourceIdentity", &self.source_identity)];
        for (name, value) in named {
            parameters.extend(value.clone().map(|value| (name.to_owned(), value)));
        }
        for (index, (key, value)) in self.tags.iter().enumerate() {
            let index = index + 1;
            parameters.push((format!("Tags.member.{index}.Key"), key.clone()));
            parameters.push((format!("Tags.member.{index}.Value"), value.clone()));
        }
        for (index, key) in self.transitive.iter().enumerate() {
            parameters.push((format!("TransitiveTagKeys.member.{}", index + 1), key.clone()));
        }
        parameters
    }
}

/// Whose access key requests are signed with; see [`CallerIdentity::credentials`].
pub(super) fn credentials(
    profile: Option<&str>,
    environment: &Environment,
) -> Result<Credentials, Failure> {
    if profile.is_none()
        && let Some(credentials) = of_environment(environment)
    {
        return Ok(credentials);
    }
    let profile = Profile::read(profile, environment)?;
    profile.credentials().ok_or_else(|| {
        let name = profile.name();
        Failure::usage(format!(
            "there is no access key to sign with: the profile `{name}` has none"
        ))
        .with_help(
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile that has \
             aws_access_key_id and aws_secret_access_key by --profile",
        )
    })
}

fn of_environment(environment: &Environment) -> Option<Credentials> {
    let secret = |name| environment.text(name).map(|text| Secret::new(text.to_owned()));
    Some(Credentials {
        access_key_id: environment.text("AWS_ACCESS_KEY_ID")?.to_owned(),
        secret_access_key: secret("AWS_SECRET_ACCESS_KEY")?,
        session_token: secret("AWS_SESSION_TOKEN"),
    })
}

async fn call(
    client: &Client,
    caller: Caller<'_>,
    action: &str,
    parameters: &[(String, String)],
) -> Result<Answer, Failure> {
    let parameters: Vec<_> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.call(caller, Service::Sts, action, &parameters).await
}

/// The token without the line break that most tools write behind it.
fn read_token(path: &Path) -> Result<Secret<String>, Failure> {
    let refuse = |reason: &str| {
        Failure::new(format!("cannot read the token in `{}`: {reason}", path.display()))
            .with_help("--token-file names the file that the identity provider's token is in")
    };
    let file = std::fs::File::open(path).map_err(|error| refuse(&error.to_string()))?;
    let mut text = String::new();
    file.take(TOKEN_BYTES_MAX + 1)
        .read_to_string(&mut text)
        .map_err(|error| refuse(&error.to_string()))?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > TOKEN_BYTES_MAX {
        return Err(refuse("it is longer than a token can be"));
    }
    match text.trim() {
        "" => Err(refuse("the file is empty")),
        token => Ok(Secret::new(token.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(variables: &[(&str, &str)], profile: Option<&str>) -> CallerIdentity {
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        CallerIdentity {
            profile: profile.map(str::to_owned),
            environment: variables.collect(),
            external_id: Some("42".to_owned()),
            source_identity: None,
            tags: vec![("team".to_owned(), "blue".to_owned())],
            transitive: vec!["team".to_owned()],
        }
    }

    #[test]
    fn the_environment_comes_first_unless_a_profile_is_asked_for() {
        let folder = std::env::temp_dir().join(format!("stead-ask-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("credentials");
        std::fs::write(&file, "[ci]\naws_access_key_id=P\naws_secret_access_key=p\n").unwrap();
        let file = file.to_str().unwrap();
        let keys = [("AWS_ACCESS_KEY_ID", "E"), ("AWS_SECRET_ACCESS_KEY", "e")];
        let files = [("AWS_SHARED_CREDENTIALS_FILE", file), ("AWS_CONFIG_FILE", "/nowhere")];
        let profile = [("AWS_PROFILE", "ci")];
        let all = [&keys[..], &files, &profile].concat();
        let id = |caller: CallerIdentity| caller.credentials().unwrap().access_key_id;
        assert_eq!(id(caller(&all, None)), "E");
        assert_eq!(id(caller(&all, Some("ci"))), "P");
        assert_eq!(id(caller(&[&files[..], &profile].concat(), None)), "P");
        let secret_alone = [&keys[1..], &files, &profile].concat();
        assert_eq!(id(caller(&secret_alone, None)), "P");
        for (variables, profile, expected) in [
            (&files[..], None, "the profile `default` has none"),
            (&files[..], Some("other"), "there is no profile `other`"),
        ] {
            let failure = caller(variables, profile).credentials().unwrap_err();
            assert!(failure.message().contains(expected), "{}", failure.message());
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn every_part_of_a_question_becomes_a_parameter() {
        let ask = Ask {
            role_arn: "arn".to_owned(),
            session_name: "job".to_owned(),
            duration: Some(900),
            policy: Some("{}".to_owned()),
            policy_arns: vec!["one".to_owned(), "two".to_owned()],
            identity: Identity::Caller(caller(&[], None)),
        };
        let text = |parameters: Vec<(String, String)>| {
            let pairs = parameters.iter().map(|(name, value)| format!("{name}={value}"));
            pairs.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            text(ask.parameters()),
            "RoleArn=arn RoleSessionName=job DurationSeconds=900 Policy={} \
             PolicyArns.member.1.arn=one PolicyArns.member.2.arn=two"
        );
        assert_eq!(
            text(caller(&[], None).parameters()),
            "ExternalId=42 Tags.member.1.Key=team Tags.member.1.Value=blue \
             TransitiveTagKeys.member.1=team"
        );
    }
}
