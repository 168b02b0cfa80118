use std::borrow::Cow;

use crate::limits::PATH_BYTES_MAX;
use crate::percent;
use crate::rejection::{Limit, Rejection};
use crate::settings::{PathEncoding, PathNormalisation, PlusInQuery, Settings};

/// The canonical form of a raw path. Linear; the usual `/` is itself.
pub(crate) fn canonical<'p>(path: &'p str, settings: &Settings) -> Result<Cow<'p, str>, Rejection> {
    if path == "/" {
        return Ok(Cow::Borrowed(path));
    }
    if path.len() > PATH_BYTES_MAX {
        return Err(Rejection::LimitExceeded { limit: Limit::PathBytes });
    }
    let relative = match path.strip_prefix('/') {
        Some(relative) => relative,
        // Spec: the canonical form of an absent path is a slash.
        None if path.is_empty() => "",
        None => return Err(Rejection::MalformedPath),
    };
    match settings.path_normalisation {
        PathNormalisation::Keep => {
            join(relative.split('/'), settings.path_encoding).map(Cow::Owned)
        }
        PathNormalisation::Normalise => {
            join(normalised(relative), settings.path_encoding).map(Cow::Owned)
        }
    }
}

/// The segments of a path without dot segments and repeated slashes. An empty
/// last segment stands for a slash at the end.
///
/// Spec: RFC 3986, section 5.2.4, applied to the path as it is on the wire: an
/// escaped dot is no dot segment. Steps above the root stay at the root.
fn normalised(relative: &str) -> impl Iterator<Item = &str> {
    let mut kept = Vec::new();
    let mut ends_in_slash = true;
    for segment in relative.split('/') {
        ends_in_slash = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    let end = ends_in_slash.then_some("");
    kept.into_iter().chain(end)
}

fn join<'a>(
    segments: impl Iterator<Item = &'a str>,
    encoding: PathEncoding,
) -> Result<String, Rejection> {
    let mut out = String::new();
    for segment in segments {
        out.push('/');
        match encoding {
            PathEncoding::Double => percent::encode(segment.bytes(), &mut out),
            // A plus sign in a path has never meant a space.
            PathEncoding::Single => percent::recode(segment, PlusInQuery::Literal, &mut out)
                .map_err(|_| Rejection::MalformedPath)?,
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, settings: Settings, expect: Result<&str, Rejection>) {
        assert_eq!(canonical(path, &settings), expect.map(Cow::Borrowed), "{path}");
    }

    #[test]
    fn query_services_normalise_and_encode_twice() {
        for (path, expect) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/.", "/"),
            ("/..", "/"),
            ("/a/..", "/"),
            ("/a/b/..", "/a/"),
            ("/a/b/../..", "/"),
            ("/../../a", "/a"),
            ("/./a//b/", "/a/b/"),
            ("/a/...", "/a/..."),
            ("/a%20b", "/a%2520b"),
            ("/a b+c@d", "/a%20b%2Bc%40d"),
            ("/%2e%2E/a", "/%252e%252E/a"),
            ("/%zz", "/%25zz"),
        ] {
            check(path, Settings::query_services(), Ok(expect));
        }
    }

    #[test]
    fn s3_keeps_the_path_and_encodes_once() {
        for (path, expect) in [
            ("", "/"),
            ("//a//", "//a//"),
            ("/a/../b/.", "/a/../b/."),
            ("/a%20b", "/a%20b"),
            ("/a b+c@d", "/a%20b%2Bc%40d"),
            ("/a%2Fb", "/a%2Fb"),
            ("/%7e%41", "/~A"),
        ] {
            check(path, Settings::s3(), Ok(expect));
        }
        check("/%zz", Settings::s3(), Err(Rejection::MalformedPath));
        check("/a%", Settings::s3(), Err(Rejection::MalformedPath));
    }

    #[test]
    fn a_target_that_is_no_path_is_refused() {
        for path in ["*", "a", "http://h/", "?a"] {
            check(path, Settings::query_services(), Err(Rejection::MalformedPath));
        }
        let long = format!("/{}", "a".repeat(PATH_BYTES_MAX));
        let limit = Rejection::LimitExceeded { limit: Limit::PathBytes };
        check(&long, Settings::query_services(), Err(limit));
    }
}
