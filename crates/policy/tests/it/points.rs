//! The numbered rules of evaluation, each with the form that is accepted and its
//! neighbours that are not.
//!
//! "Accepted" is what the case's kind makes of it: a condition that holds, a request
//! that is allowed, a document that is taken. Where a rule is that something is
//! refused, the form is the refusal and the neighbours are what it spares; all that
//! counts is that they come out opposite.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A rule, and where it is held to.
struct Point {
    number: u32,
    title: &'static str,
    /// A case by name.
    form: &'static str,
    /// Cases that are nearly the same and come out opposite.
    neighbours: &'static [&'static str],
}

/// A rule, or part of one, that is not the engine's to keep.
struct Elsewhere {
    /// `G` is what the simulator leaves out; the others are numbers.
    rule: &'static str,
    reason: &'static str,
    /// A file of the repository and a test in it; none when what the rule is about
    /// does not exist here.
    test: Option<(&'static str, &'static str)>,
}

/// The rules: A, condition operators, 1 to 16; B, variables, 17 to 22; C, elements,
/// 23 to 27; D, the decision, 28 to 35; E, organizations, 37 and 38; F, of STS.
const LAST: u32 = 48;

const fn point(
    number: u32,
    title: &'static str,
    form: &'static str,
    neighbours: &'static [&'static str],
) -> Point {
    Point { number, title, form, neighbours }
}

