//! What is told of calls that were made.

use serde_json::{Value, json};
use stead_api::{KnownOperation, Service};
use stead_service::Access;
use stead_types::UniqueId;

use crate::script::Script;

const ALLOWED: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetUser","iam:ListUsers","iam:PassRole","sts:GetCallerIdentity","s3:GetObject"],"Resource":"*"}]}"#;

/// A script with users `ann` and `bob`, who have called something, in a group.
fn called() -> Script {
    let mut script = Script::new();
    script.call("root", "CreateGroup", &[("GroupName", "staff")]).unwrap();
    let policy = [("GroupName", "staff"), ("PolicyName", "p"), ("PolicyDocument", ALLOWED)];
    script.call("root", "PutGroupPolicy", &policy).unwrap();
    for (name, calls) in [
        ("ann", &[(Service::Iam, "GetUser", 10), (Service::Sts, "GetCallerIdentity", 30)][..]),
        ("bob", &[(Service::Iam, "GetUser", 20), (Service::Iam, "ListRoles", 40)]),
    ] {
        script.call("root", "CreateUser", &[("UserName", name)]).unwrap();
        let member = [("GroupName", "staff"), ("UserName", name)];
        script.call("root", "AddUserToGroup", &member).unwrap();
        let user = script.world.account(script.account).user_by_name(name).unwrap();
        let (id, begun): (UniqueId, _) = (user.id.clone(), script.world.now);
        let access = |(service, name, seconds): &(Service, &str, u64)| Access {
            operation: KnownOperation::lookup(*service, name).unwrap(),
            at: begun.plus(std::time::Duration::from_secs(*seconds)),
            region: "eu-west-1".into(),
        };
        script.world.accesses.insert(id, calls.iter().map(access).collect());
    }
    script
}

fn report(script: &mut Script, arn: &str, granularity: &str) -> (String, Value) {
    let arn = format!("arn:aws:iam::111122223333:{arn}");
    let wanted = [("Arn", arn.as_str()), ("Granularity", granularity)];
    let made = script.call("root", "GenerateServiceLastAccessedDetails", &wanted).unwrap();
    let job = made["JobId"].as_str().unwrap().to_owned();
    let read = script.call("root", "GetServiceLastAccessedDetails", &[("JobId", &job)]).unwrap();
    (job, read["ServicesLastAccessed"].clone())
}

fn of<'r>(report: &'r Value, service: &str) -> &'r Value {
    let mut all = report.as_array().unwrap().iter();
    all.find(|entry| entry["ServiceNamespace"] == service).unwrap()
}

#[test]
fn the_last_call_of_a_group_is_that_of_a_member() {
    let mut script = called();
    let now = script.world.now.epoch_seconds();
    let (job, told) = report(&mut script, "group/staff", "ACTION_LEVEL");
    let iam = of(&told, "iam");
    // A call that is not allowed counts for the service too.
    assert_eq!(iam["LastAuthenticated"], json!(now + 40));
    assert_eq!(iam["LastAuthenticatedEntity"], "arn:aws:iam::111122223333:user/bob");
    assert_eq!(iam["LastAuthenticatedRegion"], "eu-west-1");
    assert_eq!(iam["TotalAuthenticatedEntities"], 2);
    let actions = iam["TrackedActionsLastAccessed"].as_array().unwrap();
    let names: Vec<&Value> = actions.iter().map(|action| &action["ActionName"]).collect();
    assert_eq!(names, ["GetUser", "ListUsers"]);
    assert_eq!(actions[0]["LastAccessedTime"], json!(now + 20));
    assert_eq!(actions[0]["LastAccessedEntity"], "arn:aws:iam::111122223333:user/bob");
    assert_eq!(actions[1], json!({"ActionName": "ListUsers"}));
    assert_eq!(of(&told, "sts")["TotalAuthenticatedEntities"], 1);
    assert_eq!(of(&told, "s3")["TotalAuthenticatedEntities"], 0);
    let wanted = [("JobId", job.as_str()), ("ServiceNamespace", "sts")];
    let listed = script.call("root", "GetServiceLastAccessedDetailsWithEntities", &wanted).unwrap();
    let entities = listed["EntityDetailsList"].as_array().unwrap();
    let told: Vec<_> = entities
        .iter()
        .map(|it| (it["EntityInfo"]["Name"].as_str().unwrap(), it["LastAuthenticated"].clone()))
        .collect();
    assert_eq!(told, [("ann", json!(now + 30)), ("bob", Value::Null)]);
}

#[test]
fn a_report_is_of_its_moment_and_of_its_person() {
    let mut script = called();
    let now = script.world.now.epoch_seconds();
    let (job, told) = report(&mut script, "user/ann", "SERVICE_LEVEL");
    assert_eq!(of(&told, "iam")["LastAuthenticated"], json!(now + 10));
    assert_eq!(of(&told, "iam").get("TrackedActionsLastAccessed"), None);
    script.world.accesses.clear();
    let again = script.call("root", "GetServiceLastAccessedDetails", &[("JobId", &job)]).unwrap();
    assert_eq!(again["ServicesLastAccessed"], told);
    // After 400 days nobody tells it any more.
    script.world.wait(401 * 24 * 3_600);
    let later = script.call("root", "GetServiceLastAccessedDetails", &[("JobId", &job)]).unwrap();
    assert_eq!(of(&later["ServicesLastAccessed"], "iam")["TotalAuthenticatedEntities"], 0);
}
