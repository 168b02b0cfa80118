use super::*;

const TYPE: Option<&str> = Some("application/x-amz-json-1.1");

fn read(body: &str) -> Result<Form, ApiError> {
    Form::from_json(TYPE, body.as_bytes())
}

fn code(result: Result<Form, ApiError>) -> ErrorCode {
    result.expect_err("the body should be refused").code()
}

#[test]
fn members_elements_and_what_is_around_them_have_the_names_of_a_form() {
    let form = read(
        r#" {"Name": "a\u00e9\n", "Max": 7, "Yes": true, "No": false, "Gone": null,
            "Tags": [{"Key": "k", "Value": ""}, {}], "Keys": ["x", "y"], "None": [],
            "Filter": {"Type": "T"}, "Less": -1, "Part": 1.5, "Large": 18446744073709551615} "#,
    )
    .unwrap();
    for (name, value, kind) in [
        ("Name", "a\u{e9}\n", JsonKind::Text),
        ("Max", "7", JsonKind::Number),
        ("Yes", "", JsonKind::True),
        ("No", "", JsonKind::False),
        ("Tags", "", JsonKind::List),
        ("Tags.member.1", "", JsonKind::Object),
        ("Tags.member.1.Key", "k", JsonKind::Text),
        ("Tags.member.1.Value", "", JsonKind::Text),
        ("Tags.member.2", "", JsonKind::Object),
        ("Keys", "", JsonKind::List),
        ("Keys.member.1", "x", JsonKind::Text),
        ("Keys.member.2", "y", JsonKind::Text),
        ("None", "", JsonKind::List),
        ("Filter", "", JsonKind::Object),
        ("Filter.Type", "T", JsonKind::Text),
        ("Less", "-1", JsonKind::Number),
        ("Part", "1.5", JsonKind::Number),
        ("Large", "18446744073709551615", JsonKind::Number),
    ] {
        assert_eq!((form.value(name), form.kind(name)), (Some(value), Some(kind)), "{name}");
    }
    assert_eq!(form.names().count(), 18);
    assert_eq!((form.value("Gone"), form.kind("Gone")), (None, None));
}

#[test]
fn nothing_is_an_object_without_members() {
    for body in ["", "{}", " {\r\n\t} ", r#"{"A": null}"#] {
        assert_eq!(read(body).unwrap().names().count(), 0, "{body}");
    }
}

#[test]
fn what_is_no_object_is_refused() {
    for body in [
        "null",
        "true",
        "7",
        "\"a\"",
        "[]",
        " ",
        "{",
        "}",
        "{}}",
        "{} {}",
        "{},",
        "{\"A\"}",
        "{\"A\":}",
        "{\"A\":1,}",
        "{\"A\":01}",
        "{\"A\":NaN}",
        "{\"A\":1e999}",
        "{A:1}",
        "{'A':1}",
        "{\"A\":\"\n\"}",
        "{\"A\":\"\\x\"}",
        "{\"A\":\"\\ud800\"}",
        "{\"A\":[1,]}",
        "{\"A\":[null]}",
        "{\"A\":1 /* */}",
        "\u{feff}{}",
    ] {
        let error = read(body).expect_err(body);
        assert_eq!((error.code(), error.message()), (ErrorCode::MalformedInput, ""), "{body}");
        assert_eq!(error.context(), None, "{body}");
    }
    assert_eq!(code(Form::from_json(TYPE, b"{\"A\":\"\xff\"}")), ErrorCode::MalformedInput);
}

#[test]
fn a_member_that_stands_twice_is_refused_wherever_it_stands() {
    for body in [
        r#"{"A":1,"A":1}"#,
        r#"{"A":"1","B":2,"\u0041":"1"}"#,
        r#"{"A":null,"A":"1"}"#,
        r#"{"A":{"B":1,"B":2}}"#,
        r#"{"A":[{"B":1,"B":2}]}"#,
        r#"{"a.b":1,"a.b":2}"#,
    ] {
        assert_eq!(code(read(body)), ErrorCode::MalformedInput, "{body}");
    }
    assert!(read(r#"{"A":1,"a":1,"B":{"A":1}}"#).is_ok());
}

#[test]
fn a_name_with_a_dot_reaches_into_nothing() {
    let form = read(
        r#"{"Tags.member.1.Key":"x","Tags":[{"Key":"k","Value.a":{"b":[1]}}],"":"x",".":1,"A.":2}"#,
    )
    .unwrap();
    assert_eq!(form.value("Tags.member.1.Key"), Some("k"));
    assert_eq!(form.names().count(), 3);
    // What is left out is read nevertheless.
    assert_eq!(code(read(r#"{"a.b":}"#)), ErrorCode::MalformedInput);
}

#[test]
fn another_type_of_body_is_no_operation() {
    for content_type in
        [None, Some(""), Some("application/json"), Some("application/x-amz-json-1.0"), Some("x")]
    {
        let refused = Form::from_json(content_type, b"{}");
        assert_eq!(code(refused), ErrorCode::UnknownOperationException, "{content_type:?}");
    }
    let typed = Some("Application/X-Amz-Json-1.1 ; charset=utf-8");
    assert!(Form::from_json(typed, b"{}").is_ok());
}

#[test]
fn each_limit_holds_what_it_says_and_no_more() {
    let nested = |depth: usize| {
        let lists = depth - 1;
        format!("{{\"A\":{}1{}}}", "[".repeat(lists), "]".repeat(lists))
    };
    assert!(read(&nested(JSON_DEPTH_MAX)).is_ok());
    assert_eq!(code(read(&nested(JSON_DEPTH_MAX + 1))), ErrorCode::MalformedInput);
    assert_eq!(code(read(&nested(100_000))), ErrorCode::MalformedInput);
    let objects = format!("{}1{}", "{\"A\":".repeat(100_000), "}".repeat(100_000));
    assert_eq!(code(read(&objects)), ErrorCode::MalformedInput);

    // The list is a parameter too.
    let many = |count: usize| format!("{{\"A\":[{}]}}", vec!["1"; count - 1].join(","));
    assert!(read(&many(PARAMETERS_MAX)).is_ok());
    assert_eq!(code(read(&many(PARAMETERS_MAX + 1))), ErrorCode::MalformedInput);

    let named = |length: usize| format!("{{\"{}\":1}}", "a".repeat(length));
    assert!(read(&named(NAME_BYTES_MAX)).is_ok());
    assert_eq!(code(read(&named(NAME_BYTES_MAX + 1))), ErrorCode::MalformedInput);

    let long = |bytes: usize| format!("{{\"A\":\"{}\"}}", "a".repeat(bytes - 8));
    assert!(read(&long(JSON_BODY_BYTES_MAX)).is_ok());
    assert_eq!(code(read(&long(JSON_BODY_BYTES_MAX + 1))), ErrorCode::RequestEntityTooLarge);
}
