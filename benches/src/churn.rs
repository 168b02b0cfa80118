//! Roles that come and go, as Terraform makes them: several clients create roles with their
//! policies, read them back, change them, read them again and destroy them.
//!
//! All clients do one thing at a time, so that writes and reads are timed apart. Every answer
//! must be a good one, and what is read must be what was written last. At the end the server is
//! killed between writing and reading.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use percent_encoding::percent_decode_str;
use tokio::task::JoinSet;

use crate::child::{self, Emulator, EmulatorKind};
use crate::load::Connection;
use crate::world::{Caller, element};
use crate::{Addresses, clock};

/// How much is written.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) clients: u16,
    /// Roles that a client has at once. All of them together stay within the quota.
    pub(crate) roles: u16,
    /// How often it makes as many.
    pub(crate) waves: u16,
    /// The same for the other emulator.
    pub(crate) emulated_roles: u16,
}

/// How often the writes of the other emulator must go into those here.
pub(crate) const OVER_MOTO_MIN: f64 = 5.0;

/// What was seen.
pub(crate) struct Churn {
    /// Roles that came and went.
    pub(crate) roles: u32,
    pub(crate) stead: Pace,
    pub(crate) moto: Option<Pace>,
}

/// How many calls were answered in which time.
#[derive(Clone, Copy, Default)]
pub(crate) struct Pace {
    writes: Calls,
    reads: Calls,
}

#[derive(Clone, Copy, Default)]
struct Calls {
    count: u32,
    took: Duration,
}

impl Calls {
    fn add(&mut self, count: u32, took: Duration) {
        self.count += count;
        self.took += took;
    }

    fn per_second(self) -> f64 {
        f64::from(self.count) / self.took.as_secs_f64()
    }
}

impl Pace {
    pub(crate) fn writes_per_second(&self) -> f64 {
        self.writes.per_second()
    }

    pub(crate) fn reads_per_second(&self) -> f64 {
        self.reads.per_second()
    }
}

/// Lets roles come and go here, and then in moto.
pub(crate) async fn measure(
    binary: &Path,
    folder: &Path,
    emulators: &[Emulator],
    plan: &Plan,
) -> Result<Churn> {
    let folder = folder.join("churn");
    std::fs::create_dir(&folder)?;
    let server = child::durable_stead(binary, &folder)?;
    let root = root(server.ready()?, &folder)?;
    let mut clients = Clients::open(&root, plan.clients, plan.roles).await?;
    let mut stead = Pace::default();
    for wave in 0..plan.waves {
        clients.come_and_go(wave, &mut stead).await.with_context(|| format!("wave {wave}"))?;
    }
    ensure!(left(&root).await? == 0, "roles are left that were destroyed");
    clients.all(Step::Create, plan.waves).await?;
    drop(server);
    let server = child::durable_stead(binary, &folder)?;
    let root = self::root(server.ready()?, &folder)?;
    let survivors = u32::from(plan.clients) * u32::from(plan.roles);
    ensure!(left(&root).await? == survivors, "an acknowledged role is lost");
    clients.reopen(&root).await?;
    clients.all(Step::Read(Version::First), plan.waves).await?;
    clients.all(Step::Destroy, plan.waves).await?;
    drop(server);
    let moto = emulators.iter().find(|emulator| emulator.kind == EmulatorKind::Moto);
    let moto = match moto {
        Some(emulator) => Some(emulated(emulator, &folder, &root, plan).await?),
        None => None,
    };
    Ok(Churn { roles: survivors * u32::from(plan.waves), stead, moto })
}

fn root(address: SocketAddr, folder: &Path) -> Result<Arc<Caller>> {
    let addresses = Addresses { stead: address, constant: address };
    Ok(Arc::new(Caller::root(addresses, folder)?))
}

