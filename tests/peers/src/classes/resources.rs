//! Classes about resources.

use crate::case::Case;
use crate::rewrite::resources;
use crate::variables::{Piece, pieces, resolved, unresolvable};

/// What no request asks for.
const NOWHERE: &str = "arn:aws:none:::none";

/// A variable is replaced by what it stands for before anything is compared. One that
/// stands for nothing matches nothing, and makes a NotResource apply to nothing.
pub(super) fn variables(case: &Case) -> Option<Case> {
    resources(case, |pattern| {
        let variable = |piece: &Piece| matches!(piece, Piece::Variable { .. });
        if !pattern.variables || !pieces(pattern.text).iter().any(variable) {
            return None;
        }
        if !unresolvable(pattern.text, &case.context) {
            return Some(resolved(pattern.text, &case.context, true, |_| true));
        }
        Some(if pattern.not { "*" } else { NOWHERE }.to_owned())
    })
}

/// A wildcard in front of the first slash or colon of a resource is one like any other:
/// in its place stands the resource, where it matches, and one that does not exist.
pub(super) fn types(case: &Case) -> Option<Case> {
    resources(case, |pattern| {
        let name = pattern.text.splitn(6, ':').nth(5)?;
        let (kind, _) = name.split_at(name.find(['/', ':'])?);
        let global = pattern.text.starts_with("arn:aws:s3:::");
        if !kind.contains(['*', '?']) || name.contains("${") || global {
            return None;
        }
        let found = matches(pattern.text, &case.resource);
        Some(if found { case.resource.clone() } else { NOWHERE.to_owned() })
    })
}

/// An ARN that ends early is completed with `*`.
pub(super) fn short(case: &Case) -> Option<Case> {
    resources(case, |pattern| {
        let components = pattern.text.splitn(6, ':').count();
        if pattern.text == "*" || components == 6 {
            return None;
        }
        Some(format!("{}{}", pattern.text, ":*".repeat(6 - components)))
    })
}

/// A path means nothing to policies: another one does as well, in all of them and in the
/// request.
pub(super) fn reserved(case: &Case) -> Option<Case> {
    const RESERVED: &str = ":role/aws-reserved/";
    if !case.resource.contains(RESERVED) {
        return None;
    }
    let text = serde_json::to_string(case).ok()?;
    serde_json::from_str(&text.replace(RESERVED, ":role/aws-someother/")).ok()
}

/// Whether a resource matches, component by component.
fn matches(pattern: &str, resource: &str) -> bool {
    let mut patterns = pattern.splitn(6, ':');
    let mut parts = resource.splitn(6, ':');
    loop {
        match (patterns.next(), parts.next()) {
            (Some(pattern), Some(part)) if glob(pattern, part) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

fn glob(pattern: &str, text: &str) -> bool {
    let mut characters = text.chars();
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter().any(|at| glob(rest.as_str(), &text[at..]))
        }
        Some('?') => characters.next().is_some() && glob(rest.as_str(), characters.as_str()),
        Some(wanted) => {
            characters.next() == Some(wanted) && glob(rest.as_str(), characters.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_by_component() {
        for (pattern, resource, matched) in [
            ("arn:aws:ec2:*:*:*/*", "arn:aws:ec2:us-east-1:1:volume/v", true),
            ("arn:aws:ec2:*:*:v?l*/*", "arn:aws:ec2:us-east-1:1:volume/v", true),
            ("arn:aws:ec2:*:*:*/*", "arn:aws:ec2:us-east-1:1:volume", false),
            ("arn:aws:ec2:*:*/*", "arn:aws:ec2:us-east-1:1:volume/v", false),
        ] {
            assert_eq!(matches(pattern, resource), matched, "{pattern}");
        }
    }
}
