//! The models' regular expressions, as functions.
//!
//! Nothing compiles an expression while answering a request: each is linear in its
//! input and written out here. `cargo xtask codegen` knows which function stands for
//! which expression and stops at one it does not know. Expressions must match the
//! whole text. Spec: `\w` and `\d` are Java's, so ASCII only.

mod organizations;
#[cfg(test)]
mod tests;

pub(crate) use self::organizations::{
    child_id, create_account_request_id, email, handshake_id, parent_id, policy_target_id,
    responsibility_transfer_id, root_id, taggable_resource_id, unit_id,
};

/// An expression: its text, which messages show, and its meaning.
pub(crate) struct Pattern {
    /// The expression as the model has it.
    pub(crate) text: &'static str,
    /// Whether a text matches as a whole.
    pub(crate) matches: fn(&str) -> bool,
}

/// `[...]*`
pub(crate) fn any(text: &str, class: fn(char) -> bool) -> bool {
    text.chars().all(class)
}

/// `[...]+`
pub(crate) fn some(text: &str, class: fn(char) -> bool) -> bool {
    !text.is_empty() && any(text, class)
}

/// `[\d]`
pub(crate) const fn digit(character: char) -> bool {
    character.is_ascii_digit()
}

/// `[\w]`
pub(crate) const fn word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// `[\w-]`
pub(crate) const fn word_or_dash(character: char) -> bool {
    word(character) || character == '-'
}

/// `[\w._-]`
pub(crate) const fn word_dot_or_dash(character: char) -> bool {
    word(character) || matches!(character, '.' | '-')
}

/// `[\w+=,.@-]`
pub(crate) const fn name(character: char) -> bool {
    word(character) || matches!(character, '+' | '=' | ',' | '.' | '@' | '-')
}

/// `[\w+=,.@-]{1,64}`
pub(crate) fn role_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && any(text, name)
}

/// `^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`
pub(crate) fn tag_text(text: &str) -> bool {
    any(text, tag)
}

/// `[\w+=,.@:\/-]` and `[\w+=/:,.@-]`
pub(crate) const fn name_or_path(character: char) -> bool {
    name(character) || matches!(character, ':' | '/')
}

/// `[a-zA-Z0-9:_.-]`
pub(crate) const fn channel(character: char) -> bool {
    word(character) || matches!(character, ':' | '.' | '-')
}

/// `[A-Z0-9]`
pub(crate) const fn upper_or_digit(character: char) -> bool {
    character.is_ascii_uppercase() || digit(character)
}

/// `[ -~]`
pub(crate) const fn printable(character: char) -> bool {
    matches!(character, ' '..='~')
}

/// `[\s\S]`
pub(crate) const fn anything(_: char) -> bool {
    true
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`
///
/// Choice: letters and numbers are Unicode's Alphabetic with N, so that the few
/// Alphabetic marks beyond \p{L} are accepted; `stead_types::TagKey` does the same.
pub(crate) fn tag(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(character, '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
        || (character.is_whitespace() && !character.is_control())
}

/// `[\u0009\u000A\u000D\u0020-\u00FF]`
pub(crate) const fn latin(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}')
}

/// `[\u0020-\u00FF]`
pub(crate) const fn latin_line(character: char) -> bool {
    matches!(character, '\u{20}'..='\u{ff}')
}

/// `[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]`
pub(crate) const fn latin_prose(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{7e}' | '\u{a1}'..='\u{ff}')
}

/// The class of `arnType`.
///
/// Its last part, `\u10000-\u10FFFF`, is read by Java as three smaller things that the
/// rest covers, so that characters beyond U+FFFF do not match.
pub(crate) const fn arn(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | '\u{20}'..='\u{7e}' | '\u{85}'
        | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
}

/// `\d{12}`
pub(crate) fn account_id(text: &str) -> bool {
    text.len() == 12 && any(text, digit)
}

/// `^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`: no dash at an end, and no two in a row.
pub(crate) fn account_alias(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=63).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
}

/// `\u002F[\u0021-\u007F]*`
pub(crate) fn path_prefix(text: &str) -> bool {
    text.strip_prefix('/').is_some_and(|rest| any(rest, |it| matches!(it, '!'..='\u{7f}')))
}

/// `(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`
pub(crate) fn path(text: &str) -> bool {
    let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    text == "/" || inner.is_some_and(|inner| some(inner, |it| matches!(it, '!'..='~')))
}

/// `((/[A-Za-z0-9\.,\+@=_-]+)*)/`: names between slashes, none of them empty.
pub(crate) fn policy_path(text: &str) -> bool {
    let allowed = |it: char| word(it) || matches!(it, '.' | ',' | '+' | '@' | '=' | '-');
    let Some(rest) = text.strip_prefix('/') else { return false };
    let Some(segments) = rest.strip_suffix('/') else { return rest.is_empty() };
    segments.split('/').all(|segment| some(segment, allowed))
}

/// `v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`
pub(crate) fn policy_version_id(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else { return false };
    let (number, suffix) = rest.split_once('.').unwrap_or((rest, ""));
    let allowed = |it: char| it.is_ascii_alphanumeric() || it == '-';
    some(number, digit) && !number.starts_with('0') && any(suffix, allowed)
}

/// `^p-[0-9a-zA-Z_]{8,128}$`
pub(crate) fn organizations_policy_id(text: &str) -> bool {
    let id = text.strip_prefix("p-");
    id.is_some_and(|id| (8..=128).contains(&id.len()) && any(id, word))
}

/// `^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*`
pub(crate) fn organizations_path(text: &str) -> bool {
    let lower = |it: char| it.is_ascii_lowercase() || digit(it);
    let Some((organization, rest)) =
        text.strip_prefix("o-").and_then(|rest| rest.split_once("/r-"))
    else {
        return false;
    };
    let root = rest.chars().take_while(|it| lower(*it)).count();
    (10..=32).contains(&organization.len())
        && any(organization, lower)
        && root >= 4
        && any(rest, |it| it.is_ascii_lowercase() || digit(it) || matches!(it, '-' | '/'))
}

/// `^http(s?)://[a-zA-Z0-9._/-]*(\?[a-zA-Z0-9._=&-]*)?(#[a-zA-Z0-9._/-]*)?$`
pub(crate) fn redirect_url(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let Some(rest) = rest else { return false };
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (location, query) = rest.split_once('?').unwrap_or((rest, ""));
    let place = |it: char| word(it) || matches!(it, '.' | '/' | '-');
    let pair = |it: char| word(it) || matches!(it, '.' | '=' | '&' | '-');
    any(location, place) && any(query, pair) && any(fragment, place)
}
