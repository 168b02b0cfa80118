//! From what was typed, the environment and the profile to what is asked and where.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stead_server::clock::SystemClock;

use super::ask::{self, Ask, CallerIdentity, Identity};
use crate::arguments::{
    CallerFlags, RoleFlags, ServiceFlags, SessionFlags, SourceFlags, WebIdentityFlags,
};
use crate::client::{Client, Credentials, Endpoint, Service, Trust};
use crate::environment::Environment;
use crate::exit::Failure;
use crate::profile::Profile;

/// How sessions are called that nobody gave a name.
const SESSION_NAME: &str = "stead";

/// The region where nobody names one; a server of one's own takes any.
const REGION: &str = "us-east-1";

/// What is asked, and of whom.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) ask: Ask,
    pub(crate) client: Client,
    pub(crate) endpoint_origin: Origin,
}

/// Who named the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The environment, which a command that is run inherits.
    Environment,
    /// The command line or a profile.
    Elsewhere,
}

impl Source {
    pub(crate) fn of_web_identity(
        flags: &WebIdentityFlags,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let file = flags.token_file.clone();
        let file = file.or_else(|| environment.path("AWS_WEB_IDENTITY_TOKEN_FILE"));
        let token_file = file.ok_or_else(|| {
            Failure::usage("no file with a token is named")
                .with_help("give --token-file, or set AWS_WEB_IDENTITY_TOKEN_FILE")
        })?;
        let provider_id = flags.provider_id.clone();
        let identity = Identity::WebIdentity { token_file, provider_id };
        Self::of(&flags.session, identity, None, environment)
    }

    pub(crate) fn of_role(flags: &RoleFlags, environment: &Environment) -> Result<Self, Failure> {
        let profile = flags.caller.profile.as_deref();
        let identity = Identity::Caller(caller(&flags.caller, environment)?);
        Self::of(&flags.session, identity, profile, environment)
    }

    pub(crate) fn of_either(
        flags: &SourceFlags,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let profile = flags.caller.profile.as_deref();
        let identity = match &flags.web_identity_token_file {
            Some(token_file) => Identity::WebIdentity {
                token_file: token_file.clone(),
                provider_id: flags.provider_id.clone(),
            },
            None => Identity::Caller(caller(&flags.caller, environment)?),
        };
        Self::of(&flags.session, identity, profile, environment)
    }

    fn of(
        flags: &SessionFlags,
        identity: Identity,
        profile: Option<&str>,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let profile = Profile::read(profile, environment)?;
        let role_arn = flags.role_arn.as_deref().or_else(|| environment.text("AWS_ROLE_ARN"));
        let role_arn = role_arn.ok_or_else(|| {
            Failure::usage("no role is named").with_help("give --role-arn, or set AWS_ROLE_ARN")
        })?;
        let session_name = flags.role_session_name.as_deref();
        let session_name = session_name.or_else(|| environment.text("AWS_ROLE_SESSION_NAME"));
        let ask = Ask {
            role_arn: role_arn.to_owned(),
            session_name: session_name.unwrap_or(SESSION_NAME).to_owned(),
            duration: flags.duration_seconds,
            policy: flags.policy.as_deref().map(policy).transpose()?,
            policy_arns: flags.policy_arn.clone(),
            identity,
        };
        let place = &flags.place;
        let (endpoint, endpoint_origin) = endpoint(place, Service::Sts, &profile, environment)?;
        let client = client(endpoint, place, &profile, environment);
        Ok(Self { ask, client, endpoint_origin })
    }

    /// The name of the role: what the metadata service of an instance calls it by.
    pub(crate) fn role_name(&self) -> &str {
        self.ask.role_arn.rsplit('/').next().unwrap_or(&self.ask.role_arn)
    }
}

/// Somebody with an access key or a session, and where a service answers them.
#[derive(Clone, Debug)]
pub(crate) struct Administrator {
    flags: ServiceFlags,
    profile: Option<String>,
    environment: Environment,
}

