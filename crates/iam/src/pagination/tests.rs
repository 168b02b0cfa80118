use super::*;

fn request(marker: Option<&str>, items: Option<i32>) -> PageRequest {
    PageRequest::read(marker, items).unwrap()
}

fn page(items: &[&str], marker: Option<&str>, max: i32) -> Page<String> {
    let items = items.iter().map(|item| (*item).to_owned());
    request(marker, Some(max)).cut(items, Clone::clone)
}

#[test]
fn a_list_is_read_page_by_page() {
    let first = page(&["a", "b", "c"], None, 2);
    assert_eq!((first.items, first.is_truncated), (vec!["a".to_owned(), "b".to_owned()], true));
    let second = page(&["a", "b", "c"], first.marker.as_deref(), 2);
    assert_eq!((second.items, second.is_truncated), (vec!["c".to_owned()], false));
    assert_eq!(second.marker, None);
}

#[test]
fn a_page_that_just_fits_is_the_last() {
    let only = page(&["a", "b"], None, 2);
    assert_eq!((only.items.len(), only.is_truncated, only.marker), (2, false, None));
    assert!(page(&[], None, 1).items.is_empty());
}

#[test]
fn pages_resume_behind_what_was_deleted_and_see_what_was_added() {
    let marker = page(&["a", "b", "c"], None, 2).marker;
    assert_eq!(page(&["a", "c"], marker.as_deref(), 2).items, ["c"]);
    assert_eq!(page(&["a", "aa", "bb", "c"], marker.as_deref(), 9).items, ["bb", "c"]);
    assert!(page(&["a"], marker.as_deref(), 2).items.is_empty());
}

#[test]
fn the_number_of_items_is_a_hundred_unless_given() {
    let items: Vec<String> = (0..1100).map(|number| format!("{number:04}")).collect();
    for (given, expected) in [(None, 100), (Some(1), 1), (Some(1000), 1000), (Some(5000), 1000)] {
        let page = request(None, given).cut(items.clone(), Clone::clone);
        assert_eq!((page.items.len(), page.is_truncated), (expected, true), "{given:?}");
    }
}

#[test]
fn keys_too_long_for_a_marker_are_paged_too() {
    // Four bytes a character, alike for more than a marker carries.
    let long = |end: &str| format!("{}{end}", "\u{10400}".repeat(100));
    let keys = [long("a"), long("b"), long("c"), long("d"), "\u{10500}".to_owned()];
    let (mut seen, mut marker) = (Vec::new(), None);
    for _ in 0..keys.len() {
        let page = request(marker.as_deref(), Some(1)).cut(keys.clone(), Clone::clone);
        seen.extend(page.items);
        marker = page.marker;
        assert!(marker.as_ref().is_none_or(|marker| marker.len() <= 320));
    }
    assert_eq!((seen.as_slice(), marker), (keys.as_slice(), None));
}

#[test]
fn a_hint_to_seek_is_the_last_key() {
    let marker = page(&["alice", "bob"], None, 1).marker;
    assert_eq!(request(marker.as_deref(), None).after(), Some("alice"));
    assert_eq!(request(None, None).after(), None);
}

#[test]
fn what_is_no_marker_is_refused() {
    let of = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    for bad in [
        "invalid".to_owned(),
        "invalid-marker".to_owned(),
        "alice".to_owned(),
        "é".to_owned(),
        String::new(),
        of(&[]),
        of(&[1]),
        of(&[1, 0, b'a']),
        of(&[2, 1, b'a']),
        of(&[&[1, 1], [b'a'; 231].as_slice()].concat()),
        of(&[1, 1, b'a']) + "=",
    ] {
        let error = PageRequest::read(Some(&bad), None).unwrap_err();
        assert_eq!(
            (error.code().as_str(), error.message()),
            ("ValidationError", "Invalid Marker.")
        );
    }
}
