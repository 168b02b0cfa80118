//! Pages of a simulation: each holds the results of so many actions.
//!
//! Observed: radkawar/stackd, recorded in 2026: a page counts actions, and its marker says
//! how many came before, whatever the next request asks about.

use std::ops::Range;

use data_encoding::BASE64URL_NOPAD;
use stead_api::ApiError;

use super::request::{Request, invalid};

/// Actions on a page when the caller does not say. Spec: `MaxItems` of both operations.
const ACTIONS_DEFAULT: usize = 100;

/// The most actions on a page. Spec: `maxItemsType` of the IAM model.
const ACTIONS_MAX: usize = 1_000;

/// The most evaluations of one page, unless one action takes more.
///
/// Choice. Spec: MaxItems: a page may hold fewer results than were asked for.
const EVALUATIONS_MAX: usize = 1_000;

/// The most bytes of given policies that the evaluations of one page go over, unless those
/// of one action do more. Choice: a fraction of a second.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// The first byte of a marker: its format.
const FORMAT: u8 = 2;

/// The actions of one page, and the marker of the next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) actions: Range<usize>,
    pub(super) marker: Option<String>,
}

impl Page {
    /// # Errors
    /// A marker that is none: observed, the same recording.
    pub(super) fn of(request: &Request) -> Result<Self, ApiError> {
        let start = request.marker.as_deref().map_or(Ok(0), position)?;
        let asked = request.max_items.map_or(ACTIONS_DEFAULT, |items| {
            usize::try_from(items).unwrap_or(1).clamp(1, ACTIONS_MAX)
        });
        let count = request.actions.len();
        let start = start.min(count);
        let end = start.saturating_add(asked.min(affordable(request))).min(count);
        let marker = (end < count).then(|| marker(end));
        Ok(Self { actions: start..end, marker })
    }
}

/// How many actions are evaluated for one request.
fn affordable(request: &Request) -> usize {
    let resources = request.resources.count().max(1);
    let policies = request.policies.iter().chain(&request.boundaries);
    let bytes: usize = policies.chain(&request.resource_policy).map(String::len).sum();
    let by_bytes = BYTES_MAX / resources.saturating_mul(bytes.max(1));
    (EVALUATIONS_MAX / resources).min(by_bytes).max(1)
}

fn position(marker: &str) -> Result<usize, ApiError> {
    let decoded = BASE64URL_NOPAD.decode(marker.as_bytes()).ok();
    let number = decoded.as_deref().and_then(|bytes| match bytes {
        [FORMAT, number @ ..] => Some(u32::from_be_bytes(number.try_into().ok()?)),
        _ => None,
    });
    let number = number.and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| invalid("Invalid marker for pagination."))
}

fn marker(position: usize) -> String {
    let number = u32::try_from(position).unwrap_or(u32::MAX).to_be_bytes();
    BASE64URL_NOPAD.encode(&[[FORMAT].as_slice(), &number].concat())
}

#[cfg(test)]
mod tests {
    use stead_api::iam::SimulateCustomPolicyRequest;

    use super::*;

    fn request(actions: usize, resources: usize, policy_bytes: usize) -> Request {
        let input = SimulateCustomPolicyRequest {
            action_names: vec!["s3:GetObject".to_owned(); actions],
            resource_arns: vec!["arn:aws:s3:::b".to_owned(); resources],
            policy_input_list: vec!["x".repeat(policy_bytes)],
            ..SimulateCustomPolicyRequest::default()
        };
        input.into()
    }

    #[test]
    fn pages_follow_each_other() {
        let mut asked = request(250, 0, 10);
        let mut sizes = Vec::new();
        loop {
            let page = Page::of(&asked).unwrap();
            sizes.push(page.actions.len());
            asked.marker = page.marker;
            if asked.marker.is_none() {
                break;
            }
        }
        assert_eq!(sizes, [100, 100, 50]);
        asked.max_items = Some(1_000);
        assert_eq!(Page::of(&asked).unwrap(), Page { actions: 0..250, marker: None });
    }

    #[test]
    fn a_page_is_no_more_work_than_it_may_be_but_one_action() {
        for (resources, bytes, expected) in [
            (1_000, 10, 1),
            (300, 10, 3),
            (1, 1024 * 1024, 64),
            (1_000, 1024 * 1024, 1),
            (0, 0, 100),
        ] {
            let page = Page::of(&request(200, resources, bytes)).unwrap();
            assert_eq!(page.actions.len(), expected, "{resources} {bytes}");
        }
    }

    #[test]
    fn a_marker_beyond_the_end_gives_nothing_and_others_are_refused() {
        let mut asked = request(1, 0, 1);
        asked.marker = Some(marker(7));
        assert_eq!(Page::of(&asked).unwrap(), Page { actions: 1..1, marker: None });
        for bad in ["not-a-simulation-marker", "", "AgAAAA", "AQAAAAE", "AgAAAAEA"] {
            asked.marker = Some(bad.to_owned());
            let error = Page::of(&asked).unwrap_err();
            assert_eq!(error.message(), "Invalid marker for pagination.", "{bad}");
        }
    }
}
