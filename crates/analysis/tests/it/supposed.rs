//! Who has proved nothing is judged by what the policies say. That no permit comes of it is
//! for the compiler: see `stead_authorizer::SupposedCaller`.

use serde_json::json;
use stead_analysis::{Case, replay};
use stead_authorizer::{Ask, RequestFacts, Resource, Surroundings, Transport, judge};
use stead_policy::Decision;

use crate::corpus::corpus;

#[test]
fn a_supposed_caller_is_judged_by_the_policies() {
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
}
