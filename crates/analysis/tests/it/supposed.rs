//! A caller of a question is nobody: whatever the policies say, no permit is made.

use serde_json::json;
use stead_analysis::{Case, replay};
use stead_authorizer::{Ask, RequestFacts, Resource, Surroundings, Transport, decide, judge};
use stead_policy::Decision;

use crate::corpus::corpus;

#[test]
fn a_supposed_caller_is_judged_and_never_permitted() {
    let known = corpus().into_iter().find(|known| known.name == "clock-set-by-hand").unwrap();
    let mut document = known.case.document().clone();
    document["attempt"]["environment"] = json!({});
    let case = Case::parse(&document.to_string()).unwrap();
    let (world, attempt) = (case.world().unwrap(), case.attempt().unwrap());
    let replay = replay(&world, &attempt);
    assert!(replay.is_allowed());
    let caller = replay.caller.unwrap();
    let home = &world.account(world.owner()).unwrap().snapshot;
    let arn = attempt.role_arn().parse().unwrap();
    let resource = Resource::Role {
        account: world.owner(),
        arn: attempt.role_arn().to_owned(),
        role: home.role_by_arn(&arn).cloned(),
    };
    let ask = Ask { resource, ..Ask::any("sts:AssumeRole", world.owner()) };
    let facts = RequestFacts {
        now: attempt.time,
        source_ip: [203, 0, 113, 7].into(),
        transport: Transport::Tls,
        requested_region: "us-east-1".to_owned(),
        user_agent: None,
        referer: None,
    };
    let judgement = judge(&caller, home, &ask, &facts, &Surroundings::default());
    assert_eq!(judgement.decision, Decision::Allow);
    assert!(decide::<()>(&caller, home, &ask, &facts).is_err());
}
