//! A report for people.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use stead_federation::oidc::KeyValues;

use super::report::{Kind, Report, Signature, values};

/// The whole text. Everything of the token goes through [`printable`].
pub(super) fn human(report: &Report) -> String {
    let mut text = head(report);
    members(&mut text, "header", &report.header);
    let title = match report.kind {
        Kind::OpenIdConnect => "claims",
        Kind::Saml => "assertion",
    };
    members(&mut text, title, &report.claims);
    let moments = report.moments.iter();
    let moments = moments.map(|it| (it.name.clone(), format!("{}  {}", it.at, it.words)));
    table(&mut text, &format!("times (now {})", report.now), moments.collect());
    let keys = report.condition_keys.iter().map(|key| {
        let multivalued = matches!(key.values, KeyValues::Many(_));
        let note =
            if multivalued { "  (multivalued: needs ForAnyValue or ForAllValues)" } else { "" };
        (key.name.clone(), format!("{}{note}", values(key).join(", ")))
    });
    table(&mut text, "condition keys it would set", keys.collect());
    table(&mut text, "what it asks of the session", session(report));
    list(&mut text, "note", &report.notes);
    match report.refusals.as_slice() {
        [] => text.push_str("\nNothing was found that would refuse it.\n"),
        refusals => list(&mut text, "would be refused: it", refusals),
    }
    text
}

fn head(report: &Report) -> String {
    let kind = match report.kind {
        Kind::OpenIdConnect => "OpenID Connect token",
        Kind::Saml => "SAML response",
    };
    match &report.signature {
        Signature::NotChecked(what) => format!(
            "{kind}, NOT VERIFIED: anybody can have written what follows\n  {}\n",
            printable(what)
        ),
        Signature::Holds { .. } if report.kind == Kind::Saml => {
            format!("{kind}, its assertion is signed with a key in the provider's metadata\n")
        }
        Signature::Holds { key_id } => {
            let key = key_id.as_deref().map_or_else(String::new, |id| format!(" `{id}`"));
            format!("{kind}, its signature is that of the key{}\n", printable(&key))
        }
        Signature::Fails => format!("{kind}, ITS SIGNATURE DOES NOT HOLD\n"),
    }
}

fn session(report: &Report) -> Vec<(String, String)> {
    let session = &report.session;
    let mut lines = Vec::new();
    let named = [("session name", &session.name), ("source identity", &session.source_identity)];
    for (title, value) in named {
        lines.extend(value.clone().map(|value| (title.to_owned(), value)));
    }
    for (key, value, transitive) in &session.tags {
        let note = if *transitive { "  (transitive)" } else { "" };
        lines.push((format!("tag {key}"), format!("{value}{note}")));
    }
    let roles = session.roles.iter().flatten();
    lines.extend(roles.map(|role| ("role".to_owned(), role.clone())));
    lines
}

fn members(text: &mut String, title: &str, members: &Map<String, Value>) {
    let shown = members.iter().map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (name.clone(), value)
    });
    table(text, title, shown.collect());
}

fn table(text: &mut String, title: &str, lines: Vec<(String, String)>) {
    if lines.is_empty() {
        return;
    }
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).min(60);
    let _ = writeln!(text, "\n{title}");
    for (name, value) in lines {
        let _ = writeln!(text, "  {:<width$}  {}", printable(&name), printable(&value));
    }
}

fn list(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for line in lines {
        let _ = writeln!(text, "  - {}", printable(line));
    }
}

/// What of the token may reach a terminal: no control characters, with which a token
/// could hide what it says, and none that turn the direction of writing.
fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut printable, character| {
        let turns = matches!(
            character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
        );
        if character.is_control() || turns {
            printable.extend(character.escape_unicode());
        } else {
            printable.push(character);
        }
        printable
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_token_reaches_the_terminal_but_text() {
        for (text, expected) in [
            ("plain é 名", "plain é 名"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\nb\r\u{9b}", "a\\u{a}b\\u{d}\\u{9b}"),
            ("\u{202e}gpj", "\\u{202e}gpj"),
        ] {
            assert_eq!(printable(text), expected);
        }
    }
}
