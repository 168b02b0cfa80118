//! A simulation and the call: whatever policies, callers, resources and requests are drawn,
//! SimulatePrincipalPolicy says what the signed call is answered, and the event of the call
//! shows the context that the simulation was given. The accounts are members of an
//! organization whose policies are drawn too.
//!
//! A session of GetSessionToken is asked about as its user, with the keys that the session
//! has besides. Spec: API SimulatePrincipalPolicy, PolicySourceArn and CallerArn: of users,
//! groups and roles. A root user is therefore asked about with `stead simulate`; of a
//! federated user neither can be asked.
//!
//! `STEAD_SIMULATE_CASES` sets the number of cases, `STEAD_SIMULATE_SEED` the seed, which is
//! printed:
//! `STEAD_SIMULATE_CASES=20000 cargo test -p stead-system-tests --test it simulated -- --nocapture`.

mod attempt;
mod documents;
mod organization;
mod stage;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::drawn::{Drawn, any_seed, asked, say};
use attempt::{Attempt, Simulated};
use stage::Stage;

/// Cases of one run, where nothing is said.
const CASES: u64 = 400;

/// After so many cases the policies are drawn anew.
const CASES_PER_SCENE: usize = 25;

/// What a case was told, until the log of calls is read.
struct Told {
    attempt: Attempt,
    /// By the simulation: of each action that the call asks for, in its order.
    simulated: Simulated,
}

#[test]
fn what_is_simulated_is_what_the_call_is_answered() {
    let cases = usize::try_from(asked("STEAD_SIMULATE_CASES").unwrap_or(CASES)).unwrap();
    let seed = asked("STEAD_SIMULATE_SEED").unwrap_or_else(any_seed);
    say(&format!("STEAD_SIMULATE_CASES={cases} STEAD_SIMULATE_SEED={seed}"));
    let mut drawn = Drawn::new(seed);
    let stage = Stage::new();
    let mut told = BTreeMap::new();
    for case in 0..cases {
        if case % CASES_PER_SCENE == 0 {
            stage.redraw(&mut drawn);
        }
        let attempt = Attempt::draw(&stage, &mut drawn);
        let simulated = attempt.simulate(&stage);
        let answer = attempt.call(&stage);
        let id = answer.text("RequestId").unwrap().to_owned();
        told.insert(id, Told { attempt, simulated });
    }
    let events = stage.events(&told.keys().cloned().collect());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut callers: BTreeMap<String, usize> = BTreeMap::new();
    for (id, Told { attempt, simulated }) in &told {
        let event = events.get(id).unwrap_or_else(|| panic!("no event of {id}: {attempt:?}"));
        let expected = first_refusal(&simulated.decisions);
        let found = answered(event);
        assert_eq!(found, expected, "seed {seed}: {attempt:#?}\n{simulated:?}\n{event}");
        attempt.must_show_in(event);
        *counts.entry(format!("{} {found}", attempt.kind())).or_default() += 1;
        let limited = if simulated.limited { "limited by the organization" } else { &found };
        *callers.entry(format!("{}: {limited}", attempt.caller())).or_default() += 1;
    }
    say(&format!("{counts:#?} {callers:#?}"));
    if cases >= 400 {
        for outcome in ["allowed", "implicitDeny", "explicitDeny"] {
            let reached = counts.keys().filter(|kind| kind.ends_with(outcome)).count();
            assert!(reached >= 3, "only {reached} kinds of case are {outcome}: {counts:#?}");
        }
        for outcome in ["allowed", "limited by the organization"] {
            let reached = callers.keys().filter(|kind| kind.ends_with(outcome)).count();
            assert!(reached >= 3, "only {reached} kinds of caller are {outcome}: {callers:#?}");
        }
    }
}

/// A call asks for its actions one after the other and ends at the first that is refused.
fn first_refusal(decisions: &[String]) -> String {
    let refusal = decisions.iter().find(|decision| *decision != "allowed");
    refusal.cloned().unwrap_or_else(|| "allowed".to_owned())
}

/// What the policies said to a call, by its event: what fails for another reason was allowed.
fn answered(event: &Value) -> String {
    match event["additionalEventData"]["decision"].as_str() {
        Some(decision) => decision.to_owned(),
        None => {
            assert_ne!(event["errorCode"], "AccessDenied", "{event}");
            "allowed".to_owned()
        }
    }
}
