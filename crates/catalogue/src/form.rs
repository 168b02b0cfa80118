//! The form of `catalogue.txt`: a line per thing, words with one blank between them.
//!
//! ```text
//! package NAME VERSION DATE LICENCE     where it comes from
//! global KEY TYPE                       a key of many services
//! s SERVICE [rcp]                       a service; whether resource control policies limit it
//! n NAME                                what people call it, with blanks
//! k KEY TYPE                            a condition key of the service above
//! t NAME ARN[|ARN...] [KEY...]          a resource type, its ARNs behind `arn:${Partition}:`
//! a NAME LEVEL TYPE[,TYPE...] [KEY...]  an action; `-` where it has no resource
//! ```
//!
//! A key that begins with a colon has the service's prefix. The keys of an action are those
//! that its resource types do not have anyway. In a key `*` stands for any text, in an ARN
//! `${Name}` does.

use std::sync::{LazyLock, OnceLock};

use crate::key::Key;
use crate::service::Service;
use crate::{KeyKind, Source};

const TEXT: &str = include_str!("../catalogue.txt");

/// The text, as far as it is read at once.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) source: Source,
    pub(crate) globals: Vec<Key>,
    // INVARIANT: in the order of the names, which are lower case.
    pub(crate) services: Vec<Place>,
}

/// A service that may not have been read yet.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    limited: bool,
    // The lines below its own.
    text: &'static str,
    read: OnceLock<Service>,
}

impl Form {
    pub(crate) fn get() -> &'static Self {
        static FORM: LazyLock<Form> = LazyLock::new(|| Form::read(TEXT));
        &FORM
    }

    pub(crate) fn service(&self, prefix: &str) -> Option<&Service> {
        let prefix = prefix.to_ascii_lowercase();
        let at = self.services.binary_search_by(|place| place.name.cmp(&prefix)).ok()?;
        let place = self.services.get(at)?;
        Some(place.read.get_or_init(|| Service::read(place.name, place.limited, place.text)))
    }

    fn read(text: &'static str) -> Self {
        let (head, services) = text.split_once("\ns ").unwrap_or((text, ""));
        let mut source = Source { package: "", version: "", date: "", licence: "" };
        let mut globals = Vec::new();
        for line in head.lines() {
            let mut words = line.split(' ');
            let mut next = || words.next().unwrap_or_default();
            match next() {
                "package" => {
                    source =
                        Source { package: next(), version: next(), date: next(), licence: next() };
                }
                "global" => globals.push(Key::new("", next(), KeyKind::named(next()))),
                _ => {}
            }
        }
        let services = services.split("\ns ").filter_map(|block| {
            let (line, text) = block.split_once('\n').unwrap_or((block, ""));
            let (name, limited) = match line.split_once(' ') {
                Some((name, "rcp")) => (name, true),
                Some((name, _)) => (name, false),
                None => (line, false),
            };
            let place = Place { name, limited, text, read: OnceLock::new() };
            (!name.is_empty()).then_some(place)
        });
        Self { source, globals, services: services.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_found_by_search() {
        let form = Form::get();
        assert!(form.services.is_sorted_by(|left, right| left.name < right.name));
        assert!(form.services.len() > 400);
        assert!(form.services.iter().all(|place| place.name == place.name.to_ascii_lowercase()));
    }

    #[test]
    fn every_line_is_understood() {
        for line in TEXT.lines() {
            let (tag, rest) = line.split_once(' ').unwrap();
            let words = rest.split(' ').count();
            let fits = match tag {
                "#" => true,
                "package" => words == 4,
                "global" | "k" => {
                    words == 2 && KeyKind::named(rest.split(' ').nth(1).unwrap()) != KeyKind::Other
                }
                "s" => words <= 2,
                "n" => !rest.trim().is_empty(),
                "t" => words >= 2,
                "a" => words >= 3,
                _ => false,
            };
            assert!(fits, "{line}");
        }
    }
}