#[rustfmt::skip]
const POINTS: &[Point] = &[
    point(1, "all operators and keys, one of the values, none when negated", "one of the values is enough", &["none of the values", "one operator fails", "one key of an operator fails", "a negated operator: one of the values"]),
    point(2, "a missing key fails positive operators and passes negated ones", "absent: StringNotEquals", &["absent: StringEquals", "absent: Bool", "absent: NumericLessThan", "absent: IpAddress", "absent: BinaryEquals"]),
    point(3, "IfExists passes the missing key, key by key", "IfExists and the key is absent", &["IfExists and the key is there and does not match", "IfExists counts key by key", "IfExists with a negated operator: there", "Null with IfExists"]),
    point(4, "a second factor is absent for long-term keys", "BoolIfExists false catches long-term keys", &["Bool false misses long-term keys", "Bool true keeps long-term keys out", "temporary credentials without a device"]),
    point(5, "ForAllValues passes the empty set, ForAnyValue does not", "ForAllValues: absent", &["ForAllValues: one does not", "ForAllValues with Null against the absent key", "ForAnyValue: absent", "ForAnyValue: the empty string", "ForAnyValue negated: absent"]),
    point(6, "several values need a quantifier", "several values with a quantifier", &["several values without a quantifier", "several values without a quantifier, negated", "several values without a quantifier, with IfExists"]),
    point(7, "a quantifier takes one value for a set", "ForAnyValue on one value", &["ForAllValues on one value"]),
    point(8, "Null asks for presence; an empty tag is absent", "Null: an empty tag counts as absent", &["Null: another empty value does not", "Null true: there", "Null false: absent", "Null takes no variables"]),
    point(9, "strings mind case, wildcards only in StringLike", "StringLike: any run", &["an asterisk in StringEquals", "an asterisk in StringEqualsIgnoreCase", "StringLike: case matters", "StringLike: one character is not none"]),
    point(10, "ARNs are compared by component", "ArnLike by components", &["ArnLike: a wildcard stays in its component", "ArnLike: what is no ARN", "ArnLike: case matters", "ArnNotEquals knows wildcards"]),
    point(11, "numbers and dates as such, across their forms", "dates across forms", &["what is no date", "what is no number", "numbers take no variables", "long-term keys have no issue time"]),
    point(12, "addresses by range, families apart", "spellings of one IPv6 address", &["the other family", "outside the range", "ranges take no wildcards"]),
    point(13, "booleans are true and false", "in another case", &["the other", "what is no boolean", "booleans take no variables"]),
    point(14, "bytes are compared with base64", "bytes against base64", &["base64 against base64", "what is no base64"]),
    point(15, "an unknown operator is refused, and fails closed in storage", "every quantifier and suffix", &["no operator, with a key", "an operator that is none in an Allow", "an operator that is none in a Deny"]),
    point(16, "keys in any case, values in theirs", "a key in another case", &["the value of a tag keeps its case", "values of aws:TagKeys are values"]),
    point(17, "variables need version 2012-10-17", "a variable", &["the older version has none", "no variables in the older version"]),
    point(18, "variables stand behind the fifth colon and in strings and ARNs", "a variable behind the fifth colon", &["a variable before the fifth colon is text", "not in a key", "not in addresses"]),
    point(19, "a variable without value matches nothing, negated operators pass", "without a value, negated", &["without a value", "without a value, within a wildcard pattern", "a variable without value"]),
    point(20, "defaults, escapes, and no variable of several values", "a default", &["a default without quotes is none", "a default without the blank is none", "an escaped asterisk is no wildcard", "a key with several values is no variable"]),
    point(21, "what a variable stands for is data", "an asterisk in a value is an asterisk", &["an asterisk in a value is no wildcard", "a variable in a value is text", "a value does not add components"]),
    point(22, "aws:username is of users only", "aws:username lets the user in", &["aws:username keeps roles out", "aws:username does not exist for roles"]),
    point(23, "actions in any case, resources by component", "prefix and name in another case", &["the resource in another case", "a wildcard stays in its component", "a short ARN of another service", "too few question marks", "a service with a wildcard", "an ARN with a wildcard for the service"]),
    point(24, "Not-elements are the complement; NotPrincipal denies who has a boundary", "all but the user: the user, with the account", &["all but the user: the user, without the account", "who has a boundary is always denied", "NotAction: this action", "NotPrincipal with Deny", "a NotPrincipal"]),
    point(25, "a principal is an account, a user, a role, in full", "the account by number", &["another account", "the user's name in another case", "a wildcard in the user's ARN", "a group", "a wildcard in a user's name"]),
    point(26, "each kind of document has its elements", "an account", &["a Resource", "a NotResource", "no Principal", "a Principal", "with a Principal"]),
    point(27, "users and roles are meant by their ids", "the user by unique id", &["the user of that name before", "the role of that name before"]),
    point(28, "a Deny wins", "a Deny of another action does not", &["a Deny beats an Allow", "a Deny in the boundary", "a Deny in the session policy", "a Deny in the resource's policy", "a Deny in a service control policy", "a Deny in a resource control policy"]),
    point(29, "one side is enough, but not for trust policies and keys", "the caller's policies are enough", &["the caller's policies alone are never enough", "a key: the caller's policies alone are not enough", "neither", "another action of the family is not this one"]),
    point(30, "who is named is not limited by silence", "user, named: silent identity and boundary do not count", &["user, by the account: identity must allow", "role, named: boundary limits", "role, named: session policy limits", "federated user, by the user who asked: session policy limits", "the user is named and has a boundary that is silent"]),
    point(31, "a trust policy that names the caller is enough", "the user is named", &["the account is named: policies must allow", "the account is named: policies allow another role", "neither side"]),
    point(32, "across accounts both sides must allow", "cross-account: both sides", &["cross-account: no policy there", "cross-account: silent policies here", "cross-account: the boundary limits who is named", "another service", "the anonymous by an account"]),
    point(33, "a session is its role's, by the role's ARN with its path", "the role by ARN, with its path", &["the role by ARN, without its path", "another session of the role", "the session with the role's path"]),
    point(34, "a role that assumes itself must trust itself", "a role assumes itself and trusts itself", &["a role assumes itself by its policies alone"]),
    point(35, "the root user may all in its account, federated users need session policies", "root user", &["root user in another account", "root user, denied by the resource", "federated user without session policies"]),
    point(37, "service control policies must allow at every level", "every level allows", &["one level is silent", "a level without policies is silent", "one level denies", "an Allow with a condition that fails", "no version", "a NotPrincipal"]),
    point(38, "resource control policies only deny, also callers from outside", "one that denies another action", &["a resource control policy denies", "it denies callers of other accounts", "it grants nothing", "that allows", "every action", "the principal under AWS"]),
    point(39, "tags and a source identity are actions of their own", "tags ask for an action of their own: trusted", &["tags ask for an action of their own: not trusted", "a source identity asks for one too"]),
    point(40, "what the call says is in the keys of STS", "the external id matches", &["the external id is another", "the external id is missing", "only these tags and one more"]),
    point(42, "a session policy is measured with its white space", "as many characters as the quota, white space and all", &["one character more than the quota, white space and all"]),
    point(43, "web identities and assertions, by their provider and claims", "a web identity with its claims", &["a web identity of another subject", "a web identity without the claim", "a web identity by another provider", "everyone under AWS does not", "several values of amr without one"]),
    point(44, "more claims than subject and audience, where they are handed on", "a claim beside subject and audience", &["a claim beside subject and audience, of another repository", "a claim that the service does not hand on", "a claim of another provider"]),
    point(45, "a shared provider's trust asks for the tenant's claim", "GitHub by subject", &["GitHub by audience alone", "GitHub without a condition", "GitHub with any subject", "GitHub with a subject if there is one", "Pulumi by subject instead of audience"]),
    point(45, "each Allow asks for itself", "GitLab narrowed and denied", &["GitLab narrowed in one of two statements", "identity pools narrowed and Google not"]),
    point(45, "the social providers ask for an application", "Google by audience", &["Google without a condition", "Google with a pattern for its audience", "Google by audience in another case of the key", "Amazon by audience", "Facebook by user"]),
    point(46, "a subject of names and ids is another subject", "a subject of names and ids, matched by both", &["a subject of names and ids, matched by names", "a subject of names and ids, of a repository that took the name"]),
    point(47, "a session keeps some claims, and its provider", "a claim that the session keeps", &["a claim that only the call for the session had", "the provider of another session"]),
    point(48, "whoever is in the way is named", "nobody is in the way and nobody is named", &["all who do not allow are named", "the one who denies and those who do not allow are named"]),
];

