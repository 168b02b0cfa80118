use super::*;

const PATH: &str = "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.";

#[test]
fn paths_begin_and_end_with_a_slash() {
    for good in ["/", "/a/", "/test//double/"] {
        assert_eq!(new_path(Some(good)).unwrap().as_str(), good);
    }
    assert_eq!(new_path(None).unwrap(), Path::root());
    assert_eq!(changed_path(None).unwrap(), None);
    for bad in ["test/", "/test", "", "//\u{e9}/"] {
        assert_eq!(new_path(Some(bad)).unwrap_err().message(), PATH, "{bad}");
    }
    assert_eq!(path_prefix(Some("/a")).unwrap(), "/a");
    assert!(path_prefix(Some("a")).unwrap_err().message().contains("pathPrefix"));
}

#[test]
fn a_name_too_long_to_exist_is_not_found() {
    let name = "x".repeat(65);
    let error = existing_name::<stead_types::UserName>(EntityKind::User, &name).unwrap_err();
    assert_eq!(error.code().as_str(), "NoSuchEntity");
}

#[test]
fn reserved_tag_keys_are_refused() {
    let given = [iam::Tag { key: "aws:x".to_owned(), value: String::new() }];
    assert_eq!(tags(&given).unwrap_err().code().as_str(), "InvalidInput");
    assert_eq!(tag_keys(&["AWS:x".to_owned()]).unwrap_err().code().as_str(), "InvalidInput");
}
