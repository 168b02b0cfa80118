use super::*;

fn check(matches: impl Fn(&str) -> bool, good: &[&str], bad: &[&str]) {
    for text in good {
        assert!(matches(text), "{text:?} should match");
    }
    for text in bad {
        assert!(!matches(text), "{text:?} should not match");
    }
}

#[test]
fn classes_hold_their_characters_and_no_neighbours() {
    check(|it| some(it, word), &["a", "Z_9"], &["", "a-", "é", "a b"]);
    check(|it| any(it, word), &["", "a"], &["-"]);
    check(|it| any(it, word_or_dash), &["a-b"], &["a.b"]);
    check(|it| any(it, word_dot_or_dash), &["a.b-c_d"], &["a:b"]);
    check(|it| some(it, name), &["a+=,.@-_"], &["", "a/b", "a:b", "a b", "ä", "a\n"]);
    check(|it| any(it, name_or_path), &["", "arn:aws:iam::1:mfa/x"], &["a b", "a;b"]);
    check(|it| any(it, channel), &["a:b_c.d-e"], &["a/b"]);
    check(|it| some(it, upper_or_digit), &["A1"], &["a", ""]);
    check(|it| some(it, printable), &[" ~"], &["\u{7f}", "\t"]);
    check(|it| any(it, tag), &["", "é日本 1_.:/=+-@", "\u{a0}"], &["a#", "a,b", "\t", "a\n"]);
    check(|it| some(it, latin), &["\t\n\r ÿ\u{7f}"], &["Ā", "\u{0}", "\u{b}", ""]);
    check(|it| some(it, latin_line), &[" ÿ"], &["\n"]);
    check(|it| any(it, latin_prose), &["¡\n"], &["\u{a0}", "\u{7f}", "\u{85}"]);
    check(|it| some(it, arn), &["é日\u{85}"], &["😀", "\u{80}", "\u{0}", "\u{ffff}"]);
}

#[test]
fn identifiers() {
    check(account_id, &["123456789012"], &["12345678901", "1234567890123", "12345678901a"]);
    check(
        account_alias,
        &["abc", "a-b", "a1b"],
        &["ab", "-ab", "ab-", "a--b", "aBc", "a_b", &"a".repeat(64)],
    );
    check(
        policy_version_id,
        &["v1", "v10", "v1.", "v1.a-B"],
        &["", "v", "v0", "v01", "1", "v1.a_b", "v1.a.b", "V1", "v1 "],
    );
    check(
        organizations_policy_id,
        &["p-12345678", "p-abc_DEF9"],
        &["p-1234567", "p-1234567-", "q-12345678"],
    );
    check(
        organizations_path,
        &["o-a1b2c3d4e5/r-ab12/", "o-a1b2c3d4e5/r-ab12/ou-ab12-cd"],
        &["o-a1b2/r-ab12", "o-a1b2c3d4e5/r-ab", "o-a1b2c3d4e5/r-ab12/OU", "o-a1b2c3d4e5"],
    );
}

#[test]
fn paths() {
    check(path, &["/", "/a/", "/a/b/", "/~/"], &["", "a", "/a", "a/", "//", "/a b/", "/\u{7f}/"]);
    check(path_prefix, &["/", "/a", "/a/", "/\u{7f}"], &["", "a", "/a b", "/é"]);
    check(
        policy_path,
        &["/", "/a/", "/a/b.c+@=_-,/"],
        &["", "//", "/a", "/a//b/", "/a b/", "/a~/"],
    );
}

#[test]
fn redirect_urls() {
    check(
        redirect_url,
        &["http://", "https://a.b/c?d=e&f#g/h", "https://a#b", "https://a?"],
        &["ftp://a", "https://a?b?c", "https://a#b#c", "https://a b", "https:/a", "https://a#b?c"],
    );
}
