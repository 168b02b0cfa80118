//! Every numbered rule of evaluation has cases.

use std::collections::BTreeSet;

/// The rules, as the case files number them: A, condition operators, 1 to 16; B,
/// variables, 17 to 22; C, elements, 23 to 27; D, the decision, 28 to 35; E,
/// organizations, 37 and 38. Of the rules about STS those that are policy: 39, 40, 43.
/// (36 is about operations that ask no policy.)
#[test]
fn every_rule_has_cases() {
    let mut covered: BTreeSet<u32> = crate::conditions::points().into_iter().collect();
    covered.extend(crate::decisions::points());
    let wanted = (1..=35).chain([37, 38, 39, 40, 43]);
    let missing: Vec<u32> = wanted.filter(|point| !covered.contains(point)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}
