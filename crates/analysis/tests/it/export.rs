//! Accounts from files, attempts from flags and from events: they make the case that the
//! corpus has as one document.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value, json};
use stead_analysis::{
    Case, Details, DetailsError, EXPORT_FILES_MAX, EventError, Explanation, Export, ExportError,
    ExportFile, ExportPlace, Verdict, attempt_of, attempt_of_event, explain,
};

use stead_world::SamlIdp;

use crate::corpus::{Known, corpus};

fn file(name: String, value: &Value) -> ExportFile {
    ExportFile { name, text: serde_json::to_string_pretty(value).unwrap() }
}

fn list<'a>(account: &'a Value, name: &str) -> &'a [Value] {
    account[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The files that the AWS CLI would print for an account, in a folder of its own.
fn files_of(account: &Value) -> Vec<ExportFile> {
    let folder = format!("shop-{}", account["AccountId"].as_str().unwrap());
    let details = &account["Authorization"];
    let mut files = vec![
        file(
            format!("{folder}/details-1.json"),
            &json!({"UserDetailList": details["UserDetailList"],
                "GroupDetailList": details["GroupDetailList"], "IsTruncated": true}),
        ),
        file(
            format!("{folder}/details-2.json"),
            &json!({"RoleDetailList": details["RoleDetailList"],
                "Policies": details["Policies"], "IsTruncated": false}),
        ),
    ];
    let mut listed = Vec::new();
    for (number, provider) in list(account, "OpenIDConnectProviders").iter().enumerate() {
        let mut described = provider.clone();
        listed.push(json!({"Arn": described.as_object_mut().unwrap().remove("Arn")}));
        files.push(file(format!("{folder}/oidc-{number}.json"), &described));
    }
    let listed = json!({"OpenIDConnectProviderList": listed});
    files.push(file(format!("{folder}/oidc-list.json"), &listed));
    let saml = json!({"SAMLProviderList": account["SAMLProviders"]});
    files.push(file(format!("{folder}/saml.json"), &saml));
    for (number, policy) in list(account, "ServiceControlPolicies").iter().enumerate() {
        let policy = json!({"Policy": {"Content": policy.to_string(), "PolicySummary": {
            "Type": "SERVICE_CONTROL_POLICY", "Arn": format!("arn:aws:organizations::1:p/{number}")}}});
        files.push(file(format!("{folder}/organization/scp-{number}.json"), &policy));
    }
    for (number, policy) in list(account, "ResourceControlPolicies").iter().enumerate() {
        files.push(file(format!("{folder}/organization/rcp-{number}.json"), policy));
    }
    if !account["Organization"].is_null() {
        let organization = json!({"Organization": account["Organization"]});
        files.push(file(format!("{folder}/organization.json"), &organization));
    }
    files
}

fn exported(case: &Case) -> (Vec<ExportFile>, Export) {
    let document = case.document();
    let mut files = files_of(&document["account"]);
    files.extend(list(document, "otherAccounts").iter().flat_map(files_of));
    let export = Export::read(&files).unwrap();
    (files, export)
}

fn attempt(case: &Case) -> Map<String, Value> {
    case.document()["attempt"].as_object().unwrap().clone()
}

fn findings(explanation: &Explanation) -> Value {
    let mut all = json!(explanation);
    let members = all.as_object_mut().unwrap();
    // Accounts are in the order of their numbers, so that pointers and patches differ.
    members.retain(|name, _| ["verdict", "cause", "also", "layer"].contains(&name.as_str()));
    all
}

#[test]
fn files_of_accounts_are_answered_like_the_case_and_each_place_is_in_its_file() {
    let mut places = 0;
    for Known { name, case, .. } in corpus() {
        let (files, export) = exported(&case);
        let made = export.case(attempt(&case));
        let explanation = explain(&made).unwrap();
        assert_eq!(findings(&explanation), findings(&explain(&case).unwrap()), "{name}");
        assert_eq!(explanation.missing, explain(&case).unwrap().missing, "{name}");
        let place = &explanation.place;
        for pointer in [&place.document, &place.statement, &place.element].into_iter().flatten() {
            let Some(origin) = export.origin(&made, pointer) else { continue };
            let file = files.iter().find(|file| file.name == origin.file).unwrap();
            let text: Value = serde_json::from_str(&file.text).unwrap();
            // A policy of an organization is a text in its file.
            if file.name.contains("/organization/scp-") {
                continue;
            }
            let (found, meant) = (text.pointer(&origin.pointer), made.document().pointer(pointer));
            assert_eq!(found, meant, "{name}: {origin:?}");
            assert!(found.is_some(), "{name}: {origin:?}");
            places += 1;
        }
    }
    assert!(places > 60, "{places}");
}

/// What IAM says of a SAML provider, without its ARN.
fn described(created_at: &str) -> Value {
    json!({
        "SAMLProviderUUID": "AAAAAAAAAAAAAAAAAAAAAA",
        "SAMLMetadataDocument": SamlIdp::new("https://idp.example.com/saml").metadata(),
        "CreateDate": created_at,
        "ValidUntil": "2126-03-01T12:00:00+00:00",
        "AssertionEncryptionMode": "Allowed",
        "PrivateKeyList": [],
    })
}

/// An account with two SAML providers that are listed, and these files beside the list.
fn with_saml(more: &[(&str, Value)]) -> Result<Export, ExportError> {
    let listed = |name: &str, created_at: &str| {
        json!({"Arn": format!("arn:aws:iam::111122223333:saml-provider/{name}"),
            "ValidUntil": "2126-03-01T12:00:00+00:00", "CreateDate": created_at})
    };
    let details = json!({"UserDetailList": [], "IsTruncated": false});
    let list = json!({"SAMLProviderList": [
        listed("one", "2026-03-01T12:00:00+00:00"), listed("two", "2026-03-01T12:00:01+00:00")]});
    let mut files = vec![
        file("111122223333/details.json".to_owned(), &details),
        file("111122223333/saml.json".to_owned(), &list),
    ];
    files.extend(more.iter().map(|(name, value)| file((*name).to_owned(), value)));
    Export::read_for_world(&files)
}

#[test]
fn a_described_saml_provider_is_the_listed_one_that_was_created_when_it_was() {
    let second = described("2026-03-01T12:00:01+00:00");
    for name in ["111122223333/two.json", "saml-of-111122223333.json"] {
        let world = with_saml(&[(name, second.clone())]).unwrap().take_world().unwrap();
        let account = world.account("111122223333".parse().unwrap()).unwrap();
        assert_eq!(account.saml_providers().len(), 2);
        let made: Vec<_> = account.snapshot.saml_providers().collect();
        let [provider] = made.as_slice() else { panic!("{made:?}") };
        assert_eq!(provider.arn.as_str(), "arn:aws:iam::111122223333:saml-provider/two");
        assert_eq!(provider.uuid.as_str(), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(&*provider.metadata.entity_id, "https://idp.example.com/saml");
        assert_eq!(provider.metadata.valid_until.to_string(), "2126-03-01T12:00:00Z");
        assert_eq!(provider.metadata.signing_certificates.len(), 1);
        assert!(account.saml_providers_with_keys().is_empty());
    }
}

#[test]
fn metadata_is_no_other_providers_and_what_is_none_is_refused() {
    let changed = |member: &str, value: Value| {
        let mut described = described("2026-03-01T12:00:00+00:00");
        described[member] = value;
        described
    };
    let name = "111122223333/described.json";
    for value in [
        described("2026-03-01T12:00:02+00:00"),
        changed("ValidUntil", json!("2126-03-01T12:00:01+00:00")),
        changed("CreateDate", Value::Null),
    ] {
        let error = with_saml(&[(name, value)]).map(drop).unwrap_err();
        assert!(error.message.contains("which SAML provider"), "{error}");
    }
    let named = changed("Arn", json!("arn:aws:iam::111122223333:saml-provider/one"));
    let twice = [(name, named.clone()), ("111122223333/again.json", changed("Tags", json!([])))];
    assert!(with_saml(&twice).is_err());
    let twice = [(name, named.clone()), ("111122223333/again.json", named.clone())];
    assert!(with_saml(&twice).map(drop).unwrap_err().message.contains("there twice"));
    let other = changed("Arn", json!("arn:aws:iam::444455556666:saml-provider/one"));
    assert!(with_saml(&[(name, other)]).map(drop).unwrap_err().message.contains("444455556666"));
    for (member, value, expected) in [
        ("SAMLMetadataDocument", json!("<md/>"), "SAML metadata"),
        ("SAMLMetadataDocument", json!(7), "a text"),
        ("ValidUntil", json!("soon"), "a moment"),
        ("AssertionEncryptionMode", json!("Perhaps"), "`Required`"),
        ("PrivateKeyList", json!("x"), "a list"),
        ("Arn", json!("arn:aws:iam::111122223333:role/one"), "a SAML provider"),
    ] {
        let mut wrong = named.clone();
        wrong[member] = value;
        let error = with_saml(&[(name, wrong)]).unwrap().take_world().map(drop).unwrap_err();
        assert!(error.to_string().contains(expected), "{member}: {error}");
    }
}

#[test]
fn of_a_saml_provider_the_earliest_end_counts_and_keys_are_told() {
    let mut ended = described("2026-03-01T12:00:00+00:00");
    let members = ended.as_object_mut().unwrap();
    members.insert("Arn".to_owned(), json!("arn:aws:iam::111122223333:saml-provider/one"));
    let document = members["SAMLMetadataDocument"].as_str().unwrap();
    let document = document.replace("entityID=", "validUntil=\"2026-03-02T00:00:00Z\" entityID=");
    members.insert("SAMLMetadataDocument".to_owned(), json!(document));
    members.insert("PrivateKeyList".to_owned(), json!([{"KeyId": "K", "Timestamp": "x"}]));
    members.insert("SAMLProviderUUID".to_owned(), json!("hidden"));
    let world = with_saml(&[("111122223333/one.json", ended)]).unwrap().take_world().unwrap();
    let account = world.account("111122223333".parse().unwrap()).unwrap();
    let provider = account.snapshot.saml_providers().next().unwrap();
    assert_eq!(provider.metadata.valid_until.to_string(), "2026-03-02T00:00:00Z");
    assert!(account.saml_providers_with_keys().iter().eq([&provider.arn]));
    assert_eq!(provider.uuid.as_str().len(), 22);
}

/// What is told of an attempt, where that can all be told.
fn details(attempt: &Value) -> Option<Details> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let environment = attempt["environment"].as_object().is_some_and(|it| !it.is_empty());
    let caller = &attempt["caller"];
    let parameters = attempt["parameters"].as_object()?;
    const TOLD: [&str; 5] =
        ["RoleArn", "RoleSessionName", "ExternalId", "DurationSeconds", "WebIdentityToken"];
    let more = ["sessionPolicies", "transitiveTagKeys", "sessionTags", "sourceIdentity"];
    let is_set = |value: &Value| match value {
        Value::Null => false,
        Value::Array(all) => !all.is_empty(),
        Value::Object(all) => !all.is_empty(),
        _ => true,
    };
    let untold = environment
        || attempt["operation"] == "sts:AssumeRoleWithSAML"
        || is_set(&attempt["context"])
        || parameters.keys().any(|name| !TOLD.contains(&name.as_str()))
        || more.iter().any(|name| is_set(&caller[name]))
        || attempt["token"]["signature"].as_str().is_some_and(|it| it != "valid");
    if untold {
        return None;
    }
    let token = attempt["token"].as_object().map(|token| {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        format!("{}.{}.{}", part(&token["header"]), part(&token["claims"]), "c2ln")
    });
    Some(Details {
        caller: text(&caller["arn"]).or_else(|| text(&caller["service"])),
        role: text(&parameters["RoleArn"]),
        external_id: parameters.get("ExternalId").and_then(text),
        session_name: parameters.get("RoleSessionName").and_then(text),
        duration_seconds: parameters
            .get("DurationSeconds")
            .and_then(Value::as_u64)
            .map(|seconds| seconds.try_into().unwrap()),
        mfa: caller["mfa"] == true && caller["arn"].as_str().unwrap().contains(":user/"),
        source_ip: caller["sourceIp"].as_str().map(|text| text.parse().unwrap()),
        at: attempt["time"].as_str().map(|text| text.parse().unwrap()),
        token,
        ..Details::default()
    })
}

#[test]
fn what_flags_tell_is_answered_like_the_case() {
    let mut told = 0;
    for Known { name, case, .. } in corpus() {
        let Some(details) = details(&case.document()["attempt"]) else { continue };
        let (_, export) = exported(&case);
        let made = export.case(attempt_of(&details, None).unwrap());
        let (made, known) = (explain(&made).unwrap(), explain(&case).unwrap());
        assert_eq!((made.cause, made.layer), (known.cause, known.layer), "{name}");
        assert_eq!(made.place.condition_key, known.place.condition_key, "{name}");
        told += 1;
    }
    assert!(told > 25, "{told}");
}

/// A call as CloudTrail records it.
fn event(attempt: &Value) -> Value {
    let lower = |name: &str| {
        let mut letters = name.chars();
        letters.next().unwrap().to_lowercase().chain(letters).collect::<String>()
    };
    let parameters = attempt["parameters"].as_object().unwrap();
    let mut recorded: Map<String, Value> =
        parameters.iter().map(|(name, value)| (lower(name), value.clone())).collect();
    for tag in recorded.get_mut("tags").and_then(Value::as_array_mut).into_iter().flatten() {
        *tag = json!({"key": tag["Key"], "value": tag["Value"]});
    }
    let caller = &attempt["caller"];
    let key = match caller["credential"].as_str() {
        Some("long-term" | "root") => "AKIAIOSFODNN7EXAMPLE",
        _ => "ASIAIOSFODNN7EXAMPLE",
    };
    let identity = match caller["arn"].as_str() {
        Some(arn) => json!({
            "type": "AssumedRole", "arn": arn, "accessKeyId": key,
            "sessionContext": {"attributes": {
                "mfaAuthenticated": caller["mfa"].as_bool().unwrap_or_default().to_string()}}}),
        None => json!({"type": "AWSService", "invokedBy": caller["service"]}),
    };
    json!({
        "eventVersion": "1.08", "eventSource": "sts.amazonaws.com",
        "eventName": attempt["operation"].as_str().unwrap().trim_start_matches("sts:"),
        "eventTime": attempt["time"], "awsRegion": "us-east-1",
        "sourceIPAddress": caller["sourceIp"], "userIdentity": identity,
        "errorCode": attempt["error"]["code"], "errorMessage": attempt["error"]["message"],
        "requestParameters": recorded, "responseElements": null,
    })
}

fn explained(export: &Export, event: &Value) -> Explanation {
    let attempt = attempt_of_event(&event.to_string(), export).unwrap();
    explain(&export.case(attempt_of(&Details::default(), Some(attempt)).unwrap())).unwrap()
}

#[test]
fn an_event_is_answered_like_the_case_and_without_its_parameters_nothing_is_guessed() {
    let (mut known_calls, mut doubted) = (0, 0);
    for Known { name, case, .. } in corpus() {
        let attempt = &case.document()["attempt"];
        if attempt["operation"] != "sts:AssumeRole" || details(attempt).is_none() {
            continue;
        }
        let (_, export) = exported(&case);
        let known = explain(&case).unwrap();
        let mut event = event(attempt);
        let found = explained(&export, &event);
        assert_eq!((found.verdict, found.cause), (known.verdict, known.cause), "{name}");
        known_calls += 1;
        event["requestParameters"] = Value::Null;
        let message = attempt["error"]["message"].as_str().unwrap_or_default();
        if !message.contains("on resource: ") {
            continue;
        }
        let found = explained(&export, &event);
        let key = known.place.condition_key.clone().unwrap_or_default();
        if key.starts_with("sts:") && found.verdict != Verdict::Allowed {
            assert_eq!(found.verdict, Verdict::Unexplained, "{name}: {key}");
            assert!(found.missing.iter().any(|it| it.contains(&key)), "{name}: {found:?}");
            doubted += 1;
        }
    }
    assert!(known_calls > 10 && doubted > 1, "{known_calls} {doubted}");
}

#[test]
fn the_claims_that_an_event_has_are_known_and_no_others() {
    let case = |name| corpus().into_iter().find(|known| known.name == name).unwrap().case;
    let case = case("github-username-case");
    let attempt = &case.document()["attempt"];
    let (_, export) = exported(&case);
    let mut event = event(attempt);
    let provider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    let subject = &attempt["token"]["claims"]["sub"];
    event["userIdentity"] = json!({
        "type": "WebIdentityUser", "userName": subject, "identityProvider": provider,
        "principalId": format!("{provider}:sts.amazonaws.com:{}", subject.as_str().unwrap()),
    });
    let found = explained(&export, &event);
    assert_eq!((found.verdict, found.cause), (Verdict::Denied, explain(&case).unwrap().cause));
    // The audience was wrong: the event has it, and it is as it is.
    let mut files = exported(&case).0;
    for file in &mut files {
        file.text = file.text.replace(":sub", ":repository_owner");
    }
    let found = explained(&Export::read(&files).unwrap(), &event);
    assert_eq!(found.verdict, Verdict::Unexplained, "{found:?}");
}

#[test]
fn a_caller_of_another_account_is_known_by_its_id() {
    let is_session = |known: &Known| known.name == "vendor-role-created-with-mfa";
    let case = corpus().into_iter().find(is_session).unwrap().case;
    let (_, export) = exported(&case);
    let mut event = event(&case.document()["attempt"]);
    let id = &case.document()["otherAccounts"][0]["Authorization"]["RoleDetailList"][0]["RoleId"];
    event["userIdentity"] = json!({
        "type": "AWSAccount", "accountId": "777788889999",
        "principalId": format!("{}:c1", id.as_str().unwrap()),
    });
    event["errorMessage"] = json!("");
    assert_eq!(explained(&export, &event).cause, explain(&case).unwrap().cause);
    event["userIdentity"]["principalId"] = json!("AROAAAAAAAAAAAAAAAAAA:c1");
    let attempt = attempt_of_event(&event.to_string(), &export).unwrap();
    let refused = attempt_of(&Details::default(), Some(attempt));
    assert_eq!(refused.unwrap_err(), DetailsError::NoCaller);
}

fn refused(files: &[(&str, &str)]) -> ExportError {
    let files: Vec<ExportFile> = files
        .iter()
        .map(|(name, text)| ExportFile { name: (*name).to_owned(), text: (*text).to_owned() })
        .collect();
    Export::read(&files).unwrap_err()
}

#[test]
fn what_is_no_export_is_refused_with_file_place_and_reason() {
    let user = |account: &str| {
        format!(
            r#"{{"UserDetailList": [{{"Arn": "arn:aws:iam::{account}:user/ann", "UserName": "ann"}}]}}"#
        )
    };
    let (one, two) = (user("111122223333"), user("444455556666"));
    let listed = r#"{"OpenIDConnectProviderList": [{"Arn":
        "arn:aws:iam::111122223333:oidc-provider/idp.example.com"}]}"#;
    let pointer = |text: &str| ExportPlace::Pointer(text.to_owned());
    let user_place = pointer("/UserDetailList/0");
    type Refused<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>, ExportPlace, &'a str);
    let cases: [Refused<'_>; 11] = [
        (&[], None, ExportPlace::File, "no file"),
        (&[("a.json", "{\n  ?")], Some("a.json"), ExportPlace::Position(2, 3), "not JSON"),
        (&[("a.json", "{}")], Some("a.json"), pointer(""), "nothing that is known"),
        (&[("a.json", "[]")], Some("a.json"), pointer(""), "nothing that is known"),
        (
            &[("a.json", r#"{"Statement": []}"#)],
            Some("a.json"),
            ExportPlace::File,
            "of which account",
        ),
        (&[("a/1.json", &one), ("a/2.json", &one)], Some("a/2.json"), user_place.clone(), "twice"),
        (&[("a.json", &one), ("b.json", &one)], Some("b.json"), user_place.clone(), "twice"),
        (
            &[("a/1.json", &one), ("a/2.json", &two)],
            Some("a/2.json"),
            user_place.clone(),
            "of account 444455556666",
        ),
        (&[("999988887777.json", &one)], Some("999988887777.json"), user_place, "111122223333"),
        (
            &[("a.json", listed)],
            Some("a.json"),
            pointer("/OpenIDConnectProviderList/0"),
            "is listed",
        ),
        (
            &[("a.json", r#"{"UserDetailList": {"ann": 1}}"#)],
            Some("a.json"),
            pointer("/UserDetailList"),
            "a list",
        ),
    ];
    for (files, file, place, reason) in cases {
        let error = refused(files);
        assert_eq!((error.file.as_deref(), &error.place), (file, &place), "{error:?}");
        assert!(error.message.contains(reason), "{error:?}");
        assert!(!error.help.is_empty());
    }
    let many = vec![("a/b.json", "{}"); EXPORT_FILES_MAX + 1];
    assert!(refused(&many).message.contains("4097 files"));
}

#[test]
fn a_page_that_is_not_there_is_told_and_no_role_is_missed() {
    let text = |truncated| {
        json!({"RoleDetailList": [], "UserDetailList": [{"Path": "/", "UserName": "ann",
            "UserId": "AIDAIOSFODNN7EXAMPLE1", "Arn": "arn:aws:iam::111122223333:user/ann"}],
            "IsTruncated": truncated})
    };
    let details = Details {
        caller: Some("arn:aws:iam::111122223333:user/ann".to_owned()),
        role: Some("arn:aws:iam::111122223333:role/deploy".to_owned()),
        at: Some("2026-03-01T12:00:00Z".parse().unwrap()),
        ..Details::default()
    };
    let verdict = |truncated| {
        let export = Export::read(&[file("a.json".to_owned(), &text(truncated))]).unwrap();
        explain(&export.case(attempt_of(&details, None).unwrap())).unwrap()
    };
    assert_eq!(verdict(false).verdict, Verdict::Denied);
    let cut = verdict(true);
    assert_eq!(cut.verdict, Verdict::Unexplained);
    assert!(cut.missing.iter().any(|it| it.contains("the last page")), "{cut:?}");
}

#[test]
fn details_that_make_no_attempt_are_refused() {
    let whole = Details {
        caller: Some("arn:aws:iam::111122223333:user/ann".to_owned()),
        role: Some("arn:aws:iam::111122223333:role/deploy".to_owned()),
        at: Some("2026-03-01T12:00:00Z".parse().unwrap()),
        ..Details::default()
    };
    assert!(attempt_of(&whole, None).is_ok());
    let error = |change: &dyn Fn(&mut Details)| {
        let mut details = whole.clone();
        change(&mut details);
        attempt_of(&details, None).unwrap_err()
    };
    assert_eq!(error(&|it| it.role = None), DetailsError::NoRole);
    assert_eq!(error(&|it| it.caller = None), DetailsError::NoCaller);
    assert_eq!(error(&|it| it.at = None), DetailsError::NoMoment);
    for caller in ["ann", "arn:aws:s3:::bucket", "arn:aws:iam::111122223333:group/all"] {
        let found = error(&|it| it.caller = Some(caller.to_owned()));
        assert_eq!(found, DetailsError::Caller { caller: caller.to_owned() });
    }
    let session = "arn:aws:sts::111122223333:assumed-role/app/s";
    let found = error(&|it| {
        it.mfa = true;
        it.caller = Some(session.to_owned());
    });
    assert_eq!(found, DetailsError::Mfa { caller: session.to_owned() });
    for token in ["", "a.b", "e30.e30.?"] {
        let found = error(&|it| it.token = Some(token.to_owned()));
        assert!(matches!(found, DetailsError::Token { .. }), "{token}");
    }
    let found = error(&|it| it.token = Some("a".repeat(70_000)));
    assert_eq!(found, DetailsError::TokenTooLong { bytes: 70_000 });
}

#[test]
fn what_is_no_event_is_refused_with_its_place() {
    let case = corpus().into_iter().find(|known| known.name == "tagging-not-needed").unwrap().case;
    let (_, export) = exported(&case);
    let whole = event(&case.document()["attempt"]);
    let error = |text: &str| attempt_of_event(text, &export).unwrap_err();
    assert_eq!(error("{\n?"), EventError::Json { line: 2, column: 1 });
    let long = " ".repeat(1024 * 1024 + 1);
    assert_eq!(error(&long), EventError::TooLong { bytes: long.len() });
    let place = |change: &dyn Fn(&mut Value)| {
        let mut event = whole.clone();
        change(&mut event);
        match error(&event.to_string()) {
            EventError::Unexpected { pointer, .. } => pointer,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(place(&|it| it["eventSource"] = json!("iam.amazonaws.com")), "/eventSource");
    assert_eq!(place(&|it| it["eventName"] = json!("GetCallerIdentity")), "/eventName");
    assert_eq!(place(&|it| it["eventTime"] = json!("yesterday")), "/eventTime");
    assert_eq!(place(&|it| it["requestParameters"] = json!([])), "/requestParameters");
    assert_eq!(place(&|it| *it = json!([])), "");
    let absent = |name: &'static str| {
        place(&move |it| {
            it.as_object_mut().unwrap().remove(name);
        })
    };
    for name in ["eventSource", "eventName", "eventTime", "errorCode", "userIdentity"] {
        assert_eq!(absent(name), "", "{name}");
    }
    let twice = json!({"Records": [whole, whole]});
    assert!(
        matches!(error(&twice.to_string()), EventError::Unexpected { pointer, .. } if pointer == "/Records")
    );
    let once = json!({"Records": [whole]}).to_string();
    assert_eq!(attempt_of_event(&once, &export), attempt_of_event(&whole.to_string(), &export));
}

#[test]
fn each_level_of_service_control_policies_must_allow() {
    let known = corpus().into_iter().find(|it| it.name == "sandbox-ou-allow-list").unwrap();
    let narrow = known.case.document()["otherAccounts"][0]["ServiceControlPolicies"][0].clone();
    let everything = json!({"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    let cause = |policies: Value| {
        let mut document = known.case.document().clone();
        document["otherAccounts"][0]["ServiceControlPolicies"] = policies;
        let explanation = explain(&Case::parse(&document.to_string()).unwrap()).unwrap();
        serde_json::to_value(&explanation).unwrap()["cause"].clone()
    };
    // At one level one of them is enough.
    assert_eq!(cause(json!([everything, narrow])), Value::Null);
    for levels in [json!([[everything], [narrow]]), json!([[narrow], [everything]])] {
        assert_eq!(cause(levels), "scp-no-allow");
    }
    assert_eq!(cause(json!([[everything], [narrow, everything]])), Value::Null);
}
