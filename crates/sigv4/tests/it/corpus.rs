//! The public test cases: each file under `tests/corpus` is a request, how it is
//! signed, and what canonical request, string to sign and signature come out.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use stead_sigv4::{
    BodyDigest, ChunkedPayload, Claim, Expect, Expectations, PathEncoding, PathNormalisation,
    Payload, PayloadMode, PlusInQuery, Rejection, RequestHead, Settings, Signer, SigningKey,
    TokenPlacement, UnsignedPayload,
};
use stead_types::{Secret, Timestamp};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    source: String,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
    access_key_id: String,
    /// Absent where the source keeps it: then signatures are not compared.
    secret_access_key: Option<String>,
    security_token: Option<String>,
    token_placement: Option<Placement>,
    time: String,
    region: String,
    service: String,
    settings: CaseSettings,
    /// Whether the header form declares the body's digest although the service
    /// computes it.
    #[serde(default)]
    declares_body: bool,
    header_form: Option<Signed>,
    query_form: Option<Signed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Placement {
    Signed,
    Appended,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseSettings {
    path_encoding: String,
    path_normalisation: String,
    payload: String,
}

/// The request as it is sent, and what was computed on the way.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    lifetime_seconds: Option<u64>,
    signed_path: Option<String>,
    signed_query: Option<String>,
    signed_headers: Vec<(String, String)>,
    canonical_request: String,
    string_to_sign: String,
    signature: String,
    /// Why the verifier refuses it although the signature is right.
    refused: Option<String>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file: &std::path::PathBuf| -> Case {
        let case: Case = serde_json::from_str(&std::fs::read_to_string(file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(file.file_stem().unwrap().to_str(), Some(case.name.as_str()));
        assert!(!case.source.is_empty());
        case
    };
    files.iter().map(read).collect()
}

impl Case {
    fn settings(&self) -> Settings {
        Settings {
            path_encoding: match self.settings.path_encoding.as_str() {
                "single" => PathEncoding::Single,
                "double" => PathEncoding::Double,
                other => panic!("{other}"),
            },
            path_normalisation: match self.settings.path_normalisation.as_str() {
                "normalise" => PathNormalisation::Normalise,
                "keep" => PathNormalisation::Keep,
                other => panic!("{other}"),
            },
            plus: PlusInQuery::Space,
            payload: match self.settings.payload.as_str() {
                "computed" => PayloadMode::Computed,
                "declared" => PayloadMode::Declared {
                    unsigned: UnsignedPayload::Allowed,
                    chunked: ChunkedPayload::Refused,
                },
                other => panic!("{other}"),
            },
        }
    }

    fn time(&self) -> Timestamp {
        self.time.parse().unwrap()
    }

    /// What the canonical request of this form ends with.
    fn payload(&self, form: &Signed) -> Payload {
        let is_s3 = self.settings.payload == "declared";
        if is_s3 && form.lifetime_seconds.is_some() {
            Payload::Unsigned
        } else {
            Payload::of(self.body.as_bytes())
        }
    }

    fn with_signer<T>(&self, work: impl FnOnce(&Signer<'_>) -> T) -> Option<T> {
        let secret = Secret::new(self.secret_access_key.clone()?);
        let token = self.security_token.clone().map(Secret::new);
        Some(work(&Signer {
            access_key_id: &self.access_key_id,
            secret: &secret,
            security_token: token.as_ref(),
            token_placement: match self.token_placement {
                None | Some(Placement::Signed) => TokenPlacement::Signed,
                Some(Placement::Appended) => TokenPlacement::Appended,
            },
            region: &self.region,
            service: &self.service,
            settings: self.settings(),
        }))
    }

    fn check_signer_in_headers(&self, form: &Signed) {
        let declared = Payload::of(self.body.as_bytes()).to_text();
        let mut headers = borrowed(&self.headers);
        if self.declares_body {
            headers.push(("x-amz-content-sha256", declared.as_bytes()));
        }
        let head = self.head(&headers);
        let signed = self.with_signer(|signer| {
            signer.sign_headers(&head, self.payload(form), self.time()).unwrap()
        });
        let Some(added) = signed else { return };
        let authorization = added.iter().find(|header| header.name == "authorization").unwrap();
        let (_, signature) = authorization.value.rsplit_once("Signature=").unwrap();
        assert_eq!(signature, form.signature, "{}", self.name);
    }

    fn check_signer_in_query(&self, form: &Signed) {
        let headers = borrowed(&self.headers);
        let lifetime = Duration::from_secs(form.lifetime_seconds.unwrap());
        let head = self.head(&headers);
        let signed = self.with_signer(|signer| {
            signer.presign(&head, self.payload(form), self.time(), lifetime).unwrap()
        });
        let Some(query) = signed else { return };
        let signature = query.split('&').find_map(|piece| piece.strip_prefix("X-Amz-Signature="));
        assert_eq!(signature, Some(form.signature.as_str()), "{}", self.name);
    }

    fn check_verifier(&self, form: &Signed) {
        let headers = borrowed(&form.signed_headers);
        let head = RequestHead {
            path: form.signed_path.as_deref().unwrap_or(&self.path),
            query: form.signed_query.as_deref().unwrap_or(&self.query),
            ..self.head(&headers)
        };
        let claim = Claim::parse(&head, &self.settings()).unwrap();
        assert_eq!(claim.access_key_id(), self.access_key_id, "{}", self.name);
        assert_eq!(claim.claimed_time(), self.time(), "{}", self.name);
        let token = claim.security_token().map(|token| token.expose().as_str());
        assert_eq!(token, self.security_token.as_deref(), "{}", self.name);
        if form.refused.is_none() {
            self.check_texts(&claim, form);
        }
        self.check_verdict(&claim, form);
    }

    fn check_texts(&self, claim: &Claim, form: &Signed) {
        let is_appended = matches!(self.token_placement, Some(Placement::Appended));
        if is_appended && form.lifetime_seconds.is_some() {
            // The claim's own text has the token; that it also tries the other
            // shows in the verdict.
            return;
        }
        let payload = self.payload(form);
        let canonical = String::from_utf8(claim.canonical_request(payload)).unwrap();
        assert_eq!(canonical, form.canonical_request, "{}", self.name);
        assert_eq!(claim.string_to_sign(payload), form.string_to_sign, "{}", self.name);
    }

    fn check_verdict(&self, claim: &Claim, form: &Signed) {
        let Some(secret) = self.secret_access_key.clone() else { return };
        let key = SigningKey::derive(&Secret::new(secret), claim.scope());
        let (services, regions) = ([self.service.as_str()], [self.region.as_str()]);
        let expectations = Expectations::new(Expect::OneOf(&services), Expect::OneOf(&regions));
        let body = BodyDigest::of(self.body.as_bytes());
        let verdict = claim.verify(&key, body, self.time(), &expectations);
        match form.refused.as_deref() {
            None => assert!(verdict.is_ok(), "{}: {verdict:?}", self.name),
            Some("header-not-signed") => {
                let name = "x-amz-security-token".into();
                assert_eq!(verdict, Err(Rejection::HeaderNotSigned { name }), "{}", self.name);
            }
            Some(other) => panic!("{other}"),
        }
    }

    fn head<'a>(&'a self, headers: &'a [(&'a str, &'a [u8])]) -> RequestHead<'a> {
        RequestHead { method: &self.method, path: &self.path, query: &self.query, headers }
    }
}

fn borrowed(headers: &[(String, String)]) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

#[test]
fn the_signer_reproduces_every_case() {
    for case in cases() {
        if let Some(form) = &case.header_form {
            case.check_signer_in_headers(form);
        }
        if let Some(form) = &case.query_form {
            case.check_signer_in_query(form);
        }
    }
}

#[test]
fn the_verifier_accepts_every_case_as_it_is_on_the_wire() {
    for case in cases() {
        for form in [&case.header_form, &case.query_form].into_iter().flatten() {
            case.check_verifier(form);
        }
    }
}

#[test]
fn no_case_is_missing() {
    let cases = cases();
    let count = |has: fn(&Case) -> bool| cases.iter().filter(|case| has(case)).count();
    assert_eq!(count(|case| case.header_form.is_some()), 47);
    assert_eq!(count(|case| case.query_form.is_some()), 39);
    assert_eq!(count(|case| case.secret_access_key.is_none()), 1);
}
