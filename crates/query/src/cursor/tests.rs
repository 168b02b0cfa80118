use proptest::prelude::*;
use stead_api::ErrorCode;
use stead_api::iam::{self, StatusType};
use stead_api::sts;

use super::*;

fn form(body: &str) -> Form {
    Form::parse(None, Some("application/x-www-form-urlencoded"), body.as_bytes()).unwrap()
}

fn good<O>(body: &str) -> O::Input
where
    O: Operation,
    O::Input: DecodeRequest,
{
    decode::<O>(&form(body)).unwrap_or_else(|error| panic!("{body}: {error:?}"))
}

/// The message with its count taken off, when the count agrees.
fn violations<O>(body: &str) -> String
where
    O: Operation,
    O::Input: DecodeRequest,
{
    let error = decode::<O>(&form(body)).expect_err(body);
    assert_eq!(error.code(), ErrorCode::ValidationError, "{body}: {error:?}");
    let (count, rest) = error.message().split_once(" validation error").unwrap();
    let (plural, rest) = rest.split_once(" detected: ").unwrap();
    assert_eq!(count.parse(), Ok(rest.split("; ").count()), "{}", error.message());
    assert_eq!(plural, if count == "1" { "" } else { "s" });
    rest.to_owned()
}

fn malformed<O>(body: &str) -> String
where
    O: Operation,
    O::Input: DecodeRequest,
{
    let error = decode::<O>(&form(body)).expect_err(body);
    assert_eq!(error.code(), ErrorCode::MalformedInput, "{body}: {error:?}");
    error.message().to_owned()
}

const ROLE: &str = "RoleArn=arn:aws:iam::123456789012:role/r&RoleSessionName=session";

#[test]
fn a_whole_request_is_read() {
    let request = good::<sts::AssumeRole>(&format!(
        "{ROLE}&DurationSeconds=900&ExternalId=id&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/x\
         &Tags.member.2.Key=b&Tags.member.2.Value=&Tags.member.1.Key=a&Tags.member.1.Value=1\
         &TransitiveTagKeys.member.1=a&TokenCode=123456&Unknown=1&Tags.Other=2"
    ));
    assert_eq!(request.role_arn, "arn:aws:iam::123456789012:role/r");
    assert_eq!(request.role_session_name, "session");
    assert_eq!(request.duration_seconds, Some(900));
    assert_eq!(request.policy, None);
    assert_eq!(request.policy_arns[0].arn.as_deref(), Some("arn:aws:iam::aws:policy/x"));
    let tags: Vec<(&str, &str)> =
        request.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect();
    assert_eq!(tags, [("a", "1"), ("b", "")]);
    assert_eq!(request.transitive_tag_keys, ["a"]);
    assert_eq!(request.token_code.unwrap().expose(), "123456");
    assert!(request.provided_contexts.is_empty());
}

#[test]
fn list_elements_are_in_the_order_of_their_numbers() {
    let keys: Vec<String> = (1..=12).rev().map(|it| format!("TagKeys.member.{it}=k{it}")).collect();
    let request = good::<iam::UntagUser>(&format!("UserName=u&{}", keys.join("&")));
    assert_eq!(request.tag_keys[9], "k10");
    assert_eq!(request.tag_keys.len(), 12);
}

