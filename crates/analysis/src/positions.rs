//! Where many values of one JSON text stand, found in one pass: exports are large, and a
//! tree of one takes several times its size.

use std::collections::{BTreeMap, BTreeSet};

use crate::node::tokens;

/// How deep a text is followed. What stands deeper has the place of what holds it.
const DEPTH_MAX: usize = 128;

/// Line and column, both from 1, of what JSON pointers lead to; columns count characters.
/// Of a pointer that leads nowhere, the place of what it leads to before that. The text is
/// taken to be JSON: what is not is passed over.
#[must_use]
pub fn positions(text: &str, pointers: &BTreeSet<String>) -> BTreeMap<String, (usize, usize)> {
    let mut wanted = Wanted::default();
    for pointer in pointers {
        let mut node = &mut wanted;
        for token in tokens(pointer).take(DEPTH_MAX) {
            node = node.members.entry(token).or_default();
        }
        node.pointers.push(pointer.clone());
    }
    let mut scan = Scan { text, at: 0, found: Vec::new() };
    scan.value(Some(&wanted));
    lines(text, scan.found)
}

/// What is looked for, by the names of members and the numbers of elements.
#[derive(Default)]
struct Wanted {
    pointers: Vec<String>,
    members: BTreeMap<String, Wanted>,
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    found: Vec<(usize, String)>,
}

impl Scan<'_> {
    /// Passes over a value and takes down the places of what is wanted in it.
    fn value(&mut self, wanted: Option<&Wanted>) {
        self.blank();
        let start = self.at;
        let Some(wanted) = wanted else { return self.skip() };
        self.found.extend(wanted.pointers.iter().map(|pointer| (start, pointer.clone())));
        let mut seen: BTreeSet<String> = BTreeSet::new();
        match self.peek() {
            Some(open @ (b'{' | b'[')) if !wanted.members.is_empty() => {
                self.at += 1;
                self.members(open == b'{', wanted, &mut seen);
            }
            _ => self.skip(),
        }
        for (_, missing) in wanted.members.iter().filter(|(name, _)| !seen.contains(*name)) {
            self.all_at(start, missing);
        }
    }

    fn members(&mut self, is_object: bool, wanted: &Wanted, seen: &mut BTreeSet<String>) {
        for number in 0_usize.. {
            self.blank();
            match self.peek() {
                None => return,
                Some(b'}' | b']') => {
                    self.at += 1;
                    return;
                }
                Some(b',') => {
                    self.at += 1;
                    self.blank();
                }
                Some(_) => {}
            }
            let name = if is_object { self.name() } else { number.to_string() };
            let member = wanted.members.get(&name).filter(|_| seen.insert(name));
            let before = self.at;
            self.value(member);
            if self.at == before {
                // Nothing that can be passed over.
                self.at = self.text.len();
            }
        }
    }

    /// The name of a member, behind its colon.
    fn name(&mut self) -> String {
        let start = self.at;
        self.skip();
        let written = self.text.get(start..self.at).unwrap_or_default();
        self.blank();
        if self.peek() == Some(b':') {
            self.at += 1;
        }
        serde_json::from_str(written).unwrap_or_default()
    }

    /// Passes over a value in which nothing is wanted.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                None => return,
                Some(b'"') => self.string(),
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b'}' | b']') if depth == 0 => return,
                Some(b'}' | b']') => {
                    depth -= 1;
                    self.at += 1;
                }
                Some(b',' | b':') if depth == 0 => return,
                Some(_) => self.at += 1,
            }
            let is_over =
                depth == 0 && matches!(self.peek(), None | Some(b',' | b':' | b'}' | b']'));
            if is_over {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += match byte {
                b'\\' => 2,
                _ => 1,
            };
            if byte == b'"' {
                return;
            }
        }
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn all_at(&mut self, place: usize, wanted: &Wanted) {
        self.found.extend(wanted.pointers.iter().map(|pointer| (place, pointer.clone())));
        wanted.members.values().for_each(|member| self.all_at(place, member));
    }
}

/// The lines and columns of offsets, in one pass over the text: a large export often is one
/// line.
fn lines(text: &str, mut found: Vec<(usize, String)>) -> BTreeMap<String, (usize, usize)> {
    found.sort();
    let (mut line, mut column, mut at) = (1, 1, 0);
    let mut all = BTreeMap::new();
    for (place, pointer) in found {
        let passed = text.get(at..place).unwrap_or_default();
        let in_line = match passed.rsplit_once('\n') {
            Some((before, behind)) => {
                line += before.matches('\n').count() + 1;
                column = 1;
                behind
            }
            None => passed,
        };
        column += in_line.chars().count();
        at = place;
        all.insert(pointer, (line, column));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lines, locate};

    fn of(text: &str, pointers: &[&str]) -> Vec<(usize, usize)> {
        let wanted = pointers.iter().map(|pointer| (*pointer).to_owned()).collect();
        let found = positions(text, &wanted);
        pointers.iter().map(|pointer| found[*pointer]).collect()
    }

    #[test]
    fn places_are_those_that_a_tree_of_the_text_has() {
        let text = "{\"ä\": [1, {\"b/c\": \"x,]}\\\"\"}, [\n  {\"d\": null}, -1.5e3]],\r\n \
                    \"e\" : {\"f\":{},\"\\u0067\":[ ]}}";
        let pointers =
            ["", "/ä", "/ä/0", "/ä/1/b~1c", "/ä/2", "/ä/2/0/d", "/ä/2/1", "/e/f", "/e/g"];
        let expected = pointers
            .map(|pointer| Lines(text).position(locate(text, pointer, false).unwrap().start));
        assert_eq!(of(text, &pointers), expected);
    }

    #[test]
    fn many_places_of_one_line_are_counted_from_one_to_the_next() {
        let text = format!("[{}1]", "\"é\",".repeat(1000));
        let pointers: Vec<String> = (0..=1000).map(|number| format!("/{number}")).collect();
        let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
        let expected: Vec<_> = (0..=1000).map(|number| (1, 2 + 4 * number)).collect();
        assert_eq!(of(&text, &pointers), expected);
    }

    #[test]
    fn what_is_not_there_has_the_place_of_what_would_hold_it() {
        let text = "{\"Statement\": {\"Effect\": \"Allow\"},\n \"text\": \"{}\"}";
        let found = of(text, &["/Statement/0", "/text/Statement/1", "/none/at/all"]);
        assert_eq!(found, [(1, 15), (2, 10), (1, 1)]);
    }

    #[test]
    fn what_is_no_json_ends() {
        for text in
            ["", "{", "[[[", "{\"a\"", "{\"a\":", "]", "{,,}", "[,", "\"\\", "{\"a\" \"b\"}", "[}"]
        {
            let wanted = ["/a/0/b", "/0"].map(str::to_owned).into();
            let found = positions(text, &wanted);
            assert_eq!(found.len(), 2, "{text}");
        }
    }

    #[test]
    fn deep_texts_are_followed_to_a_depth() {
        for depth in [DEPTH_MAX - 1, DEPTH_MAX, DEPTH_MAX + 1, 100_000] {
            let text = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            let pointer = "/0".repeat(depth);
            let column = depth.min(DEPTH_MAX) + 1;
            assert_eq!(of(&text, &[&pointer]), [(1, column)], "{depth}");
        }
    }
}
