use stead_api::organizations::*;
use stead_api::{ApiError, ErrorCode, Operation};

use crate::{DecodeRequest, Form, decode};

fn read<O>(body: &str) -> Result<O::Input, ApiError>
where
    O: Operation,
    O::Input: DecodeRequest,
{
    decode::<O>(&Form::from_json(Some("application/x-amz-json-1.1"), body.as_bytes())?)
}

#[test]
fn a_request_is_decoded() {
    let body = r#"{"Name":"n","Description":"d","Type":"SERVICE_CONTROL_POLICY","Content":"{}",
        "Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":""}],"Unknown":{"A":[1]}}"#;
    let expected = CreatePolicyRequest {
        content: "{}".to_owned(),
        description: "d".to_owned(),
        name: "n".to_owned(),
        r#type: PolicyType::ServiceControlPolicy,
        tags: [("a", "1"), ("b", "")]
            .map(|(key, value)| Tag { key: key.to_owned(), value: value.to_owned() })
            .to_vec(),
    };
    assert_eq!(read::<CreatePolicy>(body).unwrap(), expected);
    let body = r#"{"ResourceId":"r-ab12","TagKeys":["a","b"]}"#;
    assert_eq!(read::<UntagResource>(body).unwrap().tag_keys, ["a", "b"]);
    let page = read::<ListAccounts>(r#"{"MaxResults":20,"NextToken":null}"#).unwrap();
    assert_eq!((page.max_results, page.next_token), (Some(20), None));
    assert_eq!(read::<DescribeOrganization>("").unwrap(), DescribeOrganizationRequest {});
}

