//! The account the load works in, and the workloads.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http::Request;
use http_body_util::Full;
use hyper::body::Bytes;
use stead_types::{Secret, Timestamp};

use crate::load::Connection;
use crate::request::{Keys, form, signed};
use crate::{Addresses, clock};

const IAM: &str = "2010-05-08";
const STS: &str = "2011-06-15";

/// Different requests of one workload, sent in turn: as many signatures for the
/// server to verify, none of them twice within one turn.
const REQUESTS: u16 = 512;

/// One operation: its requests to the server, and the same to the baseline.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) addresses: Addresses,
    pub(crate) requests: Vec<Request<Full<Bytes>>>,
    pub(crate) constant: Vec<Request<Full<Bytes>>>,
}

/// Makes a user and a role it may assume, and the requests to send as that user.
pub(crate) async fn prepare(administrator: &Caller, addresses: Addresses) -> Result<Vec<Workload>> {
    let (user, role_arn) = make_user_and_role(administrator).await?;
    let session = assume(&user, &role_arn).await?;
    let identity: Vec<_> = (0..REQUESTS).map(|_| form("GetCallerIdentity", STS, &[])).collect();
    let assuming: Vec<_> =
        (0..REQUESTS).map(|number| assume_role(&role_arn, &format!("session-{number}"))).collect();
    Ok(vec![
        workload("sts.get_caller_identity", addresses, &user, &identity).await?,
        workload("sts.get_caller_identity.session", addresses, &session, &identity).await?,
        workload("sts.assume_role", addresses, &user, &assuming).await?,
    ])
}

/// Requests to assume a role, each with its session's name.
pub(crate) async fn assuming(
    administrator: &Caller,
    addresses: Addresses,
) -> Result<Vec<(String, Request<Full<Bytes>>)>> {
    let (user, role_arn) = make_user_and_role(administrator).await?;
    let assumer = Assumer { user, role_arn };
    (0..REQUESTS)
        .map(|number| {
            Ok((session_name(number.into()), assumer.request(addresses.stead, "/", number.into())?))
        })
        .collect()
}

/// How many managed policies an ordinary user has here: as many as AWS allows by default.
const POLICIES: usize = 10;

/// A user and the role it assumes.
pub(crate) struct Assumer {
    user: Caller,
    role_arn: String,
}

impl Assumer {
    /// A user with ten managed policies, one of which allows to assume the role.
    pub(crate) async fn with_policies(administrator: &Caller) -> Result<Self> {
        let (user, role_arn) = make_user_and_role(administrator).await?;
        let inline = [("UserName", "bencher"), ("PolicyName", "inline")];
        administrator.iam("DeleteUserPolicy", &inline).await?;
        for number in 0..POLICIES {
            let (name, document) = (format!("managed-{number}"), policy(number, &role_arn));
            let parameters = [("PolicyName", name.as_str()), ("PolicyDocument", &document)];
            let made = administrator.iam("CreatePolicy", &parameters).await?;
            let arn = element(&made, "Arn")?;
            let parameters = [("UserName", "bencher"), ("PolicyArn", arn.as_str())];
            administrator.iam("AttachUserPolicy", &parameters).await?;
        }
        Ok(Self { user, role_arn })
    }

    /// A request to assume the role, unlike those of other numbers. `path` is what is asked
    /// of the constant server; it is not signed.
    pub(crate) fn request(
        &self,
        host: SocketAddr,
        path: &str,
        number: usize,
    ) -> Result<Request<Full<Bytes>>> {
        let body = assume_role(&self.role_arn, &session_name(number));
        signed(&self.user.keys, "sts", host, path, &body, moment(clock::now()?, number)?)
    }
}

fn session_name(number: usize) -> String {
    format!("session-{number}")
}

