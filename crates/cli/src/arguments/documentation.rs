//! The page of the settings says what the code does.

use std::collections::BTreeSet;

use clap::CommandFactory as _;
use stead_server::config::Key;

use super::Arguments;

/// One setting as the page has it.
struct Row<'a> {
    name: &'a str,
    default: &'a str,
    flag: &'a str,
}

fn page() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
    std::fs::read_to_string(path).unwrap()
}

/// The rows of tables with four columns. Two names may share a row.
fn rows(page: &str) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for line in page.lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", names, default, flag, _, ""] = *cells.as_slice() else { continue };
        if names.starts_with('`') {
            let names = names.split(", ").map(|name| name.trim_matches('`'));
            rows.extend(names.map(|name| Row { name, default, flag }));
        }
    }
    rows
}

/// The words of a page that begin so, up to what no name holds.
fn words<'a>(page: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    page.match_indices(prefix).filter_map(move |(at, _)| {
        let rest = page.get(at + prefix.len()..)?;
        let is_part =
            |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
        rest.split(|character| !is_part(character)).next().filter(|word| !word.is_empty())
    })
}

#[test]
fn every_setting_is_on_the_page_and_nothing_else_is() {
    let page = page();
    let named: Vec<_> = rows(&page).iter().map(|row| row.name).collect();
    let distinct: BTreeSet<_> = named.iter().copied().collect();
    assert_eq!(distinct.len(), named.len(), "twice on the page: {named:?}");
    assert_eq!(distinct, Key::ALL.map(Key::name).into());
}

#[test]
fn defaults_and_flags_are_those_of_the_page() {
    let (page, command) = (page(), Arguments::command());
    let serve = command.find_subcommand("serve").unwrap();
    for row in rows(&page) {
        let key = Key::from_name(row.name).unwrap();
        match key.default_value() {
            Some(value) => assert_eq!(row.default, format!("`{value}`"), "{}", row.name),
            // What happens then is told in words.
            None => {
                let is_value = row.default.len() > 1
                    && row.default.matches('`').count() == 2
                    && row.default.starts_with('`')
                    && row.default.ends_with('`');
                assert!(!is_value, "{} has no default: {}", row.name, row.default);
            }
        }
        let flag = row.name.replace('_', "-");
        let has_flag = serve.get_arguments().any(|argument| argument.get_long() == Some(&flag));
        assert_eq!(row.flag, if has_flag { "yes" } else { "-" }, "{}", row.name);
    }
}

#[test]
fn flags_and_variables_in_the_text_are_real() {
    let (page, command) = (page(), Arguments::command());
    let serve = command.find_subcommand("serve").unwrap();
    let flags: Vec<_> = words(&page, "`--").collect();
    assert!(flags.contains(&"saml-endpoint"), "{flags:?}");
    for flag in flags {
        let is_known = serve.get_arguments().any(|argument| argument.get_long() == Some(flag));
        assert!(is_known, "--{flag}");
    }
    let variables: Vec<_> = words(&page, "STEAD_").collect();
    assert!(variables.contains(&"SAML_ENDPOINT"), "{variables:?}");
    for variable in variables {
        let is_known = Key::ALL.iter().any(|key| key.name().to_ascii_uppercase() == variable);
        // Besides: where the file is, and the two secrets.
        let is_told = ["CONFIG", "ROOT_KEY", "FIXTURE_KEYS"].contains(&variable);
        assert!(is_known || is_told, "STEAD_{variable}");
    }
}