impl Administrator {
    pub(crate) fn new(
        flags: &ServiceFlags,
        profile: Option<&str>,
        environment: &Environment,
    ) -> Self {
        let (flags, environment) = (flags.clone(), environment.clone());
        Self { flags, profile: profile.map(str::to_owned), environment }
    }

    pub(crate) fn credentials(&self) -> Result<Credentials, Failure> {
        ask::credentials(self.profile.as_deref(), &self.environment)
    }

    pub(crate) fn client(&self, service: Service) -> Result<Client, Failure> {
        let profile = Profile::read(self.profile.as_deref(), &self.environment)?;
        let (endpoint, _) = endpoint(&self.flags, service, &profile, &self.environment)?;
        Ok(client(endpoint, &self.flags, &profile, &self.environment))
    }
}

fn client(
    endpoint: Endpoint,
    flags: &ServiceFlags,
    profile: &Profile,
    environment: &Environment,
) -> Client {
    Client {
        endpoint,
        trust: trust(flags.ca_file.as_deref(), profile, environment),
        region: region(flags, profile, environment),
        clock: Arc::new(SystemClock),
    }
}

fn caller(flags: &CallerFlags, environment: &Environment) -> Result<CallerIdentity, Failure> {
    let pair = |text: &String| {
        let pair = text.split_once('=').filter(|(key, _)| !key.is_empty());
        let pair = pair.map(|(key, value)| (key.to_owned(), value.to_owned()));
        pair.ok_or_else(|| {
            Failure::usage(format!("the tag `{text}` is not KEY=VALUE"))
                .with_help("such as --tag team=blue")
        })
    };
    let mut tags = flags.tag.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
    let lasting = flags.transitive_tag.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
    let transitive = lasting.iter().map(|(key, _)| key.clone()).collect();
    tags.extend(lasting);
    let keys: BTreeSet<_> = tags.iter().map(|(key, _)| key.to_lowercase()).collect();
    if keys.len() < tags.len() {
        return Err(Failure::usage("a session tag is given twice"));
    }
    Ok(CallerIdentity {
        profile: flags.profile.clone(),
        environment: environment.clone(),
        external_id: flags.external_id.clone(),
        source_identity: flags.source_identity.clone(),
        tags,
        transitive,
    })
}

/// Spec: docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html: a service's own
/// variable, then that of all services, then the profile.
///
/// Choice: without any there is no default. A token that was meant for a server of one's
/// own is not sent to AWS because somebody forgot a setting.
fn endpoint(
    flags: &ServiceFlags,
    service: Service,
    profile: &Profile,
    environment: &Environment,
) -> Result<(Endpoint, Origin), Failure> {
    let (name, own) = match service {
        Service::Sts => ("STS", "AWS_ENDPOINT_URL_STS"),
        Service::Iam => ("IAM", "AWS_ENDPOINT_URL_IAM"),
        Service::Organizations => ("Organizations", "AWS_ENDPOINT_URL_ORGANIZATIONS"),
    };
    let of_environment = environment.first(&[own, "AWS_ENDPOINT_URL"]);
    let (url, origin) = match (flags.endpoint_url.as_deref(), of_environment) {
        (None, Some(url)) => (Some(url), Origin::Environment),
        (typed, _) => (typed.or_else(|| profile.text("endpoint_url")), Origin::Elsewhere),
    };
    let url = url.ok_or_else(|| {
        Failure::usage(format!("it is not said where {name} answers")).with_help(format!(
            "give --endpoint-url, or set {own} or the profile's endpoint_url; that of AWS itself \
             is https://{}",
            match service {
                Service::Sts => "sts.REGION.amazonaws.com",
                Service::Iam => "iam.amazonaws.com",
                Service::Organizations => "organizations.us-east-1.amazonaws.com",
            }
        ))
    })?;
    let endpoint = url.parse().map_err(|fault| {
        Failure::usage(format!("the endpoint `{url}` {fault}"))
            .with_help("such as http://127.0.0.1:4566")
    })?;
    Ok((endpoint, origin))
}