/// The last policy is about the role, the others are about other services.
fn policy(number: usize, role_arn: &str) -> String {
    let service =
        ["s3", "ec2", "sqs", "sns", "kms", "logs", "lambda", "dynamodb", "ecr"].get(number);
    match service {
        Some(service) => format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Read","Effect":"Allow","Action":["{service}:Get*","{service}:List*","{service}:Describe*"],"Resource":"*"}},{{"Sid":"Own","Effect":"Allow","Action":"{service}:*","Resource":"arn:aws:{service}:*:*:team-${{aws:username}}/*","Condition":{{"StringEquals":{{"aws:RequestedRegion":["us-east-1","eu-central-1"]}}}}}},{{"Sid":"Guard","Effect":"Deny","Action":"{service}:Delete*","Resource":"*","Condition":{{"Bool":{{"aws:MultiFactorAuthPresent":"false"}}}}}}]}}"#
        ),
        None => format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Sid":"Assume","Effect":"Allow","Action":"sts:AssumeRole","Resource":"{role_arn}"}}}}"#
        ),
    }
}

/// The keys in the answer to a call that gives out credentials.
pub(crate) fn session_keys(answer: &str) -> Result<Keys> {
    Ok(Keys {
        id: element(answer, "AccessKeyId")?,
        secret: Secret::new(element(answer, "SecretAccessKey")?),
        token: Some(Secret::new(element(answer, "SessionToken")?)),
    })
}

/// A session asks who it is.
pub(crate) fn who_am_i(
    keys: &Keys,
    host: SocketAddr,
    number: usize,
) -> Result<Request<Full<Bytes>>> {
    let body = form("GetCallerIdentity", STS, &[]);
    signed(keys, "sts", host, "/", &body, moment(clock::now()?, number)?)
}

/// A caller of the measured server.
pub(crate) struct Caller {
    keys: Keys,
    address: SocketAddr,
}

impl Caller {
    /// Whoever has these keys.
    pub(crate) const fn new(keys: Keys, address: SocketAddr) -> Self {
        Self { keys, address }
    }

    /// The id and the secret of the key.
    pub(crate) fn key(&self) -> (String, Secret<String>) {
        (self.keys.id.clone(), self.keys.secret.clone())
    }

    /// Assumes a role.
    pub(crate) async fn assume(&self, role_arn: &str) -> Result<String> {
        self.call("sts", &assume_role(role_arn, "session")).await
    }

    /// The root user of the server's account.
    pub(crate) fn root(addresses: Addresses, folder: &Path) -> Result<Self> {
        let keys = root_key(&folder.join("data/aws/credentials"))?;
        Ok(Self { keys, address: addresses.stead })
    }

    /// The same caller of another server.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        let (id, secret) = self.key();
        Self { keys: Keys { id, secret, token: self.keys.token.clone() }, address }
    }

    /// The server that is called.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// A request to one operation of IAM.
    pub(crate) fn iam_request(
        &self,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Request<Full<Bytes>>> {
        let body = form(action, IAM, parameters);
        signed(&self.keys, "iam", self.address, "/", &body, clock::now()?)
    }

    /// Calls one operation of IAM.
    pub(crate) async fn iam(&self, action: &str, parameters: &[(&str, &str)]) -> Result<String> {
        self.call("iam", &form(action, IAM, parameters)).await
    }

    /// Calls an operation of IAM that answers in pages, as long as pages may be, and looks at
    /// each.
    pub(crate) async fn each_page(
        &self,
        action: &str,
        parameters: &[(&str, &str)],
        mut look: impl FnMut(&str),
    ) -> Result<()> {
        let mut marker = None;
        loop {
            let mut all = [parameters, &[("MaxItems", "1000")]].concat();
            all.extend(marker.as_deref().map(|marker| ("Marker", marker)));
            let page = self.iam(action, &all).await?;
            look(&page);
            marker = element(&page, "Marker").ok();
            if marker.is_none() {
                return Ok(());
            }
        }
    }

    /// Calls one operation; the answer must be a good one.
    async fn call(&self, service: &str, body: &str) -> Result<String> {
        let request = signed(&self.keys, service, self.address, "/", body, clock::now()?)?;
        let (status, answer) = Connection::open(self.address).await?.exchange(request).await?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        ensure!(status.is_success(), "{body}: {status} {answer}");
        Ok(answer)
    }
}

fn root_key(credentials: &Path) -> Result<Keys> {
    let text =
        std::fs::read_to_string(credentials).with_context(|| credentials.display().to_string())?;
    let value = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once('='));
        let found =
            lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned());
        found.with_context(|| format!("`{name}` is missing"))
    };
    Ok(Keys {
        id: value("aws_access_key_id")?,
        secret: Secret::new(value("aws_secret_access_key")?),
        token: None,
    })
}

/// A user who may do anything with STS, and a role which the user may assume.
pub(crate) async fn make_user_and_role(administrator: &Caller) -> Result<(Caller, String)> {
    let user_arn =
        element(&administrator.iam("CreateUser", &[("UserName", "bencher")]).await?, "Arn")?;
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}"#;
    let parameters =
        [("UserName", "bencher"), ("PolicyName", "inline"), ("PolicyDocument", policy)];
    administrator.iam("PutUserPolicy", &parameters).await?;
    let key = administrator.iam("CreateAccessKey", &[("UserName", "bencher")]).await?;
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{user_arn}"}},"Action":"sts:AssumeRole"}}}}"#
    );
    let parameters = [("RoleName", "benched"), ("AssumeRolePolicyDocument", trust.as_str())];
    let role = administrator.iam("CreateRole", &parameters).await?;
    let keys = Keys {
        id: element(&key, "AccessKeyId")?,
        secret: Secret::new(element(&key, "SecretAccessKey")?),
        token: None,
    };
    Ok((Caller { keys, address: administrator.address }, element(&role, "Arn")?))
}

fn assume_role(role_arn: &str, session_name: &str) -> String {
    form("AssumeRole", STS, &[("RoleArn", role_arn), ("RoleSessionName", session_name)])
}

async fn assume(user: &Caller, role_arn: &str) -> Result<Caller> {
    let answer = user.call("sts", &assume_role(role_arn, "session")).await?;
    Ok(Caller { keys: session_keys(&answer)?, address: user.address })
}

/// The text of the first element of a name. The values read here hold nothing
/// that XML would escape.
pub(crate) fn element(answer: &str, name: &str) -> Result<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let text = answer.split_once(&open).and_then(|(_, rest)| rest.split_once(&close));
    Ok(text.with_context(|| format!("no {open} in {answer}"))?.0.to_owned())
}

/// Signs the bodies for the server, and again for the constant answers, whose
/// length is that of one real answer.
async fn workload(
    name: &'static str,
    addresses: Addresses,
    caller: &Caller,
    bodies: &[String],
) -> Result<Workload> {
    let sample = bodies.first().context("a workload has requests")?;
    let path = format!("/{}", caller.call("sts", sample).await?.len());
    let now = clock::now()?;
    let sign = |(number, body): (usize, &String), host, path: &str| {
        signed(&caller.keys, "sts", host, path, body, moment(now, number)?)
    };
    let requests = bodies.iter().enumerate().map(|body| sign(body, addresses.stead, "/"));
    let constant = bodies.iter().enumerate().map(|body| sign(body, addresses.constant, &path));
    Ok(Workload {
        name,
        addresses,
        requests: requests.collect::<Result<_>>()?,
        constant: constant.collect::<Result<_>>()?,
    })
}

/// Requests that would be equal otherwise are signed at different moments of
/// the last minutes, well within what counts as fresh.
fn moment(now: Timestamp, number: usize) -> Result<Timestamp> {
    Ok(now.minus(Duration::from_secs((number % 120).try_into()?)))
}
