//! Names that are much like another.

use crate::limits::NAME_BYTES_MAX;

/// The name among these that differs least, if it differs little: in case, or in at most a
/// quarter of its letters and no more than three.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    let wanted = name.to_ascii_lowercase().into_bytes();
    let most = (wanted.len() / 4).clamp(1, 3);
    let near = known.into_iter().filter_map(|other| {
        let other_bytes = other.to_ascii_lowercase().into_bytes();
        let close = wanted.len().abs_diff(other_bytes.len()) <= most;
        let distance = if close { distance(&wanted, &other_bytes) } else { usize::MAX };
        (distance <= most).then_some((distance, other))
    });
    near.min().map(|(_, other)| other)
}

/// How many letters have to be put in, taken out, changed or swapped with their neighbour.
fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    let mut left_before = None;
    for (row, letter) in left.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let at =
                |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX);
            let mut best = at(&above, column) + usize::from(letter != other);
            best = best.min(at(&above, column + 1) + 1).min(at(&line, column) + 1);
            let other_before = column.checked_sub(1).and_then(|at| right.get(at));
            if left_before == Some(other) && other_before == Some(letter) {
                best = best.min(at(&before, column.saturating_sub(1)).saturating_add(1));
            }
            line.push(best);
        }
        before = std::mem::replace(&mut above, line);
        left_before = Some(letter);
    }
    above.last().copied().unwrap_or(left.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_like_another_are_found() {
        let known = ["GetObject", "PutObject", "GetObjectAcl", "List"];
        for (name, found) in [
            ("GetObjcet", Some("GetObject")),
            ("getobject", Some("GetObject")),
            ("GetObjectACLs", Some("GetObjectAcl")),
            ("Lst", Some("List")),
            ("DeleteObject", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), found, "{name}");
        }
    }

    #[test]
    fn distances_count_changes() {
        for (left, right, count) in [
            ("", "", 0),
            ("", "ab", 2),
            ("ab", "", 2),
            ("ab", "ba", 1),
            ("abc", "adc", 1),
            ("ca", "abc", 3),
        ] {
            assert_eq!(distance(left.as_bytes(), right.as_bytes()), count, "{left} {right}");
        }
    }
}