fn trust(file: Option<&Path>, profile: &Profile, environment: &Environment) -> Trust {
    let file = file.map(Path::to_owned).or_else(|| environment.path("AWS_CA_BUNDLE"));
    let file = file.or_else(|| profile.text("ca_bundle").map(PathBuf::from));
    file.map_or(Trust::System, Trust::File)
}

fn region(flags: &ServiceFlags, profile: &Profile, environment: &Environment) -> String {
    let region = flags.region.as_deref();
    let region = region.or_else(|| environment.first(&["AWS_REGION", "AWS_DEFAULT_REGION"]));
    region.or_else(|| profile.text("region")).unwrap_or(REGION).to_owned()
}

/// A policy as text, or the file that it is in, as the AWS CLI takes it.
fn policy(text: &str) -> Result<String, Failure> {
    let Some(path) = text.strip_prefix("file://") else { return Ok(text.to_owned()) };
    std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read the policy in `{path}`: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let nowhere =
            [("AWS_CONFIG_FILE", "/nowhere"), ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")];
        let variables = nowhere.iter().chain(variables);
        variables.map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    fn source(flags: SessionFlags, variables: &[(&str, &str)]) -> Result<Source, Failure> {
        let web_identity_token_file = Some("/token".into());
        let flags = SourceFlags { session: flags, web_identity_token_file, ..Default::default() };
        Source::of_either(&flags, &environment(variables))
    }

    #[test]
    fn flags_come_before_the_environment() {
        let variables = [
            ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/path/env"),
            ("AWS_ENDPOINT_URL", "http://all"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
        ];
        let plain = source(SessionFlags::default(), &variables).unwrap();
        assert_eq!(plain.role_name(), "env");
        assert_eq!(plain.client.endpoint.to_string(), "http://all");
        assert_eq!(
            (plain.client.region.as_str(), plain.ask.session_name.as_str()),
            ("eu-west-1", "stead")
        );
        let of_service = [&variables[..], &[("AWS_ENDPOINT_URL_STS", "http://sts")]].concat();
        let flags = SessionFlags { role_arn: Some("flag".to_owned()), ..Default::default() };
        let typed = source(flags, &of_service).unwrap();
        assert_eq!(
            (typed.role_name(), typed.client.endpoint.to_string().as_str()),
            ("flag", "http://sts")
        );
    }

    #[test]
    fn what_is_missing_is_said() {
        let endpoint = ("AWS_ENDPOINT_URL", "http://all");
        for (variables, expected) in [
            (&[endpoint][..], "no role is named"),
            (&[("AWS_ROLE_ARN", "arn")], "it is not said where STS answers"),
            (&[("AWS_ROLE_ARN", "arn"), ("AWS_ENDPOINT_URL", "all")], "begins neither with"),
            (&[("AWS_ROLE_ARN", ""), endpoint], "no role is named"),
        ] {
            let failure = source(SessionFlags::default(), variables).unwrap_err();
            assert!(failure.message().contains(expected), "{}", failure.message());
        }
    }

    #[test]
    fn tags_are_pairs_and_their_keys_differ() {
        let tags = |tag: &[&str], transitive_tag: &[&str]| {
            let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
            let flags = CallerFlags {
                tag: own(tag),
                transitive_tag: own(transitive_tag),
                ..Default::default()
            };
            caller(&flags, &environment(&[]))
        };
        let good = tags(&["team=a=b"], &["cost="]).unwrap();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(good.tags, [pair("team", "a=b"), pair("cost", "")]);
        assert_eq!(good.transitive, ["cost"]);
        assert!(tags(&["team"], &[]).is_err());
        assert!(tags(&["=a"], &[]).is_err());
        assert!(tags(&["team=a"], &["Team=b"]).is_err());
    }
}
