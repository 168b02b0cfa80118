//! Drawn operations on an account, and beside it a small model of IAM's rules: each is
//! answered as the model says, and now and then all that is told of the account is compared.
//!
//! `STEAD_RULES_OPERATIONS` sets how many operations there are in all, `STEAD_RULES_SEED` the
//! first seed; each seed has an account of its own. By hand, for longer:
//! `STEAD_RULES_OPERATIONS=1000000 cargo test -p stead-iam --test it drawn_rules -- --nocapture`.

use std::collections::BTreeMap;

use self::draw::Drawn;
use self::model::{Model, Refusal};
use self::operation::Operation;
use crate::script::Script;

mod draw;
mod model;
mod operation;
mod told;

/// Operations in all, where nothing is said.
const OPERATIONS: u64 = 100_000;

/// Operations on one account.
const PER_SEED: u64 = 1_000;

/// Operations between two looks at the whole account.
const BETWEEN_LOOKS: u64 = 20;

/// How often each operation was answered with each code, or with `ok`.
type Answers = BTreeMap<(&'static str, &'static str), u64>;

#[test]
fn drawn_operations_are_answered_as_the_rules_say() {
    let operations = asked("STEAD_RULES_OPERATIONS").unwrap_or(OPERATIONS);
    let first = asked("STEAD_RULES_SEED").unwrap_or(1);
    let mut answers = Answers::new();
    for seed in first..first + operations.div_ceil(PER_SEED) {
        play(seed, &mut answers);
    }
    assert!(answers.values().sum::<u64>() >= operations);
    if operations >= OPERATIONS {
        let silent: Vec<_> =
            operation::ANSWERS.iter().filter(|it| !answers.contains_key(it)).collect();
        assert!(silent.is_empty(), "never answered: {silent:?}");
    }
}

/// One account, from its beginning.
fn play(seed: u64, answers: &mut Answers) {
    let mut drawn = Drawn::new(seed);
    let growth = 1 + drawn.below(5);
    let mut script = Script::new();
    let mut model = Model::default();
    for number in 0..PER_SEED {
        let operation = Operation::drawn(&mut drawn, growth, &model);
        let at = || format!("seed {seed}, operation {number}: {operation:?}");
        let wanted = model.apply(&operation);
        let found = call(&mut script, &operation, &mut model);
        assert_eq!(
            found.as_ref().err().map(String::as_str),
            wanted.err().map(Refusal::code),
            "{}",
            at()
        );
        let outcome = wanted.err().map_or("ok", Refusal::code);
        *answers.entry((operation.name(), outcome)).or_default() += 1;
        if number % BETWEEN_LOOKS == 0 || number + 1 == PER_SEED {
            assert_eq!(told::by_server(&mut script), told::by_model(&model), "after {}", at());
        }
    }
}

/// Calls an operation; gives the code of a refusal. The model learns the id of a new key.
fn call(script: &mut Script, operation: &Operation, model: &mut Model) -> Result<(), String> {
    let parameters = operation.parameters();
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = script.call("root", operation.name(), &parameters).map_err(|it| it.code)?;
    if let Operation::CreateAccessKey { user } = operation {
        model.learn_key(user, answer["AccessKey"]["AccessKeyId"].as_str().unwrap());
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a test is told how long to go on")]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect(name))
}