/// What is decided although the documentation is silent or contradicts itself.
#[rustfmt::skip]
const DECIDED: &[Point] = &[
    point(6, "a plain operator on several values: no match", "several values with a quantifier", &["one value of a key with several, without a quantifier"]),
    point(13, "a boolean that is none: no match", "true", &["what is no boolean"]),
    point(30, "a user named in a trust policy: the boundary must allow", "the user is named and has a boundary that allows", &["the user is named and has a boundary that is silent", "everyone by ARN, and a user's silent boundary"]),
    point(21, "a wildcard in a value: text", "an asterisk in a value is an asterisk", &["a tag that tries to be a wildcard"]),
    point(45, "the claims that shared providers require: a table", "Sentinel by session name", &["Sentinel without the session name"]),
    point(45, "a pattern of wildcards alone says nothing", "GitLab by subject", &["GitLab with a pattern that is two stars", "GitLab with a pattern that is a question mark", "GitHub with a pattern that is a question mark and a star"]),
];

#[rustfmt::skip]
const ELSEWHERE: &[Elsewhere] = &[
    Elsewhere { rule: "27", reason: "ids are put for ARNs when a role is stored", test: Some(("crates/directory/src/trust/tests.rs", "principals_are_admitted_or_refused_one_by_one")), },
    Elsewhere { rule: "36", reason: "which operations a session may call at all is decided before policies are asked", test: Some(("crates/sts/tests/it/session_token.rs", "the_session_of_a_user_is_kept_from_iam_and_most_of_sts")), },
    Elsewhere { rule: "41", reason: "texts of the operation, and the keys that inherited tags replace", test: Some(("crates/sts/tests/it/tags.rs", "session_tags_stand_over_the_roles_and_inherited_ones_over_the_resources")), },
    Elsewhere { rule: "42", reason: "durations and packing belong to the operation", test: Some(("crates/sts/tests/it/duration.rs", "a_chain_caps_at_an_hour_and_more_is_an_error")), },
    Elsewhere { rule: "45", reason: "the claim is asked for when a role is created or changed", test: Some(("crates/directory/src/trust/tests.rs", "a_shared_provider_is_trusted_only_with_the_claim_of_its_tenant")), },
    Elsewhere { rule: "48", reason: "the words of a denial are the service's", test: Some(("crates/sts/tests/it/assume_role.rs", "a_role_that_does_not_name_the_user_refuses_and_one_that_does_gives_credentials")), },
    Elsewhere { rule: "G", reason: "there is no simulator; the engine evaluates the real call", test: None, },
];

