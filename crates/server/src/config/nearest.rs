use super::Key;

/// The key whose name is so close to `name` that it was probably meant.
pub(super) fn nearest_key(name: &str) -> Option<Key> {
    // A third of the letters may differ: `listne` is `listen`, `port` is nothing.
    let budget = (name.len() / 3).clamp(1, 4);
    let scored = Key::ALL.into_iter().map(|key| (distance(name, key.name()), key));
    scored.filter(|(distance, _)| *distance <= budget).min().map(|(_, key)| key)
}

/// The name among `names` that was probably meant, by the same measure.
pub(super) fn nearest_name(name: &str, names: &[&'static str]) -> Option<&'static str> {
    let budget = (name.len() / 3).clamp(1, 4);
    let scored = names.iter().map(|known| (distance(name, known), *known));
    scored.filter(|(distance, _)| *distance <= budget).min().map(|(_, known)| known)
}

/// How many letters must be changed, added or taken away to make one text of the
/// other (Levenshtein's distance). Cut off at 64 letters: names are shorter.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.chars().take(64).enumerate() {
        let mut diagonal = index;
        let mut before = index + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(&right) {
            let substituted = diagonal + usize::from(letter != *other);
            diagonal = *cell;
            before = substituted.min(before + 1).min(*cell + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_single_letters() {
        for (left, right, expected) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "", 3),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn only_close_names_are_suggested() {
        assert_eq!(nearest_key("listne"), Some(Key::Listen));
        assert_eq!(nearest_key("trusted_proxies"), Some(Key::TrustedProxy));
        assert_eq!(nearest_key("tls-cert"), Some(Key::TlsCert));
        assert_eq!(nearest_key("port"), None);
        assert_eq!(nearest_key("service_host"), None);
    }
}