#[test]
fn what_breaks_a_constraint_is_told_with_its_place() {
    let unit = |name: &str| {
        read::<UpdateOrganizationalUnit>(&format!(
            r#"{{"OrganizationalUnitId":"ou-ab12-abcdef12","Name":{name}}}"#
        ))
    };
    // Observed: radkawar/stackd, recorded in 2026, but for what lies within lists.
    let long = format!("\"{}\"", "é".repeat(129));
    for (result, reason) in [
        (unit(r#""""#).map(drop), "MIN_LENGTH_EXCEEDED:NAME"),
        (unit(&long).map(drop), "MAX_LENGTH_EXCEEDED:NAME"),
        (
            read::<UpdateOrganizationalUnit>(r#"{"OrganizationalUnitId":"invalid"}"#).map(drop),
            "INVALID_PATTERN:ORGANIZATIONAL_UNIT_ID",
        ),
        (read::<UntagResource>(r#"{"ResourceId":"r-ab12"}"#).map(drop), "INPUT_REQUIRED:TAG_KEYS"),
        (
            read::<ListOrganizationalUnitsForParent>(r#"{"ParentId":"r-ab12","MaxResults":0}"#)
                .map(drop),
            "MIN_VALUE_EXCEEDED:MAX_RESULTS",
        ),
        (
            read::<ListOrganizationalUnitsForParent>(r#"{"ParentId":"r-ab12","MaxResults":21}"#)
                .map(drop),
            "MAX_VALUE_EXCEEDED:MAX_RESULTS",
        ),
        (read::<ListPolicies>(r#"{"Filter":"X"}"#).map(drop), "INVALID_ENUM:FILTER"),
        (
            read::<UntagResource>(r#"{"ResourceId":"r-ab12","TagKeys":["a","b#"]}"#).map(drop),
            "INVALID_PATTERN:TAG_KEYS_2_MEMBER",
        ),
        (
            read::<TagResource>(
                r#"{"ResourceId":"r-ab12","Tags":[{"Key":"a","Value":"1"},{"Key":"b"}]}"#,
            )
            .map(drop),
            "INPUT_REQUIRED:TAGS_2_MEMBER_VALUE",
        ),
        (
            read::<ListCreateAccountStatus>(r#"{"States":["FAILED","LOST"]}"#).map(drop),
            "INVALID_ENUM:STATES_2_MEMBER",
        ),
    ] {
        let error = result.expect_err(reason);
        assert_eq!(
            (error.code(), error.reason()),
            (ErrorCode::InvalidInputException, Some(reason))
        );
        assert!(error.message().starts_with("You "), "{}", error.message());
    }
    assert!(unit(&format!("\"{}\"", "é".repeat(128))).is_ok());
    assert_eq!(unit("null").unwrap().name, None);
}

#[test]
fn a_value_of_another_type_is_refused_and_not_converted() {
    let list = |max: &str| read::<ListAccounts>(&format!(r#"{{"MaxResults":{max}}}"#)).map(drop);
    let text = |token: &str| read::<ListAccounts>(&format!(r#"{{"NextToken":{token}}}"#)).map(drop);
    let set = |filter: &str| read::<ListPolicies>(&format!(r#"{{"Filter":{filter}}}"#)).map(drop);
    let keys = |keys: &str| {
        read::<UntagResource>(&format!(r#"{{"ResourceId":"r-ab12","TagKeys":{keys}}}"#)).map(drop)
    };
    let tags = |tags: &str| {
        read::<TagResource>(&format!(r#"{{"ResourceId":"r-ab12","Tags":{tags}}}"#)).map(drop)
    };
    let object = |filter: &str| {
        read::<ListHandshakesForAccount>(&format!(r#"{{"Filter":{filter}}}"#)).map(drop)
    };
    const OBJECT: &str = "Start of structure or map found where not expected.";
    const LIST: &str = "Start of list found where not expected";
    for (result, message) in [
        (list(r#""7""#), "STRING_VALUE can not be converted to an Integer"),
        (list("true"), "TRUE_VALUE can not be converted to an Integer"),
        (list("1.5"), "integer must follow xsd1.1 definition"),
        (list("99999999999"), "integer must follow xsd1.1 definition"),
        (list("[7]"), LIST),
        (list("{}"), OBJECT),
        (text("7"), "NUMBER_VALUE can not be converted to a String"),
        (text("false"), "FALSE_VALUE can not be converted to a String"),
        (text(r#"["a"]"#), LIST),
        (text(r#"{"a":"b"}"#), OBJECT),
        (set("1"), "NUMBER_VALUE can not be converted to a String"),
        (keys(r#""a""#), "Unexpected field type"),
        (keys("{}"), OBJECT),
        (keys(r#"{"member":{"1":"a"}}"#), OBJECT),
        (keys("[1]"), "NUMBER_VALUE can not be converted to a String"),
        (keys(r#"[["a"]]"#), LIST),
        (keys(r#"[{"a":"b"}]"#), OBJECT),
        (tags(r#""""#), "Unexpected field type"),
        (tags(r#"["a"]"#), "Unexpected field type"),
        (tags("[[]]"), LIST),
        (tags(r#"{"Key":"a","Value":"b"}"#), OBJECT),
        (tags(r#"{"member":{"1":{"Key":"a","Value":"b"}}}"#), OBJECT),
        (tags(r#"[{"Key":1,"Value":"b"}]"#), "NUMBER_VALUE can not be converted to a String"),
        (object("[]"), LIST),
        (object(r#""INVITE""#), "Unexpected field type"),
    ] {
        let error = result.expect_err(message);
        assert_eq!((error.code(), error.message()), (ErrorCode::MalformedInput, message));
    }
    assert!(object("{}").is_ok());
    assert!(keys("[]").is_ok());
}

#[test]
fn a_moment_is_a_number_of_seconds() {
    let transfer = |moment: &str| {
        read::<InviteOrganizationToTransferResponsibility>(&format!(
            r#"{{"Type":"BILLING","Target":{{"Id":"1","Type":"ACCOUNT"}},"SourceName":"n",
                "StartTimestamp":{moment}}}"#
        ))
        .map(|request| request.start_timestamp.epoch_seconds())
    };
    assert_eq!(transfer("1772366400"), Ok(1_772_366_400));
    assert_eq!(transfer("1772366400.75"), Ok(1_772_366_400));
    for bad in [r#""2026-03-01T12:00:00Z""#, "true", "[]", "1e30"] {
        assert_eq!(transfer(bad).unwrap_err().code(), ErrorCode::MalformedInput, "{bad}");
    }
}