#[test]
fn every_rule_has_its_form_and_its_neighbours() {
    let cases = outcomes();
    let mut failures = Vec::new();
    for point in POINTS.iter().chain(DECIDED) {
        if let Err(failure) = check(point, &cases) {
            failures.push(format!("{} ({}): {failure}", point.number, point.title));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn no_rule_is_left_out() {
    let engine = POINTS.iter().map(|point| point.number.to_string());
    let elsewhere = ELSEWHERE.iter().map(|entry| entry.rule.to_owned());
    let listed: BTreeSet<String> = engine.chain(elsewhere).collect();
    let wanted = (1..=LAST).map(|number| number.to_string()).chain(["G".to_owned()]);
    assert_eq!(listed, wanted.collect::<BTreeSet<_>>());
    let named = outcomes();
    let unknown: Vec<_> = named.keys().filter(|(number, _)| *number > LAST).collect();
    assert!(unknown.is_empty(), "no such rules: {unknown:?}");
}

#[test]
fn what_is_tested_elsewhere_is_tested_there() {
    for Elsewhere { rule, reason, test } in ELSEWHERE {
        assert!(!reason.is_empty(), "{rule} has no reason");
        let Some((file, test)) = test else { continue };
        let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", file].iter().collect();
        let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{rule}: no {file}"));
        let found = text.contains(&format!("#[test]\nfn {test}()"));
        assert!(found, "{rule}: no test {test} in {file}");
    }
}

/// At least so many cases lie in files.
#[test]
fn there_are_enough_cases() {
    const CASES_MIN: usize = 600;
    let count = crate::conditions::outcomes().len()
        + crate::decisions::outcomes().len()
        + crate::grammar::outcomes().len();
    assert!(count >= CASES_MIN, "only {count} cases");
}

/// What comes of the cases of a rule, by name.
type Outcomes = BTreeMap<(u32, String), BTreeSet<bool>>;

fn outcomes() -> Outcomes {
    let conditions = crate::conditions::outcomes();
    let decisions = crate::decisions::outcomes();
    let grammar = crate::grammar::outcomes().into_iter();
    let grammar = grammar.filter_map(|(point, name, accepted)| Some((point?, name, accepted)));
    let mut outcomes = Outcomes::new();
    for (point, name, accepted) in conditions.into_iter().chain(decisions).chain(grammar) {
        outcomes.entry((point, name)).or_default().insert(accepted);
    }
    outcomes
}

fn check(point: &Point, cases: &Outcomes) -> Result<(), String> {
    let form = outcome(point.number, point.form, cases)?;
    if point.neighbours.is_empty() {
        return Err("has no neighbour".into());
    }
    for neighbour in point.neighbours {
        if outcome(point.number, neighbour, cases)? == form {
            return Err(format!("`{neighbour}` comes out as `{}` does", point.form));
        }
    }
    Ok(())
}

/// The outcome that all cases of this name have.
fn outcome(point: u32, name: &str, cases: &Outcomes) -> Result<bool, String> {
    let found = cases.get(&(point, name.to_owned())).ok_or(format!("no case `{name}`"))?;
    match found.iter().collect::<Vec<_>>().as_slice() {
        [outcome] => Ok(**outcome),
        _ => Err(format!("cases named `{name}` differ")),
    }
}
