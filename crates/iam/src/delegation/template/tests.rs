use super::*;

fn one(name: &str, value: &str) -> TemplateParameter {
    TemplateParameter { name: name.into(), value: TemplateValue::One(value.into()) }
}

fn list(name: &str, values: &[&str]) -> TemplateParameter {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    TemplateParameter { name: name.into(), value: TemplateValue::List(values) }
}

/// A policy of one statement with this resource, as JSON.
fn of(resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:GetObject","Resource":{resource}}}]}}"#
    )
}

#[test]
fn values_stand_in_place_of_parameters() {
    for (template, parameters, rendered) in [
        (r#""arn:aws:s3:::reports""#, vec![], r#""arn:aws:s3:::reports""#),
        (
            r#""arn:aws:s3:::@{bucket}/*""#,
            vec![one("bucket", "reports")],
            r#""arn:aws:s3:::reports/*""#,
        ),
        (
            r#"[ "arn:aws:s3:::@{bucket}/@{folder}/@{bucket}" ]"#,
            vec![one("bucket", "b"), one("folder", "f")],
            r#"["arn:aws:s3:::b/f/b"]"#,
        ),
        (
            r#""arn:aws:s3:::@{buckets}/@{folder}""#,
            vec![list("buckets", &["a", "b"]), one("folder", "f")],
            r#"["arn:aws:s3:::a/f","arn:aws:s3:::b/f"]"#,
        ),
        (
            r#"["arn:aws:s3:::x","arn:aws:s3:::@{buckets}","arn:aws:s3:::y"]"#,
            vec![list("buckets", &["a", "b"])],
            r#"["arn:aws:s3:::x","arn:aws:s3:::a","arn:aws:s3:::b","arn:aws:s3:::y"]"#,
        ),
        // What stands in a value is no parameter again.
        (
            r#""arn:aws:s3:::@{bucket}""#,
            vec![one("bucket", "@{bucket}")],
            r#""arn:aws:s3:::@{bucket}""#,
        ),
    ] {
        assert_eq!(render(&of(template), &parameters).unwrap(), of(rendered), "{template}");
    }
}

#[test]
fn a_value_never_ends_its_string() {
    for value in [r#"x","NotResource":"*"#, r#"x"],"Resource":["*"#, r"x\", "\\\"", "x\\\",\"y"] {
        let rendered = render(&of(r#""arn:aws:s3:::@{bucket}""#), &[one("bucket", value)]);
        let rendered = rendered.unwrap();
        let parsed = parse(&rendered, DocumentKind::Session);
        let policy = parsed.policy.unwrap();
        let resources = policy.statements()[0].resources.as_ref().unwrap();
        let texts: Vec<_> = resources.values.iter().map(|text| text.value.as_str()).collect();
        assert_eq!(texts, [format!("arn:aws:s3:::{value}")]);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let long = "a".repeat(2_000);
    let many: Vec<&str> = std::iter::repeat_n("abcdefgh", 200_000).collect();
    let bucket = r#""arn:aws:s3:::@{bucket}""#;
    for (template, parameters, fault) in [
        (of(bucket), vec![], TemplateFault::Missing("bucket".into())),
        (of(bucket), vec![one("Bucket", "b")], TemplateFault::Missing("bucket".into())),
        (of(r#""*""#), vec![one("bucket", "b")], TemplateFault::Unused("bucket".into())),
        (
            of(bucket),
            vec![one("bucket", "b"), one("bucket", "c")],
            TemplateFault::Twice("bucket".into()),
        ),
        (
            of(r#""arn:aws:s3:::@{a}/@{b}""#),
            vec![list("a", &["1"]), list("b", &["2"])],
            TemplateFault::SeveralLists,
        ),
        (of(r#""arn:aws:s3:::@{bucket""#), vec![], TemplateFault::Place),
        (of(r#""*""#).replace("Effect", "@{name}"), vec![one("name", "E")], TemplateFault::Place),
        (of(bucket), vec![one("bucket", &long)], TemplateFault::TooLong),
        (of(bucket), vec![list("bucket", &many)], TemplateFault::TooLong),
    ] {
        assert_eq!(render(&template, &parameters).unwrap_err(), fault, "{template}");
    }
}

#[test]
fn what_comes_of_it_must_be_a_policy() {
    for (template, parameters) in [
        (of(r#""@{arn}""#), vec![one("arn", "reports")]),
        (of(r#""*""#).replace("Allow", "@{effect}"), vec![one("effect", "Perhaps")]),
        ("{}".to_owned(), vec![]),
        (String::new(), vec![]),
        ("\"".to_owned(), vec![]),
        ("]]}}{{:,\"a\\\"".to_owned(), vec![]),
    ] {
        let fault = render(&template, &parameters).unwrap_err();
        assert!(
            matches!(fault, TemplateFault::Malformed(_) | TemplateFault::Place),
            "{template} {fault}"
        );
    }
}
