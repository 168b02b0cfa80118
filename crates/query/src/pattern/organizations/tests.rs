use super::*;

fn check(matches: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
    for text in good {
        assert!(matches(text), "{text:?} should match");
    }
    for text in bad {
        assert!(!matches(text), "{text:?} should not match");
    }
}

const UNIT: &str = "ou-ab12-abcdef12";
const ACCOUNT: &str = "111122223333";

#[test]
fn ids_have_their_prefix_and_length() {
    let of_32 = "a".repeat(32);
    let of_33 = "a".repeat(33);
    let id = |prefix: &str, rest: &str| format!("{prefix}{rest}");
    check(
        root_id,
        &["r-ab12", &id("r-", &of_32)],
        &[
            "",
            "r-",
            "r-abc",
            "r-ABCD",
            "r-ab-2",
            "q-ab12",
            " r-ab12",
            "r-ab12\n",
            &id("r-", &of_33),
        ],
    );
    check(
        unit_id,
        &[UNIT, &format!("ou-{of_32}-{of_32}")],
        &[
            "ou-ab12",
            "ou-ab12-",
            "ou-abc-abcdef12",
            "ou-ab12-abcdef1",
            "ou-ab12-ABCDEF12",
            "ou-ab12-abcdef12-x",
            "xou-ab12-abcdef12",
            &format!("ou-ab12-{of_33}"),
        ],
    );
    check(
        create_account_request_id,
        &["car-abcdef12"],
        &["car-abcdef1", "car-ABCDEF12", "cat-abcdef12", &id("car-", &of_33)],
    );
    check(handshake_id, &["h-abcdef12"], &["h-abcdef1", "h-abcdef_2", &id("h-", &of_33)]);
    check(responsibility_transfer_id, &["rt-abcdef12"], &["rt-abcdef1", "rt-ABCDEF12"]);
}

#[test]
fn one_of_several_kinds_is_a_whole_text_of_one() {
    let both = format!("{ACCOUNT}{UNIT}");
    check(child_id, &[ACCOUNT, UNIT], &["r-ab12", "11112222333", &both, ""]);
    check(parent_id, &["r-ab12", UNIT], &[ACCOUNT, "r-ab12ou-ab12-abcdef12", ""]);
    check(policy_target_id, &["r-ab12", UNIT, ACCOUNT], &["p-12345678", &both, ""]);
    check(
        taggable_resource_id,
        &["r-ab12", UNIT, ACCOUNT, "p-Full_AWSAccess", "rp-Ab_1", "rt-Abcdef_2"],
        &["o-a1b2c3d4e5", "p-1234567", "rp-abc", "rt-abcdef1", "rp-ab-1", ""],
    );
}

#[test]
fn an_address_has_one_at_and_a_dot_behind_it() {
    check(
        email,
        &["a@b.c", "a.b+c@d-e.f.g", "\u{e9}@b.c", "a@b..c", "a@..c"],
        &["", "a", "@b.c", "a@b", "a@.c", "a@b.", "a@b@c.d", "a b@c.d", "a@b.c ", "a@\nb.c"],
    );
}
