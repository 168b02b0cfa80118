//! Fixes of denials that nobody has met: accounts and attempts made of numbers. Whatever is
//! proposed helps, and lets in nobody else unless it says so.

mod generated;
mod tight;

use serde_json::{Value, json};
use stead_analysis::{Case, Explanation, Fix, Verdict, World, explain, replay};

use crate::numbers::Numbers;

/// How many denials are looked at. `STEAD_FIX_DENIALS=10000` looks at more.
const DENIALS: usize = 400;
const DENIALS_NAME: &str = "STEAD_FIX_DENIALS";
const SEED: u64 = 20_261_123;
const SEED_NAME: &str = "STEAD_FIX_SEED";

/// A denied call, and others that somebody else could make.
struct Denied {
    document: Value,
    case: Case,
    world: World,
    strangers: Vec<Value>,
}

impl Denied {
    fn new(document: Value) -> Option<(Self, Explanation)> {
        let case = Case::parse(&document.to_string()).unwrap();
        let explanation = explain(&case).unwrap();
        let world = case.world().unwrap();
        let mut denied = Self { document, case, world, strangers: Vec::new() };
        let all = generated::strangers(&denied.document).into_iter();
        denied.strangers = all.filter(|it| !denied.is_allowed(&denied.world, it)).collect();
        (explanation.verdict == Verdict::Denied).then_some((denied, explanation))
    }

    /// Whether an attempt succeeds over these accounts.
    fn is_allowed(&self, world: &World, attempt: &Value) -> bool {
        let mut document = json!({"account": null, "otherAccounts": []});
        document["attempt"] = attempt.clone();
        let attempt = Case::parse(&document.to_string()).unwrap().attempt().unwrap();
        replay(world, &attempt).is_allowed()
    }

    /// The case with a change; none where the call is refused still.
    fn allowed_after(&self, fix: &Fix) -> Option<Case> {
        let patched = self.case.patched(&fix.patch).unwrap();
        let (world, attempt) = (patched.world().unwrap(), patched.attempt().unwrap());
        replay(&world, &attempt).is_allowed().then_some(patched)
    }

    /// Whoever was refused in these accounts and no longer is: with the call as it was, and
    /// with what the fix has it ask for.
    fn let_in(&self, patched: &Case) -> Option<Value> {
        let world = patched.world().unwrap();
        let fixed = &patched.document()["attempt"];
        let parameters = &fixed["parameters"];
        let others = self.strangers.iter();
        // Somebody else may be the one who is to call.
        let others = others.filter(|it| {
            fixed["caller"].is_null() || it["caller"]["arn"] != fixed["caller"]["arn"]
        });
        others.into_iter().find_map(|stranger| {
            let mut as_fixed = stranger.clone();
            as_fixed["parameters"] = parameters.clone();
            let before = |attempt: &Value| self.is_allowed(&self.world, attempt);
            let calls = [stranger.clone(), as_fixed];
            calls.into_iter().find(|call| !before(call) && self.is_allowed(&world, call))
        })
    }

    /// What is not as it should be.
    fn faults(&self, explanation: &Explanation) -> Vec<String> {
        let mut faults = Vec::new();
        let mut first = None;
        for (fix, number) in explanation.fixes.iter().zip(1..) {
            let what = format!("fix {number}, {}", json!(fix));
            let Some(patched) = self.allowed_after(fix) else {
                faults.push(format!("{what}: the call is refused still"));
                continue;
            };
            let stranger = self.let_in(&patched);
            if let (Some(stranger), false) = (&stranger, fix.widens) {
                faults.push(format!("{what}: lets in {} unsaid", described(stranger)));
            }
            if number == 1 {
                first = stranger.map(|stranger| (what, stranger));
            }
        }
        if let Some((what, stranger)) = first
            && let Some(tight) = tight::fix(self)
        {
            let who = described(&stranger);
            faults.push(format!("{what}: lets in {who}, and {tight} lets in nobody"));
        }
        faults
    }
}

fn described(attempt: &Value) -> String {
    format!("{} {}", attempt["caller"], attempt["token"]["claims"])
}

#[expect(clippy::disallowed_methods, reason = "how many, and a failure is repeated with its seed")]
fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

#[test]
fn fixes_help_and_let_in_nobody_else_unless_they_say_so() {
    let seed = number(SEED_NAME, SEED);
    let wanted = usize::try_from(number(DENIALS_NAME, DENIALS as u64)).unwrap();
    let (mut seen, mut fixed, mut tight, mut round) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    while seen < wanted {
        let made = generated::document(&mut Numbers::new(seed.wrapping_add(round)));
        if let Some((denied, explanation)) = Denied::new(made) {
            seen += 1;
            fixed += usize::from(!explanation.fixes.is_empty());
            tight += usize::from(explanation.fixes.first().is_some_and(|fix| !fix.widens));
            let faults = denied.faults(&explanation);
            let cause = explanation.cause;
            wrong.extend(faults.iter().map(|fault| format!("round {round}, {cause:?}: {fault}")));
        }
        round += 1;
    }
    println!(
        "seed {seed}: {seen} denials of {round} calls, {fixed} with a fix, {tight} a tight one"
    );
    let shown: Vec<&String> = wrong.iter().take(20).collect();
    assert!(wrong.is_empty(), "{} wrong, of seed {seed} ({SEED_NAME}): {shown:#?}", wrong.len());
    assert!(fixed * 10 > seen * 9, "only {fixed} of {seen} have a fix");
}