async fn emulated(emulator: &Emulator, folder: &Path, root: &Caller, plan: &Plan) -> Result<Pace> {
    let (server, address) = child::emulator(emulator, folder)?;
    let caller = Arc::new(root.at(address));
    let mut clients = Clients::open(&caller, plan.clients, plan.emulated_roles).await?;
    let mut pace = Pace::default();
    // The first wave warms up.
    for wave in 0..2 {
        pace = Pace::default();
        clients.come_and_go(wave, &mut pace).await.context("moto")?;
    }
    drop(server);
    Ok(pace)
}

/// How many roles of the load there are.
async fn left(root: &Caller) -> Result<u32> {
    let mut count = 0;
    let look = |page: &str| count += page.matches("<RoleName>").count();
    root.each_page("ListRoles", &[("PathPrefix", PATH)], look).await?;
    Ok(u32::try_from(count)?)
}

/// The path of the load's roles.
const PATH: &str = "/churn/";

/// The clients, and what they share.
struct Clients {
    open: Vec<Client>,
    roles: u16,
}

/// One client and its connection.
struct Client {
    caller: Arc<Caller>,
    connection: Connection,
    number: usize,
    policy_arn: Arc<str>,
}

/// What all clients do to all of their roles.
#[derive(Clone, Copy)]
enum Step {
    Create,
    Read(Version),
    Update,
    Destroy,
}

/// Which policies a role has.
#[derive(Clone, Copy)]
enum Version {
    First,
    Second,
}

impl Step {
    /// Calls for each role.
    const CALLS: u32 = 3;

    const fn writes(self) -> bool {
        !matches!(self, Self::Read(_))
    }
}

impl Clients {
    async fn open(caller: &Arc<Caller>, clients: u16, roles: u16) -> Result<Self> {
        let document = policy("shared");
        let parameters = [("PolicyName", "churned"), ("PolicyDocument", document.as_str())];
        let made = caller.iam("CreatePolicy", &parameters).await?;
        let policy_arn: Arc<str> = element(&made, "Arn")?.into();
        let mut open = Vec::new();
        for number in 0..usize::from(clients) {
            let connection = Connection::open(caller.address()).await?;
            let (caller, policy_arn) = (Arc::clone(caller), Arc::clone(&policy_arn));
            open.push(Client { caller, connection, number, policy_arn });
        }
        Ok(Self { open, roles })
    }

    /// The same clients at another address.
    async fn reopen(&mut self, caller: &Arc<Caller>) -> Result<()> {
        for client in &mut self.open {
            client.caller = Arc::clone(caller);
            client.connection = Connection::open(caller.address()).await?;
        }
        Ok(())
    }

    async fn come_and_go(&mut self, wave: u16, pace: &mut Pace) -> Result<()> {
        let steps = [
            Step::Create,
            Step::Read(Version::First),
            Step::Update,
            Step::Read(Version::Second),
            Step::Destroy,
        ];
        for step in steps {
            let began = clock::instant();
            self.all(step, wave).await?;
            let roles = u32::try_from(self.open.len())? * u32::from(self.roles);
            let calls = if step.writes() { &mut pace.writes } else { &mut pace.reads };
            calls.add(roles * Step::CALLS, began.elapsed());
        }
        Ok(())
    }

    /// Every client takes the step with each of its roles.
    async fn all(&mut self, step: Step, wave: u16) -> Result<()> {
        let (mut tasks, roles) = (JoinSet::new(), self.roles);
        for mut client in self.open.drain(..) {
            tasks.spawn(async move {
                for role in 0..roles {
                    let name = format!("churn-{wave}-{}-{role}", client.number);
                    client.take(step, &name).await.with_context(|| name)?;
                }
                anyhow::Ok(client)
            });
        }
        while let Some(finished) = tasks.join_next().await {
            self.open.push(finished??);
        }
        Ok(())
    }
}

impl Client {
    async fn take(&mut self, step: Step, name: &str) -> Result<()> {
        match step {
            Step::Create => self.create(name).await,
            Step::Read(version) => self.read(name, version).await,
            Step::Update => self.update(name).await,
            Step::Destroy => self.destroy(name).await,
        }
    }

