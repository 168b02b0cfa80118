//! Lists in pages: `MaxResults` and `NextToken` in, `NextToken` out.
//!
//! A token names the last item of its page: the next one resumes behind it, whether or not it
//! still exists. So it needs no secret, and nothing is kept for it.

use data_encoding::BASE64URL_NOPAD;
use stead_api::ApiError;

use crate::error::invalid_input;

/// Items on a page when the caller does not say. Spec: the model has at most 20 for every list
/// of Organizations.
const ITEMS_MAX: usize = 20;

/// The first byte of a token: its format.
const FORMAT: u8 = 1;

/// Most bytes of a token. Ids and names are far shorter.
const TOKEN_BYTES_MAX: usize = 400;

/// A page of items in the order of their keys, and the token of the next.
///
/// # Errors
/// A token that is none of ours.
pub(crate) fn page<T>(
    (next_token, max_results): (Option<&str>, Option<i32>),
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
) -> Result<(Vec<T>, Option<String>), ApiError> {
    let after = next_token.map(read).transpose()?;
    // The decoder has checked the bounds.
    let most = max_results.and_then(|most| usize::try_from(most).ok());
    let most = most.unwrap_or(ITEMS_MAX).clamp(1, ITEMS_MAX);
    let is_before = |item: &T| after.as_ref().is_some_and(|after| key(item) <= *after);
    let mut left = items.into_iter().skip_while(is_before);
    let page: Vec<T> = left.by_ref().take(most).collect();
    let next = left.next().and(page.last()).map(|last| token(&key(last)));
    Ok((page, next))
}

fn token(key: &str) -> String {
    let mut bytes = vec![FORMAT];
    bytes.extend_from_slice(key.as_bytes());
    BASE64URL_NOPAD.encode(&bytes)
}

fn read(token: &str) -> Result<String, ApiError> {
    let bytes = Some(token).filter(|token| token.len() <= TOKEN_BYTES_MAX);
    let bytes = bytes.and_then(|token| BASE64URL_NOPAD.decode(token.as_bytes()).ok());
    let key = bytes.and_then(|bytes| match bytes.as_slice() {
        [FORMAT, key @ ..] => String::from_utf8(key.to_owned()).ok(),
        _ => None,
    });
    // Observed: radkawar/stackd, recorded in 2026.
    let message = "You specified an invalid value for nextToken. You must get the value from the \
                   response to a previous call to the API.";
    key.ok_or_else(|| invalid_input("INVALID_NEXT_TOKEN", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_end_and_resume_though_an_item_is_gone() {
        let mut items: Vec<u32> = (10..55).collect();
        let key = |item: &u32| item.to_string();
        let (first, next) = page((None, Some(4)), items.clone(), key).unwrap();
        assert_eq!(first, [10, 11, 12, 13]);
        items.retain(|item| *item != 13);
        let (second, next) = page((next.as_deref(), None), items.clone(), key).unwrap();
        assert_eq!((second.len(), second[0]), (20, 14));
        let (third, next) = page((next.as_deref(), Some(20)), items.clone(), key).unwrap();
        let (fourth, end) = page((next.as_deref(), Some(20)), items, key).unwrap();
        assert_eq!((third.len(), fourth, end), (20, vec![54], None));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for token in ["", "x", "AA", "Av__", &"AQ".repeat(300)] {
            let error = page((Some(token), None), [1], ToString::to_string).unwrap_err();
            assert_eq!(error.reason(), Some("INVALID_NEXT_TOKEN"), "{token}");
        }
    }
}
