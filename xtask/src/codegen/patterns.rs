//! Which function of `crates/query/src/pattern.rs` stands for which expression.

use anyhow::{Result, bail};

/// Character classes that are repeated, `[...]*` or `[...]+`.
const CLASSES: [(&str, &str); 18] = [
    (r"\d", "digit"),
    (r"\w", "word"),
    (r"\w-", "word_or_dash"),
    (r"\w._-", "word_dot_or_dash"),
    (r"\w+=,.@-", "name"),
    (r"\w+=,.@:\/-", "name_or_path"),
    (r"\w+=/:,.@-", "name_or_path"),
    (r"a-zA-Z0-9:/+=,.@_-", "name_or_path"),
    (r"a-zA-Z0-9:_.-", "channel"),
    (r"A-Z0-9", "upper_or_digit"),
    (r" -~", "printable"),
    (r"\u0020-\u007E", "printable"),
    (r"\s\S", "anything"),
    (r"\p{L}\p{Z}\p{N}_.:/=+\-@", "tag"),
    (r"\u0009\u000A\u000D\u0020-\u00FF", "latin"),
    (r"\u0020-\u00FF", "latin_line"),
    (r"\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF", "latin_prose"),
    (r"\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF", "arn"),
];

/// Expressions with a function of their own.
const WHOLE: [(&str, &str); 22] = [
    (r"\d{12}", "account_id"),
    (r"^\d{12}$", "account_id"),
    (r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", "account_alias"),
    (r"\u002F[\u0021-\u007F]*", "path_prefix"),
    (r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", "path"),
    (r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", "policy_path"),
    (r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", "policy_version_id"),
    (r"^p-[0-9a-zA-Z_]{8,128}$", "organizations_policy_id"),
    (r"^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*", "organizations_path"),
    (r"[\w+=,.@-]{1,64}", "role_name"),
    (r"[^\s@]+@[^\s@]+\.[^\s@]+", "email"),
    (r"^r-[0-9a-z]{4,32}$", "root_id"),
    (r"^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$", "unit_id"),
    (r"^car-[a-z0-9]{8,32}$", "create_account_request_id"),
    (r"^h-[0-9a-z]{8,32}$", "handshake_id"),
    (r"^rt-[0-9a-z]{8,32}$", "responsibility_transfer_id"),
    (r"^(\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", "child_id"),
    (r"^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", "parent_id"),
    (r"^(r-[0-9a-z]{4,32})|(\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", "policy_target_id"),
    (
        r"^(r-[0-9a-z]{4,32})|(\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})|(^p-[0-9a-zA-Z_]{8,128})|(^rp-[0-9a-zA-Z_]{4,128})|(^rt-[0-9a-zA-Z_]{8,32})$",
        "taggable_resource_id",
    ),
    (r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "tag_text"),
    (r"^http(s?)://[a-zA-Z0-9._/-]*(\?[a-zA-Z0-9._=&-]*)?(#[a-zA-Z0-9._/-]*)?$", "redirect_url"),
];

/// The Rust expression for a function from a text to whether it matches.
pub(crate) fn matcher(pattern: &str) -> Result<String> {
    if let Some((_, function)) = WHOLE.iter().find(|(text, _)| *text == pattern) {
        return Ok(format!("pattern::{function}"));
    }
    let anchored = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$'));
    let inner = anchored.unwrap_or(pattern);
    let repeated = [("]*", "any"), ("]+", "some")].into_iter().find_map(|(end, function)| {
        let class = inner.strip_prefix('[')?.strip_suffix(end)?;
        Some((class, function))
    });
    let Some((class, quantifier)) = repeated else { bail!("no function stands for `{pattern}`") };
    let Some((_, function)) = CLASSES.iter().find(|(text, _)| *text == class) else {
        bail!("no function stands for the class `[{class}]`");
    };
    Ok(format!("|text| pattern::{quantifier}(text, pattern::{function})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_expressions_have_functions_and_others_stop_the_generator() {
        for (pattern, expected) in [
            (r"[\w]*", "|text| pattern::any(text, pattern::word)"),
            (r"[\w+=,.@-]+", "|text| pattern::some(text, pattern::name)"),
            (r"^[a-zA-Z0-9:_.-]+$", "|text| pattern::some(text, pattern::channel)"),
            (r"\d{12}", "pattern::account_id"),
        ] {
            assert_eq!(matcher(pattern).unwrap(), expected);
        }
        for unknown in [r"[a-z]", r"[\w]?", r"[\s]*", "", r"\d{13}"] {
            assert!(matcher(unknown).is_err(), "{unknown}");
        }
    }
}
