//! What people paste: an id, an encoded message, or a whole error message.

use serde_json::{Map, Value, json};

/// What a pasted text says of a denial.
#[derive(Clone, Debug, PartialEq)]
pub enum DenialReference {
    /// Something that DecodeAuthorizationMessage takes: the id of a denial, that of a
    /// request, or an encoded message.
    Encoded(String),
    /// A message without one: who, and which role. An attempt as far as it is told.
    Told(Map<String, Value>),
    /// Neither.
    Nothing,
}

/// Hexadecimal digits of the id of a denial.
const ID_DIGITS: usize = 32;

/// Characters from which on a word can be an encoded message. Choice: longer than the ARNs
/// and ids that stand in error messages of calls.
const ENCODED_MIN: usize = 200;

/// What AWS writes before an encoded message.
///
/// Observed: EC2's `UnauthorizedOperation`, "Encoded authorization failure message: ...".
const ENCODED_MARK: &str = "authorization failure message:";

/// Reads an id, an encoded message or a whole error message.
#[must_use]
pub fn read_message(text: &str) -> DenialReference {
    let text = text.trim();
    let behind_mark = || {
        let (_, rest) = text.split_once(ENCODED_MARK)?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    let words = || text.split(|it: char| it.is_whitespace() || "()[]{}<>,;\"'`".contains(it));
    let encoded = words()
        .map(|word| word.trim_end_matches(['.', ':']))
        .find(|word| is_denial_id(word))
        .map(str::to_owned)
        .or_else(behind_mark)
        .or_else(|| words().find(|word| is_encoded(word)).map(str::to_owned));
    if let Some(encoded) = encoded {
        return DenialReference::Encoded(encoded);
    }
    if let Some(attempt) = told(text) {
        return DenialReference::Told(attempt);
    }
    // Of a foreign proof that was refused, the id of the request is what there is.
    let words = words().map(|word| word.trim_end_matches(['.', ':']));
    let request = words.into_iter().find(|word| is_request_id(word));
    request.map_or(DenialReference::Nothing, |id| DenialReference::Encoded(id.to_owned()))
}

fn is_denial_id(word: &str) -> bool {
    word.strip_prefix("d-").is_some_and(|digits| digits.len() == ID_DIGITS && is_hex(digits))
}

/// Eight, four, four, four and twelve digits.
fn is_request_id(word: &str) -> bool {
    let lengths: Vec<usize> = word.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && word.split('-').all(is_hex)
}

fn is_hex(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn is_encoded(word: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+/=.".contains(&byte);
    word.len() >= ENCODED_MIN && word.bytes().all(allowed)
}

/// The attempt as far as the words of a message tell it, whatever id stands in it.
#[must_use]
pub fn read_told(text: &str) -> Option<Map<String, Value>> {
    told(text.trim())
}

/// `User: ARN is not authorized to perform: sts:AssumeRole on resource: ARN`.
fn told(text: &str) -> Option<Map<String, Value>> {
    const ACTION: &str = " is not authorized to perform: ";
    let (before, rest) = text.split_once(ACTION)?;
    let (_, caller) = before.rsplit_once("User: ")?;
    let (action, rest) = rest.split_once(" on resource: ")?;
    let role = rest.split_whitespace().next()?.trim_end_matches(['.', ',']);
    if !["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"].contains(&action) {
        return None;
    }
    let mut attempt = Map::new();
    let mut put = |name: &str, value: Value| attempt.insert(name.to_owned(), value);
    put("operation", json!("sts:AssumeRole"));
    put("caller", crate::details::caller_of(caller.trim()).ok()?);
    put("parameters", json!({"RoleArn": role, "RoleSessionName": "session"}));
    let message = text.split_once("User: ").map_or(text, |(_, rest)| rest);
    put("error", json!({"code": "AccessDenied", "message": format!("User: {message}")}));
    put("unknown", crate::event::unknown_of_a_message());
    Some(attempt)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "d-00112233445566778899aabbccddeeff";

    #[test]
    fn ids_and_encoded_messages_are_found_in_what_people_paste() {
        let encoded = "A".repeat(ENCODED_MIN);
        let request = "8b9f0e0e-0000-4000-8000-0123456789ab";
        for (text, expected) in [
            (ID.to_owned(), ID),
            (format!("An error occurred (AccessDenied): User: x (denial {ID})\n"), ID),
            (format!("... action [{ID}]."), ID),
            (format!("Encoded authorization failure message: {encoded} end"), &encoded),
            (encoded.clone(), &encoded),
            (request.to_owned(), request),
            (format!("StatusCode: 400, RequestID: {request}, api error"), request),
        ] {
            assert_eq!(read_message(&text), DenialReference::Encoded(expected.to_owned()));
        }
    }

    #[test]
    fn neighbours_are_no_ids() {
        for text in [
            "",
            "d-",
            "d-00112233445566778899aabbccddeef",
            "d-00112233445566778899AABBCCDDEEFF",
            "8b9f0e0e-0000-4000-8000-0123456789a",
            "Access Denied",
            "User: x is not authorized to perform: sts:AssumeRole",
            "User: nobody is not authorized to perform: sts:AssumeRole on resource: x",
            "User: arn:aws:iam::111122223333:user/a is not authorized to perform: s3:GetObject on \
             resource: x",
        ] {
            assert_eq!(read_message(text), DenialReference::Nothing, "{text}");
        }
        let short = "A".repeat(ENCODED_MIN - 1);
        assert_eq!(read_message(&short), DenialReference::Nothing);
    }

    #[test]
    fn a_message_without_an_id_tells_who_and_which_role() {
        let text = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: \
                    arn:aws:iam::111122223333:user/ann is not authorized to perform: \
                    sts:AssumeRole on resource: arn:aws:iam::444455556666:role/deploy";
        let DenialReference::Told(attempt) = read_message(text) else { panic!("{text}") };
        assert_eq!(attempt["caller"]["arn"], "arn:aws:iam::111122223333:user/ann");
        assert_eq!(attempt["parameters"]["RoleArn"], "arn:aws:iam::444455556666:role/deploy");
        assert_eq!(attempt["error"]["message"].as_str().unwrap().find("User: "), Some(0));
    }
}