    async fn create(&mut self, name: &str) -> Result<()> {
        let (trust, inline) =
            (trust(&mark(name, Version::First)), policy(&mark(name, Version::First)));
        let role =
            [("RoleName", name), ("Path", PATH), ("AssumeRolePolicyDocument", trust.as_str())];
        self.call("CreateRole", &role).await?;
        self.put(name, &inline).await?;
        let attached = [("RoleName", name), ("PolicyArn", &*Arc::clone(&self.policy_arn))];
        self.call("AttachRolePolicy", &attached).await?;
        Ok(())
    }

    async fn update(&mut self, name: &str) -> Result<()> {
        let mark = mark(name, Version::Second);
        let trust = trust(&mark);
        let role = [("RoleName", name), ("PolicyDocument", trust.as_str())];
        self.call("UpdateAssumeRolePolicy", &role).await?;
        self.put(name, &policy(&mark)).await?;
        let tagged =
            [("RoleName", name), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "churn")];
        self.call("TagRole", &tagged).await?;
        Ok(())
    }

    async fn put(&mut self, name: &str, document: &str) -> Result<()> {
        let inline = [("RoleName", name), ("PolicyName", INLINE), ("PolicyDocument", document)];
        self.call("PutRolePolicy", &inline).await?;
        Ok(())
    }

    async fn read(&mut self, name: &str, version: Version) -> Result<()> {
        let mark = mark(name, version);
        let has = |answer: &str, element_name: &str| {
            let document = element(answer, element_name)?;
            let document = percent_decode_str(&document).decode_utf8()?;
            ensure!(document.contains(&mark), "{element_name} is {document}, not that of {mark}");
            Ok(())
        };
        has(&self.call("GetRole", &[("RoleName", name)]).await?, "AssumeRolePolicyDocument")?;
        let inline = [("RoleName", name), ("PolicyName", INLINE)];
        has(&self.call("GetRolePolicy", &inline).await?, "PolicyDocument")?;
        let attached = self.call("ListAttachedRolePolicies", &[("RoleName", name)]).await?;
        ensure!(attached.contains(&*self.policy_arn), "the managed policy is not attached");
        Ok(())
    }

    async fn destroy(&mut self, name: &str) -> Result<()> {
        let attached = [("RoleName", name), ("PolicyArn", &*Arc::clone(&self.policy_arn))];
        self.call("DetachRolePolicy", &attached).await?;
        let inline = [("RoleName", name), ("PolicyName", INLINE)];
        self.call("DeleteRolePolicy", &inline).await?;
        self.call("DeleteRole", &[("RoleName", name)]).await?;
        Ok(())
    }

    /// Calls one operation; the answer must be a good one. Some servers close the connection
    /// after each.
    async fn call(&mut self, action: &str, parameters: &[(&str, &str)]) -> Result<String> {
        let request = self.caller.iam_request(action, parameters)?;
        if !self.connection.is_open().await {
            self.connection = Connection::open(self.caller.address()).await?;
        }
        let (status, answer) = self.connection.exchange(request).await?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        ensure!(status.is_success(), "{action}: {status} {answer}");
        Ok(answer)
    }
}

const INLINE: &str = "inline";

/// Stands in the policies of one version of one role, and in no others.
fn mark(name: &str, version: Version) -> String {
    let version = match version {
        Version::First => "First",
        Version::Second => "Second",
    };
    format!("{version}{}", name.replace('-', "x"))
}

fn trust(mark: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Sid":"{mark}","Effect":"Allow","Principal":{{"Service":"ec2.amazonaws.com"}},"Action":"sts:AssumeRole"}}}}"#
    )
}

fn policy(mark: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"{mark}","Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::{mark}","arn:aws:s3:::{mark}/*"]}},{{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}]}}"#
    )
}
