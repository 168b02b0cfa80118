use std::collections::BTreeMap;

use proptest::prelude::*;
use quick_xml::events::Event;
use stead_api::iam::{self, StatusType};
use stead_api::sts;
use stead_types::{Secret, Timestamp};

use super::*;

fn xml<O>(output: &O::Output) -> String
where
    O: Operation,
    O::Output: ToValue,
{
    encode::<O>(output, "01234567-89ab-cdef-0123-456789abcdef", Format::Xml)
}

/// The texts between `<name>` and `</name>`, unescaped, if the document is well formed.
fn texts(document: &str, name: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(document);
    let mut found = Vec::new();
    let mut open = false;
    loop {
        match reader.read_event().expect("the document should be well formed") {
            Event::Start(tag) if tag.name().as_ref() == name => {
                open = true;
                found.push(String::new());
            }
            Event::End(_) => open = false,
            Event::Text(text) if open => {
                found.last_mut().unwrap().push_str(&text);
            }
            Event::GeneralRef(reference) if open => {
                let character = match reference.resolve_char_ref().unwrap() {
                    Some(character) => character.to_string(),
                    None => {
                        quick_xml::escape::resolve_predefined_entity(&reference).unwrap().to_owned()
                    }
                };
                found.last_mut().unwrap().push_str(&character);
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn an_identity_is_written_as_sts_writes_it() {
    let output = sts::GetCallerIdentityResponse {
        user_id: Some("AIDAEXAMPLE".into()),
        account: Some("123456789012".into()),
        arn: Some("arn:aws:iam::123456789012:user/Alice".into()),
    };
    // Observed: STS, also the indentation and the order.
    assert_eq!(
        xml::<sts::GetCallerIdentity>(&output),
        r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::123456789012:user/Alice</Arn>
    <UserId>AIDAEXAMPLE</UserId>
    <Account>123456789012</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
"#
    );
}

fn assumed() -> sts::AssumeRoleResponse {
    sts::AssumeRoleResponse {
        credentials: Some(sts::Credentials {
            access_key_id: "ASIAEXAMPLE".into(),
            secret_access_key: Secret::new("wJalr/+=".into()),
            session_token: Secret::new("token".into()),
            expiration: Timestamp::from_epoch_seconds(1_440_938_160),
        }),
        assumed_role_user: Some(sts::AssumedRoleUser {
            assumed_role_id: "AROAEXAMPLE:s".into(),
            arn: "arn:aws:sts::123456789012:assumed-role/r/s".into(),
        }),
        packed_policy_size: None,
        source_identity: None,
    }
}

#[test]
fn credentials_are_written_as_sts_writes_them() {
    // Observed: STS, also the order.
    assert_eq!(
        xml::<sts::AssumeRole>(&assumed()),
        r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROAEXAMPLE:s</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAEXAMPLE</AccessKeyId>
      <SecretAccessKey>wJalr/+=</SecretAccessKey>
      <SessionToken>token</SessionToken>
      <Expiration>2015-08-30T12:36:00Z</Expiration>
    </Credentials>
  </AssumeRoleResult>
  <ResponseMetadata>
    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
  </ResponseMetadata>
</AssumeRoleResponse>
"#
    );
    assert!(!format!("{:?}", assumed()).contains("wJalr"));
    assert!(!format!("{:?}", assumed()).contains("token\""));
}

#[test]
fn an_operation_without_result_has_no_result_element() {
    assert_eq!(
        xml::<iam::DeleteUser>(&iam::DeleteUserResponse {}),
        r#"<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <ResponseMetadata>
    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
  </ResponseMetadata>
</DeleteUserResponse>
"#
    );
}

#[test]
fn lists_are_members_and_empty_lists_are_empty_elements() {
    let mut output = iam::ListAccessKeysResponse {
        access_key_metadata: Vec::new(),
        is_truncated: false,
        marker: None,
    };
    let document = xml::<iam::ListAccessKeys>(&output);
    assert!(
        document.contains("\n    <AccessKeyMetadata/>\n    <IsTruncated>false</IsTruncated>\n")
    );
    output.access_key_metadata.push(iam::AccessKeyMetadata {
        status: Some(StatusType::Active),
        ..iam::AccessKeyMetadata::default()
    });
    let document = xml::<iam::ListAccessKeys>(&output);
    assert!(document.contains(
        "<AccessKeyMetadata>\n      <member>\n        <Status>Active</Status>\n      </member>\n"
    ));
}

#[test]
fn maps_are_entries_and_blobs_are_base64() {
    let output = iam::GetAccountSummaryResponse {
        summary_map: Some(BTreeMap::from([(String::from("Users"), 3)])),
    };
    let document = xml::<iam::GetAccountSummary>(&output);
    assert!(document.contains(
        "<SummaryMap>\n      <entry>\n        <key>Users</key>\n        <value>3</value>\n"
    ));
    let output = iam::CreateVirtualMFADeviceResponse {
        virtual_mfa_device: iam::VirtualMFADevice {
            serial_number: "arn:aws:iam::123456789012:mfa/x".into(),
            base32_string_seed: Some(Secret::new(b"\x00\xffseed".to_vec())),
            qr_code_png: None,
            user: None,
            enable_date: None,
            tags: None,
        },
    };
    let document = xml::<iam::CreateVirtualMFADevice>(&output);
    assert_eq!(texts(&document, "Base32StringSeed"), ["AP9zZWVk"]);
}

#[test]
fn policy_documents_are_percent_encoded() {
    let output = iam::GetUserPolicyResponse {
        user_name: "u".into(),
        policy_name: "p".into(),
        policy_document: r#"{"Version": "2012-10-17"}"#.into(),
    };
    assert_eq!(
        texts(&xml::<iam::GetUserPolicy>(&output), "PolicyDocument"),
        ["%7B%22Version%22%3A%20%222012-10-17%22%7D"]
    );
}

fn with_path(path: &str) -> String {
    let user = iam::User {
        path: Some(path.into()),
        user_name: Some("u".into()),
        user_id: "AIDA".into(),
        arn: "arn".into(),
        create_date: Timestamp::from_epoch_seconds(0),
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    };
    xml::<iam::GetUser>(&iam::GetUserResponse { user })
}

#[test]
fn texts_are_escaped_and_unwritable_characters_replaced() {
    let hostile = "</Path><Arn>&amp;'\"]]>\r\n\t\u{7f}\u{85}é😀";
    assert_eq!(texts(&with_path(hostile), "Path"), [hostile]);
    assert_eq!(texts(&with_path("a\0b\u{1b}c\u{ffff}"), "Path"), ["a\u{fffd}b\u{fffd}c\u{fffd}"]);
}

#[test]
fn errors_are_written_as_aws_writes_them() {
    let error = ApiError::access_denied("User: <x> is not authorized")
        .with_context("the secret reason")
        .with_hint(" (denial d-1)");
    let write = |hints| encode_error(Some(Service::Sts), &error, "r-1", Format::Xml, hints);
    assert_eq!(
        write(Hints::Strict),
        r#"<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>AccessDenied</Code>
    <Message>User: &lt;x&gt; is not authorized</Message>
  </Error>
  <RequestId>r-1</RequestId>
</ErrorResponse>
"#
    );
    assert!(write(Hints::Shown).contains("is not authorized (denial d-1)</Message>"));
    assert!(!write(Hints::Shown).contains("secret reason"));
}

#[test]
fn errors_name_the_namespace_of_what_was_found() {
    let namespace = |service, code| {
        let error = ApiError::new(code, "m");
        let document = encode_error(service, &error, "r", Format::Xml, Hints::Shown);
        document.split('"').nth(1).unwrap().to_owned()
    };
    let fault = "http://webservices.amazon.com/AWSFault/2005-15-09";
    assert_eq!(namespace(None, ErrorCode::MissingAction), fault);
    assert_eq!(namespace(None, ErrorCode::MissingAuthenticationToken), fault);
    assert_eq!(namespace(Some(Service::Sts), ErrorCode::InvalidAction), fault);
    assert_eq!(
        namespace(Some(Service::Iam), ErrorCode::NoSuchEntity),
        "https://iam.amazonaws.com/doc/2010-05-08/"
    );
}

#[test]
fn json_is_written_for_those_who_accept_it() {
    for (accept, format) in [
        (None, Format::Xml),
        (Some("*/*"), Format::Xml),
        (Some("application/xml, text/json"), Format::Xml),
        (Some("application/json"), Format::Json),
        (Some("text/html, Application/JSON;q=0.9"), Format::Json),
    ] {
        assert_eq!(Format::accepted(accept), format, "{accept:?}");
    }
    let error = ApiError::validation("a \"quote\"");
    assert_eq!(
        encode_error(Some(Service::Sts), &error, "r", Format::Json, Hints::Shown),
        r#"{"Error":{"Code":"ValidationError","Message":"a \"quote\"","Type":"Sender"},"RequestId":"r"}"#
    );
    assert_eq!(
        encode::<sts::AssumeRole>(&assumed(), "r", Format::Json),
        concat!(
            r#"{"AssumeRoleResponse":{"AssumeRoleResult":{"#,
            r#""AssumedRoleUser":{"Arn":"arn:aws:sts::123456789012:assumed-role/r/s","#,
            r#""AssumedRoleId":"AROAEXAMPLE:s"},"#,
            r#""Credentials":{"AccessKeyId":"ASIAEXAMPLE","Expiration":1440938160,"#,
            r#""SecretAccessKey":"wJalr/+=","SessionToken":"token"}},"#,
            r#""ResponseMetadata":{"RequestId":"r"}}}"#
        )
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_makes_a_well_formed_document(text in any::<String>()) {
        prop_assert_eq!(texts(&with_path(&text), "Path").len(), 1);
    }
}

fn of_json_protocol(error: &ApiError) -> (u16, String) {
    let format = Format::JsonProtocol;
    let body = encode_error(None, error, "r", format, Hints::Shown);
    (error_status(error.code(), format), body)
}

#[test]
fn an_answer_of_the_json_protocol_is_the_result_alone() {
    use stead_api::organizations::{
        DescribeOrganization, DescribeOrganizationResponse, DetachPolicy, DetachPolicyResponse,
        EnabledServicePrincipal, ListAWSServiceAccessForOrganization,
        ListAWSServiceAccessForOrganizationResponse,
    };
    let format = Format::JsonProtocol;
    assert_eq!(format.content_type(), "application/x-amz-json-1.1");
    let nothing = DescribeOrganizationResponse { organization: None };
    assert_eq!(encode::<DescribeOrganization>(&nothing, "r", format), "{}");
    assert_eq!(encode::<DetachPolicy>(&DetachPolicyResponse {}, "r", format), "");
    let listed = ListAWSServiceAccessForOrganizationResponse {
        enabled_service_principals: Some(vec![EnabledServicePrincipal {
            service_principal: Some("a\"\u{7f}".to_owned()),
            date_enabled: Some(Timestamp::from_epoch_seconds(1_772_366_400)),
        }]),
        next_token: None,
    };
    assert_eq!(
        encode::<ListAWSServiceAccessForOrganization>(&listed, "r", format),
        "{\"EnabledServicePrincipals\":[{\"DateEnabled\":1772366400,\"ServicePrincipal\":\"a\\\"\u{7f}\"}]}"
    );
}

#[test]
fn what_is_refused_before_the_service_has_other_names_in_the_json_protocol() {
    let message = |name: &str| format!("{{\"__type\":\"{name}\",\"message\":\"The\"}}");
    for (code, name) in [
        (ErrorCode::InvalidClientTokenId, "UnrecognizedClientException"),
        (ErrorCode::SignatureDoesNotMatch, "InvalidSignatureException"),
        (ErrorCode::MissingAuthenticationToken, "MissingAuthenticationTokenException"),
        (ErrorCode::IncompleteSignature, "IncompleteSignatureException"),
        (ErrorCode::ExpiredToken, "ExpiredTokenException"),
    ] {
        let written = of_json_protocol(&ApiError::new(code, "The"));
        assert_eq!(written, (400, message(name)));
        // Query keeps its own.
        assert_eq!(error_status(code, Format::Xml), code.status());
    }
}

#[test]
fn an_error_of_the_json_protocol_has_its_own_name_status_and_members() {
    let error = |code, message: &str| ApiError::new(code, message);
    for (error, status, body) in [
        (
            error(ErrorCode::AWSOrganizationsNotInUseException, "Your"),
            400,
            r#"{"__type":"AWSOrganizationsNotInUseException","Message":"Your"}"#,
        ),
        (
            error(ErrorCode::InvalidInputException, "You").with_reason("INVALID_ENUM:FILTER"),
            400,
            r#"{"__type":"InvalidInputException","Message":"You","Reason":"INVALID_ENUM:FILTER"}"#,
        ),
        (
            ApiError::access_denied("User: \"x\"")
                .with_hint(" (denial d-1)")
                .with_context("secret"),
            400,
            r#"{"__type":"AccessDeniedException","Message":"User: \"x\" (denial d-1)"}"#,
        ),
        (error(ErrorCode::MalformedInput, ""), 400, r#"{"__type":"SerializationException"}"#),
        (
            error(ErrorCode::MalformedInput, "S"),
            400,
            r#"{"__type":"SerializationException","Message":"S"}"#,
        ),
        (
            error(ErrorCode::UnknownOperationException, ""),
            400,
            r#"{"__type":"UnknownOperationException"}"#,
        ),
        (
            error(ErrorCode::Throttling, "Rate exceeded"),
            400,
            r#"{"__type":"TooManyRequestsException","Message":"Rate exceeded"}"#,
        ),
        (
            error(ErrorCode::ServiceUnavailable, "The"),
            503,
            r#"{"__type":"ServiceUnavailable","Message":"The"}"#,
        ),
        (
            ApiError::not_implemented("AcceptHandshake"),
            501,
            r#"{"__type":"NotImplemented","Message":"The operation AcceptHandshake is not implemented."}"#,
        ),
    ] {
        assert_eq!(of_json_protocol(&error), (status, body.to_owned()));
    }
}