#[test]
fn absent_members_are_named() {
    // Observed: STS.
    assert_eq!(
        violations::<sts::AssumeRole>("RoleSessionName=session"),
        "Value null at 'roleArn' failed to satisfy constraint: Member must not be null"
    );
    // Observed: IAM.
    assert_eq!(
        violations::<iam::CreateUser>(""),
        "Value at 'userName' failed to satisfy constraint: Member must not be null"
    );
    assert_eq!(
        violations::<iam::TagUser>("UserName=u"),
        "Value at 'tags' failed to satisfy constraint: Member must not be null"
    );
    assert_eq!(
        violations::<iam::UpdateAccessKey>("AccessKeyId=AKIAIOSFODNN7EXAMPLE"),
        "Value at 'status' failed to satisfy constraint: Member must not be null"
    );
    assert_eq!(
        violations::<sts::AssumeRoot>("TargetPrincipal=123456789012"),
        "Value null at 'taskPolicyArn' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn lengths_are_counted_in_characters() {
    let name = |length| format!("{ROLE}{}", "x".repeat(length - "session".len()));
    assert_eq!(good::<sts::AssumeRole>(&name(64)).role_session_name.len(), 64);
    let long = format!("session{}", "x".repeat(58));
    assert_eq!(
        violations::<sts::AssumeRole>(&name(65)),
        format!(
            "Value '{long}' at 'roleSessionName' failed to satisfy constraint: Member must have \
             length less than or equal to 64"
        )
    );
    assert_eq!(
        violations::<sts::AssumeRole>("RoleArn=arn:aws:iam::123456&RoleSessionName=session"),
        "Value 'arn:aws:iam::123456' at 'roleArn' failed to satisfy constraint: Member must have \
         length greater than or equal to 20"
    );
    let value = |length| {
        format!("UserName=u&Tags.member.1.Key=k&Tags.member.1.Value={}", "é".repeat(length))
    };
    assert_eq!(good::<iam::TagUser>(&value(256)).tags.len(), 1);
    assert_eq!(
        violations::<iam::TagUser>(&value(257)),
        "Value at 'tags.1.member.value' failed to satisfy constraint: Member must have length \
         less than or equal to 256"
    );
}

#[test]
fn patterns_are_checked_and_quoted() {
    assert_eq!(
        violations::<sts::AssumeRole>(&ROLE.replace("=session", "=a/b")),
        r"Value 'a/b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*"
    );
    // Observed: IAM.
    assert_eq!(
        violations::<iam::GetPolicyVersion>("PolicyArn=arn:aws:iam::aws:policy/x&VersionId=v0"),
        r"Value at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?"
    );
}

#[test]
fn numbers_have_ranges() {
    for number in [900, 43200] {
        let request = good::<sts::AssumeRole>(&format!("{ROLE}&DurationSeconds={number}"));
        assert_eq!(request.duration_seconds, Some(number));
    }
    for (number, bound) in [
        ("899", "greater than or equal to 900"),
        ("-1", "greater than or equal to 900"),
        ("43201", "less than or equal to 43200"),
    ] {
        assert_eq!(
            violations::<sts::AssumeRole>(&format!("{ROLE}&DurationSeconds={number}")),
            format!(
                "Value '{number}' at 'durationSeconds' failed to satisfy constraint: Member must \
                 have value {bound}"
            )
        );
    }
    for bad in ["abc", "1e3", "900.0", "0x384", "9000000000", "%20900", "900%0A"] {
        let message = malformed::<sts::AssumeRole>(&format!("{ROLE}&DurationSeconds={bad}"));
        assert_eq!(message, "integer must follow xsd1.1 definition", "{bad}");
    }
    let message = malformed::<sts::AssumeRole>(&format!("{ROLE}&DurationSeconds="));
    assert_eq!(message, "missing value for integer type");
}

#[test]
fn booleans_have_four_spellings() {
    for (text, expected) in [("true", true), ("1", true), ("false", false), ("0", false)] {
        let body = format!("OnlyAttached={text}");
        assert_eq!(good::<iam::ListPolicies>(&body).only_attached, Some(expected));
    }
    for bad in ["TRUE", "True", "yes", "2", "%20true"] {
        let message = malformed::<iam::ListPolicies>(&format!("OnlyAttached={bad}"));
        assert_eq!(message, "boolean must follow xsd1.1 definition", "{bad}");
    }
    let message = malformed::<iam::ListPolicies>("OnlyAttached=");
    assert_eq!(message, "missing value for boolean type");
}

#[test]
fn closed_sets_are_listed() {
    let body = |status| format!("AccessKeyId=AKIAIOSFODNN7EXAMPLE&Status={status}");
    assert_eq!(good::<iam::UpdateAccessKey>(&body("Inactive")).status, StatusType::Inactive);
    for bad in ["", "active", "Active%20", "Gone"] {
        assert_eq!(
            violations::<iam::UpdateAccessKey>(&body(bad)),
            "Value at 'status' failed to satisfy constraint: Member must satisfy enum value set: \
             [Active, Inactive, Expired]"
        );
    }
}

#[test]
fn violations_are_all_reported_in_the_order_of_aws() {
    // Observed: IAM.
    assert_eq!(
        violations::<iam::UpdateAccountPasswordPolicy>(
            "MinimumPasswordLength=256&MaxPasswordAge=10000&PasswordReusePrevention=1000"
        ),
        "Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value \
         less than or equal to 128; Value at 'passwordReusePrevention' failed to satisfy \
         constraint: Member must have value less than or equal to 24; Value at 'maxPasswordAge' \
         failed to satisfy constraint: Member must have value less than or equal to 1095"
    );
    // Observed: IAM.
    let body =
        format!("Url={0}&ClientIDList.member.1={0}&ThumbprintList.member.1={0}", "x".repeat(256));
    assert_eq!(
        violations::<iam::CreateOpenIDConnectProvider>(&body),
        "Value at 'clientIDList' failed to satisfy constraint: Member must satisfy constraint: \
         [Member must have length less than or equal to 255, Member must have length greater than \
         or equal to 1]; Value at 'thumbprintList' failed to satisfy constraint: Member must \
         satisfy constraint: [Member must have length less than or equal to 40, Member must have \
         length greater than or equal to 40]; Value at 'url' failed to satisfy constraint: Member \
         must have length less than or equal to 255"
    );
}

#[test]
fn one_value_may_break_several_constraints() {
    assert_eq!(
        violations::<iam::DeleteAccessKey>("AccessKeyId=!"),
        r"Value at 'accessKeyId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w]+; Value at 'accessKeyId' failed to satisfy constraint: Member must have length greater than or equal to 16"
    );
}

#[test]
fn iam_states_in_words_what_names_and_paths_may_be() {
    const NAME: &str = "It must contain only alphanumeric characters and/or the following: +=,.@_-";
    const PATH: &str = "It must begin and end with / and contain only alphanumeric characters and/or / characters.";
    const PREFIX: &str = "It must begin with the / character and contain only alphanumeric characters and/or / characters.";
    fn refused<O: Operation>(body: &str) -> String
    where
        O::Input: DecodeRequest,
    {
        decode::<O>(&form(body)).unwrap_err().message().to_owned()
    }
    let stated = |name: &str, rule| format!("The specified value for {name} is invalid. {rule}");
    for (found, expected) in [
        (refused::<iam::CreateUser>("UserName=a/b"), stated("userName", NAME)),
        (refused::<iam::CreateUser>("UserName=a/b&Path=x"), stated("path", PATH)),
        (refused::<iam::CreateUser>("UserName=ab&Path=/x"), stated("path", PATH)),
        (
            refused::<iam::CreatePolicy>("PolicyName=p&PolicyDocument=d&Path=/x"),
            stated("path", PATH),
        ),
        (refused::<iam::ListUsers>("PathPrefix=x"), stated("pathPrefix", PREFIX)),
    ] {
        assert_eq!(found, expected);
    }
    // Whatever else is wrong is told first.
    assert_eq!(
        violations::<iam::CreateUser>("UserName="),
        "Value at 'userName' failed to satisfy constraint: Member must have length greater than \
         or equal to 1"
    );
}

#[test]
fn elements_of_scalar_lists_are_reported_once_with_every_constraint() {
    // Observed: IAM.
    let expected = r"Value at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+, Member must not be null]";
    for keys in [
        format!("TagKeys.member.1={}", "k".repeat(129)),
        String::from("TagKeys.member.1=a%23"),
        String::from("TagKeys.member.1="),
        String::from("TagKeys.member.1=ok&TagKeys.member.2=%23&TagKeys.member.3=%23"),
        // An element left out is null.
        String::from("TagKeys.member.2=ok"),
    ] {
        assert_eq!(violations::<iam::UntagUser>(&format!("UserName=u&{keys}")), expected, "{keys}");
    }
}

#[test]
fn lists_have_lengths() {
    let tags = |count: usize| {
        let pair = |it| format!("&Tags.member.{it}.Key=k{it}&Tags.member.{it}.Value=v");
        format!("UserName=u{}", (1..=count).map(pair).collect::<String>())
    };
    assert_eq!(good::<iam::TagUser>(&tags(50)).tags.len(), 50);
    // Observed: IAM.
    assert_eq!(
        violations::<iam::TagUser>(&tags(51)),
        "Value at 'tags' failed to satisfy constraint: Member must have length less than or equal \
         to 50"
    );
}

#[test]
fn an_empty_list_is_written_as_a_name_without_value() {
    assert!(good::<iam::TagUser>("UserName=u&Tags=").tags.is_empty());
    assert!(good::<iam::CreateUser>("UserName=u&Tags=").tags.is_empty());
    assert!(good::<iam::CreateUser>("UserName=u").tags.is_empty());
    let message = malformed::<iam::TagUser>("UserName=u&Tags=x");
    assert_eq!(message, "Unexpected list element termination");
    let message = malformed::<iam::TagUser>("UserName=u&Tags=x&Tags.member.1.Key=k");
    assert_eq!(message, "Unexpected list element termination");
}

#[test]
fn list_indexes_are_numbers_from_one() {
    for (index, message) in [
        ("0", "0 is not a valid index"),
        ("00", "Value found where not expected"),
        ("01", "Value found where not expected"),
        ("-1", "Start of list found where not expected"),
        ("", "Start of list found where not expected"),
        ("x", "Start of list found where not expected"),
        ("1x", "Start of list found where not expected"),
        ("%D9%A1", "Start of list found where not expected"),
        ("1001", "Index 1001 is illegal"),
        ("4294967297", "Index 4294967297 is illegal"),
        ("99999999999999999999999999", "Index 99999999999999999999999999 is illegal"),
        ("12", "Excessively sparse input would skip 11 list elements"),
        ("1000", "Excessively sparse input would skip 999 list elements"),
    ] {
        for body in [
            format!("UserName=u&Tags.member.{index}.Key=k&Tags.member.{index}.Value=v"),
            format!("UserName=u&TagKeys.member.{index}=k"),
        ] {
            let actual = if body.contains("TagKeys") {
                malformed::<iam::UntagUser>(&body)
            } else {
                malformed::<iam::TagUser>(&body)
            };
            assert_eq!(actual, message, "{body}");
        }
    }
}

#[test]
fn a_gap_in_a_list_of_structures_is_an_empty_structure() {
    let body = "UserName=u&Tags.member.1.Key=a&Tags.member.1.Value=b\
                &Tags.member.3.Key=a&Tags.member.3.Value=b";
    assert_eq!(
        violations::<iam::TagUser>(body),
        "Value at 'tags.2.member.value' failed to satisfy constraint: Member must not be null; \
         Value at 'tags.2.member.key' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn a_short_request_does_not_get_an_endless_answer() {
    let pairs: Vec<String> =
        (1..=90).map(|index| format!("Tags.member.{}.Key=k", index * 11)).collect();
    let error = decode::<iam::TagUser>(&form(&pairs.join("&"))).unwrap_err();
    // Nothing but keys: each element lacks its value, the filled-in ones their key too,
    // there are too many, and no user is named.
    assert!(error.message().starts_with("1892 validation errors detected: "), "{error:?}");
    assert_eq!(error.message().split("; ").count(), 100);
}

#[test]
fn nested_structures_carry_their_path() {
    let request = good::<sts::AssumeRoot>(
        "TargetPrincipal=123456789012&TaskPolicyArn.arn=arn:aws:iam::aws:policy/root-task/X",
    );
    assert!(request.task_policy_arn.arn.is_some());
    assert_eq!(
        violations::<sts::AssumeRoot>("TargetPrincipal=123456789012&TaskPolicyArn.arn=short"),
        "Value 'short' at 'taskPolicyArn.arn' failed to satisfy constraint: Member must have \
         length greater than or equal to 20"
    );
}

#[test]
fn what_is_malformed_is_told_before_what_is_invalid() {
    assert_eq!(
        malformed::<sts::AssumeRole>("DurationSeconds=x&RoleArn=short"),
        "integer must follow xsd1.1 definition"
    );
}

#[test]
fn sensitive_values_are_never_repeated_and_others_not_endlessly() {
    let body = format!("{ROLE}&WebIdentityToken=abc");
    assert_eq!(
        violations::<sts::AssumeRoleWithWebIdentity>(&body),
        "Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater \
         than or equal to 4"
    );
    let body = format!("{ROLE}&ExternalId={}", "%23".repeat(5_000));
    assert!(violations::<sts::AssumeRole>(&body).len() < 2_000);
}

#[test]
fn operations_without_parameters_ignore_what_they_are_given() {
    assert_eq!(
        good::<sts::GetCallerIdentity>("Action=GetCallerIdentity&X=1&Tags.member.0=1"),
        sts::GetCallerIdentityRequest {}
    );
    good::<iam::GetAccountSummary>("");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_form_is_answered(
        pairs in proptest::collection::vec(
            ("(Tags|TagKeys|UserName|PolicyArns|Permissions)?(\\.(member|arn|Key|Value|[0-9]{1,5}|x))?\
              (\\.(member|Key|[0-9]{1,5}))?", ".{0,20}"),
            0..12,
        )
    ) {
        let body: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", crate::percent::encode(value)))
            .collect();
        let parsed = Form::parse(
            None,
            Some("application/x-www-form-urlencoded"),
            body.join("&").as_bytes(),
        );
        if let Ok(form) = parsed {
            let _ = decode::<iam::TagUser>(&form);
            let _ = decode::<iam::UntagUser>(&form);
            let _ = decode::<sts::AssumeRole>(&form);
            let _ = decode::<iam::CreateDelegationRequest>(&form);
        }
    }
}
