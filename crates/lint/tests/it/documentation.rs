//! The page of the rules is that of the table.

use std::fmt::Write as _;

use stead_lint::rules;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/lint.md");
const BEGIN: &str = "<!-- generated: rules -->\n";

/// `STEAD_UPDATE=1` writes what the table says.
#[test]
#[expect(clippy::disallowed_methods, reason = "how the one who changes a rule says so")]
fn the_page_has_every_rule() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (head, _) = page.split_once(BEGIN).unwrap();
    let wanted = format!("{head}{BEGIN}{}", generated());
    if std::env::var_os("STEAD_UPDATE").is_some() {
        std::fs::write(PAGE, &wanted).unwrap();
    }
    assert!(page == wanted, "docs/lint.md is stale: run this test with STEAD_UPDATE=1");
}

#[test]
fn the_page_says_where_the_catalogue_comes_from() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let source = stead_catalogue::source();
    for part in [source.package, source.version, source.date, source.licence] {
        assert!(page.contains(part), "{part}");
    }
}

fn generated() -> String {
    let mut text = String::new();
    for rule in rules() {
        let fix = if rule.fixable { ", `--fix`" } else { "" };
        let severity = rule.severity.as_str();
        writeln!(text, "\n### `{}`\n\n{severity}{fix}: {}\n\n{}", rule.code, rule.title, rule.text)
            .unwrap();
        writeln!(text, "\n```json\n{}\n```", rule.shown.text()).unwrap();
        writeln!(text, "\nNot found in:\n\n```json\n{}\n```", rule.clean.text()).unwrap();
    }
    text
}
